"""Reductions over some axes, the inside alone."""

import math

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import DtypeError
from groupkit_torch.geometry import SettingError
from groupkit_torch.pooling.reductions import check_mode, reduce

DEFINITIONS = {
    "max": max,
    "min": min,
    "sum": sum,
    "mean": lambda values: sum(values) / len(values),
    "logsumexp": lambda values: math.log(sum(map(math.exp, values))),
}


@pytest.mark.parametrize("mode", DEFINITIONS)
def test_only_the_inside_is_reduced(mode: str, device: torch.device) -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(2, 3, 6, 5, 5, dtype=torch.float64, device=device) - 10  # no zero is neutral
    mask = domain.inside_of(x)
    found = reduce(torch.where(mask, x, torch.nan), mode, [2, 3, 4], mask)
    assert found.shape == (2, 3)
    for b in range(2):
        for c in range(3):
            values = x[b, c][:, mask].flatten().tolist()
            assert abs(found[b, c].item() - DEFINITIONS[mode](values)) <= 1e-12 * len(values)
    axis = reduce(x, mode, [2])
    assert abs(axis[0, 0, 0, 0] - DEFINITIONS[mode](x[0, 0, :, 0, 0].tolist())) <= 1e-12 * 60


@pytest.mark.parametrize("mode", ["mean", "sum", "logsumexp"])
def test_complex_numbers_are_reduced_where_no_order_is_needed(mode: str) -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(2, 5, 5, dtype=torch.complex128)
    mask = domain.inside_of(x)
    found, values = reduce(x, mode, [-2, -1], mask), x[:, mask]
    expected = {"mean": values.mean(1), "sum": values.sum(1), "logsumexp": values.exp().sum(1)}
    assert torch.allclose(found.exp() if mode == "logsumexp" else found, expected[mode])


@pytest.mark.parametrize("mode", ["max", "min"])
def test_complex_numbers_have_no_order(mode: str) -> None:
    with pytest.raises(
        DtypeError, match=f'pooling with mode="{mode}" does not take torch.complex64'
    ):
        reduce(torch.zeros(2, 3, dtype=torch.complex64), mode, [1])


def test_means_of_many_halves_do_not_overflow() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.full((1, 1, 6, 201, 201), 3.0, dtype=torch.float16)
    assert reduce(x, "mean", [2, 3, 4], domain.inside_of(x)).item() == 3


def test_other_modes_are_refused() -> None:
    with pytest.raises(SettingError, match="mode='median' pools nothing; use one of \"max\""):
        check_mode("median")


@pytest.mark.untyped
def test_a_mode_is_a_name() -> None:
    with pytest.raises(SettingError, match="pools nothing; use one of"):
        gt.CosetPool(gk.p4, ["max"])  # type: ignore[arg-type]
