"""Exact integer arrays: int64 where everything fits, Python integers where it does not.

`integer_matrix` reads a square integer matrix from whatever a user writes;
`exact_matmul` and `exact_sum` never wrap around.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from numbers import Integral, Rational
from typing import Any, NoReturn

import numpy as np
from jaxtyping import Int, Shaped

from groupkit.errors import (
    CrystallographicRestrictionError,
    DeclarationError,
    DimensionError,
    NotAMatrixError,
    NotIntegerError,
    NotUnimodularError,
    RangeError,
    brief,
)

INT64_LIMIT = 2**63
_NUMPY_POWER_HINT = (
    "numpy's ** is elementwise: write np.linalg.matrix_power(a, r), or use sympy matrices"
)


def compact(array: Any) -> Shaped[np.ndarray, "..."]:
    """Return an integer array as int64 if all entries fit, of Python integers otherwise."""
    exact = np.asarray(array)
    if exact.dtype != object:
        return exact.astype(np.int64, copy=False)
    if all(-INT64_LIMIT <= int(entry) < INT64_LIMIT for entry in exact.flat):
        return exact.astype(np.int64)
    return exact


def largest(array: Shaped[np.ndarray, "..."]) -> int:
    """Return the largest absolute value in an integer array, 0 for an empty one."""
    if array.size == 0:
        return 0
    return max(abs(int(array.max())), abs(int(array.min())))


def exact_matmul(
    a: Shaped[np.ndarray, "*left"], b: Shaped[np.ndarray, "*right"]
) -> Shaped[np.ndarray, "*out"]:
    """Return a @ b exactly, with Python integers where int64 could overflow."""
    if largest(a) * largest(b) * a.shape[-1] >= INT64_LIMIT:
        a, b = a.astype(object), b.astype(object)
    return compact(np.matmul(a, b))


def exact_sum(
    a: Shaped[np.ndarray, "*left"], b: Shaped[np.ndarray, "*right"]
) -> Shaped[np.ndarray, "*out"]:
    """Return a + b exactly, with Python integers where int64 could overflow."""
    if largest(a) + largest(b) >= INT64_LIMIT:
        a, b = a.astype(object), b.astype(object)
    return compact(a + b)


def exact_total(arrays: Shaped[np.ndarray, "n *rest"]) -> Shaped[np.ndarray, "*rest"]:
    """Return the sum over the first axis exactly, in Python integers where int64 could overflow."""
    if largest(arrays) * len(arrays) >= INT64_LIMIT:
        arrays = arrays.astype(object)
    return compact(arrays.sum(axis=0))


def determinant(matrix: Shaped[np.ndarray, "d d"]) -> int:
    """Return the determinant of an integer matrix, exactly (Bareiss 1968, fraction-free).

    Examples
    --------
    >>> determinant(np.array([[1, -1], [1, 0]]))
    1
    """
    rows = [[int(entry) for entry in row] for row in matrix]
    sign, previous = 1, 1
    for k in range(len(rows) - 1):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return 0
        if pivot != k:
            rows[k], rows[pivot], sign = rows[pivot], rows[k], -sign
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, len(rows)):
                minor = rows[i][j] * rows[k][k] - rows[i][k] * rows[k][j]
                rows[i][j] = minor // previous
        previous = rows[k][k]
    return sign * rows[-1][-1]


def adjugate(matrix: Shaped[np.ndarray, "d d"]) -> Shaped[np.ndarray, "d d"]:
    """Return the transposed cofactors of an integer matrix, exactly: det(A) A⁻¹.

    Examples
    --------
    >>> adjugate(np.array([[1, -1], [1, 0]])).tolist()
    [[0, 1], [-1, 1]]
    """
    d = len(matrix)

    def minor(i: int, j: int) -> int:
        rest = np.delete(np.delete(matrix, i, axis=0), j, axis=1)
        return determinant(rest) if rest.size else 1

    cofactors = [[(-1) ** (i + j) * minor(j, i) for j in range(d)] for i in range(d)]
    return compact(np.array(cofactors, dtype=object))


def integer(value: Any) -> int | None:
    """Return `value` as an exact Python integer, or None if it is not exactly one."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Rational):
        return int(value.numerator) if value.denominator == 1 else None
    if isinstance(value, float | np.floating):
        return int(value) if math.isfinite(value) and value == int(value) else None
    if getattr(value, "is_Float", False):  # a sympy float
        return integer(float(value))
    if getattr(value, "is_Integer", False):  # a sympy integer
        return int(value)
    if hasattr(value, "simplify") and hasattr(value, "free_symbols"):  # another sympy number
        simple = value.simplify()
        return int(simple) if getattr(simple, "is_Integer", False) else None
    return None


