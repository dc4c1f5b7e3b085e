"""Batch norm is torch's own over whole G-feature maps, and counts only the inside."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.geometry import SettingError
from tests.torch.groups import cubic, face_centred, image, mirror_line, name

DOUBLE = torch.float64


def of_points(x: Tensor, group: gk.SplitGroup) -> Tensor:
    """Return what is normalised together, [batch, channels, points]: the inside alone."""
    mask = gk.action.stable_mask(group.stabilizer, x.shape[-group.dimension :])
    if mask is None:
        return x.flatten(2)
    points = torch.tensor(mask.reshape(-1), device=x.device)
    return x.flatten(-group.dimension)[..., points].flatten(2)


@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}, {"eps": 0.1}],
    ids=str,
)
@pytest.mark.parametrize("kind", ["regular", "planar"])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic, face_centred], ids=name)
def test_batch_norm_is_torchs_over_the_points_of_a_map(
    group: gk.SplitGroup, kind: str, options: dict[str, Any], device: torch.device
) -> None:
    ours = gt.GroupBatchNorm(group, 3, feature_type=kind, device=device, dtype=DOUBLE, **options)
    torchs = nn.BatchNorm1d(3, device=device, dtype=DOUBLE, **options)
    if ours.affine:
        with torch.no_grad():
            for parameter in (*ours.parameters(), *torchs.parameters()):
                parameter.copy_(torch.arange(1, 4))
    size = (len(group.stabilizer),) if kind == "regular" else ()
    for _ in range(3):
        x = 2 + 3 * torch.randn(2, 3, *size, *image(group, 7, 8, 5), device=device, dtype=DOUBLE)
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
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-10)
    ours.eval(), torchs.eval()
    difference = of_points(ours(x), group) - torchs(of_points(x, group))
    assert difference.abs().max() <= 1e-12


class Doubled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * x


def parametrized(norm: nn.Module) -> None:
    nn.utils.parametrize.register_parametrization(norm, "weight", Doubled())


def parametrized_statistics(norm: nn.Module) -> None:
    nn.utils.parametrize.register_parametrization(norm, "running_mean", Doubled())


def pruned(norm: nn.Module) -> None:
    mask = torch.tensor([0.0, 1, 1], dtype=DOUBLE)
    nn.utils.prune.custom_from_mask(norm, "weight", mask)


def without_statistics(norm: nn.Module) -> None:
    norm.running_mean = norm.running_var = None


def with_others(norm: nn.Module) -> None:
    norm.running_mean = torch.full_like(norm.running_mean, 5.0)


@pytest.mark.parametrize(
    "change", [parametrized, parametrized_statistics, pruned, without_statistics, with_others]
)
def test_evaluation_sees_what_was_done_to_the_norm(change: Callable[[nn.Module], None]) -> None:
    ours, torchs = gt.GroupBatchNorm(gk.p4, 3, dtype=DOUBLE), nn.BatchNorm3d(3, dtype=DOUBLE)
    x = 2 + 3 * torch.randn(2, 3, 4, 7, 7, dtype=DOUBLE)
    for norm in (ours, torchs):
        norm(x)
        change(norm.eval())
    assert (ours(x) - torchs(x)).abs().max() <= 1e-12
    called = [
        torch.func.functional_call(norm, {"bias": x[0, :, 0, 0, 0]}, (x,))
        for norm in (ours, torchs)
    ]
    assert (called[0] - called[1]).abs().max() <= 1e-12


def test_statistics_are_one_for_each_map() -> None:
    norm = gt.GroupBatchNorm(gk.p4m, 5)
    assert [tuple(p.shape) for p in norm.parameters()] == [(5,), (5,)]
    assert norm.running_mean.shape == (5,)


def test_the_outside_is_not_counted() -> None:
    x = torch.randn(2, 3, 6, 9, 9)
    mask = torch.tensor(gk.action.stable_mask(gk.p6.stabilizer, (9, 9)))
    first, second = gt.GroupBatchNorm(gk.p6, 3), gt.GroupBatchNorm(gk.p6, 3)
    y, z = first(x), second(torch.where(mask, x, 1e6))
    assert torch.equal(y[..., mask], z[..., mask])
    assert torch.equal(first.running_var, second.running_var)


@pytest.mark.parametrize("group", [gk.p4, gk.p6], ids=name)
def test_half_precision_comes_out_as_it_came_in(group: gk.SplitGroup, device: torch.device) -> None:
    norm = gt.GroupBatchNorm(group, 3, device=device)
    x = torch.randn(2, 3, len(group.stabilizer), 9, 9, device=device)
    y = norm(x.bfloat16())
    assert y.dtype == torch.bfloat16
    assert norm.running_mean.dtype == torch.float32
    assert (of_points(y.float() - norm(x), group)).abs().max() < 0.05


def test_update_bn_knows_the_layer() -> None:
    net = nn.Sequential(gt.LiftingConv(gk.p4, 1, 2, 3), gt.GroupBatchNorm(gk.p4, 2))
    batches = [torch.randn(3, 1, 9, 9) for _ in range(4)]
    torch.optim.swa_utils.update_bn(batches, net)
    outputs = torch.cat([net[0](batch) for batch in batches])
    assert torch.allclose(net[1].running_mean, outputs.mean((0, 2, 3, 4)), atol=1e-6)


def test_the_repr_names_group_and_type() -> None:
    assert repr(gt.GroupBatchNorm(gk.p6m, 3, feature_type="planar")).startswith(
        "GroupBatchNorm(p6m, 3, eps=1e-05, momentum=0.1"
    )


def test_other_maps_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match="it has 3 channels instead of 2"):
        gt.GroupBatchNorm(gk.p4, 2)(torch.zeros(1, 3, 4, 5, 5))
    with pytest.raises(FeatureTypeError, match="declare its type with input_type or feature_type"):
        gt.GroupBatchNorm(gk.p4, 2, feature_type="planar")(torch.zeros(1, 2, 4, 5, 5))


@pytest.mark.parametrize(
    ("group", "space"), [(gk.p6, (1, 1)), (gk.p6, (1, 3)), (gk.p4, (1, 1))], ids=str
)  # one point of 1×3 is inside
def test_one_value_has_no_variance(group: gk.SplitGroup, space: tuple[int, int]) -> None:
    norm = gt.GroupBatchNorm(group, 2, feature_type="planar")
    with pytest.raises(FeatureTypeError, match="one value in its stable"):
        norm(torch.zeros(1, 2, *space))
    assert norm.running_var.isfinite().all()
    norm.eval()(torch.zeros(1, 2, *space))


def test_on_the_torus_everything_counts() -> None:
    ours = gt.GroupBatchNorm(gk.p6, 3, torus=True)
    x = torch.randn(2, 3, 6, 8, 8)  # even sizes, too
    assert torch.allclose(ours(x), nn.BatchNorm3d(3)(x), atol=1e-6)
    assert repr(ours).endswith("regular, torus=True)")
    assert repr(gt.GroupBatchNorm(gk.p4, 3, torus=True)).endswith("regular)")  # as without
    for s in range(6):
        moved = gt.act(x, gk.p6, s, "regular", torus=True)
        assert torch.allclose(
            ours.eval()(moved), gt.act(ours(x), gk.p6, s, "regular", torus=True), atol=1e-6
        )


def test_fields_are_refused() -> None:
    for field in (gk.p4m.field("pseudoscalar"), gk.p4m.field("vector")):
        with pytest.raises(
            FeatureTypeError, match=r"GroupBatchNorm treats each channel .*GroupRMSNorm takes"
        ):
            gt.GroupBatchNorm(gk.p4m, 2, feature_type=field)
    scalars = gk.p4m.field("scalar")
    assert gt.GroupBatchNorm(gk.p4m, 2, feature_type=scalars).feature_type.field is None


@pytest.mark.untyped
def test_no_group_is_refused() -> None:
    with pytest.raises(SettingError, match="a layer's group is a declared SplitGroup, not 'p4'"):
        gt.GroupBatchNorm("p4", 2)
    with pytest.raises(SettingError, match="num_features=0 is not a positive integer"):
        gt.GroupBatchNorm(gk.p4, 0)
