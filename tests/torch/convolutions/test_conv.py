"""G-convolutions equal eq. 10 and 11 term by term, and refuse what no symmetry survives."""

import math
from typing import Any

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, FilterBankError, NotASubgroupError, WindowError
from groupkit_torch.convolutions import filters
from groupkit_torch.geometry import SettingError
from tests.torch.definition import check, conv
from tests.torch.groups import (
    GROUPS,
    cubic,
    face_centred,
    image,
    mirror_line,
    name,
    p2mm,
    subgroups,
)


@pytest.mark.parametrize(
    ("input_type", "output_type"),
    [("planar", "regular"), ("regular", "regular"), ("regular", "planar"), ("planar", "planar")],
)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_a_layer_equals_its_definition(
    group: gk.SplitGroup, input_type: str, output_type: str, device: torch.device
) -> None:
    layer = conv(
        group, 2, 3, 3, padding=1, input_type=input_type, output_type=output_type, device=device
    )
    check(layer, image(group, 5, 6, 3), batch=1)


@pytest.mark.parametrize("group", [gk.p4, gk.p4m, gk.p6, gk.p6m], ids=name)
def test_layers_between_all_pairs_of_cosets_equal_their_definition(group: gk.SplitGroup) -> None:
    for inner in subgroups(group):
        for outer in subgroups(group):
            layer = conv(group, 1, 2, 3, input_type=inner, output_type=outer)
            check(layer, (3, 3), batch=1)


@pytest.mark.slow
def test_layers_between_all_pairs_of_cosets_of_the_cube() -> None:
    for inner in subgroups(cubic):
        for outer in subgroups(cubic):
            check(conv(cubic, 1, 1, 3, input_type=inner, output_type=outer), (3, 3, 3), batch=1)


@pytest.mark.parametrize(
    ("group", "kernel_size", "options", "space"),
    [
        (gk.p4, 2, {}, (5, 6)),
        (gk.p4m, 4, {"padding": 1}, (5, 5)),
        (mirror_line, 4, {"stride": 2, "padding": 1}, (8,)),
        (cubic, 2, {"padding": 1}, (2, 3, 3)),
        (p2mm, (3, 1), {"padding": (1, 0), "stride": (2, 1), "dilation": (1, 2)}, (5, 4)),
        (gk.p4, 3, {"stride": 2, "padding": 1}, (7, 7)),
        (gk.p4, 3, {"dilation": 2, "padding": "same"}, (6, 5)),
        (gk.p6, 5, {"padding": 2}, (5, 5)),
        (gk.p6, 3, {"dilation": 2, "padding": 2}, (7, 7)),
        (gk.p6m, 3, {"stride": 2, "padding": 1}, (7, 5)),
        (face_centred, 3, {"padding": 1, "stride": 2}, (5, 5, 5)),
        (gk.p4, 3, {"padding": 1, "padding_mode": "reflect"}, (4, 5)),
        (gk.p4m, 3, {"padding": 1, "padding_mode": "replicate"}, (4, 4)),
        (gk.p4, 3, {"padding": 1, "padding_mode": "circular"}, (4, 4)),
        (mirror_line, 5, {"padding": 2, "padding_mode": "circular"}, (6,)),
        (gk.p4, 3, {"bias": False}, (4, 4)),
    ],
    ids=name,
)
def test_options_mean_what_the_definition_says(
    group: gk.SplitGroup,
    kernel_size: int | tuple[int, ...],
    options: dict[str, Any],
    space: tuple[int, ...],
    device: torch.device,
) -> None:
    check(conv(group, 2, 2, kernel_size, **options, device=device), space)


def test_windows_are_any_stable_sets_of_points() -> None:
    cross = gk.Window.from_points(gk.p4m.stabilizer, [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)])
    layer = conv(gk.p4m, 1, 2, cross, padding=1)
    assert layer.weight.shape == (2, 1, 8 * 5)
    assert layer.expanded_weight()[:, :, 0, 0].abs().max() == 0
    check(layer, (5, 5))


def test_the_weight_is_one_parameter_of_three_axes() -> None:
    assert conv(gk.p4m, 6, 4, 3, groups=2).weight.shape == (4, 3, 72)
    assert gt.LiftingConv(gk.p6, 6, 4, 5).weight.shape == (4, 6, 19)
    assert conv(gk.p4, 6, 4, 3, output_type="planar").weight.shape == (4, 6, 9)
    assert conv(gk.p4, 1, 1, 3, input_type="planar", output_type="planar").weight.shape[-1] == 3
    assert conv(gk.p4, 6, 4, 3).bias.shape == (4,)
    assert [key for key, _ in conv(gk.p4, 6, 4, 3).named_parameters()] == ["weight", "bias"]


