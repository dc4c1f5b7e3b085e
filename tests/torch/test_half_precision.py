"""Layers that sum take their sums of half precision in float32: nothing overflows on the way."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.layers import Layers
from tests.torch.groups import name

MEANS: dict[str, Callable[[Layers], nn.Module]] = {
    "average": lambda L: L.AvgPool(3, 1),
    "average of the inside": lambda L: L.AvgPool(3, 1, 1, count_include_pad=False),
    "blur": lambda L: L.BlurPool(5, 1),
    "linear upsampling": lambda L: L.Upsample(4, "linear"),
    "adaptive average": lambda L: L.AdaptiveAvgPool(1),
    "mean of cosets": lambda L: L.CosetPool("mean"),
    "mean of all": lambda L: L.GlobalPool("mean"),
}


@pytest.mark.parametrize("layer", MEANS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_means_of_half_precision_are_as_good_as_the_format(
    group: gk.SplitGroup, dtype: torch.dtype, layer: str
) -> None:
    module = MEANS[layer](gt.layers(group))
    large = 4e4 + 2e4 * torch.rand(1, 2, len(group.stabilizer), 9, 9)  # float16 ends at 65504
    x = large.to(dtype)
    y, exact = module(x), module(x.double())
    assert y.dtype == dtype
    assert torch.allclose(y.double(), exact, rtol=torch.finfo(dtype).eps, atol=0)
