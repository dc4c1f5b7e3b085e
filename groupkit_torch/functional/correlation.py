r"""The G-correlation of maps with a bank of filters: one planar convolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Inexact, Int, Shaped
from torch import Tensor

from groupkit_torch.functional.banks import expand_filters

CONVOLUTIONS: Final[dict[int, Callable[..., Tensor]]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
"""torch's planar convolutions, by dimension."""
_TRANSPOSED: dict[int, Callable[..., Tensor]] = {
    1: F.conv_transpose1d,
    2: F.conv_transpose2d,
    3: F.conv_transpose3d,
}


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

    Raises
    ------
    RuntimeError
        If shapes do not fit, as torch finds: nothing is checked here.

    Examples
    --------
    >>> import torch
    >>> import groupkit as gk
    >>> index = torch.tensor(gk.p4.filter_bank(3).index)
    >>> group_conv(torch.rand(1, 1, 4, 9, 9), torch.rand(2, 1, 36), index).shape
    torch.Size([1, 2, 4, 7, 7])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 10 and 11.
    """
    bank = expand_filters(weight, index, fills_box=fills_box)
    size = bank.shape[0] // weight.shape[0]
    return convolve(
        x,
        bank,
        spread(bias, size),
        stride,
        padding,
        dilation,
        groups,
        padding_mode,
        size=None if planar_output else size,
    )


def convolve(
    x: Inexact[Tensor, "batch in_channels *rest"],
    bank: Inexact[Tensor, "out_entries in_entries *box"],
    bias: Inexact[Tensor, " out_entries"] | None = None,
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
    bias : Tensor, optional
        [C_out |S/H_out|], as `spread` makes it.
    stride, padding, dilation, groups, padding_mode
        As in `group_conv`.
    size : int, optional
        |S/H_out|; None where the output has no stabilizer axis.

    Returns
    -------
    Tensor
        [batch, C_out, |S/H_out|, *space], without the stabilizer axis if ``size`` is None.

    Raises
    ------
    RuntimeError
        If shapes do not fit, as torch finds: nothing is checked here.

    Examples
    --------
    >>> import torch
    >>> convolve(torch.rand(1, 3, 9, 9), torch.rand(8, 3, 3, 3), size=4).shape
    torch.Size([1, 2, 4, 7, 7])
    """
    dimension = bank.dim() - 2
    if x.dim() > dimension + 2:
        x = x.flatten(1, 2)
    if padding_mode != "zeros":
        x, padding = pad_around(x, padding, padding_mode), 0
    y = CONVOLUTIONS[dimension](x, bank, bias, stride, padding, dilation, groups)
    return _with_axis(y, size)


def pad_around(
    x: Inexact[Tensor, "batch entries *space"], padding: int | Sequence[int], mode: str
) -> Inexact[Tensor, "batch entries *wider"]:
    """Return a map on a wider array, its new values as `torch.nn.functional.pad` has them.

    Examples
    --------
    >>> import torch
    >>> pad_around(torch.rand(1, 3, 9, 9), (1, 2), "circular").shape
    torch.Size([1, 3, 11, 13])
    """
    pads = [padding] * (x.dim() - 2) if isinstance(padding, int) else list(padding)
    return F.pad(x, [pad for pad in reversed(pads) for _ in range(2)], mode=mode)


def convolve_transpose(
    x: Inexact[Tensor, "batch in_channels *rest"],
    bank: Inexact[Tensor, "in_entries out_entries *box"],
    bias: Inexact[Tensor, " entries"] | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
    *,
    size: int | None = None,
) -> Inexact[Tensor, "batch out_channels *out_rest"]:
    """Write a feature map through a bank of filters: one transposed planar convolution.

    Parameters
    ----------
    x : Tensor
        [batch, C_in, |S/H_in|, *space], or [batch, C_in, *space] for a planar input.
    bank : Tensor
        [C_in |S/H_in|, C_out / groups |S/H_out|, *box].
    bias : Tensor, optional
        [C_out |S/H_out|], as `spread` makes it.
    stride, padding, output_padding, groups, dilation
        As in `torch.nn.functional.conv_transpose2d`.
    size : int, optional
        |S/H_out|; None where the output has no stabilizer axis.

    Returns
    -------
    Tensor
        [batch, C_out, |S/H_out|, *space], without the stabilizer axis if ``size`` is None.

    Raises
    ------
    RuntimeError
        If shapes do not fit, as torch finds: nothing is checked here.

    Examples
    --------
    >>> import torch
    >>> convolve_transpose(torch.rand(1, 3, 9, 9), torch.rand(3, 8, 3, 3), size=4).shape
    torch.Size([1, 2, 4, 11, 11])
    """
    dimension = bank.dim() - 2
    if x.dim() > dimension + 2:
        x = x.flatten(1, 2)
    y: Tensor = _TRANSPOSED[dimension](
        x, bank, bias, stride, padding, output_padding, groups, dilation
    )
    return _with_axis(y, size)


def spread(
    bias: Shaped[Tensor, " channels"] | None, size: int
) -> Shaped[Tensor, " entries"] | None:
    """Return a bias of each G-feature map as one of each of its |S/H| entries.

    Parameters
    ----------
    bias : Tensor or None
        [C].
    size : int
        |S/H|.

    Returns
    -------
    Tensor or None
        [C |S/H|], each number |S/H| times.

    Examples
    --------
    >>> spread(torch.tensor([1.0, 2.0]), 3)
    tensor([1., 1., 1., 2., 2., 2.])
    """
    return bias if bias is None or size == 1 else bias.repeat_interleave(size)


def _with_axis(y: Tensor, size: int | None) -> Tensor:
    """Return a map with its stabilizer axis; no -1, which an empty batch leaves open."""
    return y if size is None else torch.unflatten(y, 1, (y.shape[1] // size, size))
