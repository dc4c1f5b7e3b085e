"""Cayley tables of complete lists of matrices or permutations, and of nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.errors import (
    DeclarationError,
    DuplicateMatrixError,
    NotAMatrixError,
    NotClosedError,
)
from groupkit.integers import compact, exact_matmul


def matrix_table(matrices: Int[np.ndarray, "order d d"]) -> Int[np.ndarray, "order order"]:
    """Return the Cayley table of a complete list of unimodular integer matrices.

    Raises
    ------
    DuplicateMatrixError, NotClosedError
        With the indices and the product at fault.
    """
    products = exact_matmul(matrices[:, None], matrices[None, :])
    return table_of(matrices, products, "matrix")


def table_of(
    elements: Int[np.ndarray, "order *element"],
    products: Any,
    kind: str,
) -> Int[np.ndarray, "order order"]:
    """Return the table of products, looked up among the elements (see `matrix_table`)."""
    order = len(elements)
    numbers: dict[Any, int] = {}
    for number, key in enumerate(_keys(elements)):
        if numbers.setdefault(key, number) != number:
            raise DuplicateMatrixError(
                f"{kind} {number} repeats {kind} {numbers[key]}, {elements[number].tolist()}: "
                "different indices must be different elements; leave one out, or correct the "
                "sizes of the axes",
                witness=(numbers[key], number),
            )
    flat = [numbers.get(key, -1) for key in _keys(products.reshape(-1, *elements.shape[1:]))]
    table = np.array(flat, dtype=np.int64).reshape(order, order)
    if (table < 0).any():
        a, b = (int(i) for i in np.argwhere(table < 0)[0])
        raise NotClosedError(
            f"not closed: {kind} {a} times {kind} {b} = {products[a, b].tolist()} is none of the "
            f"{order} given; add it, or generate the group with from_generators",
            witness=(a, b, products[a, b].tolist()),
        )
    return table


def _keys(arrays: Any) -> list[Any]:
    """Return a dictionary key per array along the first axis."""
    if arrays.dtype == object:
        exact = (compact(array) for array in arrays)
        return [array.tobytes() if array.dtype != object else None for array in exact]
    size = arrays[0].nbytes if len(arrays) else 1
    blob = np.ascontiguousarray(arrays).tobytes()
    return [blob[start : start + size] for start in range(0, len(blob), size)]


def permutation_array(permutations: Sequence[Sequence[int]]) -> Int[np.ndarray, "order points"]:
    """Return permutations as an array, or raise NotAMatrixError."""
    listed = [list(permutation) for permutation in permutations]
    points = len(listed[0]) if listed else 0
    for permutation in listed:
        if sorted(permutation) != list(range(points)):
            raise NotAMatrixError(
                f"{permutation} is not a permutation of 0 … {points - 1}; give the images of "
                "0, 1, … in turn, as many for each permutation",
                witness=permutation,
            )
    if not listed:
        raise DeclarationError("a group has at least one element; give the identity permutation")
    return np.array(listed, dtype=np.int64).reshape(len(listed), points)


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
    if not raw.size:
        raise DeclarationError("a group has at least one element; give the table [[0]]")
    return raw.astype(np.int64)
