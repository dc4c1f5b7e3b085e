"""Compare translated outputs of a module where they do not see the border of its input.

An output position is compared when it stays as it is while everything is replaced that the
translation brings into the input or pushes out of it: found by trying, so for any module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import Final, TypeAlias

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor

from groupkit import SplitGroup
from groupkit.action import stable_mask
from groupkit_torch.measuring.equivariance_report import Deviation, relative_error

Module: TypeAlias = Callable[[Tensor], Tensor]
_LARGEST_STRIDE: Final = 16
_LOUD: Final = 100.0  # replacements this large change what sees them beyond rounding


def compare_translations(
    module: Module,
    group: SplitGroup,
    x: Shaped[Tensor, "*map"],
    y: Shaped[Tensor, "*out_map"],
    draw: Callable[..., Tensor],
) -> tuple[list[Deviation], str]:
    r"""Measure :math:`|\Phi(f(\cdot - t)) - \Phi(f)(\cdot - u)|` for some translations.

    t runs over each axis, and one direction that mixes them, by the total stride; u is t in
    units of the output's lattice.

    Parameters
    ----------
    module : callable
        The map Φ of tensors.
    group : SplitGroup
        Says which arrays are masked.
    x, y : Tensor
        An input [..., *space], and its output.
    draw : callable
        Shape -> random normal tensor.

    Returns
    -------
    list of Deviation, str
        And why the list is empty, if it is.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.rand(1, 1, 6, 6)
    >>> found, why = compare_translations(torch.sin, gk.p4, x, torch.sin(x), torch.randn)
    >>> [(deviation.element, deviation.error, deviation.compared) for deviation in found]
    [('translation (1, 0)', 0.0, 30), ('translation (0, 1)', 0.0, 30), ('translation (1, -2)',
    0.0, 20)]
    """
    period = total_stride(module, x[:1], group.dimension, draw)
    if period is None:
        return [], "not applicable: other sizes of the input do not tell the total stride"
    found = []
    for direction in _directions(group.dimension):
        t = [d * step for d, (step, _) in zip(direction, period, strict=True)]
        u = [d * step for d, (_, step) in zip(direction, period, strict=True)]
        deviation = _compare(module, group, x, y, t, u, draw)
        if deviation is not None:
            found.append(deviation)
    return found, "" if found else "not applicable: every output sees the border of the input"


def compare_rolls(
    module: Module,
    group: SplitGroup,
    x: Shaped[Tensor, "*map"],
    y: Shaped[Tensor, "*out_map"],
    draw: Callable[..., Tensor],
) -> tuple[list[Deviation], str]:
    r"""Measure :math:`|\Phi(f(\cdot - t)) - \Phi(f)(\cdot - u)|` on the torus, at every position.

    Parameters
    ----------
    module, group, x, y, draw
        As in `compare_translations`.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.rand(1, 1, 6, 6)
    >>> found, why = compare_rolls(torch.sin, gk.p4, x, torch.sin(x), torch.randn)
    >>> [(deviation.error, deviation.compared) for deviation in found]
    [(0.0, 36), (0.0, 36), (0.0, 36)]
    """
    dimension = group.dimension
    period = total_stride(module, x[:1], dimension, draw)
    if period is None:
        return [], "not applicable: other sizes of the input do not tell the total stride"
    axes, found = tuple(range(-dimension, 0)), []
    for direction in _directions(dimension):
        t = tuple(d * step for d, (step, _) in zip(direction, period, strict=True))
        u = tuple(d * step for d, (_, step) in zip(direction, period, strict=True))
        error = relative_error(module(x.roll(t, axes)), y.roll(u, axes), y)
        found.append(Deviation(f"translation {t}", error, y.shape[-dimension:].numel()))
    return found, ""


def total_stride(
    module: Module, x: Shaped[Tensor, "*map"], dimension: int, draw: Callable[..., Tensor]
) -> tuple[tuple[int, int], ...] | None:
    """Return per axis the least (b, a): b more input points always give a more output points.

    All sides grow together, as some groups need equal ones; sizes that the module refuses are
    left out.

    Parameters
    ----------
    module : callable
        A map of tensors.
    x : Tensor
        An input [..., *space] that it takes.
    dimension : int
        How many lattice axes there are.
    draw : callable
        Shape -> random tensor.

    Returns
    -------
    tuple of (int, int), or None
        None if there is no such b up to 16.

    Examples
    --------
    >>> total_stride(torch.nn.MaxPool2d(3, stride=2), torch.zeros(1, 9, 9), 2, torch.randn)
    ((2, 1), (2, 1))
    """
    sizes: dict[int, tuple[int, ...] | None] = {}

    def size(step: int) -> tuple[int, ...] | None:
        if step not in sizes:
            leading, space = x.shape[:-dimension], x.shape[-dimension:]
            try:
                y = module(draw(*leading, *(n + step for n in space)))
            except (RuntimeError, ValueError):
                sizes[step] = None
            else:
                sizes[step] = tuple(y.shape[-dimension:])
        return sizes[step]

    found: list[tuple[int, int] | None] = [None] * dimension
    for b in range(1, _LARGEST_STRIDE + 1):
        pairs = [(size(step), size(step + b)) for step in range(b + 1)]
        known = [(small, large) for small, large in pairs if small and large]
        for axis in range(dimension):
            gains = {large[axis] - small[axis] for small, large in known}
            if found[axis] is None and len(gains) == 1 and min(gains) > 0:
                found[axis] = b, gains.pop()
        if all(found):
            return tuple(pair for pair in found if pair)
    return None


def _directions(dimension: int) -> list[tuple[int, ...]]:
    axes = [tuple(int(i == j) for j in range(dimension)) for i in range(dimension)]
    mixed = tuple((-1) ** axis * (1 + axis % 2) for axis in range(dimension))
    return axes if dimension == 1 else [*axes, mixed]


def _compare(
    module: Module,
    group: SplitGroup,
    x: Tensor,
    y: Tensor,
    t: list[int],
    u: list[int],
    draw: Callable[..., Tensor],
) -> Deviation | None:
    dimension = group.dimension
    domain, out_domain = _domain(group, x), _domain(group, y)
    stays, arrives = domain & shifted(domain, [-n for n in t]), domain & shifted(domain, t)
    x_moved = torch.where(arrives, shifted(x, t), 0)
    y_moved = module(x_moved)
    if y_moved.shape != y.shape or not stays.any():
        return None
    unseen = []
    for keep, base, image in ((stays, x, y), (arrives, x_moved, y_moved)):
        limit = 100 * torch.finfo(image.dtype).eps * image.abs().max()
        same = out_domain
        for _ in range(2):
            replaced = module(torch.where(keep, base, _LOUD * draw(*x.shape)))
            same = same & ((replaced - image).abs() <= limit).flatten(0, -dimension - 1).all(0)
        unseen.append(same)
    here = unseen[0] & shifted(unseen[1], [-n for n in u])
    if not here.any():
        return None
    moved_back = shifted(y_moved, [-n for n in u])
    error = relative_error(moved_back[..., here], y[..., here], y[..., out_domain])
    return Deviation(f"translation {tuple(t)}", error, int(here.sum()))


def _domain(group: SplitGroup, x: Tensor) -> Bool[Tensor, "*space"]:
    space = tuple(x.shape[x.dim() - group.dimension :])
    mask = stable_mask(group.stabilizer, space)
    if mask is None:
        return torch.ones(space, dtype=torch.bool, device=x.device)
    return torch.tensor(mask, device=x.device)


def shifted(x: Shaped[Tensor, "*map"], shift: Sequence[int]) -> Shaped[Tensor, "*map"]:
    """Return x(p - t) on the last axes, zero where p - t is outside the array.

    Examples
    --------
    >>> shifted(torch.tensor([[1, 2, 3], [4, 5, 6]]), [0, 1])
    tensor([[0, 1, 2],
            [0, 4, 5]])
    """
    source: tuple[EllipsisType | slice, ...] = (...,)
    target: tuple[EllipsisType | slice, ...] = (...,)
    for n, t in zip(x.shape[x.dim() - len(shift) :], shift, strict=True):
        length = max(n - abs(t), 0)
        source += (slice(max(-t, 0), max(-t, 0) + length),)
        target += (slice(max(t, 0), max(t, 0) + length),)
    result = torch.zeros_like(x)
    result[target] = x[source]
    return result
