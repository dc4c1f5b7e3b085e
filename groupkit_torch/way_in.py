r"""Weights from elsewhere: of GrouPy's layers, and of planar convolutions.

A weight of this package is the filter at the identity, in storage order, and so are GrouPy's.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit.errors import GroupkitError
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.provenance import KEY

_PLANAR = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_COUNTERS = "num_batches_tracked"


class ForeignWeightsError(GroupkitError, ValueError):
    """Weights of another package do not fit the layers; the witness is a name or a shape."""

    law = "weights of other packages have the shapes of the layers they are for"


def load_groupy(model: nn.Module, state_dict: Mapping[str, Tensor]) -> nn.Module:
    r"""Load the weights of a network of GrouPy's layers into one of ours; return the model.

    The PyTorch port of GrouPy (P4ConvZ2, P4ConvP4, P4MConvZ2, P4MConvP4M) keeps filters
    [C_out, C_in, \|S_in\|, k, k] with S in our storage order, and its index arrays give the same
    outputs, to rounding. Biases and batch norms [C] are as here. Networks may name their modules
    otherwise: then tensors are matched in order.

    Parameters
    ----------
    model : Module
        With a layer of p4 or p4m, or whatever group the weights are of, for each of theirs.
    state_dict : mapping of str to Tensor
        Of their network.

    Raises
    ------
    ForeignWeightsError
        If there are more or fewer tensors than the model has, or one has another shape; the model
        is left as it is.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> L = gt.layers(gk.p4)
    >>> net = nn.Sequential(L.LiftingConv(1, 8, 3), nn.ReLU(), L.GroupConv(8, 8, 3))
    >>> theirs = {
    ...     "l1.weight": torch.rand(8, 1, 1, 3, 3),
    ...     "l1.bias": torch.rand(8),
    ...     "l2.weight": torch.rand(8, 8, 4, 3, 3),
    ...     "l2.bias": torch.rand(8),
    ... }
    >>> loaded = load_groupy(net, theirs)
    >>> torch.equal(loaded[2].weight, theirs["l2.weight"].view(8, 8, 36))
    True

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 7.1; its index
    arrays are GrouPy's.
    """
    ours = {key: value for key, value in model.state_dict().items() if not _is_extra(key)}
    theirs = {key: value for key, value in state_dict.items() if not _is_extra(key)}
    if len(ours) != len(theirs):
        raise ForeignWeightsError(
            f"the state_dict has {len(theirs)} tensors, the model {len(ours)}; build the model "
            f"with a layer for each of theirs: {', '.join(theirs)}",
            witness=(len(theirs), len(ours)),
        )
    names = list(ours) if set(ours) == set(theirs) else list(theirs)
    found = {}
    for (key, own), name in zip(ours.items(), names, strict=True):
        given = theirs[name]
        squares = given.dim() == 5 and given.shape[3] == given.shape[4]
        same = given.shape[:2] == own.shape[:2] and given.numel() == own.numel()
        if given.shape != own.shape and not (squares and same):
            raise ForeignWeightsError(
                f"{name} {tuple(given.shape)} does not fit {key} {tuple(own.shape)}: filters are "
                "[C_out, C_in, |S_in|, k, k], and ours the same with their last axes as one; "
                "check channels, kernel sizes, the group, and the order of the layers",
                witness=(name, key),
            )
        found[key] = given.reshape(own.shape)
    model.load_state_dict(model.state_dict() | found)
    return model


def load_planar(layer: GroupConv, conv: nn.Module) -> GroupConv:
    r"""Start a lifting or group layer from a trained planar convolution; return the layer.

    Each planar filter k becomes the filter of every entry of the input's stabilizer axis, divided
    by their number,

    .. math:: \psi(s, x) = k(x) / |S/H_{in}|,

    so that the layer, at the identity of its output axis, computes what the convolution does from
    the mean of its input over the stabilizer axis; from the input itself for a lifting layer. At
    other elements it computes what the convolution does in the other orientations. A whole
    network started so computes, at the identity, what the planar one does only where filters are
    S-invariant, and a good start elsewhere. Entries outside a window (of hexagons in a square)
    are left out.

    Where the output is planar or on G/H, k is averaged over H first: that is the nearest filter
    that such a layer has.

    Parameters
    ----------
    layer : GroupConv or LiftingConv
        Its settings are left as they are; stride, padding and dilation may differ.
    conv : Conv1d, Conv2d or Conv3d
        With the channels, the groups and the kernel size of the layer.

    Raises
    ------
    ForeignWeightsError
        If channels, groups or kernel size differ, a map is a field, or one only has a bias.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> planar = nn.Conv2d(3, 16, 7, padding=3)
    >>> lift = load_planar(gt.LiftingConv(gk.p4m, 3, 16, 7, padding=3), planar)
    >>> x = torch.randn(1, 3, 9, 9)
    >>> torch.allclose(lift(x)[:, :, 0], planar(x), atol=1e-5)
    True
    """
    kernel = _checked_kernel(layer, conv)
    bank = layer.filter_bank
    mask = torch.tensor(bank.window.mask)
    entries = kernel.to(layer.weight)[..., mask.to(kernel.device)].to(layer.weight.device)
    s = int(layer.output_type.cosets.index_of[layer.group.stabilizer.identity])
    seen = torch.tensor(bank.index[s][:, mask.numpy()], device=entries.device).flatten()
    copies = len(bank.index[s])
    values = entries.repeat(1, 1, copies) / copies
    shape = (*entries.shape[:2], bank.n_parameters)
    total = values.new_zeros(shape).index_add_(2, seen, values)
    weight = total / torch.bincount(seen, minlength=bank.n_parameters)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if layer.bias is not None and isinstance(conv.bias, Tensor):
            layer.bias.copy_(conv.bias)
    return layer


def _checked_kernel(
    layer: GroupConv, conv: nn.Module
) -> Inexact[Tensor, "out_channels in_channels *box"]:
    problem = None
    if not isinstance(conv, _PLANAR):
        problem = f"{type(conv).__name__} is no planar convolution: give a torch.nn.Conv2d"
    elif isinstance(layer, SeparableGroupConv):
        problem = (
            f"{type(layer).__name__} has no filter for each orientation: use LiftingConv or "
            "GroupConv"
        )
    elif layer.input_type.field or layer.output_type.field:
        problem = "a field ties channels to S, planar channels are not: use regular maps"
    else:
        for name in ("in_channels", "out_channels", "groups", "kernel_size"):
            own, given = getattr(layer, name), getattr(conv, name)
            if own != given:
                problem = f"{name} is {given} in the convolution, and {own} in the layer"
        if (layer.bias is None) != (conv.bias is None):
            problem = "one of the two has a bias, the other has none"
    if problem is not None:
        raise ForeignWeightsError(f"{problem}; the layer was left as it is", witness=conv)
    weight = conv.weight
    assert isinstance(weight, Tensor)
    return weight.detach()


def _is_extra(key: str) -> bool:
    return key.rsplit(".", maxsplit=1)[-1] in (KEY, _COUNTERS)
