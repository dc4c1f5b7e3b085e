r"""How a surface in a volume is curved, whichever way it lies: Koenderink's shape index."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float


def smoothed(volume: Float[np.ndarray, "*space"], times: int = 1) -> Float[np.ndarray, "*space"]:
    r"""Return means with weights :math:`\frac14, \frac12, \frac14` along each axis, repeated.

    Values on the border are left.

    Examples
    --------
    >>> smoothed(np.array([0.0, 0, 4, 0, 0]))
    array([0., 1., 2., 1., 0.])
    """
    for _ in range(times):
        for axis in range(volume.ndim):
            old = np.moveaxis(volume, axis, 0)
            new = old.copy()
            new[1:-1] = (old[:-2] + 2 * old[1:-1] + old[2:]) / 4
            volume = np.moveaxis(new, 0, axis)
    return volume


def shape_index(
    volume: Float[np.ndarray, "x y z"], at: Bool[np.ndarray, "x y z"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    r"""Return the shape index :math:`\frac2\pi \arctan\frac{k_1 + k_2}{k_1 - k_2}` of level sets.

    :math:`k_1 \ge k_2` are the principal curvatures, at a point, of the surface on which the
    volume f has the value that it has there, positive where what is brighter bulges out. With
    g = ∇f and A the Hessian matrix of f, their mean and their product are

    .. math:: H = \frac{g^T A g - |g|^2 \operatorname{tr} A}{2 |g|^3}, \qquad
              K = \frac{g^T \operatorname{adj}(A)\, g}{|g|^4}.

    It is -1 for a hollow, -½ for a groove, 0 for a saddle, ½ for a ridge and 1 for a dome, and does
    not change when the volume is turned or mirrored. Derivatives are central differences.

    Parameters
    ----------
    volume : ndarray
        f, [x, y, z].
    at : ndarray
        Whether the index is wanted at a point, [x, y, z].

    Returns
    -------
    index : ndarray
        [n], of the wanted points row-major, between -1 and 1; 0 where no surface is (g = 0).
    steepness : ndarray
        |g|, [n].

    Examples
    --------
    >>> x, y, z = np.meshgrid(*3 * [np.arange(-4.0, 5.0)], indexing="ij")
    >>> index, _ = shape_index(-np.hypot(x, y), x == 3)  # nested cylinders, brightest inside
    >>> round(float(index.mean()), 1)
    0.5

    References
    ----------
    J. J. Koenderink, A. J. van Doorn (1992), "Surface shape and curvature scales", Image and Vision
    Computing 10, 557-564.
    """
    first = np.gradient(volume)
    gradient = np.stack([part[at] for part in first])
    hessian = np.array([[second[at] for second in np.gradient(part)] for part in first])
    square = (gradient**2).sum(0)
    safe = np.where(square > 0, square, 1)
    along = np.einsum("in,ijn,jn->n", gradient, hessian, gradient)
    trace = np.einsum("iin->n", hessian)
    mean = (along - square * trace) / (2 * safe**1.5)
    # adj(A) has the columns a₂ × a₃, a₃ × a₁, a₁ × a₂
    adjugate = [np.cross(hessian[i - 2], hessian[i - 1], axis=0) for i in range(3)]
    product = sum(
        part * np.einsum("in,in->n", gradient, column)
        for part, column in zip(gradient, adjugate, strict=True)
    )
    half_difference = np.sqrt(np.maximum(mean**2 - product / safe**2, 0))
    return 2 / np.pi * np.arctan2(mean, half_difference), np.sqrt(square)
