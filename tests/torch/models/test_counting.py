"""Multiply-adds, against a count from the definition: one for every product that is summed."""

from itertools import product

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.models import P4CNN, Z2CNN, multiply_adds, n_parameters


def products(layer: gt.GroupConv, space: tuple[int, ...]) -> int:
    """Count the products of a G-correlation, one by one: outputs, and what each sums over."""
    count = 0
    sides = [
        range((n + 2 * p - d * (k - 1) - 1) // s + 1)
        for n, p, d, k, s in zip(
            space, layer.padding, layer.dilation, layer.kernel_size, layer.stride, strict=True
        )
    ]
    read = [
        (channel, s, x)
        for channel in range(layer.in_channels // layer.groups)
        for s in range(layer.input_type.size)
        for x in product(*(range(k) for k in layer.kernel_size))
    ]
    for _ in product(range(layer.out_channels), range(layer.output_type.size), *sides):
        for _ in read:
            count += 1
    return count


LAYERS = {
    "lifting": (gt.LiftingConv(gk.p4, 2, 3, 3), (6, 7)),
    "group": (gt.GroupConv(gk.p4m, 1, 2, 3, stride=2, padding=1), (7, 7)),
    "dilated": (gt.GroupConv(gk.p2, 2, 2, 3, dilation=2), (7, 6)),
    "blocks": (gt.GroupConv(gk.p4, 4, 2, 2, groups=2), (5, 5)),
    "projection": (gt.GroupConv(gk.p4, 2, 2, 3, output_type="planar"), (5, 5)),
    "hexagonal": (gt.GroupConv(gk.p6, 1, 1, 3, padding=1), (7, 7)),
    "cubic": (gt.GroupConv(gk.catalog["P4"], 1, 1, 3), (4, 4, 4)),
    "expanded": (gt.SeparableGroupConv(gk.p4, 2, 2, 3, algorithm="expanded"), (6, 6)),
}


@pytest.mark.parametrize(("layer", "space"), LAYERS.values(), ids=LAYERS)
def test_layers_against_the_definition(layer: gt.GroupConv, space: tuple[int, ...]) -> None:
    shape = (1, layer.in_channels, *layer.input_type.array_shape(space))
    assert multiply_adds(layer, shape) == products(layer, space)


@pytest.mark.parametrize("share", ["g", "gc"])
def test_factored_layers(share: str) -> None:
    layer = gt.SeparableGroupConv(gk.p4, 3, 2, 3, share=share, algorithm="factored")
    kernels = 3 if share == "g" else 1
    pointwise = 2 * 4 * 3 * 4 * 6 * 6  # each input point: outputs (o, s'), inputs (i, s)
    spatial = 2 * 4 * kernels * 9 * 4 * 4
    assert multiply_adds(layer, (1, 3, 4, 6, 6)) == pointwise + spatial


def test_whole_networks_against_the_definition() -> None:
    for net, published in ((P4CNN(), "11.67"), (Z2CNN(), "2.98")):
        side, total = 28, 0
        for module in net.features:
            if isinstance(module, gt.GroupConv):
                side = side - module.kernel_size[0] + 1
                outputs = module.out_channels * net.pool.group.order * side**2
                inputs = module.in_channels * module.input_type.size
                total += outputs * inputs * module.kernel_size[0] ** 2
            elif isinstance(module, gt.GroupMaxPool):
                side //= 2
        assert multiply_adds(net, (1, 1, 28, 28)) == total + net.linear.weight.numel()
        assert f"{multiply_adds(net, (1, 1, 28, 28)) / 1e6:.2f}" == published


def test_a_batch_costs_as_often() -> None:
    assert multiply_adds(P4CNN(), (3, 1, 28, 28)) == 3 * multiply_adds(P4CNN(), (1, 1, 28, 28))


def test_models_are_as_before() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1), nn.Dropout(0.5).eval())
    multiply_adds(net, (1, 1, 5, 5))
    assert [m.training for m in net] == [True, True, False]
    assert torch.equal(net[1].running_mean, torch.zeros(1))


def test_parameters_that_are_shared_or_still_count_as_they_should() -> None:
    first, second = nn.Linear(2, 3), nn.Linear(2, 3)
    second.weight = first.weight
    second.bias.requires_grad_(False)
    assert n_parameters(nn.Sequential(first, second)) == 6 + 3
