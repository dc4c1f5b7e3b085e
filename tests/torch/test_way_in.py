"""Weights of GrouPy and of planar convolutions give the outputs that they should."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.layers import Layers
from groupkit_torch.way_in import ForeignWeightsError
from tests.torch.groups import face_centred, mirror_line, name, p2mm
from tests.torch.test_groupy_vectors import CASES, VECTORS
from tests.torch.test_provenance import swapped


@pytest.mark.parametrize("case", CASES)
def test_weights_of_groupy_give_its_outputs(case: str) -> None:
    keys = ("x", "weight", "bias", "y", "stride", "padding")
    with np.load(VECTORS) as vectors:
        x, weight, bias, y, stride, padding = (torch.tensor(vectors[f"{case}/{k}"]) for k in keys)
    group = gk.catalog[case.split("_", maxsplit=1)[0]]
    kind = gt.LiftingConv if "lift" in case else gt.GroupConv
    sizes = weight.shape[1], weight.shape[0], weight.shape[-1], int(stride), int(padding)
    net = nn.Sequential(kind(group, *sizes, dtype=torch.float64))
    assert gt.load_groupy(net, {"conv.weight": weight, "conv.bias": bias}) is net
    assert (net(x) - y).abs().max() <= 1e-12


def network() -> nn.Module:
    L = gt.layers(gk.p4)
    return nn.Sequential(L.LiftingConv(1, 2, 3), L.BatchNorm(2), L.GroupConv(2, 3, 3))


def groupy_weights() -> dict[str, torch.Tensor]:
    return {
        "l1.weight": torch.rand(2, 1, 1, 3, 3),
        "l1.bias": torch.rand(2),
        "bn.weight": torch.rand(2),
        "bn.bias": torch.rand(2),
        "bn.running_mean": torch.rand(2),
        "bn.running_var": torch.rand(2),
        "bn.num_batches_tracked": torch.tensor(7),
        "l2.weight": torch.rand(3, 2, 4, 3, 3),
        "l2.bias": torch.rand(3),
    }


def test_networks_of_groupy_load_in_order_or_by_name() -> None:
    theirs = groupy_weights()
    net = gt.load_groupy(network(), theirs)
    assert torch.equal(net[2].weight.view(3, 2, 4, 3, 3), theirs["l2.weight"])
    assert torch.equal(net[1].running_var, theirs["bn.running_var"])
    names = [key for key in net.state_dict() if "declaration" not in key]
    renamed = dict(zip(names, theirs.values(), strict=True))
    shuffled = dict(reversed(renamed.items()))
    again = gt.load_groupy(network(), shuffled)
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters(), strict=True))


def test_arrays_load_too() -> None:
    arrays = {name: tensor.numpy() for name, tensor in groupy_weights().items()}
    theirs = {name: torch.tensor(array) for name, array in arrays.items()}
    found, expected = gt.load_groupy(network(), arrays), gt.load_groupy(network(), theirs)
    assert found[1].num_batches_tracked == 7
    for key, value in expected.state_dict().items():
        assert torch.equal(found.state_dict()[key], value)


def norm_first(group: gk.SplitGroup, conv: Callable[[Layers], nn.Module]) -> nn.Module:
    """Return a model whose norm comes before what is refused."""
    L = gt.layers(group)
    return nn.Sequential(nn.Conv2d(1, 1, 1), L.BatchNorm(2), conv(L))


REFUSED = {
    "other group": (
        lambda: norm_first(p2mm, lambda L: L.GroupConv(2, 2, 3)),
        "GrouPy has layers of p4 and of p4m, and 2 is one of p2mm, or .*; build the model with",
    ),
    "other order": (
        lambda: norm_first(swapped, lambda L: L.GroupConv(2, 2, 3)),
        "2 is one of p4m, or of the same group in another storage order",
    ),
    "transposed": (
        lambda: norm_first(gk.p4, lambda L: L.GroupConvTranspose(2, 2, 3)),
        "2 is GroupConvTranspose.*; build the model with LiftingConv and GroupConv",
    ),
    "field": (
        lambda: norm_first(gk.p4, lambda L: L.GroupConv(2, 2, 3, input_type=gk.p4.field("vector"))),
        "convolutions of planar and regular maps to regular maps, and 2 is GroupConv",
    ),
    "projection": (
        lambda: norm_first(gk.p4, lambda L: L.GroupConv(2, 2, 3, output_type="planar")),
        "to regular maps, and 2 is GroupConv",
    ),
}


def weights_for(net: nn.Module) -> dict[str, torch.Tensor]:
    """Return tensors of the shapes that the model has."""
    state = net.state_dict().items()
    return {key: torch.rand_like(t) for key, t in state if t.is_floating_point()}


@pytest.mark.parametrize("case", REFUSED)
def test_what_groupy_has_not_is_refused_and_nothing_is_loaded(case: str) -> None:
    make, message = REFUSED[case]
    net = make()
    before, theirs = copy.deepcopy(net.state_dict()), weights_for(net)
    with pytest.raises(ForeignWeightsError, match=message):
        gt.load_groupy(net, theirs)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_frozen_models_are_refused_and_nothing_is_loaded() -> None:
    net = gt.freeze(norm_first(gk.p4, lambda L: L.GroupConv(2, 2, 3)))
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(gt.FrozenError, match="is frozen and loads no weights"):
        gt.load_groupy(net, weights_for(net))
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


@pytest.mark.untyped
def test_values_that_are_no_numbers_are_refused() -> None:
    theirs = {name: tensor.tolist() for name, tensor in groupy_weights().items()}
    with pytest.raises(
        ForeignWeightsError, match=r"l1.weight is .*, no tensor or array of numbers"
    ):
        gt.load_groupy(network(), theirs)


def test_weights_that_do_not_fit_are_refused_and_nothing_is_loaded() -> None:
    net, theirs = network(), groupy_weights()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    with pytest.raises(ForeignWeightsError, match=r"has 7 tensors, the model 8; .*: l1.weight"):
        gt.load_groupy(net, {k: v for k, v in theirs.items() if k != "l1.bias"})
    theirs["l2.weight"] = torch.rand(3, 2, 8, 3, 3)
    with pytest.raises(ForeignWeightsError, match=r"l2.weight \(3, 2, 8, 3, 3\) does not fit 2.w"):
        gt.load_groupy(net, theirs)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


@pytest.mark.parametrize("group", [gk.p4m, gk.p2, mirror_line], ids=name)
def test_a_lifting_layer_starts_from_a_planar_one(group: gk.SplitGroup) -> None:
    d = group.dimension
    planar = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[d - 1](4, 6, 3, padding=1, groups=2)
    layer = gt.LiftingConv(group, 4, 6, 3, padding=1, groups=2)
    x = torch.randn(2, 4, *[9] * d)
    y = gt.load_planar(layer, planar)(x)
    for s in group.stabilizer:  # in the other orientations, what the turned image gives
        undone = gt.act(x, group, int(group.stabilizer.inverses[s]))
        turned = gt.act(planar(undone), group, s)
        assert torch.allclose(y[:, :, s], turned, atol=1e-5)


@pytest.mark.parametrize(("size", "kept"), [(3, 7), (5, 19), (7, 37)])
@pytest.mark.parametrize("group", [gk.p6, gk.p6m], ids=name)
def test_on_hexagonal_lattices_it_starts_from_the_entries_in_the_window(
    group: gk.SplitGroup, size: int, kept: int
) -> None:
    planar = nn.Conv2d(1, 2, size, padding=size // 2)
    layer = gt.LiftingConv(group, 1, 2, size, padding=size // 2)
    gt.load_planar(layer, planar)
    x = torch.randn(1, 1, 13, 13)
    inside = layer.domain.fill(x)
    assert (layer(x)[:, :, 0] - planar(x)).abs().max() > 0.1  # corners and the outside are lost
    mask = torch.tensor(layer.filter_bank.window.mask)
    assert mask.sum() == kept
    with torch.no_grad():
        planar.weight *= mask
    y = layer(x)
    assert torch.allclose(y[:, :, 0], planar(inside), atol=1e-5)
    for s in group.stabilizer:
        undone = gt.act(inside, group, int(group.stabilizer.inverses[s]))
        turned = gt.act(planar(undone), group, s)
        assert torch.allclose(layer.domain.fill(y[:, :, s] - turned), torch.zeros(()), atol=1e-5)


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, face_centred], ids=name)
def test_a_group_layer_starts_from_a_planar_one_on_the_mean(group: gk.SplitGroup) -> None:
    d, order = group.dimension, len(group.stabilizer)
    planar = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[d - 1](2, 3, 3, bias=False)
    layer = gt.GroupConv(group, 2, 3, 3, bias=False)
    gt.load_planar(layer, planar)
    with torch.no_grad():
        planar.weight *= torch.tensor(layer.filter_bank.window.mask)
    x = torch.randn(1, 2, order, *[5] * d)
    inside = layer.domain.fill(x)
    assert torch.allclose(layer(x)[:, :, 0], planar(inside.mean(2)), atol=1e-5)


def test_a_projection_starts_from_the_average_of_a_filter() -> None:
    planar = nn.Conv2d(2, 3, 3)
    layer = gt.GroupConv(gk.p4, 2, 3, 3, input_type="planar", output_type="planar")
    gt.load_planar(layer, planar)
    averaged = sum(torch.rot90(planar.weight, r, (-2, -1)) for r in range(4)) / 4
    assert torch.allclose(layer.expanded_weight(), averaged, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "conv", "message"),
    [
        (lambda: gt.LiftingConv(gk.p4, 1, 1, 3), lambda: nn.Linear(1, 1), "no planar convolution"),
        (lambda: gt.LiftingConv(gk.p4, 1, 1, 3), lambda: nn.Conv2d(1, 1, 5), "kernel_size is"),
        (lambda: gt.LiftingConv(gk.p4, 1, 1, 3), lambda: nn.Conv2d(2, 1, 3), "in_channels is 2 "),
        (lambda: gt.LiftingConv(gk.p4, 1, 1, 3), lambda: nn.Conv1d(1, 1, 3), "kernel_size is"),
        (
            lambda: gt.LiftingConv(gk.p4, 1, 1, 3, bias=False),
            lambda: nn.Conv2d(1, 1, 3),
            "one of the two has a bias",
        ),
        (
            lambda: gt.SeparableGroupConv(gk.p4, 1, 1, 3),
            lambda: nn.Conv2d(1, 1, 3),
            "no filter for each orientation",
        ),
        (
            lambda: gt.GroupConv(gk.p4, 1, 2, 3, output_type=gk.p4.field("vector")),
            lambda: nn.Conv2d(1, 2, 3),
            "a field ties channels to S",
        ),
    ],
    ids=["linear", "size", "channels", "dimension", "bias", "separable", "field"],
)
def test_planar_layers_that_do_not_fit_are_refused(
    layer: Callable[[], Any], conv: Callable[[], nn.Module], message: str
) -> None:
    with pytest.raises(ForeignWeightsError, match=f"{message}.*; the layer was left as it is"):
        gt.load_planar(layer(), conv())


@pytest.mark.parametrize("shape", [(4, 2, 3, 3, 4), (4, 2, 9, 4), (4, 72)], ids=str)
def test_filters_with_their_axes_in_another_order_are_refused(shape: tuple[int, ...]) -> None:
    layer = gt.GroupConv(gk.p4, 2, 4, 3, bias=False)
    with pytest.raises(gt.ForeignWeightsError, match="filters are "):
        gt.load_groupy(layer, {"weight": torch.zeros(shape)})
    assert layer.weight.abs().max() > 0
