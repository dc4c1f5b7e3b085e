"""The holohedry of a lattice: every isometry that maps it onto itself and fixes the origin."""

from __future__ import annotations

import math
from itertools import product
from typing import Final

import numpy as np
from jaxtyping import Int, Shaped

from groupkit.errors import LatticeError
from groupkit.integers import compact, exact_matmul
from groupkit.lattice import Lattice

_MOST_CANDIDATES: Final = 2**20


def holohedry(lattice: Lattice) -> Int[np.ndarray, "order d d"]:
    """Return all integer matrices M with MᵀQM = Q for every form Q of the lattice.

    For a family of lattices, such as the rectangles, these are the isometries that all of them
    have. The stabilizer of every group declared on the lattice is a subgroup.

    Parameters
    ----------
    lattice : Lattice

    Returns
    -------
    numpy.ndarray
        int64 [order, d, d], in ascending order of their entries.

    Raises
    ------
    LatticeError
        If the basis is so skewed that too many vectors would have to be tried.

    Notes
    -----
    The columns of M are vectors of the lengths of the basis vectors. There are finitely many: x
    with xᵀQx = n has x_i² ≤ n (Q⁻¹)_ii.

    References
    ----------
    Plesken & Souvignier (1997), "Computing isometries of lattices", J. Symbolic Computation 24.

    Examples
    --------
    >>> [len(holohedry(Lattice.named(name))) for name in ("oblique", "rhombic", "square")]
    [2, 4, 8]
    >>> len(holohedry(Lattice.named("cubic F")))
    48
    """
    forms = [np.array(form, dtype=object) for form in (lattice.gram, *lattice.forms)]
    vectors = _short_vectors(forms[0])
    products = [exact_matmul(vectors, form) for form in forms]
    squares = [(moved * vectors).sum(axis=1) for moved in products]
    chosen: list[tuple[int, ...]] = [()]
    for i in range(lattice.dimension):
        lengths = [square == form[i, i] for square, form in zip(squares, forms, strict=True)]
        fitting = np.flatnonzero(np.logical_and.reduce(lengths)).tolist()
        chosen = [
            (*columns, x)
            for columns in chosen
            for x in fitting
            if all(
                (moved[x] * vectors[y]).sum() == form[i, j]
                for j, y in enumerate(columns)
                for moved, form in zip(products, forms, strict=True)
            )
        ]
    matrices = np.array([vectors[list(columns)].T for columns in chosen], dtype=np.int64)
    order = np.lexsort(matrices.reshape(len(matrices), -1).T[::-1])
    found: Int[np.ndarray, "order d d"] = matrices[order]
    return found


def _short_vectors(gram: Shaped[np.ndarray, "d d"]) -> Shaped[np.ndarray, "vectors d"]:
    """Return all integer vectors as short as the longest basis vector, and some longer ones."""
    floats = gram.astype(np.float64)
    longest = floats.diagonal().max()
    bounds = np.sqrt(longest * np.linalg.inv(floats).diagonal())
    reach = [math.floor(bound) + 1 for bound in bounds]  # one more than exact, for rounding
    if math.prod(2 * side + 1 for side in reach) > _MOST_CANDIDATES:
        raise LatticeError(
            f"the basis with the Gram matrix {gram.tolist()} is too skewed to try all vectors of "
            "its lengths; choose shorter basis vectors",
            witness=gram.tolist(),
        )
    vectors = np.array(list(product(*(range(-side, side + 1) for side in reach))))
    return compact(vectors)
