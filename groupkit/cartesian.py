"""The matrices of S in Cartesian components, where the lattice determines them."""

from __future__ import annotations

from typing import Final

import numpy as np
from jaxtyping import Float

from groupkit.errors import FieldError
from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer

_ROUNDING: Final = 1e-9


def cartesian_matrices(stabilizer: Stabilizer, lattice: Lattice) -> Float[np.ndarray, "order d d"]:
    """Return B M(s) B⁻¹, where BᵀB = Q is the Gram matrix and a_1 lies along the first axis.

    A Bravais lattice is a family of Gram matrices, and the one that it carries is for pictures:
    a rhombic lattice may have any angle.  So all members have to give the same matrices.

    Parameters
    ----------
    stabilizer : Stabilizer
        S, isometries of the lattice.
    lattice : Lattice

    Returns
    -------
    numpy.ndarray
        [order, d, d], orthogonal.

    Raises
    ------
    FieldError
        If they depend on lengths or angles that the lattice leaves open; the witness is the
        number of an element for which they do.

    Examples
    --------
    >>> from groupkit import p6
    >>> cartesian_matrices(p6.stabilizer, p6.lattice)[2].round(3).tolist()
    [[-0.5, -0.866], [0.866, -0.5]]
    """
    gram = np.array(lattice.gram, dtype=np.float64)
    turned = _turned(stabilizer, gram)
    for other in _others(lattice, gram):
        moved = _turned(stabilizer, other)
        differ = np.abs(moved - turned).max(axis=(1, 2))
        if differ.max() > _ROUNDING:
            s = int(np.argmax(differ))
            raise FieldError(
                "the Cartesian components of a vector depend on lengths or angles that the lattice "
                f"of {stabilizer}, {lattice.name}, leaves open: ({stabilizer.label(s)}) acts by "
                f"{turned[s].round(2).tolist()} on one such lattice and by "
                f"{moved[s].round(2).tolist()} on another; declare the group with the lattice of "
                'your data, such as lattice="square" or Lattice.from_gram(name, a_i · a_j), or use '
                'components="lattice"',
                witness=s,
            )
    whole = np.rint(turned)
    return np.where(np.abs(turned - whole) < _ROUNDING, whole, turned)


def _turned(
    stabilizer: Stabilizer, gram: Float[np.ndarray, "d d"]
) -> Float[np.ndarray, "order d d"]:
    basis = np.linalg.cholesky(gram).T
    moved: Float[np.ndarray, "order d d"] = basis @ stabilizer.matrices @ np.linalg.inv(basis)
    return moved


def _others(lattice: Lattice, gram: Float[np.ndarray, "d d"]) -> list[Float[np.ndarray, "d d"]]:
    """Return other Gram matrices of the family: a step along each form, and one along all."""
    forms = np.array(lattice.forms, dtype=np.float64)
    steps = [*forms, np.tensordot(np.arange(1.0, len(forms) + 1), forms, axes=1)]
    least = np.linalg.eigvalsh(gram)[0]  # a step shorter than this leaves it positive definite
    return [gram + least / (2 * np.linalg.norm(step)) * step for step in steps]
