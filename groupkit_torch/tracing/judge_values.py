"""What calls of torch do to the numbers of maps: functions of each position, and reductions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from torch import Tensor

from groupkit_torch.geometry import Sides
from groupkit_torch.tracing.fingerprint import Fingerprint
from groupkit_torch.tracing.residues import PRIME, Numbers
from groupkit_torch.tracing.torch_calls import (
    DROPS,
    GROWS,
    GROWS_FROM_ZERO,
    NORMS,
    PRODUCTS,
    SAME,
    SUMS,
    ZERO,
)
from groupkit_torch.tracing.track import Arguments, Draw, Track, argument


def drops_nothing(name: str, args: tuple[Any, ...], kwargs: Arguments) -> bool:
    """Return whether a call of dropout drops nothing: not in training, or with p = 0."""
    training = argument("training", 2, True, args, kwargs)
    return name in DROPS and (not training or argument("p", 1, 0.5, args, kwargs) == 0)


def by_channel(name: str, args: tuple[Any, ...], kwargs: Arguments) -> bool:
    """Return whether a softmax runs over the channels."""
    dim = argument("dim", 1, None, args, kwargs)
    return name in ("softmax", "log_softmax") and dim == 1


def pointwise(
    name: str, args: tuple[Any, ...], kwargs: Arguments, tracks: Sequence[Track], draw: Draw
) -> Fingerprint | None:
    """Return what a call makes of each position, None if it cannot be judged."""
    prints = [track.print for track in tracks if track.print is not None]
    own, others = prints[0], prints[1:]
    dimension = own.stabilizer.dimension
    if name in SAME:
        return own
    if name in DROPS:
        return own if drops_nothing(name, args, kwargs) else None
    if name in NORMS:
        training = bool(argument("training", 5, False, args, kwargs))
        if name == "instance_norm":
            training = bool(argument("use_input_stats", 5, True, args, kwargs))
        if name == "group_norm" or training:  # statistics of boxes
            return (
                own.with_total(draw, alone=False) if own.stabilizer.is_signed_permutation else None
            )
        weight = argument("weight", 3, None, args, kwargs)
        up = name == "batch_norm" and (weight is None or bool((weight > 0).all()))
        return own.scaled(*draw.integers(1, PRIME, (2, 2)), monotone=up)
    if name == "glu" and argument("dim", 1, -1, args, kwargs) != 1:
        return None
    if not others:
        numbers = [x for x in (*args, *kwargs.values()) if isinstance(x, int | float)]
        if name in SUMS:
            turned = name in ("rsub", "__rsub__")  # a number minus the map
            factor = np.full(2, PRIME - 1 if turned else 1)
            return own.scaled(factor, draw.integers(1, PRIME, 2), monotone=not turned)
        if name in PRODUCTS | {"div", "div_", "true_divide", "__truediv__"}:
            up = bool(numbers) and min(numbers) > 0
            return own.scaled(draw.integers(1, PRIME, 2), np.zeros(2, int), monotone=up)
        grows = name in GROWS_FROM_ZERO | GROWS
        return own.apply(draw, zero=name in GROWS_FROM_ZERO | ZERO, monotone=grows)
    sizes = {track.size for track in tracks}
    ones = (1,) * dimension
    if len(sizes - {ones}) > 1 or () in sizes:
        return None
    own = max(prints, key=lambda found: math.prod(found.size))
    rest = [found for found in prints if found is not own]
    if name in ("cat", "concat", "stack") and argument("dim", 1, 0, args, kwargs) not in (0, 1):
        return None
    if name in SUMS:
        sign = 1 if name.endswith(("add", "add_", "add__")) else -1
        scale = kwargs.get("alpha", 1)
        if scale != 1:
            return own.joined(rest, _mixed(draw, len(rest) + 1))
        if rest:
            turn = 1 if tracks[0].print is own else sign
            return own.joined(rest, lambda v: (v[0] + sign * v[1]) * turn % PRIME)
        return own.scaled(draw.integers(1, PRIME, 2), np.zeros(2, int))
    if not rest:  # a map with itself
        return own.apply(draw, zero=False, monotone=False)
    if name in PRODUCTS:
        return own.joined(rest, lambda v: math.prod(v[1:], start=v[0]) % PRIME)
    mixed = own.joined(rest, _mixed(draw, len(rest) + 1))
    return (
        mixed
        if name in ("cat", "concat", "stack")
        else mixed.apply(draw, zero=False, monotone=False)
    )


def _mixed(draw: Draw, count: int) -> Callable[[list[Numbers]], Numbers]:
    factors = draw.integers(1, PRIME, count)

    def combine(values: list[Numbers]) -> Numbers:
        total = values[0] * 0
        for value, factor in zip(values, factors, strict=True):
            total = (total + value * factor) % PRIME
        return total

    return combine


def reduced(args: tuple[Any, ...], kwargs: Arguments) -> set[int]:
    """Return the axes that a reduction takes together."""
    dims = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else None))
    dims = None if isinstance(dims, bool) else dims  # std(x, unbiased)
    rank = args[0].dim()
    chosen = range(rank) if dims is None else [dims] if isinstance(dims, int) else dims
    return {x % rank for x in chosen}


def lattice(args: tuple[Any, ...], d: int) -> set[int]:
    """Return the lattice axes of a call's first tensor."""
    return set(range(args[0].dim() - d, args[0].dim()))


