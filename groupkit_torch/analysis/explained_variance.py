r"""How alike the planar kernels of a filter are, up to factors and constants.

.. math:: \psi(s, x) - \bar\psi(s) = \sum_k \sigma_k\, u_k(s)\, v_k(x)
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from groupkit.errors import FeatureTypeError


def explained_variance(
    filters: Inexact[Tensor, "*bank order points"],
) -> Float[Tensor, "*bank components"]:
    r"""Return the parts of the variance that the principal components of kernels explain.

    .. math:: \frac{\sigma_k^2}{\sum_l \sigma_l^2}, \qquad
              \psi(s, x) - \bar\psi(s) = \sum_k \sigma_k\, u_k(s)\, v_k(x)

    with orthonormal :math:`u_k` and :math:`v_k`: elements s are the variables, points x the
    samples, and :math:`\bar\psi(s)` is the mean over x. The first part is 1 exactly when all
    kernels of a filter are multiples of one kernel, up to constants: such filters lose nothing
    in the form w(s) K(x) of `SeparableGroupConv`, but for the constants.

    Parameters
    ----------
    filters : Tensor
        :math:`\psi`, [\*bank, \|S/H\|, points]: for each filter of a bank a kernel for each
        element, its points in one axis. Weights of any program will do: those of a
        p4 layer are [C_out, C_in, 4, k, k] in GrouPy, of which
        ``filters.flatten(-2)`` is taken.

    Returns
    -------
    Tensor
        [\*bank, components], the largest first, in double precision; as many as there are
        elements, or points if they are fewer. NaN for filters without any variance.

    Raises
    ------
    FeatureTypeError
        If there are fewer than two axes, fewer than two points, or no element.

    Examples
    --------
    >>> turned = torch.tensor([[1.0, 2, 4], [2, 4, 8], [-1, -2, -4], [0, 0, 0]])
    >>> explained_variance(turned).round(decimals=6) + 0.0
    tensor([1., 0., 0.], dtype=torch.float64)

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", section 3.2 and figure 2.
    """
    if filters.dim() < 2 or filters.shape[-1] < 2 or filters.shape[-2] < 1:
        raise FeatureTypeError(
            f"filters of shape {tuple(filters.shape)} have no variance over points: the last two "
            "axes are elements of the group, one or more, and points, two or more",
            witness=tuple(filters.shape),
        )
    wide = torch.complex128 if filters.is_complex() else torch.float64
    kernels = filters.detach().to(wide)
    kernels = kernels - kernels.mean(-1, keepdim=True)
    squares: Tensor = torch.linalg.svdvals(kernels).square()
    return squares / squares.sum(-1, keepdim=True)
