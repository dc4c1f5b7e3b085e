"""Layers with filters as layers of a smaller group: weights re-indexed from the expanded bank."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Inexact
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from groupkit import FilterBank, SplitGroup
from groupkit_torch.convolutions.conv import GroupConv, LiftingConv
from groupkit_torch.convolutions.conv_transpose import GroupConvTranspose
from groupkit_torch.convolutions.filter_layer import FilterLayer
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.convolutions.fourier_filters import FourierFilters
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.functional import expand_filters
from groupkit_torch.restricting.restriction import RestrictedType, RestrictionError, restrict_type


def restrict_filters(layer: Filters, group: SplitGroup) -> Filters:
    """Return the layer of the smaller group whose bank holds the entries of this one's.

    Parameters
    ----------
    layer : Filters
        Of G; it is left as it is.
    group : SplitGroup
        The smaller group.

    Raises
    ------
    RestrictionError
        If there is no such layer.
    """
    if is_parametrized(layer):
        raise RestrictionError(
            f"the weights of {layer!r} are functions of others, which have no counterpart on "
            f"{group.name}; make them plain with "
            "torch.nn.utils.parametrize.remove_parametrizations",
            witness=layer,
        )
    before = restrict_type(layer.input_type, layer.group, group)
    after = restrict_type(layer.output_type, layer.group, group)
    smaller = _layer_like(layer, group, before, after)
    with torch.no_grad():
        if isinstance(layer, SeparableGroupConv) and isinstance(smaller, SeparableGroupConv):
            _copy_factors(layer, smaller, before, after)
        else:
            rows, columns = (before, after) if layer._adjoint else (after, before)
            bank = layer.expanded_weight()
            smaller.weight.copy_(at_identity(bank, smaller.filter_bank, rows, columns))
        if smaller.bias is not None and layer.bias is not None:
            smaller.bias.copy_(_restricted_bias(layer.bias, after))
    trained = dict(layer.named_parameters())
    for name, parameter in smaller.named_parameters():
        parameter.requires_grad_(trained[name].requires_grad)
    if isinstance(layer, FilterLayer) and isinstance(smaller, FilterLayer):
        smaller.domain = layer.domain  # maps stay where those of G live
    return smaller


def _restricted_bias(
    bias: Inexact[Tensor, " biases"], after: RestrictedType
) -> Inexact[Tensor, " more_biases"]:
    """Return the same bias in the smaller group's terms: copies, or its invariant vectors."""
    whole, part = after.whole.field, after.part.field
    if whole is None:
        return bias.repeat_interleave(after.copies)
    change = whole.invariants  # of scalars, if the smaller group leaves all channels alone
    if part is not None:  # and what all of S leaves alone, the smaller group does
        change = np.linalg.lstsq(part.invariants, change, rcond=None)[0]
    matrix = torch.tensor(change, dtype=bias.dtype, device=bias.device)
    return (bias.view(-1, matrix.shape[1]) @ matrix.T).flatten()


def at_identity(
    bank: Inexact[Tensor, "row_entries column_entries *box"],
    filter_bank: FilterBank,
    rows: RestrictedType,
    columns: RestrictedType,
) -> Inexact[Tensor, "all_rows all_columns n_parameters"]:
    """Return the weight of a smaller group's layer: the bank's entries at the identity coset.

    There the smaller bank shows its weight as it is: row e, entry (c, x) is parameter index[e, c,
    x], and fields act by ρ(e) = 1 where c is the identity coset as well.

    Parameters
    ----------
    bank : Tensor
        The expanded bank of G's layer.
    filter_bank : FilterBank
        Of the smaller group's layer, on the same window.
    rows, columns : RestrictedType
        What the bank's rows and columns are on the smaller group.
    """
    row, column = (
        int(seen.part.cosets.index_of[seen.part.stabilizer.identity]) for seen in (rows, columns)
    )
    index = torch.tensor(filter_bank.index[row], device=bank.device)  # [columns of H, *box]
    n_points = index[0].numel()
    order = torch.tensor([column, *(c for c in range(len(index)) if c != column)])
    flat = index[order.to(index.device)].flatten()  # the identity coset first
    first = torch.stack([(flat == p).nonzero()[0, 0] for p in range(filter_bank.n_parameters)])
    source, place = order.to(first.device)[first // n_points], first % n_points
    entries = bank.unflatten(1, (-1, columns.whole.size)).unflatten(0, (-1, rows.whole.size))
    row_entries = torch.tensor(rows.position[:, row], device=bank.device)
    column_entries = torch.tensor(columns.position, device=bank.device)[:, source]
    entries = entries.flatten(4).index_select(1, row_entries)
    taken: Tensor = entries[:, :, :, column_entries, place]  # [rows, copies, columns, copies, p]
    return taken.flatten(2, 3).flatten(0, 1)


def _layer_like(
    layer: Filters, group: SplitGroup, before: RestrictedType, after: RestrictedType
) -> Filters:
    parameter: nn.Parameter = next(layer.parameters())  # a separable layer has several
    settings: dict[str, Any] = {
        "bias": layer.bias is not None,
        "input_type": before.part,
        "output_type": after.part,
        "device": parameter.device,
        "dtype": parameter.dtype,
    }
    channels = layer.in_channels * before.copies, layer.out_channels * after.copies
    if isinstance(layer, FourierFilters):
        settings["algorithm"] = layer.algorithm
    if isinstance(layer, GroupLinear):
        return GroupLinear(group, *channels, **settings)
    if not isinstance(layer, FilterLayer):
        raise RestrictionError(
            f"{type(layer).__name__} is no layer that restrict knows; restrict the layers that "
            "it is made of",
            witness=layer,
        )
    window = layer.filter_bank.window
    settings |= {
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "groups": layer.groups,
        "padding_mode": layer.padding_mode,
        "exact": layer.exact,
    }
    kind: type[FilterLayer] = GroupConv if isinstance(layer, LiftingConv) else type(layer)
    if isinstance(layer, GroupConvTranspose):
        settings["output_padding"] = layer.output_padding
    if isinstance(layer, SeparableGroupConv):
        settings["share"] = layer.share
    points = group.window_of_points(window.points.tolist(), window.centre)
    made: FilterLayer = kind(group, *channels, points, **settings)
    return made


def _copy_factors(
    layer: SeparableGroupConv,
    smaller: SeparableGroupConv,
    before: RestrictedType,
    after: RestrictedType,
) -> None:
    r"""Copy both factors: the product at :math:`(t_j, h t_i, x)` is one of the same two kinds.

    .. math:: w(t_j^{-1} h t_i)\, K(M(t_j)^{-1} x)
    """
    pointwise, spatial = layer._factor_banks()
    smaller_pointwise, smaller_spatial = smaller._factor_banks()
    planar = restrict_type(spatial.input_type, layer.group, smaller.group)
    device = layer.pointwise_weight.device
    bank = expand_filters(
        layer.pointwise_weight, torch.tensor(pointwise.index, device=device), fills_box=True
    )
    smaller.pointwise_weight.copy_(at_identity(bank, smaller_pointwise, after, before))
    bank = expand_filters(layer.spatial_weight, torch.tensor(spatial.index, device=device))
    kernels = at_identity(bank, smaller_spatial, after, planar)
    if layer.share == "g":  # one for each input channel, of which there are copies now
        kernels = kernels.repeat_interleave(before.copies, dim=1)
    smaller.spatial_weight.copy_(kernels)
