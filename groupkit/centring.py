"""Conventional cells of Bravais lattices: coordinates there from primitive ones, and back."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np

from groupkit.bravais import CONVENTIONAL, TWICE_PRIMITIVE
from groupkit.integers import adjugate, determinant

Rows = tuple[tuple[Fraction, ...], ...]


def conventional_basis(name: str, dimension: int) -> Rows:
    """Return the primitive basis vectors of a Bravais lattice, as columns, in ITA's cell.

    That is the identity for a lattice that is not centred, and for any other name.

    Examples
    --------
    >>> [str(x) for x in conventional_basis("cubic F", 3)[0]]
    ['0', '1/2', '1/2']
    """
    centring = name[-1] if name[-2:-1] == " " else ""
    rows, scale = tuple(tuple(int(i == j) for j in range(dimension)) for i in range(dimension)), 1
    if name in CONVENTIONAL:
        rows, scale = CONVENTIONAL[name]
    elif centring in TWICE_PRIMITIVE:
        rows, scale = TWICE_PRIMITIVE[centring], 2
    return tuple(tuple(Fraction(x, scale) for x in row) for row in rows)


def inverse(rows: Rows) -> Rows:
    """Return the inverse of an invertible matrix of fractions, exactly.

    Examples
    --------
    >>> inverse(((Fraction(1, 2), Fraction(0)), (Fraction(1), Fraction(1))))[1]
    (Fraction(-2, 1), Fraction(1, 1))
    """
    scale = lcm(*(entry.denominator for row in rows for entry in row))
    whole = np.array([[int(scale * entry) for entry in row] for row in rows])
    size = determinant(whole)  # (W / n)⁻¹ = n adj(W) / det(W)
    return tuple(tuple(Fraction(scale * int(x), size) for x in row) for row in adjugate(whole))
