"""Pooling over windows equals loops over windows."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from tests.torch.groups import array, cubic, face_centred, mirror_line, name, p2mm
from tests.torch.oracles_torch import MatrixGroup, only_inside, windows

CASES = [
    (gk.p4m, 3, {"stride": 2, "padding": 1}, (5, 7)),
    (gk.p4, 2, {}, (6, 4)),
    (p2mm, (3, 2), {"stride": (1, 2)}, (5, 6)),
    (mirror_line, 3, {"padding": 1, "stride": 1}, (7,)),
    (cubic, 2, {}, (4, 4, 4)),
    (gk.p6, 3, {"stride": 2, "padding": 1}, (7, 7)),
    (gk.p6m, 5, {"stride": 1, "padding": 2}, (7, 7)),
    (face_centred, 3, {"stride": 1, "padding": 1}, (3, 5, 3)),
]


@pytest.mark.parametrize("kind", ["regular", "planar", "quotient"])
@pytest.mark.parametrize(("group", "kernel_size", "options", "space"), CASES, ids=name)
@pytest.mark.parametrize("pool", ["max", "mean", "mean of all", "mean of the inside"])
def test_pools_equal_loops(
    pool: str,
    group: gk.SplitGroup,
    kernel_size: int | tuple[int, ...],
    options: dict[str, Any],
    space: tuple[int, ...],
    kind: str,
    device: torch.device,
) -> None:
    subgroup = tuple(group.stabilizer.subgroup([1]))
    kind_of = subgroup if kind == "quotient" else kind
    size = {"planar": (), "regular": (len(group.stabilizer),)}.get(
        kind, (len(group.stabilizer) // len(subgroup),)
    )
    if pool == "max":
        layer: Any = gt.GroupMaxPool(
            group, kernel_size, feature_type=kind_of, exact="ignore", **options
        )
    else:
        counts = {"mean of all": True, "mean of the inside": False}.get(pool)
        layer = gt.GroupAvgPool(
            group,
            kernel_size,
            count_include_pad=counts,
            feature_type=kind_of,
            exact="ignore",
            **options,
        )
    matrices = MatrixGroup(group.stabilizer.matrices)
    x = array(2, 2, *size, *space)
    read = only_inside(matrices, x, group.dimension, -math.inf if pool == "max" else 0.0)
    ones = only_inside(matrices, np.ones(space), group.dimension)
    actual = layer(torch.tensor(x, device=device)).cpu().numpy()
    window = group.window(kernel_size)
    for o, reads in windows(
        space, window.points.tolist(), layer.stride, layer.padding, layer.dilation
    ):
        values = np.stack([read[(..., *at)] for at in reads])
        inside = sum(ones[at] for at in reads)
        if inside == 0:
            expected = np.zeros_like(values[0])
        elif pool == "max":
            expected = values.max(0)
        else:
            whole = pool == "mean of all" or (pool == "mean" and ones.all())
            expected = values.sum(0) / (len(window) if whole else inside)
        np.testing.assert_allclose(actual[(..., *o)], expected, rtol=0, atol=1e-14)


def test_dilated_maxima_equal_loops() -> None:
    x = array(1, 1, 8, 8)
    actual = gt.GroupMaxPool(gk.p4, 3, 1, 1, 2, feature_type="planar")(torch.tensor(x)).numpy()
    points = gk.p4.window(3).points.tolist()
    for o, reads in windows((8, 8), points, (1, 1), (1, 1), (2, 2)):
        assert actual[(0, 0, *o)] == max(x[(0, 0, *at)] for at in reads)


def test_pools_with_square_windows_are_torchs_own() -> None:
    x = torch.randn(2, 3, 9, 9)
    for ours, torchs in (
        (gt.GroupMaxPool(gk.p4, 3, 2, 1, feature_type="planar"), nn.MaxPool2d(3, 2, 1)),
        (gt.GroupMaxPool(gk.p4, 3, feature_type="planar"), nn.MaxPool2d(3)),
        (gt.GroupAvgPool(gk.p4, 3, 2, 1, feature_type="planar"), nn.AvgPool2d(3, 2, 1)),
        (
            gt.GroupAvgPool(gk.p4, 3, 2, 1, count_include_pad=False, feature_type="planar"),
            nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        ),
    ):
        assert torch.allclose(ours(x), torchs(x), atol=1e-6)


@pytest.mark.untyped
def test_means_of_integers_are_no_integers() -> None:
    x = torch.arange(16).view(1, 1, 4, 4)
    y = gt.GroupAvgPool(gk.p4, 2, feature_type="planar")(x)
    assert y.tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]


def test_no_channels_have_no_means() -> None:
    assert gt.GroupAvgPool(gk.p4, 2)(torch.zeros(2, 0, 4, 4, 4)).shape == (2, 0, 4, 2, 2)


@pytest.mark.parametrize("padding", [0, 1])
def test_maxima_in_training_keep_the_layout(padding: int) -> None:
    cross = gk.Window.from_points(gk.p4.stabilizer, [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)])
    x = torch.randn(2, 5, 5, 3, 4).permute(0, 3, 4, 1, 2)  # channels last
    pool = gt.GroupMaxPool(gk.p4, cross, 1, padding)
    y, still = pool(x.clone().requires_grad_()), pool(x)
    assert torch.equal(y, still)
    assert y.stride() == still.stride()
    assert y.permute(0, 3, 4, 1, 2).is_contiguous()


def test_any_stable_window_can_be_pooled() -> None:
    cross = gk.Window.from_points(gk.p4.stabilizer, [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)])
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 1
    y = gt.GroupMaxPool(gk.p4, cross, 1, 1, feature_type="planar")(x)
    assert y[0, 0].tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]


def test_the_gradient_of_a_tie_is_as_symmetric_as_the_window() -> None:
    x = torch.zeros(1, 1, 3, 3, requires_grad=True)
    gt.GroupMaxPool(gk.p6, 3, feature_type="planar")(x).sum().backward()
    assert x.grad is not None
    assert (x.grad > 0).sum() >= 1
    assert x.grad.sum() == 1


def test_reprs_say_what_matters() -> None:
    assert repr(gt.GroupAvgPool(gk.p4, 2)) == (
        "GroupAvgPool(p4, kernel_size=(2, 2), stride=(2, 2), regular)"
    )
    assert "dilation=(2, 2)" in repr(gt.GroupMaxPool(gk.p4, 3, dilation=2))


@pytest.mark.parametrize(
    ("group", "options", "error", "message"),
    [
        (gk.p4, {"padding": 2}, WindowError, "more than half of the window"),
        (gk.p6, {"kernel_size": 2}, WindowError, "1 or 3"),
        (gk.p4, {"feature_type": "vector"}, FeatureTypeError, "no feature type"),
    ],
    ids=name,
)
def test_what_no_symmetry_survives_is_refused(
    group: gk.SplitGroup, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        gt.GroupMaxPool(group, **{"kernel_size": 3, **options})


def test_maps_that_are_too_small_or_of_another_type_are_refused() -> None:
    with pytest.raises(WindowError, match="3×3 is too small for a window that spans 5×5"):
        gt.GroupMaxPool(gk.p6, 5)(torch.zeros(1, 1, 6, 3, 3))
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupMaxPool(gk.p4, 3)(torch.zeros(1, 1, 9, 9))
