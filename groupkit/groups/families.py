"""Groups for every dimension: the symmetries of the cubic lattices Z^d and of the lattices A_d."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.errors import DimensionError, TooLargeError, brief
from groupkit.generation import MOST_ELEMENTS
from groupkit.integers import integer
from groupkit.lattice import Lattice
from groupkit.split_group import SplitGroup


def hyperoctahedral(dimension: int) -> SplitGroup:
    """Return Z^d ⋊ B_d: all signed permutations of the axes, 2^d d! of them.

    Index m tells the signs, the bit of the first axis highest, and p the permutation, in
    lexicographic order: M(m, p) e_j = ± e_p(j).  For d = 1, 2, 3 it is line-pm, p4m and Pm-3m,
    indexed differently.

    Parameters
    ----------
    dimension : int
        d, from 1 to 5: beyond, the group has more elements than can be tabulated.

    Returns
    -------
    SplitGroup
        Named B_d, with the axes m and p.

    Raises
    ------
    DimensionError, TooLargeError

    References
    ----------
    Coxeter (1973), Regular Polytopes, section 7.6.

    Examples
    --------
    >>> hyperoctahedral(4)
    SplitGroup('B4', dimension=4, order=384, axes {m: 16, p: 24}, lattice Z4)
    """
    d = _dimension(dimension, lambda d: 2**d * math.factorial(d))
    signs = [1 - 2 * ((np.arange(2**d) >> (d - 1 - i)) & 1) for i in range(d)]
    matrices = np.stack(signs, axis=-1)[:, None, :, None] * _permutation_matrices(d)
    names = {1: "line", 2: "square", 3: "cubic"}
    lattice = names[d] if d in names else Lattice.from_gram(f"Z{d}", np.eye(d, dtype=int))
    axes = {"m": 2**d, "p": math.factorial(d)}
    return SplitGroup.from_matrices(f"B{d}", matrices.reshape(-1, d, d), axes, lattice)


def root_lattice_a(dimension: int) -> SplitGroup:
    """Return Z^d ⋊ S, with S all symmetries of the lattice A_d: ±1 and permutations.

    A_d consists of the integer vectors of length d + 1 with sum 0, in the basis e_j - e_(j+1);
    S_(d+1) permutes coordinates.  Index p tells the permutation, in lexicographic order, and
    i = 1 the inversion; for d = 1, the inversion is a permutation, and there is no i.  For
    d = 2 it is p6m, for d = 3 Fm-3m in another basis; ``restrict`` gives the permutations alone.

    Parameters
    ----------
    dimension : int
        d, from 1 to 5: beyond, the group has more elements than can be tabulated.

    Returns
    -------
    SplitGroup
        Named A_d, with the axes i and p, or p alone.

    Raises
    ------
    DimensionError, TooLargeError

    References
    ----------
    Conway & Sloane (1999), Sphere Packings, Lattices and Groups, chapter 4, section 6.1.

    Examples
    --------
    >>> root_lattice_a(3)
    SplitGroup('A3', dimension=3, order=48, axes {i: 2, p: 24}, lattice A3)
    """
    d = _dimension(dimension, lambda d: (2 if d > 1 else 1) * math.factorial(d + 1))
    roots = np.eye(d + 1, dtype=np.int64)[:, :d] - np.eye(d + 1, k=-1, dtype=np.int64)[:, :d]
    # a vector of A_d has the partial sums of its coordinates as coefficients of the roots
    moved = np.cumsum(_permutation_matrices(d + 1) @ roots, axis=1)[:, :d]
    whole = np.stack([moved, -moved]) if d > 1 else moved[None]
    axes = {"i": 2, "p": len(moved)} if d > 1 else {"p": 2}
    names = {1: "line", 2: "hexagonal"}
    lattice = names[d] if d in names else Lattice.from_gram(f"A{d}", roots.T @ roots)
    return SplitGroup.from_matrices(f"A{d}", whole.reshape(-1, d, d), axes, lattice)


def _permutation_matrices(n: int) -> Int[np.ndarray, "count n n"]:
    """Return P with P e_j = e_p(j), for all permutations p in lexicographic order."""
    images = np.array(list(permutations(range(n))))
    matrices: Int[np.ndarray, "count n n"] = np.eye(n, dtype=np.int64)[images].swapaxes(1, 2)
    return matrices


def _dimension(dimension: Any, order: Any) -> int:
    d = integer(dimension)
    if d is None or d < 1:
        raise DimensionError(
            f"dimension {brief(dimension)} is not a positive integer; state one", witness=dimension
        )
    if d > MOST_ELEMENTS.bit_length() or order(d) > MOST_ELEMENTS:
        raise TooLargeError(
            f"the group of dimension {d} has more than {MOST_ELEMENTS} elements, the most that "
            "can be tabulated; generate a subgroup with SplitGroup.from_generators",
            witness=d,
        )
    return d
