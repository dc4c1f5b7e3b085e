"""Where the elements of a planar stabilizer stand around a centre, as pictures show its graph."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from groupkit.lattice import Lattice
from groupkit.page import page_matrices
from groupkit.stabilizer import Stabilizer


def orientations(
    stabilizer: Stabilizer, lattice: Lattice
) -> tuple[Float[np.ndarray, " order"], Int[np.ndarray, " order"]]:
    """Return the angle and the ring of each element of S.

    Rotations sit on ring 0, at the angle by which they turn the page, counted from the top.
    With m the first reflection, m s sits on ring 1 beside the rotation s. Left multiplication
    by a rotation then turns ring 0 rigidly, and left multiplication by m is radial.

    Examples
    --------
    >>> from groupkit import p4m
    >>> angles, rings = orientations(p4m.stabilizer, p4m.lattice)
    >>> rings.tolist(), np.rad2deg(angles[:3]).round().tolist()
    ([0, 0, 0, 0, 1, 1, 1, 1], [90.0, 180.0, 270.0])
    """
    maps = page_matrices(stabilizer.matrices, lattice)
    proper = np.linalg.det(maps) > 0
    turned = np.arctan2(maps[:, 1, 0], maps[:, 0, 0]) + np.pi / 2
    if not proper.all():
        first = int(np.argmin(proper))
        beside = stabilizer.cayley_table[first]  # m s, for every s
        turned[beside[proper]] = turned[proper]
    return turned, np.where(proper, 0, 1)
