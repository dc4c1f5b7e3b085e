"""U-Nets give maps of the size of their input, or say which sizes come back."""

import pytest
import torch

import groupkit as gk
from groupkit.errors import WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import UNet


@pytest.mark.parametrize(
    ("options", "side"), [({}, 32), ({"pool_size": 3}, 33)], ids=["even", "odd"]
)
def test_maps_have_the_size_of_the_image(options: dict, side: int) -> None:
    net = UNet(gk.p4, 1, 3, 2, 5, **options)
    assert net(torch.zeros(1, 2, side, side + 8)).shape == (1, 5, side, side + 8)


@pytest.mark.parametrize(
    ("options", "side", "message"),
    [
        ({}, 30, "a side of 30 is halved 3 times.*use multiples of 8, such as 32"),
        ({}, 4, "use multiples of 8, such as 8"),
        ({"pool_size": 3}, 32, "use multiples of 8, and 1, such as 33"),
    ],
)
def test_other_sizes_are_refused(options: dict, side: int, message: str) -> None:
    with pytest.raises(WindowError, match=message):
        UNet(gk.p4, 1, 3, 1, **options)(torch.zeros(1, 1, side, side))


def test_the_finest_maps_reach_the_output_by_themselves() -> None:
    """Four layers of three points a side: a point of the output sees 9×9 without those below."""
    net = UNet(gk.p4, 1, 1, 1, 1).eval()
    for parameter in net.parameters():
        parameter.data.abs_()  # so that no ReLU stops anything
    for parameter in net.up.parameters():
        parameter.data.zero_()
    x = torch.rand(1, 1, 16, 16, requires_grad=True)
    net(x)[0, 0, 8, 8].backward()
    assert x.grad is not None
    reached = x.grad[0, 0].nonzero()
    assert reached.amin() == 8 - 4
    assert reached.amax() == 8 + 4


def test_what_is_refused() -> None:
    with pytest.raises(SettingError, match="n_levels=0 is not a positive integer"):
        UNet(n_levels=0)
