"""Convolutions, shared or not, and steps by two that keep all symmetries."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.geometry import SettingError
from groupkit_torch.models.blocks import (
    DOWNSAMPLINGS,
    SHARES,
    convolution,
    exact_pool,
    halving_convolution,
    pool_sides,
)

GROUPS = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, gk.catalog["p3m1"]]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=lambda group: group.name)
def test_convolutions_are_equivariant(group: gk.SplitGroup, share: str | None) -> None:
    torch.manual_seed(0)
    layer = convolution(group, 2, 3, 3, padding=1, share=share).double()
    gt.testing.assert_equivariant(layer, group, (1, 2, group.order, 7, 7), "regular")


def test_depthwise_is_products_and_then_one_kernel_for_each_channel() -> None:
    torch.manual_seed(0)
    layer = convolution(gk.p1, 3, 2, 3, share="depthwise").double()
    x = torch.randn(1, 3, 1, 6, 6, dtype=torch.float64)
    mixed = torch.einsum("oi,bixy->boxy", layer[0].weight[..., 0], x[:, :, 0])
    mixed = mixed + layer[0].bias[None, :, None, None]
    kernels = layer[1].weight.view(2, 1, 3, 3)
    expected = torch.nn.functional.conv2d(mixed, kernels, layer[1].bias, groups=2)
    assert torch.allclose(layer(x)[:, :, 0], expected)


@pytest.mark.parametrize("share", ["g", "gc"])
def test_planar_kernels_are_drawn_as_torch_draws_those_of_planar_layers(share: str) -> None:
    torch.manual_seed(0)
    drawn = convolution(gk.p4m, 5, 40, 3, share=share).spatial_weight
    like = torch.nn.Conv2d(5, 40, 3).weight
    assert 0.95 < drawn.abs().max() / like.abs().max() < 1.05
    assert 0.85 < drawn.std() / like.std() < 1.15


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_pools_keep_everything(group: gk.SplitGroup, stride: int) -> None:
    boxes = group.stabilizer.is_signed_permutation
    hexagons = (1 + stride * 4, 1 + stride * 6)  # arrays of odd sides, the middle sampled
    for side in range(8, 14) if boxes else hexagons:
        size, padding = exact_pool(group, side, stride)
        assert gt.GroupMaxPool(group, size, stride, padding).exactness(side).is_exact


@pytest.mark.parametrize("downsampling", DOWNSAMPLINGS)
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_halving_convolutions_are_exact_where_they_say(downsampling: str, kernel_size: int) -> None:
    for group, sides in (
        (gk.p4m, {"pooled": 8, "strided": 9}),
        (gk.p6m, dict.fromkeys(DOWNSAMPLINGS, 9)),
    ):
        torch.manual_seed(0)
        layer = halving_convolution(group, 1, 2, kernel_size, downsampling, exact="raise").double()
        side = sides[downsampling]
        gt.testing.assert_equivariant(layer, group, (1, 1, group.order, side, side), "regular")
        half = (side + 1) // 2
        assert layer(torch.zeros(1, 1, group.order, side, side).double()).shape[-2:] == (half, half)


def test_what_is_refused() -> None:
    with pytest.raises(SettingError, match="share='planar' is no way to share kernels"):
        convolution(gk.p4, 1, 1, 3, share="planar")
    with pytest.raises(SettingError, match="pool_size=5 is neither 2"):
        pool_sides(gk.p4, 5)
    with pytest.raises(SettingError, match="downsampling='' is neither 'pooled'"):
        halving_convolution(gk.p4, 1, 1, 3, "")
