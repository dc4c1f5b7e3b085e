"""The check of incoming maps names what was expected and the likely mistake."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.feature_maps import axis_size, check_map


def test_only_planar_maps_have_no_axis() -> None:
    assert axis_size(gk.p4.feature_type("planar")) is None
    assert axis_size(gk.p4.feature_type("regular")) == 4
    assert axis_size(gk.p4.feature_type(range(4))) == 1
    assert axis_size(gk.p1.feature_type("regular")) == 1


@pytest.mark.parametrize(
    ("shape", "channels", "size", "dimension"),
    [((2, 3, 4, 5, 5), 3, 4, 2), ((2, 3, 5), 3, None, 1), ((1, 7, 2, 5, 5, 5), None, 2, 3)],
)
def test_maps_of_the_type_pass(
    shape: tuple[int, ...], channels: int | None, size: int | None, dimension: int
) -> None:
    check_map(torch.zeros(shape), channels, size, dimension)


@pytest.mark.parametrize(
    ("shape", "channels", "size", "message"),
    [
        ((2, 3, 9, 9), 3, 4, "this is a planar map: lift it first with LiftingConv"),
        ((2, 3, 9, 9), None, 4, "this is a planar map"),
        ((3, 4, 9, 9), 3, 4, r"batch axis is missing: add it with x.unsqueeze\(0\)"),
        ((3, 9, 9), 3, None, "batch axis is missing"),
        ((2, 3, 4, 9, 9), 3, None, "this map has a stabilizer axis"),
        ((2, 3, 8, 9, 9), 3, 4, "length 8 instead of 4: it belongs to another group"),
        ((2, 5, 4, 9, 9), 3, 4, "it has 5 channels instead of 3"),
        ((2, 5, 9, 9), 3, None, "it has 5 channels instead of 3"),
        ((9,), 3, None, "it has 1 axes instead of 4"),
    ],
)
def test_other_maps_do_not(
    shape: tuple[int, ...], channels: int | None, size: int | None, message: str
) -> None:
    with pytest.raises(FeatureTypeError, match=message) as caught:
        check_map(torch.zeros(shape), channels, size, 2)
    assert caught.value.witness == shape
    assert "expected a feature map [batch, " in str(caught.value)


def test_a_single_regular_map_lacks_its_batch_axis() -> None:
    with pytest.raises(FeatureTypeError, match=r"the batch axis is missing.* or this is a planar"):
        gt.GroupMaxPool(gk.p4, 3)(torch.zeros(3, 4, 9, 9))
