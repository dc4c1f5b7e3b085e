"""Linear algebra modulo a prime p, as far as character tables need it: exact."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Int

Matrix = Int[np.ndarray, "k k"]


def prime_above(bound: int, modulus: int) -> int:
    """Return the smallest prime p > bound with p ≡ 1 modulo `modulus`.

    Examples
    --------
    >>> prime_above(15, 12)
    37
    """
    p = bound + 1 + (-bound) % modulus  # the first number above the bound that is 1
    while not _is_prime(p):
        p += modulus
    return p


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % k for k in range(2, int(n**0.5) + 1))


def inverse_modulo(a: int, p: int) -> int:
    """Return 1 / a modulo p."""
    return pow(a, -1, p)


def root_of_unity(order: int, p: int) -> int:
    """Return a primitive root of unity of this order, which divides p - 1.

    Examples
    --------
    >>> root_of_unity(4, 13)
    8
    """
    primes = [q for q in range(2, order + 1) if order % q == 0 and _is_prime(q)]
    for a in range(1, p):
        root = pow(a, (p - 1) // order, p)
        if all(pow(root, order // q, p) != 1 for q in primes):
            return root
    raise AssertionError("the field has a primitive root")


def common_eigenvectors(
    matrices: Iterable[tuple[Matrix, int]], size: int, p: int
) -> Int[np.ndarray, "k k"]:
    """Return the common eigenvectors, one a row, of commuting diagonalisable matrices mod p.

    Parameters
    ----------
    matrices : iterable of (matrix, order)
        [k, k] each, and an order o for which matrixᵒ = 1, or 0 where none is known.
    size : int
        k.
    p : int
        A prime; together, the matrices tell all k eigenvectors apart.
    """
    spaces = [np.eye(size, dtype=np.int64)]  # [dimension, k], in echelon form
    for matrix, order in matrices:
        if all(len(space) == 1 for space in spaces):
            break
        candidates = _roots(order, p) if order else range(p)
        spaces = [part for space in spaces for part in _split(space, matrix, candidates, p)]
    return np.concatenate(spaces)


def _roots(order: int, p: int) -> list[int]:
    root = root_of_unity(order, p)
    return [pow(root, k, p) for k in range(order)]


def _split(
    space: Int[np.ndarray, "m k"], matrix: Matrix, candidates: Iterable[int], p: int
) -> list[Int[np.ndarray, "_ k"]]:
    """Return the eigenspaces of a matrix in a space that it maps to itself."""
    if len(space) == 1:
        return [space]
    pivots = np.argmax(space != 0, axis=1)
    images = (matrix @ space.T % p).T
    inside = images[:, pivots]  # row i: the image of basis vector i in the basis
    parts, found = [], 0
    for candidate in candidates:
        shifted = (inside - candidate * np.eye(len(space), dtype=np.int64)) % p
        kernel = left_kernel(shifted, p)
        if len(kernel):
            parts.append(echelon(kernel @ space % p, p))
            found += len(kernel)
        if found == len(space):
            break
    assert found == len(space), "class matrices are diagonalisable modulo p"
    return parts


def echelon(rows: Int[np.ndarray, "m k"], p: int) -> Int[np.ndarray, "r k"]:
    """Return the reduced row echelon form modulo p, without zero rows.

    Examples
    --------
    >>> echelon(np.array([[2, 4], [1, 2]]), 5).tolist()
    [[1, 2]]
    """
    rows = rows % p
    found = 0
    for column in range(rows.shape[1]):
        below = np.flatnonzero(rows[found:, column])
        if not below.size:
            continue
        pivot = found + int(below[0])
        rows[[found, pivot]] = rows[[pivot, found]]
        rows[found] = rows[found] * inverse_modulo(int(rows[found, column]), p) % p
        factors = rows[:, column].copy()
        factors[found] = 0
        rows = (rows - np.outer(factors, rows[found])) % p
        found += 1
        if found == len(rows):
            break
    return rows[:found]


def left_kernel(matrix: Matrix, p: int) -> Int[np.ndarray, "r k"]:
    """Return a basis of the x with x·matrix = 0 modulo p, one a row.

    Examples
    --------
    >>> left_kernel(np.array([[1, 2], [2, 4]]), 5).tolist()
    [[1, 2]]
    """
    size = len(matrix)
    reduced = echelon(np.concatenate([matrix, np.eye(size, dtype=np.int64)], axis=1), p)
    inside = (reduced[:, :size] == 0).all(axis=1)
    return reduced[inside, size:]
