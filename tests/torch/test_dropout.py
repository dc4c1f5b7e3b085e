"""Dropout takes or leaves whole G-feature maps."""

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import cubic, image, mirror_line, name


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_it_is_torchs_dropout_of_feature_maps(group: gk.SplitGroup, device: torch.device) -> None:
    for kind in ("regular", "planar"):
        axis = (len(group.stabilizer),) if kind == "regular" else ()
        x = torch.randn(5, 7, *axis, *image(group, 3, 4, 3), device=device)
        torch.manual_seed(1)
        y = gt.GroupDropout(group, 0.3, feature_type=kind)(x)
        torch.manual_seed(1)
        expected = nn.Dropout2d(0.3)(x.flatten(2).unsqueeze(2))
        assert torch.allclose(y, expected.view(x.shape))


def test_in_evaluation_and_without_probability_nothing_happens() -> None:
    x = torch.randn(2, 3, 4, 5, 5)
    assert torch.equal(gt.GroupDropout(gk.p4, 0.5).eval()(x), x)
    assert torch.equal(gt.GroupDropout(gk.p4, 0.0)(x), x)
    assert (gt.GroupDropout(gk.p4, 1.0)(x) == 0).all()


def test_the_mean_stays() -> None:
    x = torch.ones(1000, 10, 4, 1, 1)
    assert abs(gt.GroupDropout(gk.p4, 0.2)(x).mean() - 1) < 0.02


def test_in_place_is_in_place() -> None:
    x = torch.ones(2, 3, 4, 5, 5)
    assert gt.GroupDropout(gk.p4, 0.5, inplace=True)(x) is x
    assert set(x.unique().tolist()) <= {0.0, 2.0}


def test_channels_of_a_field_fall_together() -> None:
    vector = gk.p4.field("vector")
    drop = gt.GroupDropout(gk.p4, 0.5, feature_type=vector)
    y = drop(torch.ones(20, 6, 5, 5))
    pairs = y.amax((2, 3)).view(20, 3, 2)
    assert torch.equal(pairs[..., 0], pairs[..., 1])
    assert {0.0, 2.0} == set(y.unique().tolist())
    assert_equivariant(drop, gk.p4, (4, 6, 5, 5), vector, vector)
    with pytest.raises(SettingError, match="3 channels are no whole number of Field"):
        drop(torch.ones(1, 3, 5, 5))


def test_dropping_each_entry_would_not_be_equivariant() -> None:
    with pytest.raises(AssertionError, match="does not commute"):
        assert_equivariant(nn.Dropout(0.5), gk.p4, (2, 4, 4, 5, 5), "regular")
    assert_equivariant(gt.GroupDropout(gk.p4, 0.5), gk.p4, (2, 4, 4, 5, 5), "regular")


def test_complex_maps_and_gradients_go_through() -> None:
    x = torch.randn(2, 8, 4, 3, 3, dtype=torch.complex64, requires_grad=True)
    y = gt.GroupDropout(gk.p4, 0.5)(x)
    y.abs().sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad == 0, y == 0)


@pytest.mark.untyped
def test_bad_input_is_refused() -> None:
    for p in (-0.1, 1.5, float("nan")):
        with pytest.raises(SettingError, match="is no probability; use a number from 0 to 1"):
            gt.GroupDropout(gk.p4, p)
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupDropout(gk.p4)(torch.zeros(1, 2, 5, 5))
    with pytest.raises(SettingError, match="declared SplitGroup"):
        gt.GroupDropout("p4")


@pytest.mark.untyped
def test_a_probability_is_a_number() -> None:
    with pytest.raises(SettingError, match="p='half' is no probability"):
        gt.GroupDropout(gk.p4, "half")  # type: ignore[arg-type]
