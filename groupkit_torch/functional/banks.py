r"""Banks of filters: gathers from a weight, with the index array of `groupkit.FilterBank`.

.. math:: \mathrm{bank}[o s', i s, x] = \mathrm{weight}[o, i, \mathrm{index}[s', s, x]]
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Inexact, Int, Shaped
from torch import Tensor


def expand_filters(
    weight: Shaped[Tensor, "out_channels in_channels n_parameters"],
    index: Int[Tensor, "out_size in_size *box"],
    *,
    fills_box: bool = False,
    inverse: Int[Tensor, "out_size n_parameters"] | None = None,
) -> Shaped[Tensor, "out_entries in_entries *box"]:
    r"""Return the bank of filters, :math:`\mathrm{bank}[o s', i s, x] = w[o, i, \mathrm{index}]`.

    One gather within the rows of parameters of a pair of channels: rows are short, so that it
    stays within the cache, and its backward pass does as well.

    Parameters
    ----------
    weight : Tensor
        The free parameters [C_out, C_in / groups, n_parameters], or whatever else stands for them.
    index : Tensor
        int64 [\|S/H_out\|, \|S/H_in\|, *box], `groupkit.FilterBank.index` as a tensor; points
        outside the window hold n_parameters, one past the row, and become zero.
    fills_box : bool
        Whether the window is its whole box: then no entry refers to the appended zero, which
        is left out.
    inverse : Tensor, optional
        `groupkit.FilterBank.inverse` as a tensor. The gradient is then gathered as well, instead
        of each entry being added to its weight, always in the same order: faster where the bank
        has some 250,000 entries or more, as smaller ones take less time than the Python of it.

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
    if inverse is not None and _learns(weight):
        bank: Tensor = _apply_gathered(weight, index, inverse, fills_box)
        return bank
    return _gather(weight, index, fills_box)


def _gather(weight: Tensor, index: Tensor, fills_box: bool) -> Tensor:
    n_out, n_in, *box = index.shape
    rows, columns = weight.shape[:2]
    padded = weight if fills_box else F.pad(weight, (0, 1))
    sources = padded.unsqueeze(1).expand(rows, n_out, columns, -1)
    positions = index.reshape(1, n_out, 1, -1).expand(rows, n_out, columns, -1)
    return sources.gather(3, positions).view(rows * n_out, columns * n_in, *box)


def _learns(weight: Tensor) -> bool:
    """Return whether autograd follows, and nothing else, which would have to be taught."""
    return (
        not torch.compiler.is_compiling()
        and weight.requires_grad
        and torch.is_grad_enabled()
        and torch._C._get_tracing_state() is None
        and not torch._C._are_functorch_transforms_active()
    )


class _Gathered(torch.autograd.Function):
    """The bank, whose gradient is gathered by the inverse of the index."""

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, index: Tensor, inverse: Tensor, fills_box: bool
    ) -> Tensor:
        ctx.save_for_backward(inverse)
        ctx.save_for_forward(index)
        ctx.columns, ctx.fills_box = weight.shape[1], fills_box
        return _gather(weight, index, fills_box)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        (inverse,) = ctx.saved_tensors
        n_out, n_parameters = inverse.shape
        shape = len(gradient) // n_out, n_out, ctx.columns
        positions = inverse.view(1, n_out, 1, n_parameters).expand(*shape, -1)
        return gradient.reshape(*shape, -1).gather(3, positions).sum(1), None, None, None

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor, *_: None) -> Tensor:
        (index,) = ctx.saved_tensors
        return _gather(tangent, index, ctx.fills_box)


_apply_gathered: Any = _Gathered.apply


def flat_positions(
    weight: Shaped[Tensor, "out_channels in_channels n_parameters"],
    index: Int[Tensor, "out_size in_size *box"],
    *,
    fills_box: bool = False,
) -> Int[Tensor, "out_entries in_entries *box"]:
    r"""Return where in the weight each entry of the bank is, for `take_filters`.

    Parameters
    ----------
    weight, index, fills_box
        As in `expand_filters`, the weight for its shape alone.

    Returns
    -------
    Tensor
        int64 [C_out \|S/H_out\|, C_in \|S/H_in\|, *box].

    Examples
    --------
    >>> import groupkit as gk
    >>> index = torch.tensor(gk.p4.filter_bank(3, input_type="planar").index)
    >>> flat_positions(torch.zeros(2, 1, 9), index, fills_box=True)[5, 0]  # of the second filter
    tensor([[11, 14, 17],
            [10, 13, 16],
            [ 9, 12, 15]])
    """
    rows, columns, n_parameters = weight.shape
    length = n_parameters if fills_box else n_parameters + 1
    count = torch.arange(rows * columns * length, device=index.device)
    numbers = count.view(rows, columns, length)
    return expand_filters(numbers, index, fills_box=True)  # one past the row is there already


def take_filters(
    weight: Inexact[Tensor, "out_channels in_channels n_parameters"],
    positions: Int[Tensor, "out_entries in_entries *box"],
    *,
    fills_box: bool = False,
) -> Inexact[Tensor, "out_entries in_entries *box"]:
    """Return the bank of `expand_filters`, faster for small banks on a CPU.

    One look-up of every entry. It reads a position for each, which for large banks takes longer
    than the gather within rows does.

    Parameters
    ----------
    weight, fills_box
        As in `expand_filters`.
    positions : Tensor
        As `flat_positions` makes them.

    Returns
    -------
    Tensor
        As of `expand_filters`.

    Examples
    --------
    >>> import groupkit as gk
    >>> index, weight = torch.tensor(gk.p6.filter_bank(3).index), torch.randn(2, 3, 42)
    >>> bank = take_filters(weight, flat_positions(weight, index))
    >>> torch.equal(bank, expand_filters(weight, index))
    True
    """
    padded = weight if fills_box else F.pad(weight, (0, 1))
    return padded.reshape(-1).index_select(0, positions.view(-1)).view(positions.shape)


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

    Returns
    -------
    Tensor
        Of the shape of the bank.

    Examples
    --------
    >>> bank, quarter_turn = torch.ones(4, 2, 1), torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    >>> matrices = torch.stack([torch.linalg.matrix_power(quarter_turn, r) for r in range(4)])
    >>> carry_on_columns(bank, matrices)[1].flatten().tolist()
    [-1.0, 1.0]
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

    Returns
    -------
    Tensor
        Of the shape of the bank.

    Examples
    --------
    >>> bank, quarter_turn = torch.ones(2, 4, 1), torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    >>> matrices = torch.stack([torch.linalg.matrix_power(quarter_turn, r) for r in range(4)])
    >>> carry_on_rows(bank, matrices)[:, 1].flatten().tolist()
    [-1.0, 1.0]
    """
    order, n = matrices.shape[:2]
    fields = bank.unflatten(1, (-1, order)).unflatten(0, (-1, n))
    mixed = torch.einsum("scd,kdis...->kcis...", matrices.to(bank.dtype), fields)
    return mixed.reshape(bank.shape)
