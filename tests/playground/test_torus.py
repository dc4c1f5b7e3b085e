"""The points of the torus on the page: a whole period, as symmetric as the lattice."""

from itertools import product

import numpy as np
import pytest

import groupkit as gk
from groupkit.playground.torus import neighbours, torus_points
from tests.playground.planar import GROUPS

LATTICES = sorted({group.lattice for group in GROUPS}, key=lambda lattice: lattice.name)


def nearest_multiples(lattice: gk.Lattice, side: int) -> set[tuple[int, int]]:
    """Find the points at which no vector of a large box is nearer than 0."""
    gram = np.array(lattice.gram)
    vectors = np.array(list(product(range(-6, 7), repeat=2))) * side
    found = set()
    for x in product(range(-4 * side, 4 * side + 1), repeat=2):
        apart = np.array(x) - vectors
        if np.dot(x, gram @ x) <= (apart @ gram * apart).sum(axis=1).min():
            found.add(x)
    return found


@pytest.mark.parametrize("side", [1, 4, 5])
@pytest.mark.parametrize("lattice", LATTICES, ids=lambda lattice: lattice.name)
def test_points_are_nearest_to_zero(lattice: gk.Lattice, side: int) -> None:
    points = torus_points(lattice, side)
    assert points.tolist() == sorted(points.tolist())
    assert {tuple(point) for point in points.tolist()} == nearest_multiples(lattice, side)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_set_is_a_period_and_stable(group: gk.SplitGroup) -> None:
    points = {tuple(point) for point in torus_points(group.lattice, 33).tolist()}
    assert len({(u % 33, v % 33) for u, v in points}) == 33**2
    for matrix in group.stabilizer.matrices:
        assert {tuple((matrix @ point).tolist()) for point in points} == points


def test_hexagonal_neighbours_hold_the_six_nearest() -> None:
    lattice = gk.Lattice.named("hexagonal")
    gram = np.array(lattice.gram)
    found = neighbours(lattice)
    lengths = (found @ gram * found).sum(axis=1)
    assert (lengths == lengths.min()).sum() == 6
