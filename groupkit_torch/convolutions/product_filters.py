r"""Banks of filters that are products, expanded or applied factor by factor."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Inexact, Int
from torch import Tensor

from groupkit.filter_bank import FilterBank
from groupkit_torch.functional import convolve


def product_index(
    pointwise: FilterBank, spatial: FilterBank
) -> tuple[Int[np.ndarray, "out_size in_size *box"], int]:
    r"""Return where each entry of a bank of products lies in :math:`w \otimes K`.

    Parameters
    ----------
    pointwise : FilterBank
        That of w, with n orbits: from the input's to the output's type, on a single point.
    spatial : FilterBank
        That of K, with m orbits: from planar maps to the output's type.

    Returns
    -------
    numpy.ndarray, int
        int64 [\|S/H_out\|, \|S/H_in\|, *box], and n m, which points outside the window hold.

    Examples
    --------
    >>> import groupkit as gk
    >>> index, size = product_index(gk.p4.filter_bank(1), gk.p4.filter_bank(3, "planar"))
    >>> index.shape, size
    ((4, 4, 3, 3), 36)
    >>> (index == gk.p4.filter_bank(3).index).all()  # regular maps: every orbit is a product
    np.True_
    """
    n, m = pointwise.n_parameters, spatial.n_parameters
    index = pointwise.index * m + spatial.index
    return np.where(spatial.index == m, n * m, index), n * m


def multiply(
    pointwise: Inexact[Tensor, "out_entries in_entries *point"],
    spatial: Inexact[Tensor, "out_entries kernels *box"],
) -> Inexact[Tensor, "out_entries in_entries *box"]:
    r"""Return the bank of the products :math:`w_{oi}(s'^{-1} s)\, K_{oi}(M(s')^{-1} x)`.

    Parameters
    ----------
    pointwise : Tensor
        [C_out |S/H_out|, C_in/groups |S/H_in|, 1, ...].
    spatial : Tensor
        [C_out |S/H_out|, C_in/groups, *box], or with a single kernel for all input channels.

    Examples
    --------
    >>> multiply(torch.tensor([[[2.0], [3.0]]]), torch.tensor([[[1.0, 10.0]]]))
    tensor([[[ 2., 20.],
             [ 3., 30.]]])
    """
    blocks = pointwise.unflatten(1, (spatial.shape[1], -1))
    bank: Tensor = (blocks * spatial.unsqueeze(2)).flatten(1, 2)
    return bank


def mix(
    x: Inexact[Tensor, "batch in_channels *rest"],
    pointwise: Inexact[Tensor, "out_entries in_entries *point"],
    parts: int,
    groups: int,
) -> Inexact[Tensor, "batch mixed *space"]:
    r"""Return, at each point, :math:`\sum_s w_{oi}(s'^{-1} s) f_i(s)` for parts of the channels i.

    Parameters
    ----------
    x : Tensor
        [batch, C_in, |S/H_in|, *space], or [batch, C_in, *space] for a planar input.
    pointwise : Tensor
        [C_out |S/H_out|, C_in/groups |S/H_in|, 1, ...].
    parts : int
        1 to sum over all channels of a group of channels, C_in/groups for none.
    groups : int
        Blocks of channels that do not see each other.

    Returns
    -------
    Tensor
        [batch, C_out |S/H_out| parts, *space].

    Examples
    --------
    >>> x = torch.tensor([[[2.0, 5.0], [1.0, 1.0]]])  # two channels on two points
    >>> mix(x, torch.tensor([[[1.0], [10.0]]]), parts=1, groups=1)
    tensor([[[12., 15.]]])
    >>> mix(x, torch.tensor([[[1.0], [10.0]]]), parts=2, groups=1)
    tensor([[[ 2.,  5.],
             [10., 10.]]])
    """
    if parts == 1:
        return convolve(x, pointwise, groups=groups)
    dimension = pointwise.dim() - 2
    space = x.shape[x.dim() - dimension :]
    size = pointwise.shape[1] // parts
    entries = x.reshape(x.shape[0], groups, parts, size, space.numel())
    factors = pointwise.reshape(groups, -1, parts, size)
    mixed = torch.einsum("gois,bgisx->bgoix", factors, entries)
    return mixed.reshape(x.shape[0], len(pointwise) * parts, *space)
