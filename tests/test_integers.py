import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

from groupkit import errors
from groupkit.integers import (
    compact,
    determinant,
    exact_matmul,
    exact_sum,
    exact_total,
    integer,
    integer_matrices,
    integer_matrix,
    listed,
    rational,
)
from tests import oracles

TURN = [[0, -1], [1, 0]]
SIZES = st.sampled_from([0, 1, -1, 2**31, -(2**32), 2**62, 2**63 - 1, -(2**63), 3**50])


def arrays(*shape: int) -> st.SearchStrategy[np.ndarray]:
    count = math.prod(shape)
    return st.lists(SIZES, min_size=count, max_size=count).map(
        lambda entries: compact(np.array(entries, dtype=object).reshape(shape))
    )


@given(arrays(3, 2), arrays(2, 3))
def test_products_and_sums_never_wrap(a: np.ndarray, b: np.ndarray) -> None:
    product = oracles.multiply(oracles.matrix(a.tolist()), oracles.matrix(b.tolist()))
    assert oracles.matrix(exact_matmul(a, b).tolist()) == product
    total = [
        [int(x) + int(y) for x, y in zip(*rows, strict=True)]
        for rows in zip(a.tolist(), b.T.tolist(), strict=True)
    ]
    assert exact_sum(a, b.T).tolist() == total
    assert exact_total(a).tolist() == [sum(column) for column in zip(*a.tolist(), strict=True)]


@given(arrays(2, 2))
def test_compact_is_int64_exactly_where_it_fits(a: np.ndarray) -> None:
    fits = all(-(2**63) <= x < 2**63 for row in a.tolist() for x in row)
    assert (a.dtype == np.int64) == fits


@given(arrays(3, 3))
def test_determinant(a: np.ndarray) -> None:
    assert determinant(a) == oracles.determinant(oracles.matrix(a.tolist()))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3), (True, 1), (np.int8(-4), -4), (np.uint64(2**64 - 1), 2**64 - 1),
        (2.0, 2), (np.float32(-1), -1), (Fraction(6, 3), 2), (sympy.Integer(5), 5),
        (sympy.cos(sympy.pi), -1), (sympy.sqrt(4), 2), (sympy.sqrt(2) ** 2, 2),
        (0.5, None), (6e-17, None), (math.nan, None), (math.inf, None), (Fraction(1, 2), None),
        (sympy.Rational(1, 2), None), (sympy.Symbol("a"), None), ("1", None), (None, None),
        (1 + 0j, None), ([1], None),
    ],
)  # fmt: skip
def test_integer(value: Any, expected: int | None) -> None:
    assert integer(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1), (Fraction(1, 3), Fraction(1, 3)), (sympy.Rational(2, 3), Fraction(2, 3)),
     (0.5, None), ("1/2", None)],
)  # fmt: skip
def test_rational(value: Any, expected: Fraction | None) -> None:
    assert rational(value) == expected


@pytest.mark.parametrize(
    "written",
    [TURN, ((0, -1), (1, 0)), np.array(TURN), np.array(TURN, dtype=np.int8), sympy.Matrix(TURN),
     sympy.ImmutableMatrix(TURN), [[0.0, -1.0], [1.0, 0.0]], np.array(TURN, dtype=np.float32),
     [[Fraction(0), Fraction(-1)], [sympy.Integer(1), np.int64(0)]]],
)  # fmt: skip
def test_matrices_as_people_write_them(written: Any) -> None:
    read = integer_matrix(written)
    assert read.dtype == np.int64
    assert read.tolist() == TURN


def rotation(order: int, library: Any) -> list[list[Any]]:
    angle = 2 * library.pi / order
    return [
        [library.cos(angle), -library.sin(angle)],
        [library.sin(angle), library.cos(angle)],
    ]


REFUSED = [
    (np.array(TURN) ** 0, errors.NotUnimodularError, "is singular",
     "numpy's ** is elementwise: write np.linalg.matrix_power"),
    ([[1, 2], [2, 4]], errors.NotUnimodularError, "[[1, 2], [2, 4]] is singular", "correct"),
    ([[2, 0], [0, 1]], errors.NotUnimodularError, "determinant 2, not 1 or -1", "correct"),
    ([[2, 0], [0, -2]], errors.NotUnimodularError, "determinant -4", "correct"),
    ([[1, 0, 0], [0, 1, 0]], errors.NotAMatrixError, "not a square matrix", "d rows of d"),
    ([[1, 0], [1]], errors.NotAMatrixError, "[[1, 0], [1]] is not a square", "d rows of d"),
    ([], errors.NotAMatrixError, "not a square matrix", "d rows of d"),
    ([[[1]]], errors.NotAMatrixError, "not a square matrix", "d rows of d"),
    (None, errors.NotAMatrixError, "NoneType None, not a matrix", "list of rows"),
    ("1", errors.NotAMatrixError, "str '1', not a matrix", "list of rows"),
    (7, errors.NotAMatrixError, "int 7, not a matrix", "list of rows"),
    (rotation(4, np), errors.NotIntegerError, "[0, 0] = 6.1", "round it"),
    ([[1, 0.5], [0, 1]], errors.NotIntegerError, "[0, 1] = 0.5", "lattice coordinates"),
    ([[1, math.nan], [0, 1]], errors.NotIntegerError, "[0, 1] = nan", "write integers"),
    ([[1, math.inf], [0, 1]], errors.NotIntegerError, "[0, 1] = inf", "write integers"),
    (rotation(3, np), errors.NotIntegerError, "-0.49", "lattice coordinates"),
    ([[sympy.Symbol("a"), 0], [0, 1]], errors.NotIntegerError, "[0, 0] = a", "write integers"),
    ([[1, 2**63], [0, 1]], errors.RangeError, "[0, 1] = 9223372036854775808", "another basis"),
    ([[1, 1e300], [0, 1]], errors.RangeError, "beyond 64-bit", "another basis"),
    *(
        (rotation(order, library), errors.CrystallographicRestrictionError,
         f"has order {order}", "choose order 2, 3, 4 or 6")
        for order in (5, 8)
        for library in (np, sympy)
    ),
    ([[*row, 0] for row in rotation(7, np)] + [[0, 0, 1]],
     errors.CrystallographicRestrictionError, "no 3-dimensional lattice", "choose order"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "kind", "says", "remedy"), REFUSED)
def test_what_is_no_unimodular_integer_matrix_is_refused(
    written: Any, kind: type[errors.GroupkitError], says: str, remedy: str
) -> None:
    pattern = f"my matrix.*{re.escape(says)}.*{re.escape(remedy)}"
    with pytest.raises(kind, match=f"(?s){pattern}") as caught:
        integer_matrix(written, "my matrix")
    assert len(str(caught.value)) < 700
    assert type(caught.value) is kind


def test_lists_of_matrices_have_one_dimension_and_an_entry() -> None:
    with pytest.raises(errors.DimensionError, match="matrix 0 is 2×2 but matrix 1 is 1×1"):
        integer_matrices([TURN, [[1]]])
    with pytest.raises(errors.DeclarationError, match="at least its identity; give that matrix"):
        integer_matrices([])


@pytest.mark.untyped
@pytest.mark.parametrize("values", [None, 3, np.array(3)])
def test_listed_refuses_what_is_no_list(values: Any) -> None:
    with pytest.raises(errors.DeclarationError, match="generators are given as a list, not as"):
        listed(values, "generators")
