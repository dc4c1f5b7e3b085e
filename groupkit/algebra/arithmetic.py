"""Matrix groups up to a change of lattice basis: conjugacy in GL(d, Z)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from math import gcd
from typing import Any, Final

import numpy as np
from jaxtyping import Int, Shaped

from groupkit.algebra.homomorphisms import isomorphisms
from groupkit.errors import ElementError, TooLargeError, brief
from groupkit.integers import determinant, exact_matmul
from groupkit.stabilizer import Stabilizer

_PRIMES: Final = (2, 3, 5)
_MOST_COMBINATIONS: Final = 200_000


def change_of_basis(one: Stabilizer, other: Stabilizer) -> Int[np.ndarray, "d d"] | None:
    """Return a P ∈ GL(d, Z) with P M(S) P⁻¹ = M'(S'), None if there is none.

    Z^d ⋊ S and Z^d ⋊ S' are then one group in two bases: S and S' are *arithmetically
    equivalent*.  For an isomorphism φ: S → S', the P with P M(s) = M'(φ(s)) P for all s are a
    lattice of integer matrices.  One of determinant ±1 among short combinations of a basis
    proves equivalence; that none is invertible modulo some prime, for any φ, refutes it.

    Parameters
    ----------
    one, other : Stabilizer
        Without internal symmetries.

    Returns
    -------
    numpy.ndarray or None

    Raises
    ------
    ElementError
        If a group has internal symmetries, which matrices do not tell apart.
    TooLargeError
        If the search ends with neither a P nor a refutation; this happens for none of the 88
        groups in up to three dimensions.

    References
    ----------
    Opgenorth, Plesken & Schulz, Crystallographic algorithms and tables (1998), section 4.

    Examples
    --------
    >>> from groupkit import catalog
    >>> cm, pm = catalog["cm"].stabilizer, catalog["pm"].stabilizer
    >>> change_of_basis(cm, pm) is None
    True
    >>> change_of_basis(cm, Stabilizer({"m": 2}, [[[1, 0], [0, 1]], [[0, -1], [-1, 0]]])).tolist()
    [[0, -1], [1, 0]]
    """
    for group in (one, other):
        if not group.is_faithful:
            raise ElementError(
                f"{group!r} has {len(group.internal)} elements that fix every point, which no "
                "matrix tells apart; compare groups without internal symmetries",
                witness=group.internal,
            )
    if one.dimension != other.dimension or _fingerprint(one) != _fingerprint(other):
        return None
    ours, mine = _reduced(one.matrices)
    theirs, yours = _reduced(other.matrices)
    undecided = False
    for images in _same_traces(one, other):
        basis = _intertwiners(ours[list(one.generators)], theirs[images[list(one.generators)]])
        found = _unimodular(basis, one.dimension)
        if found is not None:
            # M = mine ours mine⁻¹, M' = yours theirs yours⁻¹
            result: Int[np.ndarray, "d d"] = exact_matmul(
                exact_matmul(yours, found), _inverse(mine)
            )
            return result
        undecided |= not _refuted(basis, one.dimension)
    if undecided:
        raise TooLargeError(
            f"whether {brief(one)} and {brief(other)} are one group in two bases is left open by "
            f"a search through {_MOST_COMBINATIONS} matrices; compare them in smaller dimension",
            witness=(one, other),
        )
    return None


def _fingerprint(group: Stabilizer) -> Counter[tuple[int, ...]]:
    """Count elements by order, trace and determinant."""
    traces = np.trace(group.matrices, axis1=-2, axis2=-1)
    return Counter(
        (int(order), int(trace), determinant(matrix))
        for order, trace, matrix in zip(group.element_orders, traces, group.matrices, strict=True)
    )


def _same_traces(one: Stabilizer, other: Stabilizer) -> Iterator[Int[np.ndarray, " order"]]:
    """Yield the isomorphisms that keep traces: those of equivalent representations over Q."""
    ours = np.trace(one.matrices, axis1=-2, axis2=-1)
    theirs = np.trace(other.matrices, axis1=-2, axis2=-1)
    for isomorphism in isomorphisms(one, other):
        if (ours == theirs[isomorphism.images]).all():
            yield isomorphism.images


def _reduced(
    matrices: Int[np.ndarray, "order d d"],
) -> tuple[Int[np.ndarray, "order d d"], Int[np.ndarray, "d d"]]:
    """Return a group in a short basis of an invariant form, and that basis B, as columns."""
    dimension = matrices.shape[-1]
    gram = exact_matmul(matrices.swapaxes(-1, -2), matrices).astype(object).sum(axis=0)
    basis = np.eye(dimension, dtype=object)
    moved = True
    while moved:  # ends: each step shortens a vector
        moved = False
        for i in range(dimension):
            for j in range(dimension):
                steps = (2 * gram[i, j] + gram[j, j]) // (2 * gram[j, j]) if i != j else 0
                shorter = gram[i, i] - 2 * steps * gram[i, j] + steps**2 * gram[j, j]
                if steps and shorter < gram[i, i]:
                    change = np.eye(dimension, dtype=object)
                    change[j, i] = -steps
                    basis, gram = basis @ change, change.T @ gram @ change
                    moved = True
    columns = basis.astype(np.int64)
    inner = exact_matmul(exact_matmul(_inverse(columns), matrices), columns)
    return inner, columns


def _inverse(matrix: Int[np.ndarray, "d d"]) -> Int[np.ndarray, "d d"]:
    """Return the inverse of a unimodular matrix, by cofactors."""
    dimension, sign = len(matrix), determinant(matrix)
    inverse = np.empty_like(matrix)
    for i, j in product(range(dimension), repeat=2):
        minor = np.delete(np.delete(matrix, j, axis=0), i, axis=1)
        inverse[i, j] = sign * (-1) ** (i + j) * (determinant(minor) if minor.size else 1)
    return inverse


def _intertwiners(
    ours: Int[np.ndarray, "generators d d"], theirs: Int[np.ndarray, "generators d d"]
) -> Shaped[np.ndarray, "rank dd"]:
    """Return a short basis of the integer matrices P with P A = A' P, as rows of entries."""
    unit = np.eye(ours.shape[-1], dtype=np.int64)
    equations = [np.kron(unit, a.T) - np.kron(b, unit) for a, b in zip(ours, theirs, strict=True)]
    size = ours.shape[-1] ** 2
    system = np.concatenate(equations) if equations else np.zeros((0, size), dtype=np.int64)
    return _shortened(_integer_kernel(system.astype(object)))


