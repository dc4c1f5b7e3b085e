"""Cayley tables of complete lists of matrices or permutations, and of nested lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
from jaxtyping import Int

from groupkit.errors import (
    DeclarationError,
    DuplicateMatrixError,
    NotAMatrixError,
    NotClosedError,
)
from groupkit.integers import compact, exact_matmul, integer, listed

_REMEDY: Final = "leave one out, or correct the sizes of the axes"


def matrix_table(
    matrices: Int[np.ndarray, "order d d"],
    name: Callable[[int], str] = "matrix {}".format,
    remedy: str = _REMEDY,
) -> Int[np.ndarray, "order order"]:
    """Return the Cayley table of a complete list of unimodular integer matrices.

    Errors call the matrices by what `name` gives for their numbers, and `remedy` is what they
    say about repeated ones.

    Raises
    ------
    DuplicateMatrixError, NotClosedError
        With the indices and the product at fault.
    """
    return table_of(matrices, exact_matmul, name, remedy)


def table_of(
    elements: Int[np.ndarray, "order *element"],
    multiply: Callable[[Any, Any], Any],
    name: Callable[[int], str],
    remedy: str = _REMEDY,
) -> Int[np.ndarray, "order order"]:
    """Return the table of products, looked up among the elements (see `matrix_table`).

    Only the columns of a few generators g are multiplied out; all others follow, since
    a(cg) = (ac)g for matrices and permutations.
    """
    order = len(elements)
    numbers: dict[Any, int] = {}
    for number, key in enumerate(_keys(elements)):
        if numbers.setdefault(key, number) != number:
            raise DuplicateMatrixError(
                f"{name(number)} repeats {name(numbers[key])}, {elements[number].tolist()}: "
                f"different indices must be different elements; {remedy}",
                witness=(numbers[key], number),
            )
    columns: dict[int, Int[np.ndarray, " order"]] = {}  # b -> the numbers of ab for all a
    generators: list[int] = []
    for b in range(order):
        if b in columns:
            continue
        products = multiply(elements, elements[b])
        columns[b] = np.array([numbers.get(key, -1) for key in _keys(products)], dtype=np.int64)
        if (columns[b] < 0).any():
            a = int(np.argmax(columns[b] < 0))
            raise NotClosedError(
                f"not closed: {name(a)} times {name(b)} = {products[a].tolist()} is none of "
                f"the {order} given; add it, or generate the group with from_generators",
                witness=(a, b, products[a].tolist()),
            )
        generators.append(b)
        pending = list(columns)
        while pending:
            c = pending.pop()
            for g in generators:
                product = int(columns[g][c])
                if product not in columns:
                    columns[product] = columns[g][columns[c]]
                    pending.append(product)
    return np.stack([columns[b] for b in range(order)], axis=1)


def _keys(arrays: Any) -> list[Any]:
    """Return a dictionary key per array along the first axis."""
    if arrays.dtype == object:
        exact = (compact(array) for array in arrays)
        return [array.tobytes() if array.dtype != object else None for array in exact]
    size = arrays[0].nbytes if len(arrays) else 1
    blob = np.ascontiguousarray(arrays).tobytes()
    return [blob[start : start + size] for start in range(0, len(blob), size)]


def permutation_array(permutations: Iterable[Any]) -> Int[np.ndarray, "order points"]:
    """Return permutations as an array, or raise NotAMatrixError."""
    rows = [listed(images, "permutations") for images in listed(permutations, "permutations")]
    points = len(rows[0]) if rows else 0
    for permutation in rows:
        images = [integer(image) for image in permutation]
        if None in images or set(images) != set(range(points)) or len(images) != points:
            raise NotAMatrixError(
                f"{permutation} is not a permutation of 0 … {points - 1}; give the images of "
                "0, 1, … in turn, as many for each permutation",
                witness=permutation,
            )
    if not points:
        raise DeclarationError("a group has at least one element; give the identity permutation")
    return np.array(rows, dtype=np.int64)


def table_array(cayley_table: Any) -> Int[np.ndarray, "order order"]:
    """Return a table as an int64 array, or raise NotAMatrixError."""
    try:
        raw = np.array(cayley_table.tolist() if hasattr(cayley_table, "tolist") else cayley_table)
    except ValueError:
        raw = np.empty(0)
    if raw.ndim != 2 or raw.shape[0] != raw.shape[1] or raw.dtype.kind not in "iu":
        raise NotAMatrixError(
            "a Cayley table is a square array of integers, one row and one column per element, "
            f"but this has shape {raw.shape} and type {raw.dtype}; correct it",
            witness=cayley_table,
        )
    return raw.astype(np.int64)
