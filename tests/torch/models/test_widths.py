"""Widths of equal cost, against the nearest integers by search."""

import math

import pytest

import groupkit as gk
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import equal_compute, equal_parameters, multiply_adds, n_parameters
from groupkit_torch.models.blocks import convolution

GROUPS = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, gk.catalog["Pm-3m"]]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_widths_are_the_nearest(group: gk.SplitGroup) -> None:
    for width in (1, 2, 3, 7, 20, 96, 1001):
        for function, wanted in (
            (equal_parameters, width / math.sqrt(group.order)),
            (equal_compute, width / group.order),
        ):
            nearest = min(abs(w - wanted) for w in range(1, width + 1))
            assert abs(function(group, width) - wanted) <= nearest + 1e-9


def test_published_widths() -> None:
    assert [equal_parameters(gk.p4m, width) for width in (32, 64, 128)] == [11, 23, 45]
    assert equal_parameters(gk.p4, 20) == 10
    assert equal_parameters(gk.p4, 96) == 48


def test_large_widths_are_exact() -> None:
    assert equal_parameters(gk.p4, 2 * 10**20 + 1) == 10**20 + 1  # halves are rounded up


def test_costs_are_equal_where_the_order_divides() -> None:
    planar = convolution(gk.p1, 16, 16, 3, bias=False)
    parameters = convolution(gk.p4, *[equal_parameters(gk.p4, 16)] * 2, 3, bias=False)
    compute = convolution(gk.p4, *[equal_compute(gk.p4, 16)] * 2, 3, bias=False)
    assert n_parameters(parameters) == n_parameters(planar)
    assert multiply_adds(compute, (1, 4, 4, 9, 9)) == multiply_adds(planar, (1, 16, 1, 9, 9))


@pytest.mark.untyped
@pytest.mark.parametrize("width", [0, -3, 2.5])
def test_what_is_refused(width: object) -> None:
    for function in (equal_parameters, equal_compute):
        with pytest.raises(SettingError, match="not a positive integer"):
            function(gk.p4, width)
