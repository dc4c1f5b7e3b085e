"""Layer and RMS norm are torch's own over channels and stabilizer axis of each point."""

from typing import Any

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import cubic, image, mirror_line, name

DOUBLE = torch.float64


@pytest.mark.parametrize("kind", ["regular", "planar"])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_each_point_is_normalised_as_torch_would(
    group: gk.SplitGroup, kind: str, device: torch.device
) -> None:
    size = len(group.stabilizer) if kind == "regular" else 1
    axis = (size,) if kind == "regular" else ()
    where: dict[str, Any] = {"device": device, "dtype": DOUBLE}
    x = 2 + 3 * torch.randn(2, 3, *axis, *image(group, 5, 6, 3), **where)
    for ours, theirs in (
        (gt.GroupLayerNorm(group, 3, feature_type=kind, **where), nn.LayerNorm(3 * size, **where)),
        (
            gt.GroupLayerNorm(group, 3, 0.1, bias=False, feature_type=kind, **where),
            nn.LayerNorm(3 * size, 0.1, bias=False, **where),
        ),
        (
            gt.GroupLayerNorm(group, 3, elementwise_affine=False, feature_type=kind, **where),
            nn.LayerNorm(3 * size, elementwise_affine=False, **where),
        ),
        (gt.GroupRMSNorm(group, 3, feature_type=kind, **where), nn.RMSNorm(3 * size, **where)),
        (
            gt.GroupRMSNorm(group, 3, 0.1, elementwise_affine=False, feature_type=kind, **where),
            nn.RMSNorm(3 * size, 0.1, elementwise_affine=False, **where),
        ),
    ):
        with torch.no_grad():
            for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
                mine.copy_(torch.rand(3))
                other.copy_(mine.repeat_interleave(size))
        columns = x.flatten(1, 1 + len(axis)).movedim(1, -1)
        expected = theirs(columns).movedim(-1, 1).reshape(x.shape)
        assert (ours(x) - expected).abs().max() <= 1e-12
        assert ours.state_dict().keys() == {*theirs.state_dict(), "declaration"}


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (gk.p4m, "vector"),
        (gk.p4m, "pseudoscalar"),
        (gk.p6m, "vector"),
        (cubic, "vector"),
        (gk.p4, {"r": (1, 2, 3, 0)}),
    ],
    ids=str,
)
def test_fields_are_divided_by_an_invariant_norm(group: gk.SplitGroup, field: Any) -> None:
    kind = group.field(field)
    norm = gt.GroupRMSNorm(group, 2 * kind.size, feature_type=kind, dtype=DOUBLE)
    assert norm.weight.shape == (2,)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 2.0]))
    shape = (2, 2 * kind.size, *image(group, 5, 6, 3))
    assert_equivariant(norm, group, shape, kind, kind)


def test_a_scale_for_each_channel_of_a_field_would_fail() -> None:
    kind = gk.p4.field("vector")
    norm = gt.GroupRMSNorm(gk.p4, 2, feature_type="planar", dtype=DOUBLE)  # not a field to it
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 2.0]))
    with pytest.raises(AssertionError, match="does not commute"):
        assert_equivariant(norm, gk.p4, (1, 2, 5, 5), kind, kind)


def test_fields_without_an_invariant_sum_of_squares_are_refused() -> None:
    oblique = gk.p6.field("vector", components="lattice")
    with pytest.raises(FeatureTypeError, match=r"ρ\(r=1\) = .* is not orthogonal; declare .* Cart"):
        gt.GroupRMSNorm(gk.p6, 2, feature_type=oblique)
    with pytest.raises(FeatureTypeError, match="GroupLayerNorm treats each channel for itself"):
        gt.GroupLayerNorm(gk.p4, 2, feature_type=gk.p4.field("vector"))
    with pytest.raises(SettingError, match="num_features=3 are no whole number of Field"):
        gt.GroupRMSNorm(gk.p4, 3, feature_type=gk.p4.field("vector"))


def test_complex_maps_are_divided_by_their_absolute_values() -> None:
    x = torch.randn(2, 3, 4, 5, 5, dtype=torch.complex128)
    y = gt.GroupRMSNorm(gk.p4, 3, 0.0, dtype=DOUBLE)(x)
    assert torch.allclose(y.abs().square().mean((1, 2)), torch.ones(2, 5, 5, dtype=DOUBLE))
    assert torch.allclose(y.angle(), x.angle())


def test_small_numbers_in_half_precision_are_not_lost() -> None:
    x = torch.full((1, 2, 4, 3, 3), 1e-4, dtype=torch.float16)  # its square is none
    assert (gt.GroupRMSNorm(gk.p4, 2, 1e-12)(x) - 1).abs().max() < 0.01


def test_reprs_and_wrong_maps() -> None:
    assert repr(gt.GroupRMSNorm(gk.p4, 2)) == "GroupRMSNorm(p4, 2, eps=None, regular)"
    assert repr(gt.GroupLayerNorm(gk.p4, 2, elementwise_affine=False)) == (
        "GroupLayerNorm(p4, 2, eps=1e-05, elementwise_affine=False, regular)"
    )
    for norm in (gt.GroupRMSNorm(gk.p4, 2), gt.GroupLayerNorm(gk.p4, 2)):
        with pytest.raises(FeatureTypeError, match="lift it first"):
            norm(torch.zeros(1, 2, 5, 5))
        norm.to_empty(device="cpu")
        norm.reset_parameters()
        assert (norm.weight == 1).all()
