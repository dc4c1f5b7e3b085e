"""The hexagonal network is exactly invariant on its lattice, and takes photographs."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.images.resample import ResamplingError
from groupkit_torch.models import HexagonalResNet, n_parameters


def test_the_default_network_by_hand() -> None:
    """26 layers on hexagons of 7 points; widths 5, 10, 20."""
    convolutions = 12 * 7 * (8 * 25 + 5 * 10 + 7 * 100 + 10 * 20 + 7 * 400)
    norms = 2 * (5 * 9 + 10 * 8 + 20 * 8)
    expected = 3 * 5 * 7 + convolutions + norms + 12 * (5 * 10 + 10 * 20) + 10 * 21
    with torch.device("meta"):
        network = HexagonalResNet().network
    assert n_parameters(network) == expected == 335_685


def test_sampled_arrays_keep_all_of_p6m() -> None:
    net = HexagonalResNet(gk.p6m, (1, 1, 1), 8, exact="raise").double()
    assert net.resample.array_shape == (57, 57)
    shape = (1, 3, *net.resample.array_shape)
    assert gt.trace_exactness(net.network, shape).kept == tuple(range(12))


@pytest.mark.slow
def test_invariance_at_the_sampled_size() -> None:
    net = HexagonalResNet(gk.p6m, (1, 1, 1), 8).double()
    shape = (2, 3, *net.resample.array_shape)
    gt.testing.assert_equivariant(net.network, gk.p6m, shape, output_type="invariant")


def test_smaller_arrays_are_taken_as_given() -> None:
    net = HexagonalResNet(gk.p6, (1, 1), 6, image_size=20, sides=21)
    assert net.resample.array_shape == (21, 21)
    assert net(torch.zeros(1, 3, 20, 20)).shape == (1, 10)
    with pytest.raises(ResamplingError, match="not all odd"):
        HexagonalResNet(gk.p6, (1, 1), 6, sides=20)
