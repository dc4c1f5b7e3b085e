"""Isometries for all lengths and angles: the general Gram matrix, and lattices that do not fit."""

import copy

import pytest
from sympy import Matrix, Rational, Symbol, cos

import groupkit as gk
from groupkit.lattice import Form, Lattice
from groupkit.verification.isometry_law import isometries, symbolic_gram
from tests.known_groups import SHIPPED
from tests.verification.subjects import OCTAHEDRAL, subject_of

a, b, c = (Symbol(name, positive=True) for name in "abc")
alpha, beta, gamma = (Symbol(name, real=True) for name in ("alpha", "beta", "gamma"))
half = Rational(1, 2)


@pytest.mark.parametrize(
    ("name", "gram"),
    [
        ("line", [[a**2]]),
        ("oblique", [[a**2, a * b * cos(gamma)], [a * b * cos(gamma), b**2]]),
        ("rectangular", [[a**2, 0], [0, b**2]]),
        ("rhombic", [[a**2, a**2 * cos(gamma)], [a**2 * cos(gamma), a**2]]),
        ("square", [[a**2, 0], [0, a**2]]),
        ("hexagonal", [[a**2, -half * a**2], [-half * a**2, a**2]]),
        ("orthorhombic", [[a**2, 0, 0], [0, b**2, 0], [0, 0, c**2]]),
        (
            "triclinic",
            [
                [a**2, a * b * cos(gamma), a * c * cos(beta)],
                [a * b * cos(gamma), b**2, b * c * cos(alpha)],
                [a * c * cos(beta), b * c * cos(alpha), c**2],
            ],
        ),
    ],
)
def test_general_gram_matrix(name: str, gram: list[list[object]]) -> None:
    assert symbolic_gram(Lattice.named(name)) == Matrix(gram)


@pytest.mark.parametrize("group", [*SHIPPED, OCTAHEDRAL], ids=lambda g: g.name)
def test_holds(group: gk.SplitGroup) -> None:
    assert isometries(subject_of(group)).status == "proved"


@pytest.mark.parametrize("lattice", ["oblique", "rectangular", "rhombic", "hexagonal"])
def test_a_quarter_turn_needs_a_square(lattice: str) -> None:
    found = isometries(subject_of(gk.p4).changed(lattice=Lattice.named(lattice)))
    assert found.status == "refuted"
    assert "MᵀQM" in str(found.witness)


def test_rectangle_of_one_shape_is_not_all_rectangles() -> None:
    rigid = Lattice.from_gram("a square", [[1, 0], [0, 1]])
    assert isometries(subject_of(gk.p4).changed(lattice=rigid)).status == "proved"


def unchecked(gram: Form, form: Form) -> Lattice:
    """Return a lattice that its constructor would refuse."""
    lattice = Lattice.named("square")
    broken = copy.copy(lattice)
    object.__setattr__(broken, "gram", gram)
    object.__setattr__(broken, "forms", (form,))
    return broken


@pytest.mark.parametrize(
    ("gram", "witness"),
    [(((-1, 0), (0, -1)), "positive definite"), (((1, 0), (0, 2)), "no combination")],
)
def test_a_gram_matrix_that_is_none_is_refuted(gram: Form, witness: str) -> None:
    found = isometries(subject_of(gk.p4).changed(lattice=unchecked(gram, ((1, 0), (0, 1)))))
    assert found.status == "refuted"
    assert witness in str(found.witness)
