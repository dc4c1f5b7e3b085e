"""Reductions of a map over a sliding window of any shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import EllipsisType

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from groupkit.errors import FeatureTypeError


def reduce_windows(
    x: Float[Tensor, "*map"],
    points: Sequence[Sequence[int]],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    reduce: Callable[[Tensor, Tensor], Tensor],
    fill: float,
) -> Float[Tensor, "*out_map"]:
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
    dimension = len(stride)
    reach = [dilation[axis] * max(point[axis] for point in points) + 1 for axis in range(dimension)]
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
    if any(padding):
        x = F.pad(x, [pad for pad in reversed(padding) for _ in range(2)], value=fill)
    result: Tensor | None = None
    for point in points:
        shifted = x
        for axis in range(dimension):
            start = dilation[axis] * point[axis]
            stop = start + stride[axis] * (sizes[axis] - 1) + 1
            shifted = shifted[_on_axis(axis - dimension, slice(start, stop, stride[axis]))]
        result = shifted if result is None else reduce(result, shifted)
    assert result is not None
    return result


def _on_axis(axis: int, part: slice) -> tuple[EllipsisType | slice, ...]:
    """Return the index that takes a part of one axis, counted from the last, -1."""
    return (..., part, *[slice(None)] * (-axis - 1))
