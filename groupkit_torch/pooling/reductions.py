"""How many values become one, whatever their order: the modes of pooling."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch
from jaxtyping import Bool, Inexact
from torch import Tensor

from groupkit_torch.feature_maps import check_real
from groupkit_torch.functional import fill_outside
from groupkit_torch.geometry import SettingError

_REDUCTIONS: Final[dict[str, Callable[..., Tensor]]] = {
    "max": torch.amax,
    "mean": torch.mean,
    "sum": torch.sum,
    "min": torch.amin,
    "logsumexp": torch.logsumexp,
}
_NEUTRAL: Final = {
    "max": -math.inf,
    "mean": 0.0,
    "sum": 0.0,
    "min": math.inf,
    "logsumexp": -math.inf,
}
_ORDERED: Final = ("max", "min")


def check_mode(mode: str) -> str:
    """Return the mode of a pooling layer.

    Raises
    ------
    SettingError
        If there is no such mode.

    Examples
    --------
    >>> check_mode("median")
    Traceback (most recent call last):
    groupkit_torch.geometry.SettingError: mode='median' pools nothing; use one of "max", "mean",
    "sum", "min", "logsumexp"
    """
    if mode not in tuple(_REDUCTIONS):  # which asks for no hash
        names = ", ".join(f'"{name}"' for name in _REDUCTIONS)
        raise SettingError(f"mode={mode!r} pools nothing; use one of {names}", witness=mode)
    return mode


def reduce(
    x: Inexact[Tensor, "*map"],
    mode: str,
    axes: list[int],
    mask: Bool[Tensor, "*space"] | None = None,
) -> Inexact[Tensor, "*rest"]:
    r"""Reduce some axes of a map: its largest value, mean, sum, smallest value, or
    :math:`\log \sum e^x`.

    Parameters
    ----------
    x : Tensor
        [..., *space].
    mode : {"max", "mean", "sum", "min", "logsumexp"}
        How values become one; none depends on their order.
    axes : list of int
        The axes that go; all lattice axes, if there is a mask.
    mask : Tensor, optional
        bool [*space]: the lattice points that count.

    Raises
    ------
    DtypeError
        If the map is complex and the mode needs an order.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 2.0, 9.0]])
    >>> reduce(x, "mean", [-1], torch.tensor([True, True, False]))
    tensor([1.5000])
    """
    if mode in _ORDERED:
        check_real(x, f'pooling with mode="{mode}"', "have no order")
    if mask is None:
        return _REDUCTIONS[mode](x, axes)
    filled = fill_outside(x, mask, _NEUTRAL[mode])
    if mode != "mean":
        return _REDUCTIONS[mode](filled, axes)
    wide = torch.float32 if x.dtype in (torch.float16, torch.bfloat16) else x.dtype
    copies = math.prod([x.shape[axis] for axis in axes]) // mask.numel()
    return (filled.sum(axes, dtype=wide) / (mask.sum() * copies)).to(x.dtype)
