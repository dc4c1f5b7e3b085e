"""The torus Z²/nZ² on the page: the points nearer to 0 than to any other multiple of n."""

from __future__ import annotations

from itertools import product

import numpy as np
from jaxtyping import Int

from groupkit.lattice import Lattice


def neighbours(lattice: Lattice) -> Int[np.ndarray, "vectors 2"]:
    """Return the lattice vectors ±a, ±b, ±a±b of the shortest basis, which bound Voronoi cells.

    Examples
    --------
    >>> neighbours(Lattice.named("square")).tolist()
    [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]]
    """
    steps = np.array([step for step in product((-1, 0, 1), repeat=2) if any(step)])
    vectors: Int[np.ndarray, "vectors 2"] = steps @ _shortest_basis(lattice)
    return vectors


def torus_points(lattice: Lattice, side: int) -> Int[np.ndarray, "points 2"]:
    """Return all x ∈ Z² with |x| ≤ |x − n v| for every v ∈ Z², row-major; n is the side.

    Every isometry of the lattice maps this set to itself, so a picture of the torus has all
    symmetries of the group: a hexagon on the hexagonal lattice.  Points of its border are as near
    to several multiples of n; the torus identifies them, and a picture shows each of them.

    Examples
    --------
    >>> torus_points(Lattice.named("square"), 3).tolist() == [
    ...     [u, v] for u in (-1, 0, 1) for v in (-1, 0, 1)
    ... ]
    True
    >>> len(torus_points(Lattice.named("hexagonal"), 3))  # 9 of the torus, some twice or thrice
    13
    """
    gram = np.array(lattice.gram)
    basis = _shortest_basis(lattice)
    # in the shortest basis, coordinates of the cell are below 1, so n times them below n
    points = np.array(list(product(range(-side, side + 1), repeat=2))) @ basis
    vectors = neighbours(lattice)
    squares = (vectors @ gram * vectors).sum(axis=1)
    # |x|² ≤ |x − n v|²  ⇔  2 x·v ≤ n v·v
    inside = (2 * points @ gram @ vectors.T <= side * squares).all(axis=1)
    found = points[inside]
    ordered: Int[np.ndarray, "points 2"] = found[np.lexsort(found.T[::-1])]
    return ordered


def _shortest_basis(lattice: Lattice) -> Int[np.ndarray, "2 2"]:
    """Return two shortest independent vectors as rows, by Lagrange's steps in exact integers."""
    gram = np.array(lattice.gram)
    a, b = np.eye(2, dtype=np.int64)
    while True:
        if a @ gram @ a > b @ gram @ b:
            a, b = b, a
        square = int(a @ gram @ a)
        steps = (2 * int(a @ gram @ b) + square) // (2 * square)  # the nearest integer
        if steps == 0:
            return np.stack([a, b])
        b = b - steps * a
