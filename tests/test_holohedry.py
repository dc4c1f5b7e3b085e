"""The isometries of a lattice are all that there are, and form a group."""

from itertools import product

import numpy as np
import pytest

import groupkit as gk
from groupkit import Lattice
from groupkit.errors import LatticeError
from groupkit.holohedry import holohedry

ORDERS = {
    "line": 2,
    "oblique": 2,
    "rectangular": 4,
    "rhombic": 4,
    "square": 8,
    "triclinic": 2,
    "monoclinic": 4,
    "monoclinic S": 4,
    "orthorhombic": 8,
    "orthorhombic I": 8,
    "orthorhombic F": 8,
    "tetragonal": 16,
    "tetragonal I": 16,
    "rhombohedral": 12,
    "cubic": 48,
    "cubic I": 48,
    "cubic F": 48,
}


@pytest.mark.parametrize(("name", "order"), ORDERS.items())
def test_orders_are_those_of_the_crystal_systems(name: str, order: int) -> None:
    assert len(holohedry(Lattice.named(name))) == order


@pytest.mark.parametrize(("dimension", "order"), [(2, 12), (3, 24)])
def test_the_hexagonal_ones(dimension: int, order: int) -> None:
    assert len(holohedry(Lattice.named("hexagonal", dimension))) == order


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "line"])
def test_they_form_a_group_of_isometries(name: str) -> None:
    lattice = Lattice.named(name)
    matrices = holohedry(lattice)
    lattice.check_isometries(matrices)
    assert gk.SplitGroup.from_matrices("holohedry", matrices, lattice=lattice).verify()


@pytest.mark.parametrize("name", ["oblique", "rectangular", "rhombic", "square", "hexagonal"])
def test_none_is_missing(name: str) -> None:
    lattice = Lattice.named(name, 2)
    forms = [np.array(form) for form in lattice.forms]
    brute = [
        [[a, b], [c, d]]
        for a, b, c, d in product(range(-3, 4), repeat=4)
        if all(
            (np.array([[a, b], [c, d]]).T @ form @ np.array([[a, b], [c, d]]) == form).all()
            for form in forms
        )
    ]
    assert sorted(holohedry(lattice).tolist()) == sorted(brute)
    assert holohedry(lattice).tolist() == sorted(brute)


def test_every_group_lies_in_the_holohedry_of_its_lattice() -> None:
    for group in (gk.p2, gk.p4m, gk.p6, gk.p6m):
        whole = {matrix.tobytes() for matrix in holohedry(group.lattice)}
        assert {matrix.tobytes() for matrix in group.stabilizer.matrices} <= whole


def test_a_rigid_rectangle_may_have_more_than_its_family() -> None:
    assert len(holohedry(Lattice.from_gram("golden", [[1, 0], [0, 4]]))) == 4
    assert len(holohedry(Lattice.from_gram("square by chance", [[2, 0], [0, 2]]))) == 8
    assert len(holohedry(Lattice.from_gram("skewed square", [[1, 3], [3, 10]]))) == 8


def test_a_basis_beyond_reach_is_refused() -> None:
    with pytest.raises(LatticeError, match="choose shorter basis vectors"):
        holohedry(Lattice.from_gram("needle", [[1, 10**6], [10**6, 10**12 + 1]]))
