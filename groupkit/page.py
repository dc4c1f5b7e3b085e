"""Where lattice points and their cells lie on a page: the first axis down, as arrays print."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from jaxtyping import Float, Int, Shaped

from groupkit.lattice import Lattice

# The page has x to the right and y up; coordinate 0 of an array runs down the page. This turn
# of the plane keeps orientation, so what rotates counter-clockwise does so on the page too.
_TO_PAGE = np.array([[0.0, 1.0], [-1.0, 0.0]])
_GRID = 48


def positions(
    points: Shaped[np.ndarray, "*shape 2"], lattice: Lattice
) -> Float[np.ndarray, "*shape 2"]:
    """Return the places of lattice points on the page, in units of the first basis vector.

    Examples
    --------
    >>> positions(np.array([[1, 0], [0, 1]]), Lattice.named("square")).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    moved: Float[np.ndarray, "*shape 2"] = points.astype(np.float64) @ page_basis(lattice).T
    return moved


def page_basis(lattice: Lattice) -> Float[np.ndarray, "2 2"]:
    """Return the basis vectors on the page, as columns."""
    basis: Float[np.ndarray, "2 2"] = _TO_PAGE @ lattice.basis
    return basis


def page_matrices(
    matrices: Int[np.ndarray, "*shape 2 2"], lattice: Lattice
) -> Float[np.ndarray, "*shape 2 2"]:
    """Return the orthogonal maps of the page that integer matrices are: B M B⁻¹."""
    basis = page_basis(lattice)
    moved: Float[np.ndarray, "*shape 2 2"] = basis @ matrices @ np.linalg.inv(basis)
    return moved


def cell(lattice: Lattice) -> Float[np.ndarray, "corners 2"]:
    """Return the corners of the points of the page that are nearest to the origin.

    This is the Voronoi cell {y : y · n ≤ n · n / 2 for every lattice vector n}: a square for
    the square lattice, a regular hexagon for the hexagonal one; counter-clockwise.

    Examples
    --------
    >>> len(cell(Lattice.named("square"))), len(cell(Lattice.named("hexagonal")))
    (4, 6)
    """
    steps = [step for step in product((-1, 0, 1), repeat=2) if any(step)]
    normals = np.array(steps) @ _reduced(page_basis(lattice)).T
    bounds = (normals**2).sum(axis=-1) / 2
    corners = [
        np.linalg.solve(normals[list(pair)], bounds[list(pair)])
        for pair in combinations(range(len(normals)), 2)
        if abs(np.linalg.det(normals[list(pair)])) > 1e-9
    ]
    inside = [corner for corner in corners if (normals @ corner <= bounds + 1e-9).all()]
    distinct = np.unique(np.round(inside, 9), axis=0)
    angles = np.arctan2(distinct[:, 1], distinct[:, 0])
    ordered: Float[np.ndarray, "corners 2"] = distinct[np.argsort(angles)]
    return ordered


def _reduced(basis: Float[np.ndarray, "2 2"]) -> Float[np.ndarray, "2 2"]:
    """Return the shortest basis of the lattice (Lagrange), whose sums ±a, ±b, ±a±b bound a cell."""
    a, b = sorted(basis.T, key=np.linalg.norm)
    while (steps := np.round(a @ b / (a @ a))) != 0:
        a, b = sorted((a, b - steps * a), key=np.linalg.norm)
    return np.stack([a, b], axis=1)


def roomiest_point(
    matrices: Int[np.ndarray, "order 2 2"], lattice: Lattice
) -> tuple[Float[np.ndarray, " 2"], float]:
    """Return a point x of the cell whose images M x + t are as far apart as possible.

    Of a grid of points with denominator 48, in lattice coordinates, and the distance of its
    nearest image on the page, in units of the first basis vector.

    Examples
    --------
    >>> from groupkit import p2
    >>> point, distance = roomiest_point(p2.stabilizer.matrices, p2.lattice)
    >>> round(distance, 2)
    0.58
    """
    grid = np.array(list(product(range(_GRID), repeat=2))) / _GRID
    steps = np.array(list(product(range(-2, 3), repeat=2)))
    lengths = np.linalg.norm(positions(steps, lattice), axis=-1)
    clearance = np.full(len(grid), lengths[lengths > 1e-9].min())
    identity = np.eye(2, dtype=np.int64)
    for matrix in matrices:
        if (matrix == identity).all():
            continue
        apart = grid @ (matrix - identity).T
        apart = apart - np.round(apart)
        images = positions(apart[:, None] + steps, lattice)
        clearance = np.minimum(clearance, np.linalg.norm(images, axis=-1).min(axis=1))
    best = np.flatnonzero(clearance > clearance.max() - 1e-9)
    best = best[np.argmin(np.linalg.norm(grid[best] - 0.5, axis=1))]  # the innermost of equals
    return grid[best], float(clearance[best])


def copies(
    matrices: Int[np.ndarray, "order 2 2"], point: Float[np.ndarray, " 2"], cells: tuple[int, int]
) -> tuple[Float[np.ndarray, "copies 2"], Int[np.ndarray, " copies"]]:
    """Return the images M x + t within some cells, and the number of each one's M."""
    images = matrices @ point
    first = images - np.floor(images + 1e-9)
    steps = np.array(list(product(range(cells[0]), range(cells[1]))))
    places = (first[:, None] + steps).reshape(-1, 2)
    return places, np.repeat(np.arange(len(matrices)), len(steps))


def outline(points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "corners 2"]:
    """Return the corners of the convex hull, counter-clockwise from the lowest leftmost.

    Examples
    --------
    >>> square = np.array([[0.0, 0], [1, 0], [0.5, 0.5], [1, 1], [0, 1]])
    >>> outline(square).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    ordered = np.unique(np.round(points, 9), axis=0)

    def chain(sequence: Float[np.ndarray, "points 2"]) -> list[Float[np.ndarray, " 2"]]:
        """Return one half of the hull (Andrew's monotone chain), its last corner left out."""
        corners: list[Float[np.ndarray, " 2"]] = []
        for point in sequence:
            while len(corners) > 1 and _turn(corners[-2], corners[-1], point) <= 1e-9:
                corners.pop()
            corners.append(point)
        return corners[:-1]

    return np.array(chain(ordered) + chain(ordered[::-1]))


def _turn(
    first: Float[np.ndarray, " 2"], second: Float[np.ndarray, " 2"], third: Float[np.ndarray, " 2"]
) -> float:
    """Return twice the signed area of a triangle: positive for a left turn."""
    a, b = second - first, third - first
    return float(a[0] * b[1] - a[1] * b[0])
