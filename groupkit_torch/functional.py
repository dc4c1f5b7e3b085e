r"""Pure functions of tensors and index arrays: every layer is one call of these.

The bank of filters that a layer slides over its input is a gather from its weight,

.. math:: \mathrm{bank}[o s', i s, x] = \mathrm{weight}[o, i, \mathrm{index}[s', s, x]],

with the index array of `groupkit.FilterBank`; the layer itself is one planar convolution
with that bank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Inexact, Int, Shaped
from torch import Tensor

from groupkit.errors import FeatureTypeError

_CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def expand_filters(
    weight: Inexact[Tensor, "out_channels in_channels n_parameters"],
    index: Int[Tensor, "out_size in_size *box"],
    *,
    fills_box: bool = False,
) -> Inexact[Tensor, "out_entries in_entries *box"]:
    r"""Return the bank of filters, :math:`\mathrm{bank}[o s', i s, x] = w[o, i, \mathrm{index}]`.

    One gather within the rows of parameters of a pair of channels: rows are short, so that it
    stays within the cache, and its backward pass does as well.

    Parameters
    ----------
    weight : Tensor
        The free parameters [C_out, C_in / groups, n_parameters].
    index : Tensor
        int64 [\|S/H_out\|, \|S/H_in\|, *box], `groupkit.FilterBank.index` as a tensor; points
        outside the window hold n_parameters, one past the row, and become zero.
    fills_box : bool
        Whether the window is its whole box: then no entry refers to the appended zero, which
        is left out.

    Returns
    -------
    Tensor
        [C_out \|S/H_out\|, C_in \|S/H_in\|, *box].

    Examples
    --------
    >>> import groupkit as gk
    >>> index = torch.tensor(gk.p4.filter_bank(3, input_type="planar").index)
    >>> weight = torch.arange(9.0).view(1, 1, 9)
    >>> expand_filters(weight, index)[1, 0]  # the filter, rotated by 90 degrees
    tensor([[2., 5., 8.],
            [1., 4., 7.],
            [0., 3., 6.]])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 7.1.
    """
    n_out, n_in, *box = index.shape
    rows, columns = weight.shape[:2]
    padded = weight if fills_box else F.pad(weight, (0, 1))
    sources = padded.unsqueeze(1).expand(rows, n_out, columns, -1)
    positions = index.reshape(1, n_out, 1, -1).expand(rows, n_out, columns, -1)
    return sources.gather(3, positions).view(rows * n_out, columns * n_in, *box)


def group_conv(
    x: Inexact[Tensor, "batch in_channels *rest"],
    weight: Inexact[Tensor, "out_channels in_channels_per_group n_parameters"],
    index: Int[Tensor, "out_size in_size *box"],
    bias: Inexact[Tensor, "out_channels"] | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    *,
    fills_box: bool = False,
    planar_output: bool = False,
) -> Inexact[Tensor, "batch out_channels *out_rest"]:
    r"""Correlate a feature map with all transformed copies of the filters.

    .. math:: [f \star \psi](g) = \sum_h \sum_k f_k(h)\, \psi_k(g^{-1} h)

    evaluated as one planar convolution with the expanded bank; the bias, one per G-feature
    map, is added by that convolution.

    Parameters
    ----------
    x : Tensor
        [batch, C_in, |S/H_in|, *space], or [batch, C_in, *space] for a planar input.
    weight : Tensor
        [C_out, C_in / groups, n_parameters].
    index : Tensor
        As in `expand_filters`; its number of box axes is the dimension of the lattice.
    bias : Tensor, optional
        [C_out].
    stride, padding, dilation, groups, padding_mode
        As in `torch.nn.Conv2d`; numbers, not "same" or "valid".
    fills_box : bool
        As in `expand_filters`.
    planar_output : bool
        Whether the output has no stabilizer axis.

    Returns
    -------
    Tensor
        [batch, C_out, |S/H_out|, *space], without the stabilizer axis if ``planar_output``.

    Examples
    --------
    >>> import groupkit as gk
    >>> index = torch.tensor(gk.p4.filter_bank(3).index)
    >>> group_conv(torch.rand(1, 1, 4, 9, 9), torch.rand(2, 1, 36), index).shape
    torch.Size([1, 2, 4, 7, 7])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 10 and 11.
    """
    bank = expand_filters(weight, index, fills_box=fills_box)
    return convolve(
        x,
        bank,
        bias,
        stride,
        padding,
        dilation,
        groups,
        padding_mode,
        size=None if planar_output else bank.shape[0] // weight.shape[0],
    )


def convolve(
    x: Inexact[Tensor, "batch in_channels *rest"],
    bank: Inexact[Tensor, "out_entries in_entries *box"],
    bias: Inexact[Tensor, " out_channels"] | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    *,
    size: int | None = None,
) -> Inexact[Tensor, "batch out_channels *out_rest"]:
    """Correlate a feature map with a bank of filters: one planar convolution.

    Parameters
    ----------
    x : Tensor
        [batch, C_in, |S/H_in|, *space], or [batch, C_in, *space] for a planar input.
    bank : Tensor
        [C_out |S/H_out|, C_in / groups |S/H_in|, *box].
    bias, stride, padding, dilation, groups, padding_mode
        As in `group_conv`.
    size : int, optional
        |S/H_out|; None where the output has no stabilizer axis.

    Examples
    --------
    >>> convolve(torch.rand(1, 3, 9, 9), torch.rand(8, 3, 3, 3), size=4).shape
    torch.Size([1, 2, 4, 7, 7])
    """
    dimension = bank.dim() - 2
    if x.dim() > dimension + 2:
        x = x.flatten(1, 2)
    if padding_mode != "zeros":
        pads = [padding] * dimension if isinstance(padding, int) else list(padding)
        x = F.pad(x, [pad for pad in reversed(pads) for _ in range(2)], mode=padding_mode)
        padding = 0
    y: Tensor = _CONVOLUTIONS[dimension](
        x, bank, spread(bias, size or 1), stride, padding, dilation, groups
    )
    # no -1, which an empty batch leaves open
    return y if size is None else y.view(y.shape[0], y.shape[1] // size, size, *y.shape[2:])


def spread(
    bias: Inexact[Tensor, " channels"] | None, size: int
) -> Inexact[Tensor, " entries"] | None:
    """Return a bias of each G-feature map as one of each of its |S/H| entries."""
    return bias if bias is None or size == 1 else bias.repeat_interleave(size)


def carry_on_columns(
    bank: Inexact[Tensor, "out_entries in_entries *box"], matrices: Inexact[Tensor, "order n n"]
) -> Inexact[Tensor, "out_entries in_entries *box"]:
    r"""Let S act on the input channels: :math:`\sum_d A(s)_{cd}\, \mathrm{bank}[o s, k d, x]`.

    Parameters
    ----------
    bank : Tensor
        [C_out order, C_in, *box], the C_in channels in fields of n.
    matrices : Tensor
        [order, n, n], A(s).
    """
    order, n = matrices.shape[:2]
    fields = bank.unflatten(1, (-1, n)).unflatten(0, (-1, order))
    mixed = torch.einsum("scd,oskd...->oskc...", matrices.to(bank.dtype), fields)
    return mixed.reshape(bank.shape)


def carry_on_rows(
    bank: Inexact[Tensor, "out_entries in_entries *box"], matrices: Inexact[Tensor, "order n n"]
) -> Inexact[Tensor, "out_entries in_entries *box"]:
    r"""Let S act on the output channels: :math:`\sum_d A(s)_{cd}\, \mathrm{bank}[k d, i s, x]`.

    Parameters
    ----------
    bank : Tensor
        [C_out, C_in order, *box], the C_out channels in fields of n.
    matrices : Tensor
        [order, n, n], A(s).
    """
    order, n = matrices.shape[:2]
    fields = bank.unflatten(1, (-1, order)).unflatten(0, (-1, n))
    mixed = torch.einsum("scd,kdis...->kcis...", matrices.to(bank.dtype), fields)
    return mixed.reshape(bank.shape)


def act(
    tensor: Shaped[Tensor, "*batch_and_map"],
    index: Int[Tensor, "*map"] | Int[np.ndarray, "*map"],
    channels: Inexact[Tensor, "n n"] | None = None,
) -> Shaped[Tensor, "*batch_and_new_map"]:
    r"""Transform a feature map, :math:`(L_g f)(x) = f(g^{-1} x)`, by an index array.

    Parameters
    ----------
    tensor : Tensor
        Any leading axes, then the axes that ``index`` permutes: [..., *space] or
        [..., |S/H|, *space].
    index : Tensor or numpy.ndarray
        From `groupkit.action.array_action`: output entry -> flat input entry; one past the
        last entry is a zero.
    channels : Tensor, optional
        [n, n], :math:`\rho(s)` of a field: the axis before those of the map holds channels, in
        fields of n, which it mixes.

    Returns
    -------
    Tensor
        The leading axes, then those of ``index``.

    Raises
    ------
    FeatureTypeError
        If the last axes of the tensor hold another number of entries than the index.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit.action import array_action
    >>> f = torch.arange(6).reshape(2, 3)
    >>> quarter_turn = array_action(gk.p4.stabilizer, 1, (2, 3), gk.p4.feature_type("planar"))
    >>> torch.equal(act(f, quarter_turn), torch.rot90(f, 1))
    True
    """
    index = torch.tensor(index) if isinstance(index, np.ndarray) else index
    n_axes = index.dim()
    if tensor.dim() < n_axes or tensor.shape[tensor.dim() - n_axes :].numel() != index.numel():
        raise FeatureTypeError(
            f"an index of shape {tuple(index.shape)} does not act on a tensor of shape "
            f"{tuple(tensor.shape)}: the last {n_axes} axes hold another number of entries; "
            "make the index for the tensor's own shape and type",
            witness=(tuple(tensor.shape), tuple(index.shape)),
        )
    flat = F.pad(tensor.flatten(tensor.dim() - n_axes), (0, 1))
    positions = index.reshape(-1).to(tensor.device)
    moved = flat.index_select(-1, positions)
    if channels is not None:
        fields = moved.unflatten(-2, (-1, len(channels)))
        moved = (channels.to(fields) @ fields).view(moved.shape)
    return moved.view(*flat.shape[:-1], *index.shape)


def fill_outside(
    x: Inexact[Tensor, "*map"], mask: Bool[Tensor, "*space"], value: float = 0.0
) -> Inexact[Tensor, "*map"]:
    """Return a map with ``value`` wherever its lattice point is outside the mask.

    Parameters
    ----------
    x : Tensor
        [..., *space].
    mask : Tensor
        bool [*space], True inside.
    value : float
        What the outside becomes: 0 for a convolution, -∞ for a maximum.

    Examples
    --------
    >>> fill_outside(torch.ones(3), torch.tensor([False, True, True]))
    tensor([0., 1., 1.])
    """
    return torch.where(mask, x, value)
