from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from groupkit.bravais import Form
from groupkit.forms import (
    primitive_form,
    problem_of_family,
    problem_of_gram,
    span,
    symmetric_forms,
)

ENTRIES = st.integers(-5, 5)


@given(st.integers(1, 4), st.data())
def test_symmetric_forms_are_a_basis(d: int, data: st.DataObject) -> None:
    basis = symmetric_forms(d)
    assert len(basis) == d * (d + 1) // 2
    rows = [[data.draw(ENTRIES) for _ in range(d)] for _ in range(d)]
    symmetric = np.array(rows) + np.array(rows).T
    coefficients = [symmetric[np.nonzero(np.triu(form))][0] for form in basis]
    assert (sum(c * form for c, form in zip(coefficients, basis, strict=True)) == symmetric).all()


@given(st.lists(st.lists(ENTRIES, min_size=3, max_size=3), min_size=1, max_size=3), st.data())
def test_equal_spans_have_equal_bases(rows: list[list[int]], data: st.DataObject) -> None:
    forms = [np.array([[a, b], [b, c]]) for a, b, c in rows]
    factors = data.draw(st.lists(ENTRIES, min_size=len(forms), max_size=len(forms)))
    combination = sum(f * form for f, form in zip(factors, forms, strict=True))
    assert span([*forms, combination]) == span(forms)
    assert span([3 * form for form in forms]) == span(forms)


def test_primitive_forms() -> None:
    assert primitive_form(np.array([[4, -2], [-2, 4]])) == ((2, -1), (-1, 2))
    assert primitive_form(np.zeros((2, 2), dtype=int)) == ((0, 0), (0, 0))


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([[1, 0], [0, 1]], None),
        ([[1, 2], [2, 4]], "is not positive definite"),
        ([[1, 2], [0, 4]], "is not symmetric"),
        ([[1, 2]], "is not square"),
        ([[0.3]], "has an entry that is not a rational number"),
        ([], "is not a matrix"),
        ("1", "is not a matrix"),
    ],
)
def test_what_is_no_gram_matrix(rows: Any, problem: str | None) -> None:
    assert problem_of_gram(rows) == problem


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("gram", "forms", "problem"),
    [
        (((1, 0), (0, 1)), (((1, 0), (0, 1)),), None),
        (((1, 0), (0, 2)), (((1, 0), (0, 1)),), "has a Gram matrix that is no combination of its"),
        (((1, 0), (0, 0)), (((1, 0), (0, 0)),), "a Gram matrix that is not positive definite"),
        (((1, 0), (0, 1)), (((1,),),), "has a form that is no integer matrix of its dimension"),
        ([[1]], (((1,),),), "is not a tuple of rows with a tuple of forms"),
    ],
)
def test_what_is_no_family(gram: Form, forms: tuple[Form, ...], problem: str | None) -> None:
    found = problem_of_family("x", gram, forms)
    assert found == problem if problem is None else problem in str(found)


def test_a_family_has_a_name() -> None:
    assert problem_of_family("", ((1,),), (((1,),),)) == "has no name, a string"