def reduce(
    name: str,
    args: tuple[Any, ...],
    kwargs: Arguments,
    track: Track,
    out: Tensor,
    draw: Draw,
    d: int,
) -> Track | None:
    """Return what is known of maxima, means, sums over lattice axes, None if not all of them."""
    own = track.print
    assert own is not None
    if name.startswith("adaptive_"):
        after = tuple(out.shape[-d:])
        asked = argument("output_size", 1, None, args, kwargs)
        if isinstance(asked, int):
            asked = [asked] * d

        def ranges(size: Sides) -> list[list[range]]:
            wanted = [n if m is None else m for n, m in zip(size, asked, strict=True)]
            return [
                [range(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
                for n, m in zip(size, wanted, strict=True)
            ]

        centre = tuple(Fraction(n - 1, 2) for n in after)
        if name.startswith("adaptive_avg"):
            return Track.of(own.along(lambda size: _means(size, ranges(size))), centre)
        if None in asked:
            return None
        found = own.largest_of_all(lambda size: _cells(size, ranges(size)), tuple(asked))
        return Track.of(found, centre)
    taken, axes = reduced(args, kwargs), lattice(args, d)
    if not taken & axes:
        return track
    if not axes <= taken:
        return None
    found = own.summed(draw) if name in ("mean", "sum") else own.with_total(draw, alone=True)
    if name in ("max", "amax"):
        found = own.largest_of_all(lambda size: [np.arange(math.prod(size))], (1,) * d)
        found = found.each(lambda _, value: value.reshape(2))
    if out.dim() == args[0].dim():  # keepdim
        kept = found.each(lambda _, value: value.reshape(2, *[1] * d))
        return Track.of(kept, (Fraction(0),) * d)
    return Track.of(found, ())


def _means(size: Sides, ranges: list[list[range]]) -> list[Numbers]:
    matrices = []
    for n, cells in zip(size, ranges, strict=True):
        matrix = np.zeros((len(cells), n), dtype=np.int64)
        for row, cell in zip(matrix, cells, strict=True):
            row[cell.start : cell.stop] = pow(len(cell), PRIME - 2, PRIME)
        matrices.append(matrix)
    return matrices


def _cells(size: Sides, ranges: list[list[range]]) -> list[Numbers]:
    return [
        np.array([np.ravel_multi_index(at, size) for at in product(*cell)])
        for cell in product(*ranges)
    ]
