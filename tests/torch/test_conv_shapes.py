"""Depthwise, grouped, dilated and anisotropic convolutions are the sums that define them."""

from typing import Any

import pytest
import torch

import groupkit as gk
from groupkit.errors import WindowError
from tests.torch.definition import check, conv
from tests.torch.groups import (
    cubic,
    face_centred,
    image,
    mirror_line,
    name,
    orthorhombic,
    p2mm,
    tetragonal,
)


@pytest.mark.parametrize(
    "options", [{}, {"dilation": 2, "padding": 2}, {"stride": 2, "padding": 1}], ids=str
)
@pytest.mark.parametrize("kinds", [("regular", "regular"), ("planar", "regular")], ids=str)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, face_centred], ids=name)
def test_groups_are_blocks_of_channels(
    group: gk.SplitGroup, kinds: tuple[str, str], options: dict[str, Any], device: torch.device
) -> None:
    types = dict(zip(("input_type", "output_type"), kinds, strict=True))
    space = image(group, 5, 7, 3)
    for channels, groups in (((4, 6), 2), ((2, 2), 2), ((2, 4), 2)):  # blocks, one each, several
        layer = conv(group, *channels, 3, groups=groups, **types, **options, device=device)
        assert layer.weight.shape[:2] == (channels[1], channels[0] // groups)
        check(layer, space, batch=1)


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("group", [gk.p4, gk.p6m, mirror_line, tetragonal, face_centred], ids=name)
def test_a_dilated_kernel_is_one_with_gaps(group: gk.SplitGroup, dilation: int) -> None:
    """The same weights on the window of the points d x, which is stable too."""
    dilated = conv(group, 2, 2, 3, dilation=dilation)
    window = dilated.filter_bank.window
    spaced = gk.Window.from_points(group.stabilizer, window.points * dilation)
    plain = conv(group, 2, 2, spaced)
    plain.load_state_dict(dilated.state_dict())
    x = torch.randn(1, 2, group.order, *image(group, 9, 9, 7), dtype=torch.float64)
    assert (dilated(x) - plain(x)).abs().max() <= 1e-12


@pytest.mark.parametrize(
    ("group", "box", "options"),
    [
        (tetragonal, (3, 3, 1), {"padding": (1, 1, 0)}),
        (tetragonal, (1, 1, 3), {"stride": (1, 1, 2), "padding": (0, 0, 1)}),
        (tetragonal, (3, 3, 2), {"dilation": (1, 1, 2)}),
        (orthorhombic, (3, 1, 2), {"padding": (1, 0, 0), "groups": 2}),
        (p2mm, (1, 5), {"padding": (0, 2)}),
        (gk.p2, (3, 1), {"stride": (2, 1)}),
        (gk.p1, (2, 3), {}),
    ],
    ids=name,
)
def test_kernels_may_be_longer_along_axes_that_no_element_mixes(
    group: gk.SplitGroup, box: tuple[int, ...], options: dict[str, Any], device: torch.device
) -> None:
    layer = conv(group, 2, 2, box, **options, device=device)
    assert layer.kernel_size == box
    check(layer, (5, 4, 3)[: group.dimension] if group.dimension < 3 else (3, 3, 4), batch=1)
    lift = conv(group, 2, 2, box, **options, input_type="planar", device=device)
    check(lift, (5, 4) if group.dimension < 3 else (3, 3, 4), batch=1)


@pytest.mark.parametrize(
    ("group", "box"),
    [(cubic, (3, 3, 1)), (gk.p4, (3, 1)), (tetragonal, (3, 1, 1)), (gk.p6, (3, 5))],
    ids=name,
)
def test_kernels_are_as_long_along_axes_that_elements_mix(
    group: gk.SplitGroup, box: tuple[int, ...]
) -> None:
    with pytest.raises(WindowError, match="its largest stable subset has a smaller bounding box"):
        conv(group, 1, 1, box)
