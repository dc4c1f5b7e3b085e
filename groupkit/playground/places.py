"""Where the patches of a feature map stand: the points of G/H, as places on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from groupkit.graphs.orientations import orientations
from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer

APART: Final = 2.3
"""The least distance of neighbours; a patch fits into a circle of radius 1."""


def places(
    stabilizer: Stabilizer, lattice: Lattice, elements: Sequence[int]
) -> Float[np.ndarray, "patches 2"]:
    """Return a place on the page, x to the right and y up, for some elements of S.

    Rotations stand on the outer ring, at the angle by which they turn the page, reflections
    beside them on a ring of their own, as `groupkit.graphs.orientations.orientations` has it;
    elements that move the page alike, the internal symmetries of a group, on further rings.
    Where there are no more than two angles, rings would be a column: partners stand side by
    side.  A coset stands where its smallest element would.

    Parameters
    ----------
    stabilizer : Stabilizer
    lattice : Lattice
    elements : sequence of int
        Different elements: all, or representatives of cosets.

    Examples
    --------
    >>> from groupkit import p4
    >>> (places(p4.stabilizer, p4.lattice, range(4)).round(2) + 0.0).tolist()
    [[0.0, 1.63], [-1.63, 0.0], [0.0, -1.63], [1.63, 0.0]]
    """
    chosen = np.array(elements, dtype=np.int64)
    if len(chosen) == 1:
        return np.zeros((1, 2))
    angles, rings = orientations(stabilizer, lattice)
    turns = np.round(np.degrees(angles[chosen])).astype(np.int64) % 360
    rings = _compact(2 * _alike(turns, rings[chosen]) + rings[chosen])
    if len(set(turns.tolist())) <= 2:
        return _side_by_side(turns, rings)
    radius, radii = 0.0, np.zeros(rings.max() + 1)
    for ring in range(rings.max(), -1, -1):  # from the inside
        gap = _least_gap(turns[rings == ring])
        needed = APART / (2 * np.sin(np.radians(min(gap, 180)) / 2)) if gap < 360 else 0.0
        radius = max(needed, radius + APART if ring < rings.max() else 0.0)
        radii[ring] = radius
    around = np.radians(turns)
    found = radii[rings][:, None] * np.stack([np.cos(around), np.sin(around)], axis=1)
    return _centred(found)


def _alike(
    turns: Int[np.ndarray, " patches"], rings: Int[np.ndarray, " patches"]
) -> Int[np.ndarray, " patches"]:
    """Return how many earlier elements have the same angle and ring."""
    seen: dict[tuple[int, int], int] = {}
    counts = []
    for key in zip(turns.tolist(), rings.tolist(), strict=True):
        counts.append(seen.get(key, 0))
        seen[key] = counts[-1] + 1
    return np.array(counts)


def _compact(rings: Int[np.ndarray, " patches"]) -> Int[np.ndarray, " patches"]:
    """Return rings without empty ones between them."""
    return np.unique(rings, return_inverse=True)[1]


def _least_gap(turns: Int[np.ndarray, " on_ring"]) -> int:
    """Return the least angle between two of a ring in degrees, 360 if there is one alone."""
    ordered = np.sort(turns)
    return int(np.diff(ordered, append=ordered[0] + 360).min())


def _side_by_side(
    turns: Int[np.ndarray, " patches"], rings: Int[np.ndarray, " patches"]
) -> Float[np.ndarray, "patches 2"]:
    """Return a column for the first angle, the same turned by the second one beside it."""
    first = turns == turns[0]
    count = rings.max() + 1
    down = ((count - 1) / 2 - rings) * APART
    if first.all():  # nothing turns: side by side from the left
        return np.stack([-down, np.zeros(len(turns))], axis=1)
    across = np.where(first, -APART / 2, APART / 2)
    return np.stack([across, np.where(first, down, -down)], axis=1)


def _centred(found: Float[np.ndarray, "patches 2"]) -> Float[np.ndarray, "patches 2"]:
    """Return places whose bounding box has its middle at 0."""
    moved: Float[np.ndarray, "patches 2"] = found - (found.min(axis=0) + found.max(axis=0)) / 2
    return moved
