"""Tents are invariant, sum to one, interpolate, and keep linear functions: in integers, always."""

import itertools

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import DimensionError, WindowError
from groupkit.tent import Tent, tent
from tests.known_groups import NAMES, declared

_shear = np.array([[1, 1], [0, 1]])
SKEWED = gk.SplitGroup.from_matrices(
    "skewed", [np.array([[1, -1], [0, 1]]) @ m @ _shear for m in gk.p6m.stabilizer.matrices]
)


def positions(found: Tent) -> np.ndarray:
    """Return twice the points about the middle of their box."""
    return 2 * found.points - (np.array(found.box) - 1)


def check(group: gk.SplitGroup, size: int) -> None:
    found = tent(group.stabilizer, size)
    at = dict(zip(map(tuple, positions(found).tolist()), found.weights.tolist(), strict=True))
    assert min(at.values()) > 0
    assert np.gcd.reduce([*found.weights, found.denominator]) == 1
    for matrix in group.stabilizer.matrices:  # invariant
        for point, weight in at.items():
            assert at[tuple((matrix @ point).tolist())] == weight
    width = (size + 1) // 2
    sums: dict[tuple[int, ...], int] = {}
    moments: dict[tuple[int, ...], np.ndarray] = {}
    for point, weight in at.items():
        residue = tuple(x % (2 * width) for x in point)
        sums[residue] = sums.get(residue, 0) + weight
        # sum of (w z) ψ(x - w z) = x for the x of this residue, with point = x - w z
        lattice = np.array(residue) - np.array(point)
        moments[residue] = moments.get(residue, 0) + weight * lattice
    parity = range(1 - size % 2, 2 * width, 2)
    assert len(sums) == len(parity) ** group.dimension  # every residue is reached
    for residue, total in sums.items():
        assert total == found.denominator
        assert (moments[residue] == found.denominator * np.array(residue)).all()
    if size % 2:  # interpolating
        zero = (0,) * group.dimension
        assert at[zero] == found.denominator
        assert [p for p in at if not any(x % (2 * width) for x in p)] == [zero]


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("name", NAMES)
def test_the_identities_hold_for_every_group(name: str, size: int) -> None:
    group = declared(name)
    check(group, 3 if group.dimension == 3 and size == 5 and group.stabilizer.order > 12 else size)


@pytest.mark.parametrize("size", [2, 4, 6])
@pytest.mark.parametrize("name", NAMES)
def test_at_halves_too_where_the_group_allows_them(name: str, size: int) -> None:
    group = declared(name)
    if group.dimension == 3 and size > 4:
        return
    try:
        found = tent(group.stabilizer, size)
    except WindowError:
        assert not group.stabilizer.is_signed_permutation
    else:
        assert (np.array(found.box) % 2 == 0).all()
        check(group, size)


def test_boxes_get_products_and_hexagons_the_hexagonal_hat() -> None:
    line = np.array([1, 2, 3, 2, 1])
    assert (tent(gk.p4m.stabilizer, 5).on_box() == np.outer(line, line)).all()
    found = tent(gk.p6m.stabilizer, 5)
    expected = np.zeros((5, 5), dtype=np.int64)
    for x, y in itertools.product(range(-2, 3), repeat=2):
        expected[x + 2, y + 2] = max(0, 3 - max(abs(x), abs(y), abs(x - y)))
    assert (found.on_box() == expected).all()
    assert found.denominator == 3
    check(SKEWED, 5)  # the mean over S makes any basis symmetric


def test_sizes_may_differ_where_the_group_does_not_mix_them() -> None:
    found = tent(gk.p2.stabilizer, (3, 1))
    assert found.on_box().tolist() == [[1], [2], [1]]
    assert found.denominator == 2


def test_a_tent_that_is_not_symmetric_is_noticed() -> None:
    found = tent(gk.p6m.stabilizer, 3)
    at = set(map(tuple, positions(found).tolist()))
    assert any(
        tuple((matrix @ point).tolist()) not in at
        for matrix in SKEWED.stabilizer.matrices
        for point in at
    )


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(WindowError, match="mixes axes 0 and 1; use one size for both"):
        tent(gk.p4.stabilizer, (3, 1))
    with pytest.raises(WindowError, match=r"no tent of even sizes \(4, 4\) .* use \(5, 5\)"):
        tent(gk.p6.stabilizer, 4)
    with pytest.raises(WindowError, match="use a positive integer"):
        tent(gk.p4.stabilizer, 0)
    with pytest.raises(DimensionError, match="has 3 sides"):
        tent(gk.p4.stabilizer, (3, 3, 3))
