"""Maps that are alike along the group axis, and the gradients of the filters that read them.

Lengyel & van Gemert (2021), section 3.2 and figure 1: filters that are symmetric and equal along
the group axis have maps that are alike along it, and equal filters that read those stay equal.
"""

import pytest
import torch
from torch import Tensor

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import cubic, name

GROUPS = [gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, cubic]
SIZE, SIDE = 3, 7
groups = pytest.mark.parametrize("group", GROUPS, ids=name)


def layer_of(group: gk.SplitGroup, in_channels: int) -> gt.GroupConv:
    """Return a layer whose filters are equal along the group axis."""
    torch.manual_seed(0)
    layer = gt.GroupConv(group, in_channels, 2, SIZE, padding=SIZE // 2, bias=False).double()
    with torch.no_grad():
        filters_of(layer).copy_(filters_of(layer)[:, :, :1].clone())
    return layer


def filters_of(layer: gt.GroupConv) -> Tensor:
    """Return a view of the weight, [C_out, C_in, |S|, points]."""
    return layer.weight.unflatten(-1, (layer.group.order, -1))


def symmetrize(layer: gt.GroupConv) -> None:
    """Replace filters by the means over S of what S makes of them."""
    order, window = layer.group.order, layer.filter_bank.window
    moved = layer.expanded_weight().detach().unflatten(0, (-1, order)).mean(1)
    with torch.no_grad():
        points = moved[..., torch.tensor(window.mask)]
        filters_of(layer).copy_(points.unflatten(1, (layer.in_channels, order)))


def spread(x: Tensor, axis: int) -> float:
    """Return how far apart entries along an axis are, as a part of the largest."""
    return ((x - x.narrow(axis, 0, 1)).abs().max() / x.abs().max()).item()


def alike(group: gk.SplitGroup, channels: int = 1) -> Tensor:
    """Return maps that are the same for all elements of S."""
    window = torch.tensor(group.window(SIDE).mask)
    maps = torch.randn(2, channels, 1, *window.shape, dtype=torch.float64) * window
    return maps.expand(-1, -1, group.order, *window.shape)


@groups
def test_symmetric_filters_have_maps_that_are_alike(group: gk.SplitGroup) -> None:
    layer = layer_of(group, 1)
    assert spread(layer(alike(group)), 2) > 0.1
    symmetrize(layer)
    assert spread(filters_of(layer), 2) < 1e-14
    assert spread(layer(alike(group)), 2) < 1e-13


@groups
def test_filters_that_read_them_have_equal_gradients(group: gk.SplitGroup) -> None:
    layer = layer_of(group, 2)
    x = alike(group, 2).clone()
    x[:, 1] = torch.randn_like(x[:, 1])  # the other channel's maps are not alike
    y = layer(x)
    (y * torch.randn_like(y)).sum().backward()
    assert layer.weight.grad is not None
    gradient = layer.weight.grad.unflatten(-1, (group.order, -1))
    assert spread(gradient[:, 0], 1) < 1e-13
    assert spread(gradient[:, 1], 1) > 0.1


@groups
def test_symmetric_filters_that_such_filters_read_stay_symmetric(group: gk.SplitGroup) -> None:
    first, second = layer_of(group, 1), layer_of(group, 2)
    symmetrize(first)
    y = second(first(alike(group)))
    (y * torch.randn_like(y)).sum().backward()
    before = first.weight.detach().clone()
    assert first.weight.grad is not None
    with torch.no_grad():
        first.weight.sub_(0.1 * first.weight.grad)
    stepped = first.weight.detach().clone()
    assert (stepped - before).abs().max() > 0.1
    symmetrize(first)
    assert (first.weight - stepped).abs().max() < 1e-12 * stepped.abs().max()


def test_filters_that_are_not_equal_do_not_keep_them_symmetric() -> None:
    first = layer_of(gk.p4, 1)
    symmetrize(first)
    second = gt.GroupConv(gk.p4, 2, 2, SIZE, bias=False).double()
    y = second(first(alike(gk.p4)))
    (y * torch.randn_like(y)).sum().backward()
    with torch.no_grad():
        first.weight.sub_(0.1 * first.weight.grad)
    stepped = first.weight.detach().clone()
    symmetrize(first)
    assert (first.weight - stepped).abs().max() > 0.01 * stepped.abs().max()
