"""Numbers per axis are checked; windows off the middle of their box are refused."""

from fractions import Fraction

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FilterBankError, WindowError
from groupkit_torch.geometry import SettingError, check_centre, per_axis, resolve_padding
from tests.torch.groups import cubic, face_centred, mirror_line, name, p2mm


@pytest.mark.parametrize(
    ("group", "points", "fine"),
    [
        (gk.p1, [(0, 0), (0, 1), (3, 1)], True),  # nothing turns
        (gk.p4, [(0, 0), (0, 1), (1, 0), (1, 1)], True),
        (mirror_line, [(0,), (3,)], True),
        (face_centred, [(0, 0, 0)], True),
    ],
    ids=name,
)
def test_windows_in_the_middle_of_their_box_are_taken(
    group: gk.SplitGroup, points: list[tuple[int, ...]], fine: bool
) -> None:
    window = gk.Window.from_points(group.stabilizer, points)
    check_centre(window, (1,) * group.dimension)


def test_windows_off_the_middle_of_their_box_are_refused() -> None:
    p3 = gk.SplitGroup.from_generators("p3", {"r": [[0, -1], [1, -1]]})
    triangle = gk.Window.from_points(p3.stabilizer, [(0, 0), (1, 0), (1, 1)])
    assert triangle.centre == (Fraction(2, 3), Fraction(1, 3))
    for dilation in (1, 2):
        with pytest.raises(WindowError, match=r"the centre \(2/3, 1/3\)"):
            check_centre(triangle, (dilation, dilation))


def test_paddings() -> None:
    assert resolve_padding("valid", gk.p4.window(3), (2, 2), (1, 1), "zeros") == (0, 0)
    assert resolve_padding("same", p2mm.window((3, 5)), (1, 1), (1, 2), "zeros") == (1, 4)
    assert resolve_padding(2, cubic.window(3), (1,) * 3, (1,) * 3, "reflect") == (2, 2, 2)
    assert resolve_padding((1, 2), p2mm.window(3), (1, 1), (1, 1), "zeros") == (1, 2)
    # the outside of a hexagonal map is zero, however far the array reaches
    assert resolve_padding((1, 2), gk.p6.window(3), (1, 1), (1, 1), "zeros") == (1, 2)
    assert resolve_padding((1, 2), gk.p4.window(3), (1, 1), (1, 1), "zeros") == (1, 2)
    assert resolve_padding(1, gk.p6.window(3), (1, 1), (1, 1), "circular") == (1, 1)


def test_one_number_is_for_all_axes() -> None:
    assert per_axis("stride", 2, 3, 1) == (2, 2, 2)
    for wrong in ((1, 1), 0, (1, 1, 0)):
        with pytest.raises(ValueError, match="neither an integer nor one for each of the 3"):
            per_axis("stride", wrong, 3, 1)


@pytest.mark.parametrize("layer", [gt.GroupMaxPool, gt.GroupAvgPool])
def test_pools_refuse_the_window_of_another_group(layer: type[torch.nn.Module]) -> None:
    with pytest.raises(FilterBankError, match=r"Window\(7 points .* is not one of p4; make it"):
        layer(gk.p4, gk.p6.window(3), stride=1)


@pytest.mark.untyped
@pytest.mark.parametrize("stride", [0, 1.5, "2", (1, 0), (1, 1, 1)])
def test_strides_are_positive_integers(stride: object) -> None:
    with pytest.raises(SettingError, match=r"stride=.* is neither an integer nor one for each"):
        gt.GroupMaxPool(gk.p4, 2, stride=stride)


@pytest.mark.untyped
def test_integers_of_numpy_are_integers() -> None:
    assert gt.GroupMaxPool(gk.p4, 2, stride=np.int64(2)).stride == (2, 2)


@pytest.mark.untyped
@pytest.mark.parametrize(("name", "value"), [("in_channels", "1"), ("out_channels", 1.5)])
def test_channels_are_positive_integers(name: str, value: object) -> None:
    arguments = {"in_channels": 1, "out_channels": 1, name: value}
    with pytest.raises(SettingError, match=f"{name}=.* is not a positive integer"):
        gt.GroupConv(gk.p4, kernel_size=3, **arguments)


@pytest.mark.untyped
def test_a_name_is_no_group() -> None:
    with pytest.raises(SettingError, match=r"not of 'p4'; shipped ones are in groupkit\.catalog"):
        gt.layers("p4")
    with pytest.raises(SettingError, match=r"not 'p4'; shipped ones are in groupkit\.catalog"):
        gt.GroupConv("p4", 1, 1, 3)