def test_weights_start_within_the_true_fan_in() -> None:
    for layer, fan_in in (
        (conv(gk.p4m, 64, 32, 3), 64 * 8 * 9),
        (gt.LiftingConv(gk.p6, 64, 32, 3), 64 * 7),
        (conv(gk.p6, 64, 32, 3, groups=4), 16 * 6 * 7),
    ):
        bound = 1 / math.sqrt(fan_in)
        for parameter in (layer.weight, layer.bias):
            assert parameter.abs().max() <= bound
        assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05)
    layer = conv(gk.p1, 8, 8, 3)  # for the trivial group, torch's own initialisation
    planar = torch.nn.Conv2d(8, 8, 3)
    assert layer.weight.std().item() == pytest.approx(planar.weight.std().item(), rel=0.1)


def test_lifting_is_a_group_convolution_of_planar_maps() -> None:
    lift = gt.LiftingConv(gk.p4, 1, 2, 3, 2, 1, 1, 1, False)
    general = gt.GroupConv(gk.p4, 1, 2, 3, 2, 1, 1, 1, False, input_type="planar")
    general.load_state_dict(lift.state_dict())
    x = torch.randn(1, 1, 9, 9)
    assert torch.equal(lift(x), general(x))


def test_reprs_say_what_matters() -> None:
    assert repr(gt.LiftingConv(gk.p4m, 1, 10, 3)) == (
        "LiftingConv(p4m, 1, 10, kernel_size=(3, 3), planar -> regular)"
    )
    assert repr(gt.GroupConv(gk.p6, 4, 4, 3, 2, 1, groups=2, bias=False, output_type="planar")) == (
        "GroupConv(p6, 4, 4, kernel_size=(3, 3), window of 7 points, stride=(2, 2), "
        "padding=(1, 1), groups=2, bias=False, regular -> planar)"
    )
    torus = gt.GroupConv(gk.p4, 1, 1, 3, 1, 1, padding_mode="circular")
    assert "padding_mode='circular'" in repr(torus)


@pytest.mark.parametrize(
    ("group", "options", "error", "message"),
    [
        (gk.p4, {"kernel_size": 2, "padding": "same"}, WindowError, "odd kernel size"),
        (gk.p4, {"padding": "same", "stride": 2}, ValueError, "only with stride 1"),
        (gk.p4, {"padding": "some"}, ValueError, 'neither a number nor "same"'),
        (gk.p4, {"padding": -1}, ValueError, "at least 0"),
        (gk.p4, {"stride": 0}, ValueError, "at least 1"),
        (gk.p4, {"stride": (1, 1, 1)}, ValueError, "2 lattice axes"),
        (gk.p4, {"padding_mode": "wrap"}, ValueError, "none of zeros, reflect"),
        (gk.p6, {"padding": 1, "padding_mode": "reflect"}, WindowError, "does not map onto itself"),
        (gk.p6, {"padding": 1, "padding_mode": "replicate"}, WindowError, 'use "zeros"'),
        (gk.p6, {"padding": 2, "padding_mode": "circular"}, WindowError, 'use padding="same"'),
        (gk.p6, {"kernel_size": 4}, WindowError, "3 or 5"),
        (gk.p4, {"exact": "never"}, ValueError, 'none of "warn", "raise", "ignore"'),
        (gk.p4, {"groups": 3}, SettingError, "groups=3 does not divide"),
        (gk.p4, {"in_channels": 0}, SettingError, "is not a positive integer"),
        (gk.p4, {"input_type": "vector"}, FeatureTypeError, "'vector' is no feature type"),
        (gk.p4, {"output_type": [0, 1]}, NotASubgroupError, "subgroup"),
        (gk.p4, {"kernel_size": gk.p2.window(3)}, FilterBankError, "is not one of p4"),
    ],
    ids=name,
)
def test_what_no_symmetry_survives_is_refused(
    group: gk.SplitGroup, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    arguments = {"in_channels": 4, "out_channels": 4, "kernel_size": 3, **options}
    with pytest.raises(error, match=message):
        gt.GroupConv(group, **arguments)


def test_a_window_off_the_middle_of_its_box_is_refused() -> None:
    p3 = gk.SplitGroup.from_generators("p3", {"r": [[0, -1], [1, -1]]})
    triangle = gk.Window.from_points(p3.stabilizer, [(0, 0), (1, 0), (1, 1)])
    with pytest.raises(WindowError, match="is not the middle of its box"):
        gt.LiftingConv(p3, 1, 1, triangle)


def test_four_dimensions_are_refused() -> None:
    four = gk.SplitGroup.from_matrices("four", [np.eye(4, dtype=int)])
    with pytest.raises(WindowError, match="torch has layers for 1, 2 and 3"):
        gt.LiftingConv(four, 1, 1, 1)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 2, 9, 9), "this is a planar map: lift it first with LiftingConv"),
        ((3, 4, 9, 9), "the batch axis is missing"),
        ((1, 2, 8, 9, 9), "its stabilizer axis has length 8 instead of 4"),
        ((1, 3, 4, 9, 9), "it has 3 channels instead of 2"),
        ((9, 9), "it has 2 axes instead of 5"),
        ((1, 2, 4, 9, 9, 9), "it has 6 axes instead of 5"),
    ],
    ids=str,
)
def test_maps_of_another_type_are_refused(shape: tuple[int, ...], message: str) -> None:
    layer = gt.GroupConv(gk.p4, 2, 2, 3)
    with pytest.raises(FeatureTypeError, match=message):
        layer(torch.zeros(shape))


