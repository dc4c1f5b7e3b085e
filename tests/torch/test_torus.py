"""Circular padding makes tori: measured about index 0, with all of their translations."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import mirror_line, name


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m, mirror_line], ids=name)
def test_circular_networks_are_measured_on_the_torus(group: gk.SplitGroup) -> None:
    torch.manual_seed(0)
    options = {"padding_mode": "circular", "dtype": torch.float64, "exact": "ignore"}
    net = torch.nn.Sequential(
        gt.LiftingConv(group, 1, 2, 3, padding="same", **options),
        torch.nn.Sigmoid(),
        gt.GroupConv(group, 2, 2, 3, stride=2, padding=1, **options),
    )
    shape = (1, 1, *(8,) * group.dimension)
    report = equivariance_error(net, group, shape, torus=True)
    assert report.error <= 1e-12, str(report)
    assert report.translations[0].element.startswith("translation (2")
    assert report.translations[0].compared == 4**group.dimension
    assert_equivariant(net, group, shape, torus=True)
    found = gt.find_symmetry(net, group, shape, output_type="regular", torus=True, per_layer=True)
    assert found.elements == tuple(group.stabilizer)
    assert all(layer.errors is not None and max(layer.errors) < 1e-12 for layer in found.layers)
    assert gt.trace_exactness(net, shape).about == "index 0 of the torus"
    if group.stabilizer.is_signed_permutation:  # about the centre it is another matter
        assert equivariance_error(net, group, shape).error > 1e-3
    padded = gt.GroupConv(group, 2, 1, 3, padding=1, dtype=torch.float64)
    if group.stabilizer.is_signed_permutation:
        mixed = torch.nn.Sequential(net, padded)
        assert equivariance_error(mixed, group, shape, torus=True).error > 1e-3


def test_a_zero_padded_network_is_not_one_of_the_torus() -> None:
    layer = gt.LiftingConv(gk.p4, 1, 1, 3, padding=1, dtype=torch.float64)
    assert equivariance_error(layer, gk.p4, (1, 1, 8, 8)).error < 1e-12
    assert equivariance_error(layer, gk.p4, (1, 1, 8, 8), torus=True).error > 1e-3
