"""Gradients of every layer are those of finite differences."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck

import groupkit as gk
import groupkit_torch as gt
from groupkit.action import array_action
from groupkit_torch.functional import act
from tests.torch.groups import cubic, image, mirror_line, name

GROUPS = [gk.p4, gk.p4m, gk.p6, mirror_line, cubic]
LAYERS: dict[str, Callable[[gt.layers.__class__], nn.Module]] = {  # type: ignore[name-defined]
    "conv": lambda L: L.GroupConv(2, 2, 3, padding=1, groups=2),
    "projection": lambda L: L.GroupConv(2, 1, 3, output_type="planar"),
    "batch norm": lambda L: L.BatchNorm(2),
    "max pool": lambda L: L.MaxPool(3, 1, 1),
    "mean pool": lambda L: L.AvgPool(3, 1, 1),
    "coset pool": lambda L: L.CosetPool("max"),
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_gradients_are_right(group: gk.SplitGroup, kind: str, device: torch.device) -> None:
    layer = LAYERS[kind](gt.layers(group)).to(device, torch.float64)
    space = image(group, 3, 4, 3)
    x = torch.randn(2, 2, len(group.stabilizer), *space, device=device, dtype=torch.float64)
    if group is cubic:
        x = x[:1]
    parameters = list(layer.parameters())

    def run(x: Tensor, *_: Tensor) -> Tensor:
        return layer(x)  # the parameters are those that the layer holds

    assert gradcheck(run, (x.requires_grad_(), *parameters), fast_mode=True)


@pytest.mark.parametrize("group", [gk.p4, gk.p6], ids=name)
def test_second_gradients_of_a_convolution_are_right(group: gk.SplitGroup) -> None:
    layer = gt.GroupConv(group, 1, 1, 3, dtype=torch.float64)
    x = torch.randn(1, 1, len(group.stabilizer), 3, 3, dtype=torch.float64, requires_grad=True)

    def run(x: Tensor, weight: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weight}, (x,))

    assert gradgradcheck(run, (x, layer.weight.detach().requires_grad_()), fast_mode=True)


def test_the_action_has_a_gradient() -> None:
    index = array_action(gk.p6.stabilizer, 1, (3, 3), gk.p6.feature_type("regular"))
    x = torch.randn(1, 6, 3, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x: act(x, index), (x,))
