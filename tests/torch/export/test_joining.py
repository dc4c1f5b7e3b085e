"""Plain layers that follow one another hold channels and stabilizer axis as one axis."""

from collections import OrderedDict
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.export.plain_layers import equal
from groupkit_torch.models import P4CNN, ResNet44
from tests.torch.groups import mirror_line, name, p2mm

pytestmark = pytest.mark.compile


def apart(model: nn.Module) -> int:
    """Return how often a model sets the axes apart."""
    return sum(isinstance(module, nn.Unflatten) for module in model.modules())


def norms_that_ran(net: nn.Module) -> nn.Module:
    """Return a network in evaluation mode with statistics that differ from channel to channel."""
    for module in net.modules():
        if isinstance(module, gt.GroupBatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(1, 2)
            nn.init.uniform_(module.weight, 1, 2)
            nn.init.normal_(module.bias)
    return net.eval()


@pytest.mark.parametrize("fold", [False, True])
def test_the_network_of_the_paper_is_planar_up_to_its_last_pooling(fold: bool) -> None:
    net, x = norms_that_ran(P4CNN(gk.p4, 3)), torch.randn(2, 1, 28, 28)
    plain = gt.to_plain(net, x, fold_batch_norm=fold)
    assert type(plain) is nn.Sequential
    assert type(plain.features) is nn.Sequential
    kinds = [type(module) for module in plain.features]
    norm = nn.Identity if fold else nn.BatchNorm2d
    assert kinds[:9] == [nn.Conv2d, norm, nn.ReLU] * 2 + [nn.MaxPool2d, nn.Conv2d, norm]
    assert apart(plain) == 1  # before the pooling over S
    assert fold or plain.features[1].num_features == 12
    for images in (x, torch.randn(1, 1, 28, 28), torch.randn(3, 1, 32, 32)):
        assert equal(net(images), plain(images))


@pytest.mark.parametrize("group", [gk.p6, mirror_line, p2mm], ids=name)
def test_other_lattices(group: gk.SplitGroup) -> None:
    L = gt.layers(group)
    net = nn.Sequential(
        L.LiftingConv(1, 2, 3, padding=1), L.BatchNorm(2), nn.GELU(),
        nn.Sequential(L.GroupConv(2, 3, 3, padding=1), nn.ReLU()),
        L.GroupLinear(3, 2), L.GlobalPool(),
    )  # fmt: skip
    norms_that_ran(net)
    plain = gt.to_plain(net)
    assert apart(plain) == 1
    for side in (9, 11):
        x = torch.randn(2, 1, *[side] * group.dimension)
        assert equal(net(x), plain(x))


def test_a_network_inside_another_module_is_a_graph_and_joined() -> None:
    inner, x = norms_that_ran(P4CNN(gk.p4, 3)), torch.randn(2, 1, 28, 28)
    for net in (nn.Sequential(inner, nn.Softmax(1)), Between(inner, nn.Tanh())):
        plain = gt.to_plain(net, x)
        assert apart(plain) == 1
        graph = plain[0] if isinstance(plain, nn.Sequential) else plain.parts[0]
        assert isinstance(graph, torch.fx.GraphModule)
        assert equal(net(x), plain(x))


def test_names_of_weights_are_those_of_the_network() -> None:
    net, x = P4CNN(gk.p4, 3).eval(), torch.randn(2, 1, 28, 28)
    had = {key for key in net.state_dict() if key.endswith(("weight", "bias"))}
    joined = {key.replace(".conv.", ".") for key in gt.to_plain(net, x).state_dict()}
    assert had <= joined


def test_residual_networks_are_joined_between_their_sums() -> None:
    net, x = norms_that_ran(ResNet44(gk.p4, widths=(2, 3, 4))), torch.randn(1, 3, 32, 32)
    plain = gt.to_plain(net, x)
    filters = sum(isinstance(module, nn.Conv2d) for module in plain.modules())
    assert apart(plain) < filters
    assert equal(net(x), plain(x))


class Reads(nn.Module):
    """A module of one's own that reads the stabilizer axis."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.amax(2, keepdim=True)


class Between(nn.Module):
    """A module whose forward takes a Sequential to pieces."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.Sequential(*parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for part in self.parts[:-1]:
            x = part(x)
        return self.parts[-1](x.relu())


def two(*between: nn.Module) -> nn.Sequential:
    """Return two convolutions and what is between them."""
    convs = [gt.GroupConv(gk.p4, 2, 2, 3, padding=1) for _ in range(2)]
    return nn.Sequential(convs[0], *between, convs[1]).eval()


@pytest.mark.parametrize(
    "between",
    [
        Reads,
        lambda: nn.Softmax(2),
        nn.Dropout3d,
        lambda: nn.Flatten(1, 2),  # of the user's own, who sets apart next
        lambda: gt.GroupBatchNorm(gk.p4, 2, track_running_stats=False),
        lambda: gt.GroupLayerNorm(gk.p4, 2),
    ],
    ids=["own", "softmax", "channels", "flatten", "statistics", "traced"],
)
def test_what_may_read_the_axis_finds_it(between: Callable[[], nn.Module]) -> None:
    module = between()
    parts = [module, nn.Unflatten(1, (2, 4))] if isinstance(module, nn.Flatten) else [module]
    net, x = two(*parts), torch.randn(2, 2, 4, 7, 7)
    plain = gt.to_plain(net)
    assert isinstance(plain[0], nn.Sequential)
    assert isinstance(plain[0][-1], nn.Unflatten)
    assert equal(net(x), plain(x))


def test_hooks_see_what_they_saw() -> None:
    seen: list[torch.Size] = []
    net, x = two(nn.ReLU()), torch.randn(1, 2, 4, 7, 7)
    nested = nn.Sequential(net[0], nn.Sequential(nn.ReLU()), net[2])
    net[1].register_forward_hook(lambda _module, _given, y: seen.append(y.shape))
    nested[1].register_forward_pre_hook(lambda _module, given: seen.append(given[0].shape))
    plain = [gt.to_plain(net), gt.to_plain(nested)]
    seen.clear()
    for model in plain:
        model(x)
    assert seen == [x.shape, x.shape]


def test_hooks_on_a_network_of_ours_are_not_lost_without_a_word() -> None:
    net, x = P4CNN(gk.p4, 2).eval(), torch.randn(1, 1, 28, 28)
    net.register_forward_hook(lambda _module, _given, y: 2 * y)
    with pytest.raises(gt.PlainError, match="the plain form of P4CNN computes something else"):
        gt.to_plain(net, x)


def test_parts_of_ones_own_with_the_same_names_stay() -> None:
    conv, last = gt.GroupConv(gk.p4, 2, 2, 3), nn.Linear(2 * 4 * 7 * 7, 3)
    named = {"conv": conv, "relu": nn.ReLU(), "flatten": nn.Flatten(), "last": last}
    net, x = nn.Sequential(OrderedDict(named)).eval(), torch.randn(2, 2, 4, 9, 9)
    plain = gt.to_plain(net)
    assert isinstance(plain.flatten, nn.Flatten)
    assert equal(net(x), plain(x))
    only = Between(nn.Sequential(OrderedDict(conv=conv)), nn.Identity()).eval()
    plain = gt.to_plain(only, x)
    assert isinstance(plain.parts[0].conv, nn.Sequential)
    assert equal(only(x), plain(x))


class Calls(nn.Module):
    """A module whose parts are named as ours, for a graph of `torch.fx`."""

    def __init__(self) -> None:
        super().__init__()
        self.lift, self.flatten = gt.LiftingConv(gk.p4, 1, 2, 3), nn.Flatten(1, 2)
        self.conv = nn.Conv2d(8, 3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(self.flatten(self.lift(x)))


def test_what_a_graph_calls_stays() -> None:
    class Layers(torch.fx.Tracer):
        def is_leaf_module(self, *_: object) -> bool:
            return True

    net, x = Calls().eval(), torch.randn(2, 1, 9, 9)
    graph = torch.fx.GraphModule(net, Layers().trace(net))
    assert equal(net(x), gt.to_plain(graph, x)(x))


def test_wider_norms_keep_their_count() -> None:
    norm = gt.GroupBatchNorm(gk.p4, 2, momentum=None)
    norm(torch.randn(2, 2, 4, 7, 7))
    wide = gt.to_plain(two(norm, nn.ReLU()))[1]
    assert wide.num_batches_tracked == 1
    assert wide.momentum is None


def test_layers_that_are_called_elsewhere_stay() -> None:
    x = torch.randn(2, 2, 4, 7, 7)
    net = two(nn.ReLU())
    for shared in (nn.Sequential(net[0], nn.ReLU(), net[0], net[2]), Between(net[0], net[2])):
        plain = gt.to_plain(shared.eval(), x)
        assert equal(shared(x), plain(x))
    assert apart(plain) == 2
    relu = nn.ReLU()
    assert apart(gt.to_plain(nn.Sequential(net[0], relu, net[2], relu, gt.CosetPool(gk.p4)))) == 1


PARTS: list[Callable[[], nn.Module]] = [
    lambda: gt.GroupConv(gk.p4, 2, 2, 3, padding=1),
    lambda: gt.GroupBatchNorm(gk.p4, 2),
    lambda: gt.GroupMaxPool(gk.p4, 3, stride=1, padding=1),
    lambda: gt.GroupLinear(gk.p4, 2, 2),
    nn.ReLU,
    nn.Dropout,
    lambda: nn.Softmax(2),
    Reads,
    lambda: nn.Sequential(gt.GroupConv(gk.p4, 2, 2, 1), nn.Tanh()),
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, len(PARTS) - 1), max_size=7), st.booleans())
def test_any_chain_computes_the_same(numbers: list[int], fold: bool) -> None:
    made = [PARTS[number]() for number in numbers]
    net = norms_that_ran(nn.Sequential(gt.LiftingConv(gk.p4, 1, 2, 3), *made))
    plain = gt.to_plain(net, fold_batch_norm=fold)
    x = torch.randn(2, 1, 9, 9)
    assert equal(net(x), plain(x))
