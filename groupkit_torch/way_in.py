r"""Weights from elsewhere: of GrouPy's layers, and of planar convolutions.

A weight of this package is the filter at the identity, in storage order, and so are GrouPy's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Inexact, Shaped
from torch import Tensor, nn

from groupkit import p4, p4m
from groupkit.errors import GroupkitError, brief
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.conv_transpose import GroupConvTranspose
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.provenance import KEY

_PLANAR = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_COUNTERS = "num_batches_tracked"
_GROUPY = (p4, p4m)  # the groups that GrouPy has convolutions of


class ForeignWeightsError(GroupkitError, ValueError):
    """Weights of another package do not fit the layers; the witness is a name or a shape."""

    law = "weights of other packages have the shapes of the layers they are for"


def load_groupy(
    model: nn.Module, state_dict: Mapping[str, Tensor | Shaped[np.ndarray, "..."]]
) -> nn.Module:
    r"""Load the weights of a network of GrouPy's layers into one of ours; return the model.

    The PyTorch port of GrouPy (P4ConvZ2, P4ConvP4, P4MConvZ2, P4MConvP4M) keeps filters
    [C_out, C_in, \|S_in\|, k, k] with S in our storage order, and its index arrays give the same
    outputs, to rounding. Biases and batch norms [C] are as here. Networks may name their modules
    otherwise: then tensors are matched in order.

    Parameters
    ----------
    model : Module
        With a layer of p4 or p4m for each of theirs.
    state_dict : mapping of str to Tensor or array
        Of their network.

    Returns
    -------
    Module
        The same model.

    Raises
    ------
    ForeignWeightsError
        If there are more or fewer tensors than the model has, or one has another shape, or a layer
        is one that GrouPy has not.
    FrozenError
        If the model is frozen. In all cases it is left as it is.

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
    for name, module in model.named_modules():
        if isinstance(module, Filters):
            _check_groupy_layer(name, module)
    ours, our_counters = _sorted(model.state_dict())
    theirs, counters = _sorted(
        {name: _as_tensor(name, value) for name, value in state_dict.items()}
    )
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
    if len(counters) == len(our_counters):  # GrouPy is older than they are
        found |= zip(our_counters, counters.values(), strict=True)
    model.load_state_dict(model.state_dict() | found)
    return model


def _check_groupy_layer(name: str, layer: Filters) -> None:
    """Check, before anything is loaded, that GrouPy has such a layer and that it takes weights."""
    if layer._frozen is not None:
        raise layer._refusal("is frozen and loads no weights")
    matrices = layer.group.stabilizer.matrices
    if not any(np.array_equal(matrices, group.stabilizer.matrices) for group in _GROUPY):
        raise ForeignWeightsError(
            f"GrouPy has layers of p4 and of p4m, and {name or 'the model'} is one of "
            f"{layer.group.name}, or of the same group in another storage order; build the model "
            "with gk.p4 or gk.p4m",
            witness=name,
        )
    kinds = layer.input_type, layer.output_type
    plain = layer.output_type.size == len(matrices) and not any(kind.field for kind in kinds)
    if isinstance(layer, GroupConvTranspose | SeparableGroupConv) or not plain:
        raise ForeignWeightsError(
            f"GrouPy has convolutions of planar and regular maps to regular maps, and "
            f"{name or 'the model'} is {layer}; build the model with LiftingConv and GroupConv",
            witness=name,
        )


def _as_tensor(name: str, value: object) -> Tensor:
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        return torch.as_tensor(value)
    if not isinstance(value, Tensor):
        raise ForeignWeightsError(
            f"{name} is {brief(value)}, no tensor or array of numbers; give the state_dict of the "
            "network, or its arrays by name",
            witness=name,
        )
    return value


def _sorted(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return what is learnt, and what counts batches."""
    kinds = {name: name.rsplit(".", maxsplit=1)[-1] for name in state}
    learnt = {name: t for name, t in state.items() if kinds[name] not in (KEY, _COUNTERS)}
    return learnt, {name: t for name, t in state.items() if kinds[name] == _COUNTERS}


def load_planar(layer: GroupConv, conv: nn.Module) -> GroupConv:
    r"""Start a lifting or group layer from a trained planar convolution; return the layer.

    Each planar filter k becomes the filter of every entry of the input's stabilizer axis, divided
    by their number,

    .. math:: \psi(s, x) = k(x) / |S/H_{in}|,

    so that the layer, at the identity of its output axis, computes what the convolution does from
    the mean of its input over the stabilizer axis; from the input itself for a lifting layer. At
    other elements it computes what the convolution does in the other orientations. A whole
    network started so computes, at the identity, what the planar one does only where filters are
    S-invariant, and a good start elsewhere.

    Where boxes are not stable (p6, p6m), the filter is read in lattice coordinates and only its
    entries in the window are kept, 7 of 3×3, 19 of 5×5, 37 of 7×7; and the layer sees its input
    only inside the stable window. At the identity it then computes what the convolution does with
    its other entries 0, from the input with its outside 0; at other elements, inside the stable
    window, that of the turned input. For a convolution trained with hexagonal filters on hexagonal
    arrays that is all; of one trained on square pixels the shape is sheared, and what the other
    entries held is lost.

    Where the output is planar or on G/H, k is averaged over H first: that is the nearest filter
    that such a layer has.

    Parameters
    ----------
    layer : GroupConv or LiftingConv
        Its settings are left as they are; stride, padding and dilation may differ.
    conv : Conv1d, Conv2d or Conv3d
        With the channels, the groups and the kernel size of the layer.

    Returns
    -------
    GroupConv
        The same layer.

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
