"""The seven-layer networks have the published counts, and are invariant under any group."""

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import P4CNN, Z2CNN, P4CNNRotationPooling, n_parameters


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


@pytest.mark.parametrize("image_size", [33, 34, 35])
@pytest.mark.parametrize("pool_size", [None, 3, 4, 5])
def test_a_stride_of_three_keeps_everything_where_it_says(
    image_size: int, pool_size: int | None
) -> None:
    torch.manual_seed(0)
    options = {"image_size": image_size, "pool_size": pool_size, "pool_stride": 3}
    net = P4CNN(gk.p4, 2, exact="ignore", **options).double()
    shape = (1, 1, image_size, image_size)
    assert net.features[6].stride == (3, 3)
    if pool_size is None or (image_size - 4 + pool_size) % 3 == 0:
        gt.testing.assert_equivariant(net, gk.p4, shape, output_type="invariant")
    else:
        with pytest.raises(AssertionError, match="does not commute"):
            gt.testing.assert_equivariant(net, gk.p4, shape, output_type="invariant")


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


@pytest.mark.parametrize("size", [20, 0, "28"])
@pytest.mark.untyped
def test_small_images_are_refused(size: int) -> None:
    with pytest.raises(SettingError, match=r"use 21|not a positive integer"):
        P4CNN(gk.p4, 2, image_size=size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool_size": 4}, "pool_size=4 is not from 2 to 3, as pool_stride=2 asks; None takes"),
        ({"pool_size": 2, "pool_stride": 3}, "pool_size=2 is not from 3 to 5"),
        ({"pool_stride": 0}, "pool_stride=0 is not a positive integer"),
        ({"pool_stride": 3}, "image_size=28 leaves no point .* use 29"),
        ({"pool_size": 2, "image_size": 21}, "image_size=21 leaves no point .* use 22"),
        ({"pool_size": 5, "pool_stride": 3, "image_size": 28}, "use 29"),
        ({"share": "c"}, "share='c' is no way to share kernels; use None, 'g', 'gc'"),
        ({"width": 0}, "0 is not a positive integer"),
        ({"exact": "sometimes"}, "sometimes"),
    ],
)
def test_what_is_refused(options: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        P4CNN(gk.p4, **options)


def test_the_size_that_an_error_names_is_taken() -> None:
    with pytest.raises(SettingError, match=r"image_size=30 leaves no point .* use 31"):
        P4CNN(gk.p6, 2, image_size=30, pool_stride=3)
    P4CNN(gk.p6, 2, image_size=31, pool_stride=3)


def test_hexagonal_images_of_other_sizes_are_refused() -> None:
    with pytest.raises(WindowError, match="no window of size 4 is stable under p6"):
        P4CNN(gk.p6, 2, image_size=28)