def test_lifting_a_map_with_a_stabilizer_axis_is_refused() -> None:
    with pytest.raises(FeatureTypeError, match="this map has a stabilizer axis"):
        gt.LiftingConv(gk.p4, 2, 2, 3)(torch.zeros(1, 2, 4, 9, 9))
    with pytest.raises(FeatureTypeError, match=r"add it with x.unsqueeze\(0\)"):
        gt.LiftingConv(gk.p4, 2, 2, 3)(torch.zeros(2, 9, 9))


def test_hexagonal_arrays_of_even_size_are_refused() -> None:
    with pytest.raises(WindowError, match=r"8×8 has no centre .* use 7 or 9"):
        gt.LiftingConv(gk.p6, 1, 1, 3)(torch.zeros(1, 1, 8, 8))


def test_a_hexagonal_torus_has_equal_sides_that_the_stride_divides() -> None:
    layer = gt.LiftingConv(gk.p6, 1, 1, 3, 2, 1, padding_mode="circular")
    assert layer(torch.zeros(1, 1, 8, 8)).shape == (1, 1, 6, 4, 4)
    for space in ((8, 6), (7, 7)):
        with pytest.raises(WindowError, match="does not act on a torus"):
            layer(torch.zeros(1, 1, *space))


@pytest.mark.parametrize("exact", ["warn", "raise", "ignore"])
def test_maps_that_are_too_small_are_refused(exact: str) -> None:
    for layer, shape, message in (
        (gt.LiftingConv(gk.p4, 1, 1, 5, 2, 1, exact=exact), (1, 1, 2, 9), "use at least 3×3"),
        (gt.GroupConv(gk.p6, 1, 1, 3, dilation=2, exact=exact), (1, 1, 6, 3, 3), "spans 5×5 poi"),
        (
            gt.LiftingConv(gk.p4, 1, 1, 5, 1, 2, padding_mode="reflect", exact=exact),
            (1, 1, 2, 2),
            "too small for padding",
        ),
    ):
        for _ in range(2):
            with pytest.raises(WindowError, match=message):
                layer(torch.zeros(shape))


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_small_and_large_banks_are_made_alike(
    group: gk.SplitGroup, monkeypatch: pytest.MonkeyPatch, device: torch.device
) -> None:
    small = gt.GroupConv(group, 2, 3, 3, device=device, dtype=torch.float64)
    monkeypatch.setattr(filters, "_SMALL", 0)
    middle = gt.GroupConv(group, 2, 3, 3, device=device, dtype=torch.float64)
    monkeypatch.setattr(filters, "_LARGE", 0)
    large = gt.GroupConv(group, 2, 3, 3, device=device, dtype=torch.float64)
    assert (small._positions is None, large._positions is None) == (False, True)
    assert (small._inverse, middle._positions, middle._inverse) == (None, None, None)
    assert large._inverse is not None
    middle.load_state_dict(small.state_dict())
    large.load_state_dict(small.state_dict())
    assert torch.equal(small.expanded_weight(), large.expanded_weight())
    x = torch.randn(2, 2, group.order, 9, 9, device=device, dtype=torch.float64)
    before = large.__class__.__new__(large.__class__)  # as pickled when layers had no inverse
    before.__setstate__({k: v for k, v in large.__getstate__().items() if k != "_inverse"})
    for other in (middle, large, before):
        (one, two) = (
            torch.autograd.grad(layer(x).square().sum(), layer.weight) for layer in (small, other)
        )
        assert torch.allclose(one[0], two[0], rtol=0, atol=1e-10)
    moved = small.to("cpu").float()
    assert moved._positions is not None
    assert moved._positions.dtype == torch.int64
    large = large.float().to("cpu")
    assert torch.equal(moved.expanded_weight(), large.expanded_weight())
