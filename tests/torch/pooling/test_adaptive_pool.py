"""Adaptive averages are torch's, with the output sizes that S allows."""

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import DimensionError, FeatureTypeError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import equivariance_error
from tests.torch.groups import cubic, face_centred, mirror_line, name, p2mm

TORCHS = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d}
SPACE = {1: (11,), 2: (9, 10), 3: (4, 5, 6)}


@pytest.mark.parametrize("output_size", range(1, 8))
@pytest.mark.parametrize("group", [gk.p4m, p2mm, mirror_line, cubic], ids=name)
def test_every_equal_output_size_is_exact_at_every_size(
    group: gk.SplitGroup, output_size: int, device: torch.device
) -> None:
    pool = gt.GroupAdaptiveAvgPool(group, output_size)
    size, d = len(group.stabilizer), group.dimension
    for space in (SPACE[d], (7,) * d):
        x = torch.randn(2, 2, size, *space, dtype=torch.float64, device=device)
        expected = TORCHS[d](output_size)(x.flatten(1, 2)).unflatten(1, (2, size))
        assert torch.equal(pool(x), expected)
        report = equivariance_error(pool, group, x.shape, "regular", translations=False)
        assert report.error <= 1e-12


def test_unlike_sizes_are_exact_on_axes_that_stay() -> None:
    pool = gt.GroupAdaptiveAvgPool(p2mm, (2, 5), feature_type="planar")
    report = equivariance_error(pool, p2mm, (1, 2, 9, 10), "planar", "planar", translations=False)
    assert report.error <= 1e-12
    left = gt.GroupAdaptiveAvgPool(p2mm, (None, 3), feature_type="planar")
    assert left(torch.zeros(1, 1, 7, 9)).shape == (1, 1, 7, 3)
    whole = gt.GroupAdaptiveAvgPool(gk.p4, None)
    x = torch.rand(1, 1, 4, 5, 5)
    assert torch.allclose(whole(x), x)
    assert gt.GroupAdaptiveAvgPool(mirror_line, None)(torch.zeros(1, 1, 2, 5)).shape[-1] == 5


@pytest.mark.parametrize("group", [gk.p6, face_centred], ids=name)
def test_one_output_is_the_mean_of_the_inside(group: gk.SplitGroup) -> None:
    d = group.dimension
    x = torch.randn(2, 3, len(group.stabilizer), *[5] * d)
    mask = torch.tensor(gk.action.stable_mask(group.stabilizer, (5,) * d))
    y = gt.GroupAdaptiveAvgPool(group, 1)(torch.where(mask, x, torch.nan))
    assert y.shape == (*x.shape[:3], *[1] * d)
    assert torch.allclose(y.view(2, 3, -1), x[..., mask].mean(-1), atol=1e-6)


@pytest.mark.parametrize("group", [gk.p4m, p2mm, mirror_line, cubic, gk.p6], ids=name)
def test_exactness_is_what_is_measured(group: gk.SplitGroup) -> None:
    d = group.dimension
    boxes = group.stabilizer.is_signed_permutation
    for m in (1, 2, 3, 5, None) if boxes else (1,):
        pool = gt.GroupAdaptiveAvgPool(group, m)
        for space in (SPACE[d], (4,) * d) if boxes else ((5,) * d,):
            found = pool.exactness(space)
            assert found.is_exact
            assert len(found.subgroup) == len(group.stabilizer)
            assert found.input_size == space
            assert found.output_size == tuple(m or n for n in space)
            shape = (1, 2, len(group.stabilizer), *space)
            measured = equivariance_error(pool, group, shape, "regular", translations=False)
            assert measured.error < 1e-6


def test_exactness_in_words() -> None:
    pool = gt.GroupAdaptiveAvgPool(p2mm, (2, 5))
    assert str(pool.exactness(9)) == "output size (2, 5) on 9×9 keeps all 4 elements of p2mm"
    with pytest.raises(WindowError, match="has no centre"):
        gt.GroupAdaptiveAvgPool(gk.p6, 1).exactness(8)
    with pytest.raises(DimensionError, match="3 sides"):
        pool.exactness((9, 9, 9))


def test_fields_are_averaged_too() -> None:
    vector = gk.p4m.field("vector")
    pool = gt.GroupAdaptiveAvgPool(gk.p4m, 3, feature_type=vector)
    report = equivariance_error(pool, gk.p4m, (1, 4, 7, 8), vector, vector, translations=False)
    assert report.error <= 1e-12


def test_complex_maps_are_averaged() -> None:
    x = torch.randn(1, 2, 4, 7, 7, dtype=torch.complex64)
    y = gt.GroupAdaptiveAvgPool(gk.p4, 3)(x)
    assert torch.equal(y.imag, gt.GroupAdaptiveAvgPool(gk.p4, 3)(x.imag))


@pytest.mark.untyped
def test_bad_input_is_refused() -> None:
    with pytest.raises(WindowError, match=r"output_size=\(3, 2\) .* exchanges axes 0 and 1; give"):
        gt.GroupAdaptiveAvgPool(gk.p4, (3, 2))
    with pytest.raises(WindowError, match=r"output_size=\(None, 2\) is not that of a map of p4m"):
        gt.GroupAdaptiveAvgPool(gk.p4m, (None, 2))
    with pytest.raises(WindowError, match=r"p6 does not map onto itself; use 1, or a pooling"):
        gt.GroupAdaptiveAvgPool(gk.p6, 3)
    with pytest.raises(WindowError, match="p6 does not map onto itself"):
        gt.GroupAdaptiveAvgPool(gk.p6, None)
    for sizes in ((1, 1, 1), 0, (0, 0), "two"):
        with pytest.raises(SettingError, match="output_size="):
            gt.GroupAdaptiveAvgPool(gk.p4, sizes)
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupAdaptiveAvgPool(gk.p4, 1)(torch.zeros(1, 2, 5, 5))
    assert repr(gt.GroupAdaptiveAvgPool(gk.p4, 3)) == (
        "GroupAdaptiveAvgPool(p4, output_size=(3, 3), regular)"
    )
