"""The names of torch's calls, by what they do to numbers; none of them moves positions."""

from __future__ import annotations

from typing import Final


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# functions of each number alone; of the first line monotone and zero at zero, and so on
GROWS_FROM_ZERO: Final = _names(
    "celu celu_ elu elu_ leaky_relu leaky_relu_ log1p relu relu6 relu_ selu selu_ softsign sqrt "
    "tanh tanh_ hardtanh expm1 atan asinh"
)
GROWS: Final = _names("exp hardsigmoid log logsigmoid sigmoid sigmoid_ softplus")
ZERO: Final = _names("abs gelu glu hardswish mish neg prelu sign silu sin square __neg__")
OTHERS: Final = _names("clamp clamp_ cos pow rsqrt __pow__ eq ge gt le lt ne")
SAME: Final = _names(
    "bfloat16 clone contiguous cpu cuda detach double float half requires_grad_ to type type_as "
    "__copy__ __deepcopy__"
)
DROPS: Final = _names("alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout")
NORMS: Final = _names("batch_norm group_norm instance_norm")
SUMS: Final = _names("add add_ sub sub_ rsub __add__ __iadd__ __radd__ __rsub__ __sub__")
PRODUCTS: Final = _names("mul mul_ __imul__ __mul__ __rmul__")
PAIRS: Final = _names(
    "addcmul cat concat stack div div_ maximum minimum true_divide where __truediv__"
)
POINTWISE: Final = GROWS_FROM_ZERO | GROWS | ZERO | OTHERS | SAME | NORMS | SUMS | PRODUCTS | PAIRS
SPREADS: Final = _names("expand expand_as repeat")
PARTS: Final = _names("chunk split split_with_sizes tensor_split unbind")
RESHAPES: Final = _names("flatten reshape squeeze unflatten unsqueeze view")
REDUCTIONS: Final = _names("amax amin max mean min std sum var")
OF_NUMBERS: Final = _names("linear softmax log_softmax matmul argmax")
