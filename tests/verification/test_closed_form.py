"""A closed form of `matrix` is proved for all integer indices, by the law that it satisfies."""

from collections.abc import Callable
from typing import Any

import pytest
from sympy import I, Matrix, cos, exp, eye, pi, re, sin, sqrt

import groupkit as gk
from groupkit.verification.closed_form import closed_form
from tests.verification.subjects import subject_of

SIXTH = Matrix([[1, -1], [1, 0]])


def turn(r: Any, n: int) -> Matrix:
    angle = 2 * pi * r / n
    return Matrix([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])


def hexagonal(r: Any) -> Matrix:
    return cos(r * pi / 3) * eye(2) + sin(r * pi / 3) / sqrt(3) * Matrix([[1, -2], [2, -1]])


PROVED: dict[str, tuple[dict[str, int], Callable[..., Any], str]] = {
    "p4 of the paper": ({"r": 4}, lambda r: turn(r, 4), "M(r) M(r') = M(r + r')"),
    "p2": ({"r": 2}, lambda r: [[(-1) ** r, 0], [0, (-1) ** r]], "periods 2"),
    "p6": ({"r": 6}, hexagonal, "periods 6"),
    "p6 by powers": ({"r": 6}, lambda r: SIXTH**r, "periods 6"),
    "p4m of the paper": (
        {"m": 2, "r": 4},
        lambda m, r: Matrix([[(-1) ** m, 0], [0, 1]]) * turn(r, 4),
        "(-1)^{m'} r + r'",
    ),
    "p4m, mirror last": (
        {"r": 4, "m": 2},
        lambda r, m: turn(r, 4) * Matrix([[(-1) ** m, 0], [0, 1]]),
        "M(r, m) M(r', m') = M(r + (-1)^{m} r', m + m')",
    ),
    "p6m by powers": (
        {"m": 2, "r": 6},
        lambda m, r: Matrix([[0, 1], [1, 0]]) ** m * SIXTH**r,
        "(-1)^{m'} r + r'",
    ),
    "two mirrors": (
        {"m": 2, "n": 2},
        lambda m, n: [[(-1) ** m, 0], [0, (-1) ** n]],
        "M(m + m', n + n')",
    ),
    "by exponentials": (
        {"r": 4},
        lambda r: Matrix([[re(I**r), -re(I ** (r - 1))], [re(I ** (r - 1)), re(I**r)]]),
        "periods 4",
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_declared_forms(name: str) -> None:
    axes, matrix, law = PROVED[name]
    found = gk.SplitGroup(name, axes, matrix).verify()["closed form"]
    assert found.status == "proved", found
    assert law in found.method


NOT_CLOSED: dict[str, Callable[[Any], Any]] = {
    "a table": lambda r: gk.p4.stabilizer.matrices[r],
    "an integer power": lambda r: Matrix([[0, -1], [1, 0]]) ** int(r),
}


@pytest.mark.parametrize("name", NOT_CLOSED)
def test_what_takes_no_symbols_is_not_applicable(name: str) -> None:
    found = gk.SplitGroup("p4", {"r": 4}, NOT_CLOSED[name]).verify()["closed form"]
    assert found.status == "not applicable"
    assert "symbols" in found.method


def test_a_form_that_is_right_for_0_and_1_only_says_so() -> None:
    found = gk.SplitGroup("pm", {"m": 2}, lambda m: [[1 - 2 * m, 0], [0, 1]]).verify()
    assert found["closed form"].status == "not applicable"
    assert "period 2" in found["closed form"].method
    assert found


WRONG: dict[str, Callable[[Any], Any]] = {
    "index off by one": lambda r: turn(r + 1, 4),
    "turned back": lambda r: turn(-r, 4),
    "another angle": lambda r: turn(r, 3),
    "alternating sign": lambda r: turn(r, 4) * exp(I * pi * r),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_form_that_is_not_the_tabulated_matrix_is_refuted(name: str) -> None:
    found = closed_form(subject_of(gk.p4, matrix=WRONG[name]))
    assert found.status == "refuted"
    assert "closed form is" in str(found.witness)


QUARTER, FLIP = Matrix([[0, -1], [1, 0]]), Matrix([[-1, 0], [0, 1]])


@pytest.mark.parametrize(
    "matrix",
    [
        lambda m, r: FLIP * QUARTER**r if m else QUARTER**r,
        lambda m, r: (FLIP if m == 1 else eye(2)) * QUARTER**r,
        lambda m, r: {1: FLIP}.get(m, eye(2)) * QUARTER**r,
        lambda m, r: ((m and FLIP) or eye(2)) * QUARTER**r,
    ],
    ids=["if", "equal", "dictionary", "and-or"],
)
def test_a_matrix_that_branches_on_its_indices_is_not_refuted(matrix: Callable[..., Any]) -> None:
    group = gk.SplitGroup("p4m", {"m": 2, "r": 4}, matrix, lattice="square")
    assert group == gk.p4m
    assert group.verify(), group.verify()
    assert closed_form(subject_of(group)).status == "not applicable"
