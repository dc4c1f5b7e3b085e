"""Reductions of a map over a sliding window of any shape."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import EllipsisType

import torch
import torch.nn.functional as F
from jaxtyping import Inexact
from torch import Tensor

from groupkit.errors import FeatureTypeError


def reduce_windows(
    x: Inexact[Tensor, "*map"],
    points: Sequence[Sequence[int]],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    reduce: Callable[[Tensor, Tensor], Tensor],
    fill: float,
) -> Inexact[Tensor, "*out_map"]:
    r"""Reduce a map over a window of any shape, :math:`y(o) = \bigoplus_{w \in W} x(o + w)`.

    Parameters
    ----------
    x : Tensor
        [..., *space].
    points : sequence of points
        The window W, with lowest corner 0.
    stride, padding, dilation : sequence of int
        One number per lattice axis, as in `torch.nn.MaxPool2d`.
    reduce : callable
        The associative operation, such as `torch.maximum`.
    fill : float
        What lies beyond the array; neutral for ``reduce``.

    Raises
    ------
    FeatureTypeError
        If the window does not fit into the padded array.

    Examples
    --------
    >>> import torch
    >>> x = torch.arange(5.0)
    >>> reduce_windows(x, [(0,), (2,)], [1], [0], [1], torch.maximum, -torch.inf)
    tensor([2., 3., 4.])
    """
    slide = _sliding(x, _box(points), stride, padding, dilation, fill)
    return functools.reduce(reduce, map(slide, points))


def reduce_domains(
    x: Inexact[Tensor, "*map"],
    reads: Sequence[Sequence[tuple[int, Sequence[int]]]],
    box: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    reduce: Callable[[Tensor, Tensor], Tensor],
    fill: float,
) -> Inexact[Tensor, "*out_map"]:
    r"""Reduce a map over cosets and points, :math:`y(c', o) = \bigoplus_{(c, w)} x(c, o + w)`.

    Parameters
    ----------
    x : Tensor
        [..., cosets, *space].
    reads : sequence of sequences of (coset, point)
        What each output coset c' reads; points inside a box with lowest corner 0.
    box : sequence of int
        The sides of the box, the same for all output cosets.
    stride, padding, reduce, fill
        As in `reduce_windows`.

    Raises
    ------
    FeatureTypeError
        If the box does not fit into the padded array.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> reads = [[(0, (0,)), (1, (1,))], [(1, (0,))]]
    >>> reduce_domains(x, reads, [2], [1], [0], torch.add, 0.0)
    tensor([[6., 8.],
            [4., 5.]])
    """
    axis = x.dim() - len(stride) - 1
    ones = [1] * len(stride)
    slide = _sliding(x, box, stride, padding, ones, fill)
    parts = [
        functools.reduce(reduce, (slide(point).select(axis, coset) for coset, point in part))
        for part in reads
    ]
    return torch.stack(parts, axis)


def _box(points: Sequence[Sequence[int]]) -> list[int]:
    """Return the sides of the bounding box of points with lowest corner 0."""
    return [max(coordinates) + 1 for coordinates in zip(*points, strict=True)]


def _sliding(
    x: Tensor,
    box: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    fill: float,
) -> Callable[[Sequence[int]], Tensor]:
    """Return the map of a point w to x(o + w) for all outputs o."""
    dimension = len(stride)
    reach = [step * (side - 1) + 1 for step, side in zip(dilation, box, strict=True)]
    space = x.shape[x.dim() - dimension :]
    sizes = [
        (space[axis] + 2 * padding[axis] - reach[axis]) // stride[axis] + 1
        for axis in range(dimension)
    ]
    if min(sizes) < 1:
        raise FeatureTypeError(
            f"a window that spans {tuple(reach)} does not fit into a map of {tuple(space)} with "
            f"padding {tuple(padding)}; use a larger map, a smaller window or more padding",
            witness=tuple(space),
        )
    padded = x
    if any(padding):
        padded = F.pad(x, [pad for pad in reversed(padding) for _ in range(2)], value=fill)

    def slide(point: Sequence[int]) -> Tensor:
        shifted = padded
        for axis in range(dimension):
            start = dilation[axis] * point[axis]
            stop = start + stride[axis] * (sizes[axis] - 1) + 1
            shifted = shifted[_on_axis(axis - dimension, slice(start, stop, stride[axis]))]
        return shifted

    return slide


def _on_axis(axis: int, part: slice) -> tuple[EllipsisType | slice, ...]:
    """Return the index that takes a part of one axis, counted from the last, -1."""
    return (..., part, *[slice(None)] * (-axis - 1))