def _integer_kernel(system: Shaped[np.ndarray, "equations n"]) -> Shaped[np.ndarray, "rank n"]:
    """Return a basis, as rows, of all integer x with A x = 0, by unimodular column steps."""
    width = system.shape[1]
    columns = [(list(system[:, k]), [int(i == k) for i in range(width)]) for k in range(width)]
    free = columns
    for row in range(len(system)):
        pivots = [column for column in free if column[0][row]]
        free = [column for column in free if not column[0][row]]
        while len(pivots) > 1:  # Euclid's algorithm on the entries of this row
            pivots.sort(key=lambda column: abs(column[0][row]))
            least = pivots[0]
            for column in pivots[1:]:
                factor = column[0][row] // least[0][row]
                for mine, its in zip(column, least, strict=True):
                    mine[:] = [x - factor * y for x, y in zip(mine, its, strict=True)]
            free += [column for column in pivots[1:] if not column[0][row]]
            pivots = [least, *(column for column in pivots[1:] if column[0][row])]
    return np.array([combination for _, combination in free], dtype=object).reshape(-1, width)


def _shortened(basis: Shaped[np.ndarray, "rank n"]) -> Shaped[np.ndarray, "rank n"]:
    """Return a basis of the same lattice whose vectors no single other one shortens."""
    vectors = [list(row) for row in basis]
    moved = True
    while moved:
        moved = False
        for mine in vectors:
            for its in vectors:
                norm = sum(y * y for y in its)
                inner = sum(x * y for x, y in zip(mine, its, strict=True))
                steps = (2 * inner + norm) // (2 * norm) if mine is not its else 0
                if steps and steps * (steps * norm - 2 * inner) < 0:
                    mine[:] = [x - steps * y for x, y in zip(mine, its, strict=True)]
                    moved = True
    return np.array(vectors, dtype=object).reshape(basis.shape)


def _unimodular(basis: Shaped[np.ndarray, "rank n"], d: int) -> Any:
    """Return a short combination of determinant ±1, None if there is none."""
    for reach in (1, 2, 3):
        if (2 * reach + 1) ** len(basis) > _MOST_COMBINATIONS:
            break
        choices = sorted(
            product(range(-reach, reach + 1), repeat=len(basis)),
            key=lambda c: (sum(map(abs, c)), [-x for x in c]),
        )
        combined = (np.array(choices, dtype=object) @ basis).reshape(-1, d, d)
        for matrix in combined:
            if abs(determinant(matrix)) == 1:
                return matrix.astype(np.int64)
    return None


def _refuted(basis: Shaped[np.ndarray, "rank n"], d: int) -> bool:
    """Return whether, modulo some prime, no combination is invertible."""
    for p in _PRIMES:
        if p ** len(basis) > _MOST_COMBINATIONS:
            continue
        choices = np.array(list(product(range(p), repeat=len(basis))), dtype=object)
        combined = (choices.reshape(-1, len(basis)) @ basis).reshape(-1, d, d)
        if all(gcd(determinant(matrix), p) != 1 for matrix in combined):
            return True
    return False