def rational(value: Any) -> Fraction | None:
    """Return `value` as an exact fraction, or None if it is not a rational number."""
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if getattr(value, "is_Rational", False):  # a sympy rational
        return Fraction(int(value.p), int(value.q))
    whole = integer(value)
    return None if whole is None else Fraction(whole)


def numbers_below(values: Any, size: int) -> Int[np.ndarray, "*shape"] | None:
    """Return an array of integers from 0 to size - 1, or None if an entry is no such integer."""
    try:
        array = np.asarray(values)
    except ValueError:  # ragged
        return None
    if array.dtype.kind in "fO":
        exact = [integer(entry) for entry in array.flat]
        if any(entry is None or not 0 <= entry < size for entry in exact):
            return None
        return np.array(exact, dtype=np.int64).reshape(array.shape)
    if array.dtype.kind not in "iu" or ((array < 0) | (array >= size)).any():
        return None
    return array.astype(np.int64, copy=False)


def rank(vectors: Sequence[Sequence[int]]) -> int:
    """Return the rank of integer vectors, exactly.

    Examples
    --------
    >>> rank([[1, 2], [2, 4]])
    1
    """
    rows = [[Fraction(entry) for entry in vector] for vector in vectors]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        found += 1
        for row in rows[found:]:
            factor = row[column] / pivot[column]
            row[:] = [x - factor * y for x, y in zip(row, pivot, strict=True)]
    return found


def listed(values: Any, what: str) -> list[Any]:
    """Return the entries of an iterable, or raise DeclarationError: `what` names the list."""
    scalar = isinstance(values, np.ndarray) and values.ndim == 0
    if scalar or not isinstance(values, Iterable):
        raise DeclarationError(
            f"{what} are given as a list, not as {type(values).__name__} {_short(values)}; put "
            "them in one",
            witness=values,
        )
    return list(values)


def integer_matrix(matrix: Any, what: str = "the matrix") -> Int[np.ndarray, "d d"]:
    """Read a unimodular integer matrix given as a sympy or numpy matrix or nested lists.

    Parameters
    ----------
    matrix : sympy.Matrix, numpy.ndarray or nested sequence
        Square, with entries that are integers exactly (``1.0`` is one, ``6e-17`` is not)
        and determinant 1 or -1.
    what : str
        How error messages name it.

    Returns
    -------
    numpy.ndarray
        int64 [d, d].

    Raises
    ------
    NotAMatrixError, NotIntegerError, RangeError, NotUnimodularError
        For what its name says.
    CrystallographicRestrictionError
        For a rotation of finite order that no lattice of its dimension has.

    Examples
    --------
    >>> integer_matrix([[0, -1], [1, 0]])
    array([[ 0, -1],
           [ 1,  0]])
    """
    rows = _rows(matrix, what)
    entries = [[integer(entry) for entry in row] for row in rows]
    for i, row in enumerate(entries):
        for j, entry in enumerate(row):
            if entry is None:
                _refuse_entry(rows, i, j, what)
            elif not -INT64_LIMIT <= entry < INT64_LIMIT:
                raise RangeError(
                    f"{what} has entry [{i}, {j}] = {_short(entry)}, beyond 64-bit integers; "
                    "declare the group in another basis of its lattice",
                    witness=entry,
                )
    result = np.array(entries, dtype=np.int64)
    det = determinant(result)
    if abs(det) != 1:
        kind = "is singular" if det == 0 else f"has determinant {det}, not 1 or -1"
        elementwise = det == 0 and isinstance(matrix, np.ndarray)
        raise NotUnimodularError(
            f"{what} = {result.tolist()} {kind}, so it does not map the lattice onto itself; "
            + (_NUMPY_POWER_HINT if elementwise else "correct its entries"),
            witness=result.tolist(),
        )
    return result


