"""Residual networks have the published counts, and say what they take."""

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import ResNet, ResNet44, n_parameters


@pytest.mark.parametrize(
    ("make", "exact", "millions"),
    [
        (lambda: ResNet44(gk.p1, (32, 64, 128)), 2_636_074, "2.64"),
        (lambda: ResNet44(gk.p4m, (11, 23, 45)), 2_618_543, "2.62"),
        (lambda: ResNet44(gk.p4m, (19, 38, 76), share="g"), 1_776_833, "1.78"),
        (lambda: ResNet44(gk.p4m, (28, 56, 112), share="gc"), 1_876_094, "1.88"),
    ],
    ids=["planar", "p4m", "g-p4m", "gc-p4m"],
)
def test_parameters_are_as_published(make: object, exact: int, millions: str) -> None:
    with torch.device("meta"):
        count = n_parameters(make())
    assert count == exact
    assert f"{count / 1e6:.2f}" == millions


@pytest.mark.parametrize("downsampling", ["pooled", "strided"])
def test_both_ways_to_halve_have_as_many_parameters_and_products(downsampling: str) -> None:
    net = ResNet(gk.p4m, (2, 3, 4), 8, downsampling=downsampling, exact="ignore")
    assert n_parameters(net) == 3_960
    assert gt.models.multiply_adds(net, (1, 3, 32, 32)) == multiply_adds_by_hand((2, 3, 4), 32)


def multiply_adds_by_hand(widths: tuple[int, ...], side: int) -> int:
    """Of p4m networks with one block a stage."""
    total, channels = 3 * widths[0] * 8 * 9 * side**2, widths[0]
    for number, width in enumerate(widths):
        if number:
            side //= 2
            total += channels * width * 64 * side**2  # the shortcut
        total += (channels + width) * width * 64 * 9 * side**2
        channels = width
    return total + channels * 10


def test_the_longest_path_has_as_many_layers_as_it_says() -> None:
    """Convolutions and linear layers, without those of shortcuts."""
    with torch.device("meta"):
        net = ResNet44(gk.p4m, (1, 1, 1))
    kinds = (gt.GroupConv, nn.Linear)
    layers = [name for name, m in net.named_modules() if isinstance(m, kinds)]
    assert len([name for name in layers if "shortcut" not in name]) == 44


def test_the_published_stride_warns_on_even_sides() -> None:
    net = ResNet(gk.p4m, (1, 1), 6, downsampling="strided")
    with pytest.warns(gt.EquivarianceWarning, match="on 32×32 keeps only"):
        net(torch.zeros(1, 3, 32, 32))
    assert gt.trace_exactness(net, (1, 3, 32, 32)).first_loss is not None
    assert gt.trace_exactness(net, (1, 3, 32, 32)).exact_sizes(9) == [1, 3, 5, 7, 9]


def test_the_exact_ones_are_silent_at_the_published_size() -> None:
    net = ResNet44(gk.p4m, (1, 1, 1), exact="raise")
    net(torch.zeros(1, 3, 32, 32))


def test_a_block_adds_what_came_in() -> None:
    net = ResNet(gk.p4, (2,), 4).double()
    block = net.stages[0][0]
    for parameter in block.residual[-1].parameters():
        parameter.data.zero_()
    x = torch.randn(1, 2, 4, 5, 5, dtype=torch.float64)
    assert torch.equal(block(x), x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 2, 2), 45), "depth=45 is not 2 more than a multiple of 6.*use 44"),
        (((2, 2, 2), 2), "depth=2 is not 2 more than a multiple of 6.*use 8"),
        (((), 8), "depth=8 is not"),
        (((2, 2), 0), "depth=0 is not a positive integer"),
        (((2, 0), 6), "0 is not a positive integer"),
    ],
)
def test_what_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        ResNet(gk.p4, *arguments)


def test_ways_to_halve_that_do_not_exist() -> None:
    with pytest.raises(SettingError, match="downsampling='blurred' is neither 'pooled'"):
        ResNet(gk.p4, (2, 2), 6, downsampling="blurred")
    with pytest.raises(SettingError, match="share='c' is no way to share kernels"):
        ResNet(gk.p4, (2, 2), 6, share="c")
