"""What calls of torch read that move positions: convolutions, poolings, padding, slices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from torch import Tensor

from groupkit.stabilizer import Stabilizer
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel, Place
from groupkit_torch.tracing.track import Arguments, Draw, Track, argument, slid


def _sides(value: Any, d: int) -> Sides:
    listed = [value] * d if isinstance(value, int) else [int(x) for x in value]
    return tuple(listed * d if len(listed) == 1 else listed)


def _box_kernel(
    stabilizer: Stabilizer, box: Sides, labels: Any, stride: Sides, dilation: Sides
) -> Kernel:
    points = np.array(list(product(*map(range, box))), dtype=np.int64)
    return Kernel(stabilizer, points, labels, None, stride, dilation)


def _conv(
    stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, track: Track, draw: Draw
) -> Track | None:
    d = stabilizer.dimension
    weight = argument("weight", 1, None, args, kwargs)
    x = argument("input", 0, None, args, kwargs)
    if x.dim() != d + 2 or isinstance(argument("padding", 4, 0, args, kwargs), str):
        return None
    stride, padding, dilation = (
        _sides(argument(name, place, default, args, kwargs), d)
        for name, place, default in (("stride", 3, 1), ("padding", 4, 0), ("dilation", 5, 1))
    )
    bias = argument("bias", 2, None, args, kwargs) is not None
    kernel = _plain_filters(stabilizer, weight, stride, dilation)
    return _filtered(track, kernel, lambda size: kernel.place(size, padding), padding, draw, bias)


def _conv_transpose(
    stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, track: Track, draw: Draw
) -> Track | None:
    d = stabilizer.dimension
    weight = argument("weight", 1, None, args, kwargs)
    if argument("input", 0, None, args, kwargs).dim() != d + 2:
        return None
    stride, padding, extra, dilation = (
        _sides(argument(name, place, default, args, kwargs), d)
        for name, place, default in (
            ("stride", 3, 1),
            ("padding", 4, 0),
            ("output_padding", 5, 0),
            ("dilation", 7, 1),
        )
    )
    kernel = _plain_filters(stabilizer, weight, stride, dilation)
    numbers = list(zip(stride, padding, extra, kernel.reach, strict=True))

    def output(size: Sides) -> Sides:
        return tuple(
            (n - 1) * s - 2 * p + r + e + 1 for n, (s, p, e, r) in zip(size, numbers, strict=True)
        )

    def place(size: Sides) -> tuple[Sides, Sides]:
        sides = [
            (m - e - 1 - r + 2 * p) // s + 1 for m, (s, p, e, r) in zip(size, numbers, strict=True)
        ]
        return tuple(sides), tuple(-p for p in padding)

    assert track.print is not None
    bias = argument("bias", 2, None, args, kwargs) is not None
    found = track.print.filtered(kernel, place, draw, adjoint=output, bias=bias)
    return slid(track, kernel, padding, found, adjoint=True)


def _plain_filters(
    stabilizer: Stabilizer, weight: Tensor, stride: Sides, dilation: Sides
) -> Kernel:
    """Return the kernel of filters that need not be symmetric: points weigh alike if all agree."""
    columns = weight.detach().flatten(2).flatten(0, 1)
    labels = torch.unique(columns, dim=1, return_inverse=True)[1].cpu().numpy()
    return _box_kernel(stabilizer, tuple(weight.shape[2:]), labels, stride, dilation)


def _filtered(
    track: Track,
    kernel: Kernel,
    place: Place,
    shift: Sides,
    draw: Draw,
    bias: bool = False,
    divide: str = "",
) -> Track:
    assert track.print is not None
    found = track.print.filtered(kernel, place, draw, bias=bias, divide=divide)
    return slid(track, kernel, shift, found)


def _pool(
    stabilizer: Stabilizer,
    args: tuple[Any, ...],
    kwargs: Arguments,
    track: Track,
    draw: Draw,
    average: bool,
) -> Track | None:
    d = stabilizer.dimension
    box = _sides(argument("kernel_size", 1, None, args, kwargs), d)
    stride = argument("stride", 2, None, args, kwargs)
    padding = _sides(argument("padding", 3, 0, args, kwargs), d)
    dilation = _sides(1 if average else argument("dilation", 4, 1, args, kwargs), d)
    if argument("ceil_mode", 4 if average else 5, False, args, kwargs):
        return None
    labels = np.zeros(math.prod(box), dtype=np.int64)
    kernel = _box_kernel(stabilizer, box, labels, _sides(stride or box, d), dilation)

    def place(size: Sides) -> tuple[Sides, Sides]:
        return kernel.place(size, padding)

    if average:
        counts = argument("count_include_pad", 5, True, args, kwargs)
        divide = "all" if counts else "inside"
        return _filtered(track, kernel, place, padding, draw, divide=divide)
    assert track.print is not None
    return slid(track, kernel, padding, track.print.largest(kernel, place))


def _max_pool(
    stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, track: Track, draw: Draw
) -> Track | None:
    return _pool(stabilizer, args, kwargs, track, draw, average=False)


def _avg_pool(
    stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, track: Track, draw: Draw
) -> Track | None:
    return _pool(stabilizer, args, kwargs, track, draw, average=True)


def _pad(
    stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, track: Track, draw: Draw
) -> Track | None:
    d = stabilizer.dimension
    pads = list(argument("pad", 1, [], args, kwargs)) + [0] * (2 * d)
    mode = argument("mode", 2, "constant", args, kwargs)
    if any(pads[2 * d :]) or argument("value", 3, None, args, kwargs):
        return None
    low = tuple(int(pads[2 * (d - 1 - axis)]) for axis in range(d))
    high = tuple(int(pads[2 * (d - 1 - axis) + 1]) for axis in range(d))

    def place(size: Sides) -> tuple[Sides, Sides]:
        sides = tuple(n + a + b for n, a, b in zip(size, low, high, strict=True))
        return sides, tuple(-a for a in low)

    kernel = Kernel.of_point(stabilizer, (1,) * d)
    if mode != "constant":
        kernel = replace(kernel, padding_mode=mode)
    return _filtered(track, kernel, place, low, draw, divide="all")


def _getitem(
    stabilizer: Stabilizer, args: tuple[Any, ...], _: Arguments, track: Track, draw: Draw
) -> Track | None:
    d, x = stabilizer.dimension, args[0]
    index = args[1] if isinstance(args[1], tuple) else (args[1],)
    if any(not isinstance(part, (slice, int, type(...), type(None))) for part in index):
        return None
    whole = [part for part in index if part is not None]
    if ... in whole:
        at = whole.index(...)
        fill = x.dim() - len(whole) + 1
        whole = [*whole[:at], *[slice(None)] * fill, *whole[at + 1 :]]
    whole += [slice(None)] * (x.dim() - len(whole))
    parts = whole[-d:]
    if any(not isinstance(part, slice) for part in parts) or any(p is None for p in index[-d:]):
        return None
    slices = [part for part in parts if isinstance(part, slice)]
    ranges = [range(*part.indices(n)) for part, n in zip(slices, track.size, strict=True)]

    def place(size: Sides) -> tuple[Sides, Sides]:
        own = [range(*part.indices(n)) for part, n in zip(slices, size, strict=True)]
        return tuple(len(r) for r in own), tuple(r.start for r in own)

    kernel = Kernel.of_point(stabilizer, tuple(r.step for r in ranges))
    return _filtered(track, kernel, place, tuple(-r.start for r in ranges), draw, divide="all")


Rule: TypeAlias = Callable[[Stabilizer, tuple[Any, ...], Arguments, Track, Draw], Track | None]
RULES: Final[dict[str, Rule]] = {
    "convNd": _conv,
    "conv_transposeNd": _conv_transpose,
    "max_poolNd": _max_pool,
    "avg_poolNd": _avg_pool,
    "pad": _pad,
    "__getitem__": _getitem,
}