def integer_matrices(matrices: Any, what: str = "matrix") -> Int[np.ndarray, "n d d"]:
    """Read one or more unimodular integer matrices of one dimension (see `integer_matrix`)."""
    rows = listed(matrices, "matrices")
    if not rows:
        raise DeclarationError("a group has at least its identity; give that matrix")
    read = [integer_matrix(matrix, f"{what} {i}") for i, matrix in enumerate(rows)]
    for (i, one), (j, other) in pairwise(enumerate(read)):
        if one.shape != other.shape:
            raise DimensionError(
                f"{what} {i} is {len(one)}×{len(one)} but {what} {j} is "
                f"{len(other)}×{len(other)}; all matrices of a group have one dimension",
                witness=(one.tolist(), other.tolist()),
            )
    return np.stack(read)


def _rows(matrix: Any, what: str) -> list[list[Any]]:
    """Return the rows of a square matrix as nested lists of its own entries."""
    listed = matrix.tolist() if hasattr(matrix, "tolist") else matrix
    if isinstance(listed, str | bytes) or not isinstance(listed, Sequence):
        raise NotAMatrixError(
            f"{what} is {type(matrix).__name__} {_short(matrix)}, not a matrix; give a sympy "
            "or numpy matrix or a list of rows",
            witness=matrix,
        )
    square = len(listed) > 0 and all(
        isinstance(row, Sequence) and not isinstance(row, str | bytes) and len(row) == len(listed)
        for row in listed
    )
    if not square or any(isinstance(entry, Sequence) for row in listed for entry in row):
        raise NotAMatrixError(
            f"{what} = {_short(listed)} is not a square matrix; give d rows of d integers",
            witness=listed,
        )
    return [list(row) for row in listed]


def _refuse_entry(rows: list[list[Any]], i: int, j: int, what: str) -> NoReturn:
    """Raise the exception for entry [i, j], which is not an integer."""
    order = _rotation_order(rows)
    if order is not None:
        raise CrystallographicRestrictionError(
            f"{what} has order {order} and trace {_trace(rows):.4g}, but a lattice symmetry has "
            f"an integer trace: by the crystallographic restriction no {len(rows)}-dimensional "
            "lattice has this rotation; in two and three dimensions choose order 2, 3, 4 or 6",
            witness=order,
        )
    entry = rows[i][j]
    noise = isinstance(entry, float | np.floating) and math.isfinite(entry)
    remedy = (
        "round it, or write exact integers, in lattice coordinates (not Cartesian ones)"
        if noise
        else "write integers, in lattice coordinates"
    )
    raise NotIntegerError(
        f"{what} has entry [{i}, {j}] = {_short(entry)}, which is not an integer; {remedy}",
        witness=entry,
    )


def _trace(rows: list[list[Any]]) -> float:
    return float(sum(complex(rows[i][i]).real for i in range(len(rows))))


def _rotation_order(rows: list[list[Any]], limit: int = 60) -> int | None:
    """Return the order of a real matrix whose trace shows that no lattice has it, or None.

    Floats only choose the wording of an error here: the matrix is refused either way.
    """
    try:
        matrix = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if not np.isfinite(matrix).all() or abs(np.trace(matrix) - round(np.trace(matrix))) < 1e-6:
        return None
    power = np.eye(len(matrix))
    for order in range(1, limit + 1):
        power = power @ matrix
        if np.abs(power).max() > 1e6:
            return None
        if np.allclose(power, np.eye(len(matrix)), atol=1e-9 * order):
            return order
    return None


def _short(value: object) -> str:
    """Return a short representation, of numpy's scalars as of Python's."""
    return brief(value.item() if isinstance(value, np.generic) else value, limit=80)
