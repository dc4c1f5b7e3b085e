r"""Which isometries of a lattice are those of an image's box too."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from groupkit.action import image_shape
from groupkit.stabilizer import Stabilizer
from groupkit_torch.geometry import Sides

_ROUNDING = 1e-9


def not_shared(
    stabilizer: Stabilizer, basis: Float[np.ndarray, "d d"], image: Sides, array: Sides
) -> dict[int, str]:
    r"""Return the elements that an image's box and the array of its samples do not share, and why.

    With the basis B of the lattice along the image's axes, M is shared when
    :math:`P = B M B^{-1}` permutes these axes up to sign, :math:`|P| n = n` for the image's sides
    n, and the array of L_M f has the sides of that of f.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    basis : numpy.ndarray
        B, [d, d], the basis vectors as columns: floats, as they are the user's.
    image, array : tuple of int
        Sides of the image, and of the array of its samples.

    Examples
    --------
    >>> import groupkit as gk
    >>> stabilizer = gk.p4.stabilizer
    >>> not_shared(stabilizer, np.eye(2), (8, 8), (7, 7))
    {}
    >>> not_shared(stabilizer, np.eye(2), (8, 9), (7, 9))[1]
    'the image of 8×9 would be of 9×8'
    >>> sorted(not_shared(gk.p6.stabilizer, gk.p6.lattice.basis, (8, 8), (9, 9)))
    [1, 2, 4, 5]
    """
    broken, inverse = {}, np.linalg.inv(basis)
    for s, matrix in enumerate(stabilizer.matrices):
        moved = basis @ matrix @ inverse
        nearest = np.abs(np.rint(moved)).astype(np.int64)
        turned = tuple((nearest @ np.array(image)).tolist())
        of_array = image_shape(stabilizer, s, array)
        if np.abs(np.abs(moved) - nearest).max() > _ROUNDING or (nearest.sum(axis=0) != 1).any():
            broken[s] = "it does not map the image's grid onto itself"
        elif turned != image:
            broken[s] = f"the image of {_by(image)} would be of {_by(turned)}"
        elif of_array != array:
            broken[s] = f"the samples, {_by(array)}, would be {_by(of_array)}"
    return broken


def _by(sides: Sides) -> str:
    return "×".join(map(str, sides))
