"""A report finds the worst element and shows all of them."""

import math

import torch

from groupkit_torch.measuring.equivariance_report import (
    Deviation,
    EquivarianceReport,
    relative_error,
)


def test_the_worst_element_is_of_either_kind() -> None:
    small, large = Deviation("r=1", 1e-16, 49), Deviation("translation (1, 0)", 0.5, 42)
    report = EquivarianceReport("p4", (small,), (large,), "")
    assert report.worst == large
    assert report.error == 0.5
    assert EquivarianceReport("p4", (large, small), (), "why").worst == large
    assert str(report).splitlines() == [
        "p4: worst relative error 5.0e-01 at translation (1, 0)",
        "  r=1                      1.0e-16  (49 points)",
        "  translation (1, 0)       5.0e-01  (42 points)",
    ]
    without = EquivarianceReport("p4", (small,), (), "why")
    assert str(without).splitlines()[-1] == "  translations             why"


def test_errors_are_relative_to_the_largest_value() -> None:
    zero, one = torch.zeros(2), torch.ones(2)
    assert relative_error(one, zero, torch.tensor([-4.0])) == 0.25
    assert relative_error(one, zero, zero) == 1.0  # absolute
    assert relative_error(one, torch.ones(3), one) == math.inf
    assert relative_error(one * math.nan, one, one) == math.inf
    assert relative_error(one * math.inf, one, one) == math.inf
    assert relative_error(torch.zeros(0), torch.zeros(0), one) == 0.0
