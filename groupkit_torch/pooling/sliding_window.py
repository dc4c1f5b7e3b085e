"""Reductions of a map over a sliding window of any shape."""

from __future__ import annotations

import functools
import math
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
    windows = _Windows(x.shape, _box(points), stride, padding, dilation)
    padded = windows.pad(x, fill)
    return functools.reduce(reduce, (windows.read(padded, point) for point in points))


def max_windows(
    x: Inexact[Tensor, "*map"],
    points: Sequence[Sequence[int]],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Inexact[Tensor, "*out_map"]:
    """Return the maxima of a map over a window of any shape, with a backward pass that is cheap.

    It is `reduce_windows` with `torch.maximum`, but that each maximum is taken from its position:
    its gradient goes there at once, rather than through a sum over all points of the window. Of
    equal values the first has it, as in `torch.nn.MaxPool2d`.

    Parameters
    ----------
    x, points, stride, padding, dilation
        As in `reduce_windows`.

    Raises
    ------
    FeatureTypeError
        If the window does not fit into the padded array.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([0.0, 7, 2, 5, 1], requires_grad=True)
    >>> y = max_windows(x, [(0,), (2,)], [1], [0], [1])
    >>> y.tolist()
    [2.0, 7.0, 2.0]
    >>> torch.autograd.grad(y.sum(), x)[0].tolist()
    [0.0, 1.0, 2.0, 0.0, 0.0]
    """
    windows = _Windows(x.shape, _box(points), stride, padding, dilation)
    padded = windows.pad(x, -math.inf)
    with torch.no_grad():
        largest = torch.stack([windows.read(padded, point) for point in points]).max(0).indices
    space = padded.shape[x.dim() - windows.dimension :]
    positions = torch.arange(space.numel(), device=x.device).view(space)
    first, *_ = corners = [windows.read(positions, point) for point in points]
    steps = torch.stack([(corner - first).flatten()[0] for corner in corners])
    index = steps[largest] + first
    lead = x.dim() - windows.dimension
    return padded.flatten(lead).gather(lead, index.flatten(lead)).view(index.shape)


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
    windows = _Windows(x.shape, box, stride, padding, [1] * len(stride))
    padded = windows.pad(x, fill)
    parts = [
        functools.reduce(
            reduce, (windows.read(padded, point).select(axis, coset) for coset, point in part)
        )
        for part in reads
    ]
    return torch.stack(parts, axis)


def _box(points: Sequence[Sequence[int]]) -> list[int]:
    """Return the sides of the bounding box of points with lowest corner 0."""
    return [max(coordinates) + 1 for coordinates in zip(*points, strict=True)]


class _Windows:
    """Where the windows of a map lie: one for each output."""

    def __init__(
        self,
        shape: Sequence[int],
        box: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int],
    ) -> None:
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.dimension = len(stride)
        reach = [step * (side - 1) + 1 for step, side in zip(dilation, box, strict=True)]
        space = shape[len(shape) - self.dimension :]
        self.sizes = [
            (space[axis] + 2 * padding[axis] - reach[axis]) // stride[axis] + 1
            for axis in range(self.dimension)
        ]
        if min(self.sizes) < 1:
            raise FeatureTypeError(
                f"a window that spans {tuple(reach)} does not fit into a map of {tuple(space)} "
                f"with padding {tuple(padding)}; use a larger map, a smaller window or more "
                "padding",
                witness=tuple(space),
            )

    def pad(self, x: Tensor, fill: float) -> Tensor:
        """Return a map with ``fill`` around it."""
        if not any(self.padding):
            return x
        return F.pad(x, [pad for pad in reversed(self.padding) for _ in range(2)], value=fill)

    def read(self, padded: Tensor, point: Sequence[int]) -> Tensor:
        """Return x(o + w) for all outputs o, of a padded map and a point w of the window."""
        for axis, size in enumerate(self.sizes):
            start = self.dilation[axis] * point[axis]
            stop = start + self.stride[axis] * (size - 1) + 1
            part = slice(start, stop, self.stride[axis])
            padded = padded[_on_axis(axis - self.dimension, part)]
        return padded


def _on_axis(axis: int, part: slice) -> tuple[EllipsisType | slice, ...]:
    """Return the index that takes a part of one axis, counted from the last, -1."""
    return (..., part, *[slice(None)] * (-axis - 1))
