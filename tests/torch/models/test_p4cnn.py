"""The seven-layer networks have the published counts, and are invariant under any group."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import P4CNN, Z2CNN, P4CNNRotationPooling
from tests.torch.groups import mirror_line


def n_parameters(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.parametrize(
    ("net", "published"),
    [
        (Z2CNN(width=20), 25_210),
        (P4CNN(gk.p4, width=10), 24_810),
        (P4CNN(gk.p4, width=10, share="g"), 8_910),
        (P4CNN(gk.p4, width=10, share="gc"), 3_420),
        (P4CNN(gk.p4, width=17, share="g"), 25_255),
        (P4CNN(gk.p4, width=30, share="gc"), 24_640),
        (Z2CNN(width=57, separable=True), 25_603),
        (P4CNNRotationPooling(gk.p4, width=20), 25_210),
    ],
    ids=["Z2", "p4", "g 10", "gc 10", "g 17", "gc 30", "separable Z2", "rotation pooling"],
)
def test_parameters_are_as_published(net: nn.Module, published: int) -> None:
    assert n_parameters(net) == published


CASES = {
    "Z2CNN": (gk.p1, 28, lambda: Z2CNN(3, dropout=0.0)),
    "separable Z2CNN": (gk.p1, 28, lambda: Z2CNN(3, separable=True, dropout=0.0)),
    "p4": (gk.p4, 28, lambda: P4CNN(gk.p4, 2)),
    "p4, odd": (gk.p4, 27, lambda: P4CNN(gk.p4, 2, image_size=27)),
    "p4, depthwise": (gk.p4, 28, lambda: P4CNN(gk.p4, 2, share="depthwise")),
    "p4m, g": (gk.p4m, 29, lambda: P4CNN(gk.p4m, 2, image_size=29, share="g")),
    "p4m, gc": (gk.p4m, 28, lambda: P4CNN(gk.p4m, 2, share="gc")),
    "p6m": (gk.p6m, 25, lambda: P4CNN(gk.p6m, 1, image_size=25)),
    "line": (mirror_line, 28, lambda: P4CNN(mirror_line, 2)),
    "p4, pooled": (gk.p4, 28, lambda: P4CNNRotationPooling(gk.p4, 3)),
    "p6, pooled": (gk.p6, 25, lambda: P4CNNRotationPooling(gk.p6, 3, image_size=25)),
}
MAKERS = {name: make for name, (_, _, make) in CASES.items()}


@pytest.mark.parametrize(("group", "side", "make"), CASES.values(), ids=CASES)
def test_scores_are_invariant(
    group: gk.SplitGroup, side: int, make: Callable[[], nn.Module]
) -> None:
    torch.manual_seed(0)
    net = make().double()
    shape = (2, 1, *(side,) * group.dimension)
    assert gt.trace_exactness(net, shape).kept == tuple(group.stabilizer)
    for training in (True, False):
        gt.testing.assert_equivariant(net.train(training), group, shape, output_type="invariant")


@pytest.mark.slow
def test_volumes_are_taken_too() -> None:
    cubic = gk.catalog["P432"]
    net = P4CNN(cubic, 1, image_size=21).double()
    gt.testing.assert_equivariant(net, cubic, (2, 1, 21, 21, 21), output_type="invariant")


def test_a_pooling_that_breaks_the_symmetry_is_noticed() -> None:
    torch.manual_seed(0)
    net = P4CNN(gk.p4, 3, image_size=29, pool_size=2, exact="ignore").double()
    trace = gt.trace_exactness(net, (1, 1, 29, 29))
    assert trace.first_loss is not None
    assert trace.first_loss.name == "features.6 (GroupMaxPool)"
    with pytest.raises(AssertionError, match=r"does not commute with r=1"):
        gt.testing.assert_equivariant(net, gk.p4, (1, 1, 29, 29), output_type="invariant")
    with pytest.warns(gt.EquivarianceWarning, match="on 25×25"):
        P4CNN(gk.p4, 3, image_size=29, pool_size=2)(torch.zeros(1, 1, 29, 29))


def test_larger_images_are_taken_too() -> None:
    assert P4CNN(gk.p4, 2)(torch.zeros(3, 1, 32, 32)).shape == (3, 10)


def test_channels_and_classes() -> None:
    net = P4CNN(gk.p4m, 2, in_channels=3, n_classes=5)
    assert net(torch.zeros(2, 3, 28, 28)).shape == (2, 5)


def test_rotation_pooling_is_what_it_says() -> None:
    """The first layer by hand: four turned filters, the largest response."""
    torch.manual_seed(0)
    net = P4CNNRotationPooling(gk.p4, 3).eval()
    x = torch.rand(2, 1, 28, 28)
    conv = net.features[0]
    responses = []
    for turns in range(4):
        turned = torch.rot90(conv.weight.view(3, 1, 3, 3), turns, (-2, -1))
        responses.append(nn.functional.conv2d(x, turned, conv.bias))
    expected = torch.stack(responses, 2).div((1 + net.features[1].eps) ** 0.5).relu().amax(2)
    assert torch.allclose(net.features[:4](x), expected, atol=1e-6)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_step_of_training_lowers_the_loss(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    net = make()
    group, side = next((g, n) for g, n, other in CASES.values() if other is make)
    x, y = torch.randn(8, 1, *(side,) * group.dimension), torch.arange(8)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(5):
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None for p in net.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_copies_and_state_dicts_compute_the_same() -> None:
    torch.manual_seed(0)
    net = P4CNN(gk.p4, 2, share="gc").eval()
    x = torch.rand(1, 1, 28, 28)
    other = P4CNN(gk.p4, 2, share="gc").eval()
    other.load_state_dict(net.state_dict())
    assert torch.equal(copy.deepcopy(net)(x), net(x))
    assert torch.equal(other(x), net(x))


@pytest.mark.parametrize("size", [20, 0, "28"])
@pytest.mark.untyped
def test_small_images_are_refused(size: int) -> None:
    with pytest.raises(SettingError, match=r"use 21 or more|not a positive integer"):
        P4CNN(gk.p4, 2, image_size=size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool_size": 4}, "pool_size=4 is neither 2 nor 3"),
        ({"share": "c"}, "share='c' is no way to share kernels; use None, 'g', 'gc'"),
        ({"width": 0}, "0 is not a positive integer"),
        ({"exact": "sometimes"}, "sometimes"),
    ],
)
def test_what_is_refused(options: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        P4CNN(gk.p4, **options)


def test_hexagonal_images_of_other_sizes_are_refused() -> None:
    with pytest.raises(WindowError, match="no window of size 4 is stable under p6"):
        P4CNN(gk.p6, 2, image_size=28)
