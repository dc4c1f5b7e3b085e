"""Conventional cells: from primitive coordinates, and back."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

import groupkit as gk
from groupkit.bravais import PEARSON
from groupkit.centring import conventional_basis, inverse

# How many lattice points a conventional cell holds.
POINTS = {"P": 1, "S": 2, "A": 2, "I": 2, "F": 4}


def matrix(rows: tuple[tuple[Fraction, ...], ...]) -> sympy.Matrix:
    return sympy.Matrix([[sympy.Rational(x.numerator, x.denominator) for x in row] for row in rows])


@pytest.mark.parametrize("symbol", PEARSON)
def test_both_ways(symbol: str) -> None:
    lattice = gk.Lattice.named(symbol)
    forth = matrix(lattice.conventional_from_primitive)
    assert matrix(lattice.primitive_from_conventional) == forth.inv()
    points = {"oc": 2, "hR": 3}.get(symbol, POINTS.get(symbol[1], 1))
    assert abs(forth.det()) == sympy.Rational(1, points)


def test_a_lattice_that_only_has_the_name_is_not_centred() -> None:
    rigid = gk.Lattice.from_gram("cubic F", [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert matrix(rigid.conventional_from_primitive) == sympy.eye(3)
    assert matrix(rigid.primitive_from_conventional) == sympy.eye(3)
    assert conventional_basis("nobody", 4) == tuple(
        tuple(Fraction(int(i == j)) for j in range(4)) for i in range(4)
    )


@pytest.mark.parametrize(
    "name", ["Fm-3m", "R-3m", "Cmmm", "Amm2", "c2mm", "I4/mmm", "P6/mmm", "p4"]
)
def test_matrices_return_from_the_conventional_cell(name: str) -> None:
    group = gk.catalog[name]
    forth = np.array(group.lattice.conventional_from_primitive)
    back = np.array(group.lattice.primitive_from_conventional)
    assert (back @ group.conventional_matrices @ forth == group.stabilizer.matrices).all()


def test_inverse() -> None:
    rows = ((Fraction(1, 3), Fraction(2)), (Fraction(5, 7), Fraction(-1, 2)))
    assert matrix(inverse(rows)) == matrix(rows).inv()
