"""Instance and group norm are torch's own over whole G-feature maps, the inside alone."""

from typing import Any

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.geometry import SettingError
from tests.torch.groups import cubic, face_centred, image, mirror_line, name
from tests.torch.norms.test_batch_norm import of_points

DOUBLE = torch.float64
SOME = [gk.p4m, gk.p6, mirror_line, cubic, face_centred]


def give_values(*modules: nn.Module) -> None:
    with torch.no_grad():
        for module in modules:
            for parameter in module.parameters():
                parameter.copy_(torch.arange(1, len(parameter) + 1))


def compare(
    ours: nn.Module, torchs: nn.Module, group: gk.SplitGroup, kind: str, device: torch.device
) -> None:
    """Compare outputs, gradients and states in training and in evaluation."""
    give_values(ours, torchs)
    size = (len(group.stabilizer),) if kind == "regular" else ()
    for training in (True, True, False):
        ours.train(training), torchs.train(training)
        x = 2 + 3 * torch.randn(2, 4, *size, *image(group, 7, 8, 5), device=device, dtype=DOUBLE)
        mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
        y, expected = of_points(ours(mine), group), torchs(of_points(theirs, group))
        assert (y - expected).abs().max() <= 1e-12
        y.sin().sum().backward()
        expected.sin().sum().backward()
        assert (mine.grad - theirs.grad).abs().max() <= 1e-12
    assert ours.state_dict().keys() == {*torchs.state_dict(), "declaration"}
    for key, value in torchs.state_dict().items():
        assert torch.allclose(ours.state_dict()[key], value, rtol=1e-12, atol=1e-12), key
    for mine, theirs in zip(ours.parameters(), torchs.parameters(), strict=True):
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"affine": True, "eps": 0.1},
        {"track_running_stats": True},
        {"track_running_stats": True, "momentum": 0.5, "affine": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["regular", "planar"])
@pytest.mark.parametrize("group", SOME, ids=name)
def test_instance_norm_is_torchs_over_the_points_of_a_map(
    group: gk.SplitGroup, kind: str, options: dict[str, Any], device: torch.device
) -> None:
    where = {"device": device, "dtype": DOUBLE}
    ours = gt.GroupInstanceNorm(group, 4, feature_type=kind, **where, **options)
    compare(ours, nn.InstanceNorm1d(4, **where, **options), group, kind, device)


@pytest.mark.parametrize("options", [{}, {"affine": False}, {"eps": 0.1}], ids=str)
@pytest.mark.parametrize("num_groups", [1, 2, 4])
@pytest.mark.parametrize("kind", ["regular", "planar"])
@pytest.mark.parametrize("group", SOME, ids=name)
def test_group_norm_is_torchs_over_the_points_of_a_map(
    group: gk.SplitGroup, kind: str, num_groups: int, options: dict[str, Any], device: torch.device
) -> None:
    where = {"device": device, "dtype": DOUBLE}
    ours = gt.GroupGroupNorm(group, num_groups, 4, feature_type=kind, **where, **options)
    compare(ours, nn.GroupNorm(num_groups, 4, **where, **options), group, kind, device)


def test_one_group_is_the_layer_norm_of_a_sample() -> None:
    x = torch.randn(2, 3, 4, 5, 5)
    expected = nn.functional.layer_norm(x, x.shape[1:])
    assert torch.allclose(gt.layers(gk.p4).GroupNorm(1, 3)(x), expected, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: gt.GroupInstanceNorm(gk.p6, 4, **o),
        lambda **o: gt.GroupGroupNorm(gk.p6, 2, 4, **o),
    ],
    ids=["instance", "group"],
)
def test_the_outside_counts_on_the_torus_alone(make: Any) -> None:
    x = torch.randn(2, 4, 6, 7, 7)
    mask = torch.tensor(gk.action.stable_mask(gk.p6.stabilizer, (7, 7)))
    layer, torus = make(), make(torus=True)
    y, z = layer(x), layer(torch.where(mask, x, torch.nan))
    assert torch.equal(y[..., mask], z[..., mask])
    whole = torus(torch.randn(2, 4, 6, 8, 8))  # even sizes, too
    assert whole.mean((2, 3, 4)).view(2, 2, 2).mean(2).abs().max() < 1e-6
    assert repr(torus).endswith("regular, torus=True)")


def test_reprs_name_group_arguments_and_type() -> None:
    assert repr(gt.GroupGroupNorm(gk.p4, 2, 4, affine=False, feature_type="planar")) == (
        "GroupGroupNorm(p4, 2, 4, eps=1e-05, affine=False, planar)"
    )
    shown = repr(gt.GroupInstanceNorm(gk.p4, 4))
    assert shown.startswith("GroupInstanceNorm(p4, 4, eps=1e-05, momentum=0.1, affine=False")


def test_bad_input_is_refused() -> None:
    with pytest.raises(SettingError, match="num_groups=3 does not divide num_channels=4; use a"):
        gt.GroupGroupNorm(gk.p4, 3, 4)
    vector = gk.p4.field("vector")
    for make in (
        lambda: gt.GroupInstanceNorm(gk.p4, 2, feature_type=vector),
        lambda: gt.GroupGroupNorm(gk.p4, 1, 2, feature_type=vector),
    ):
        with pytest.raises(FeatureTypeError, match="treats each channel for itself"):
            make()
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupGroupNorm(gk.p4, 1, 2)(torch.zeros(1, 2, 5, 5))
    with pytest.raises(FeatureTypeError, match="it has 3 channels instead of 2"):
        gt.GroupInstanceNorm(gk.p4, 2)(torch.zeros(1, 3, 4, 5, 5))
    for group in (gk.p4, gk.p6):
        norm = gt.GroupInstanceNorm(group, 2, feature_type="planar")
        with pytest.raises(FeatureTypeError, match="one value in its stable"):
            norm(torch.zeros(3, 2, 1, 1))
