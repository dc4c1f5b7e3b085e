"""Symmetric integer matrices: Gram matrices and the forms that span a family of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from groupkit.bravais import Form
from groupkit.integers import determinant, rank, rational


def problem_of_family(name: Any, gram: Any, forms: Any) -> str | None:
    """Say what keeps a name, a Gram matrix and forms from being a lattice, None if nothing does."""
    if not isinstance(name, str) or not name:
        return "has no name, a string"
    matrices = (gram, *forms) if isinstance(forms, tuple) else ()
    nested = all(
        isinstance(matrix, tuple) and all(isinstance(row, tuple) for row in matrix)
        for matrix in matrices
    )
    if len(matrices) < 2 or not nested:
        return "is not a tuple of rows with a tuple of forms"
    problem = problem_of_gram(gram)
    if problem:
        return f"has a Gram matrix that {problem}"
    sizes = {len(matrix) for matrix in matrices} | {len(row) for m in matrices for row in m}
    entries = [[entry for row in matrix for entry in row] for matrix in matrices]
    if len(sizes) > 1 or any(type(entry) is not int for vector in entries for entry in vector):
        return "has a form that is no integer matrix of its dimension"
    if rank(entries) > rank(entries[1:]):
        return "has a Gram matrix that is no combination of its forms"
    return None


def problem_of_gram(rows: Any) -> str | None:
    """Say what keeps nested rows from being a Gram matrix, None if nothing does."""
    if not isinstance(rows, Sequence) or not rows or isinstance(rows, str):
        return "is not a matrix"
    if not all(isinstance(row, Sequence) and len(row) == len(rows) for row in rows):
        return "is not square"
    entries = [[rational(entry) for entry in row] for row in rows]
    if any(entry is None for row in entries for entry in row):
        return "has an entry that is not a rational number"
    if any(entries[i][j] != entries[j][i] for i in range(len(rows)) for j in range(i)):
        return "is not symmetric"
    common = lcm(*(entry.denominator for row in entries for entry in row if entry is not None))
    whole = np.array([[int(e * common) for e in row if e is not None] for row in entries], object)
    minors = [determinant(whole[:k, :k]) for k in range(1, len(rows) + 1)]
    return None if min(minors) > 0 else "is not positive definite"


def primitive_form(matrix: Shaped[np.ndarray, "d d"]) -> Form:
    """Return an integer matrix divided by the greatest common divisor of its entries."""
    divisor = gcd(*(int(entry) for entry in matrix.flat)) or 1
    return tuple(tuple(int(entry) // divisor for entry in row) for row in matrix)


def symmetric_forms(dimension: int) -> list[Int[np.ndarray, "d d"]]:
    """Return the matrices E_ii and E_ij + E_ji, a basis of the symmetric ones."""
    basis = []
    for i in range(dimension):
        for j in range(i, dimension):
            form = np.zeros((dimension, dimension), dtype=np.int64)
            form[i, j] = form[j, i] = 1
            basis.append(form)
    return basis


def span(forms: Sequence[Any]) -> tuple[Form, ...]:
    """Return the reduced basis of the space that forms span: equal spans, equal results."""
    from sympy import Matrix  # noqa: PLC0415 - only groups without a named lattice pay for it

    vectors = Matrix([[int(entry) for entry in np.asarray(form).flat] for form in forms])
    dimension = len(np.asarray(forms[0]))
    reduced, pivots = vectors.rref()
    basis = []
    for row in range(len(pivots)):
        entries = list(reduced.row(row))
        common = lcm(*(int(entry.q) for entry in entries))
        whole = np.array([int(entry * common) for entry in entries], dtype=object)
        basis.append(primitive_form(whole.reshape(dimension, dimension)))
    return tuple(basis)
