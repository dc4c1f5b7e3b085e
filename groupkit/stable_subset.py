"""Boxes of lattice points: their centres, and the largest subset that S maps onto itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Shaped

from groupkit.errors import DimensionError, WindowError, brief
from groupkit.integers import compact, exact_matmul, exact_sum, integer, rational
from groupkit.stabilizer import Stabilizer

Centre = tuple[Fraction, ...]
MOST_POINTS: Final = 2**26


def box_centre(box: Sequence[int]) -> Centre:
    """Return the centre (n - 1)/2 of the box [0, n_1) × [0, n_2) × …"""
    return tuple(Fraction(side - 1, 2) for side in box)


def allowed_shifts(stabilizer: Stabilizer, centre: Centre) -> Shaped[np.ndarray, "order d"]:
    """Return (I - M)c for every M: S acts about c by x → M x + (I - M)c.

    Raises
    ------
    WindowError
        If one is not an integer vector, so that lattice points would leave the lattice.
    """
    scale = math.lcm(*(coordinate.denominator for coordinate in centre))
    scaled = np.array([int(coordinate * scale) for coordinate in centre], dtype=object)
    moved = exact_matmul(stabilizer.matrices, compact(scaled))
    shifts = scaled - moved.astype(object)  # `scale` itself may be beyond int64
    broken = (shifts % scale != 0).any(axis=1)
    if broken.any():
        matrix = stabilizer.matrices[int(np.argmax(broken))].tolist()
        raise WindowError(
            f"the centre c = {show_centre(centre)} is not allowed: (I - M)c is no integer vector "
            f"for M = {matrix}; choose a centre that every M moves by a lattice vector",
            witness=matrix,
        )
    return compact(shifts // scale)


def stable_subset(stabilizer: Stabilizer, shape: Sequence[int]) -> Bool[np.ndarray, "*shape"]:
    """Return the largest S-stable subset of a box about its centre, as a mask.

    Raises
    ------
    WindowError
        If the centre of the box is not allowed; the message names sizes that are.
    """
    box = read_box(shape, stabilizer.dimension)
    mask = stable_box(stabilizer, box)
    if mask is None:
        near = " or ".join(str(size) for size in sizes_that_work(stabilizer, box, full=False))
        raise WindowError(
            f"an array of size {'×'.join(map(str, box))} has no centre about which "
            f"{stabilizer} maps the lattice onto itself; use {near or 'odd sides'} instead",
            witness=box,
        )
    return mask


def stable_box(stabilizer: Stabilizer, box: tuple[int, ...]) -> Bool[np.ndarray, "*box"] | None:
    """Return the mask of `stable_subset`, None if the centre is not allowed."""
    try:
        shifts = allowed_shifts(stabilizer, box_centre(box))
    except WindowError:
        return None
    points = np.stack(np.unravel_index(np.arange(math.prod(box)), box), axis=1)
    stable = np.ones(len(points), dtype=bool)
    for matrix, shift in zip(stabilizer.matrices, shifts, strict=True):
        images = exact_sum(exact_matmul(points, matrix.T), shift)
        stable &= ((images >= 0) & (images < np.array(box))).all(axis=1)
    return stable.reshape(box)


def reaches_sides(mask: Bool[np.ndarray, "*box"]) -> bool:
    """Return whether the bounding box of a mask is the whole array."""
    return all(
        bool(mask.take(end, axis=axis).any()) for axis in range(mask.ndim) for end in (0, -1)
    )


def sizes_that_work(
    stabilizer: Stabilizer, box: tuple[int, ...], full: bool = True, most: int = 2
) -> list[int | tuple[int, ...]]:
    """Return the box sizes nearest to `box` with a window (``full``) or an allowed centre."""
    if math.prod(side + 2 for side in box) > MOST_POINTS // 64:
        return []
    equal = len(set(box)) == 1
    steps = sorted(
        product(range(-2, 3), repeat=len(box)),
        key=lambda step: (sum(abs(x) for x in step), max(step) != min(step), step),
    )
    found: list[int | tuple[int, ...]] = []
    for step in steps:
        sides = tuple(side + x for side, x in zip(box, step, strict=True))
        if min(sides) < 1 or (equal and len(set(sides)) > 1):
            continue
        mask = stable_box(stabilizer, sides)
        if mask is not None and (not full or reaches_sides(mask)):
            found.append(sides[0] if equal else sides)
        if len(found) == most:
            break
    return sorted(found, key=str) if equal else found


def read_box(sizes: int | Sequence[int], dimension: int) -> tuple[int, ...]:
    """Return the sides of a box as a tuple, checked."""
    one = integer(sizes)
    if one is not None:
        listed: list[Any] = [one] * dimension
    else:
        listed = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    sides = [integer(side) for side in listed]
    if any(side is None or side < 1 for side in sides):
        raise WindowError(
            f"size {brief(sizes)} is not one of a window; use a positive integer or one an axis",
            witness=sizes,
        )
    box = tuple(side for side in sides if side is not None)
    if len(box) != dimension:
        raise DimensionError(
            f"size {brief(sizes)} has {len(box)} sides, the group has dimension {dimension}; give "
            f"one integer, or {dimension}",
            witness=sizes,
        )
    if math.prod(box) > MOST_POINTS:
        raise WindowError(
            f"a box of {'×'.join(map(str, box))} has more than {MOST_POINTS} points, which is "
            "the limit; choose smaller sides",
            witness=box,
        )
    return box


def read_centre(centre: Any, dimension: int) -> Centre:
    """Return a user's centre as fractions, checked."""
    coordinates = [rational(x) for x in centre] if isinstance(centre, Iterable) else []
    known = tuple(coordinate for coordinate in coordinates if coordinate is not None)
    if len(known) != dimension or len(coordinates) != dimension:
        raise WindowError(
            f"{brief(centre)} is not a centre; give {dimension} integers or fractions, such as "
            "Fraction(1, 3)",
            witness=centre,
        )
    return known


def show_centre(centre: Centre) -> str:
    """Return a centre as errors and representations show it: (1/2, 0)."""
    return "(" + ", ".join(str(coordinate) for coordinate in centre) + ")"
