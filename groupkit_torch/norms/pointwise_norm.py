r"""Normalisation of each lattice point by itself, over channels and stabilizer axis.

The values above one point, :math:`f_c(s, x)` for all c and s, are permuted by S as x moves, so
their mean, their variance and their norm move with x. No mask is needed on any lattice.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.field import Field
from groupkit_torch.feature_maps import HALF, axis_size, check_map, check_real, scalar_type
from groupkit_torch.geometry import SettingError, check_group, positive
from groupkit_torch.provenance import Declared

_TOLERANCE = 1e-9


class _PointwiseNorm(Declared):
    """What both share: a feature type, and the axes that are normalised together."""

    eps: float | None
    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def _set(self, group: SplitGroup, num_features: int, kind: FeatureType) -> None:
        self.feature_type = kind
        self.num_features = num_features
        self._size, self._dimension = axis_size(kind), group.dimension
        self._axes = (1,) if self._size is None else (1, 2)

    def _per_channel(self, parameter: Tensor, x: Tensor) -> Tensor:
        return parameter.view([-1 if axis == 1 else 1 for axis in range(x.dim())])

    def reset_parameters(self) -> None:
        """Make every scale 1 and every bias 0."""
        if self.weight is not None:
            nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def extra_repr(self) -> str:
        """Return the arguments and the feature type."""
        parts = [self.group.name, str(self.num_features), f"eps={self.eps}"]
        if self.weight is None:
            parts.append("elementwise_affine=False")
        return ", ".join([*parts, str(self.feature_type)])


class GroupLayerNorm(_PointwiseNorm):
    r"""Layer normalisation of each lattice point, over channels and stabilizer axis.

    .. math:: y_c(s, x) = \gamma_c \bigl(f_c(s, x) - \mu(x)\bigr) / \sqrt{\sigma^2(x) + \epsilon}
        + \beta_c

    the layer norm of transformers and of ConvNeXt. Over channels, stabilizer axis *and* lattice it
    is `GroupGroupNorm` with one group.

    Parameters
    ----------
    group : SplitGroup
        G.
    num_features : int
        C, the number of G-feature maps.
    eps, elementwise_affine, bias
        As in `torch.nn.LayerNorm`; scale and bias are one per G-feature map.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    device, dtype
        Of the parameters.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, or the type is a field.
    DtypeError
        If a map is complex.

    Examples
    --------
    >>> import groupkit as gk
    >>> norm = GroupLayerNorm(gk.p4, 2)
    >>> norm
    GroupLayerNorm(p4, 2, eps=1e-05, regular)
    >>> y = norm(torch.rand(5, 2, 4, 9, 9))
    >>> torch.allclose(y.mean(dim=(1, 2)), torch.zeros(5, 9, 9), atol=1e-5)
    True

    References
    ----------
    Ba, Kiros & Hinton (2016), "Layer Normalization", eq. 3.
    Liu et al. (2022), "A ConvNet for the 2020s", section 2.6.
    """

    def __init__(
        self,
        group: SplitGroup,
        num_features: int,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        stabilizer = check_group(group).stabilizer
        kind = scalar_type(stabilizer, feature_type, type(self).__name__)
        channels = positive("num_features", num_features)
        self._declare(group, device)
        self._set(group, channels, kind)
        self.eps: float = eps
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            empty = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
            self.register_parameter(name, empty if wanted else None)
        self.reset_parameters()

    def forward(
        self, x: Inexact[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_features, self._size, self._dimension)
        check_real(x, type(self).__name__, "have a covariance instead of a variance")
        size = self._size or 1
        last = x.flatten(1, len(self._axes)).movedim(1, -1)
        weight, bias = (
            None if parameter is None else parameter.repeat_interleave(size)
            for parameter in (self.weight, self.bias)
        )
        y = F.layer_norm(last, last.shape[-1:], weight, bias, self.eps).movedim(-1, 1)
        y = y.view(x.shape) if self._size is None else torch.unflatten(y, 1, x.shape[1:3])
        return y.contiguous() if x.is_contiguous() else y  # else channels_last, as it is


class GroupRMSNorm(_PointwiseNorm):
    r"""Division by the root mean square of each lattice point, over channels and stabilizer axis.

    .. math:: y_c(s, x) = \gamma_c\, f_c(s, x) / \sqrt{\epsilon + \tfrac{1}{C |S/H|}
        {\textstyle \sum_{c', s'} |f_{c'}(s', x)|^2}}

    Complex maps are normalised by their absolute values. Fields may be normalised too, where
    every :math:`\rho(s)` is orthogonal and so preserves the sum of squares: then each field has
    one scale.

    Parameters
    ----------
    group : SplitGroup
        G.
    num_features : int
        C, the number of G-feature maps; of a field, all its channels.
    eps : float, optional
        As in `torch.nn.RMSNorm`: by default the resolution of the map's dtype.
    elementwise_affine : bool
        Whether there is a scale for each G-feature map, or each field.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the maps are functions on, or how S acts on their channels.
    device, dtype
        Of the parameters.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, or the type is a field with a matrix that is not
        orthogonal.
    SettingError
        If the channels are no whole number of fields.

    Examples
    --------
    >>> import groupkit as gk
    >>> norm = GroupRMSNorm(gk.p4, 4, feature_type=gk.p4.field("vector"))
    >>> norm.weight.shape
    torch.Size([2])
    >>> y = norm(1 + torch.rand(5, 4, 9, 9))
    >>> torch.allclose(y.square().mean(1), torch.ones(5, 9, 9), atol=1e-5)
    True

    References
    ----------
    Zhang & Sennrich (2019), "Root Mean Square Layer Normalization", eq. 4.
    """

    def __init__(
        self,
        group: SplitGroup,
        num_features: int,
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        kind = FeatureType.of(check_group(group).stabilizer, feature_type)
        channels = positive("num_features", num_features)
        self._width = 1 if kind.field is None else kind.field.size
        if kind.field is not None:
            _check_orthogonal(kind.field)
            if channels % self._width:
                raise SettingError(
                    f"num_features={channels} are no whole number of {kind.field!r}; use a "
                    f"multiple of {self._width}",
                    witness=channels,
                )
        self._declare(group, device)
        self._set(group, channels, kind)
        self.eps = eps
        empty = nn.Parameter(torch.empty(channels // self._width, device=device, dtype=dtype))
        self.register_parameter("weight", empty if elementwise_affine else None)
        self.register_parameter("bias", None)
        self.reset_parameters()

    def forward(
        self, x: Inexact[Tensor, "batch num_features *rest"]
    ) -> Inexact[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_features, self._size, self._dimension)
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        wide = x.float() if x.dtype in HALF else x
        squares = (wide * wide.conj()).real if x.is_complex() else wide.square()
        y = wide * (squares.mean(self._axes, keepdim=True) + eps).rsqrt()
        if self.weight is not None:
            weight = self.weight.repeat_interleave(self._width) if self._width > 1 else self.weight
            y = y * self._per_channel(weight, x)
        return y.to(x.dtype)


def _check_orthogonal(field: Field) -> None:
    grams = field.matrices.transpose(0, 2, 1) @ field.matrices
    for s, gram in enumerate(grams):
        if np.abs(gram - np.eye(field.size)).max() > _TOLERANCE:
            raise FeatureTypeError(
                f"{field!r} has no invariant norm of this kind: ρ({field.stabilizer.label(s)}) = "
                f"{field.matrices[s].round(6).tolist()} is not orthogonal; declare the field in "
                "Cartesian components, or normalise regular maps",
                witness=s,
            )
