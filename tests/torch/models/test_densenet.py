"""Dense networks keep what they had, and are exact on the histology patches."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import DenseNet, n_parameters
from groupkit_torch.models.densenet import DenseLayer


def test_parameters_by_hand() -> None:
    """First layer, five layers on growing maps, four transitions, norms, the linear layer."""
    layers = sum(8 * n * 8 * 8 * 9 for n in (1, 2, 3, 4, 5))
    transitions = sum((8 * n) ** 2 * 8 for n in (2, 3, 4, 5))
    norms = 2 * 8 * (1 + 2 * (2 + 3 + 4 + 5) + 6)
    assert n_parameters(DenseNet()) == 3 * 8 * 9 + layers + transitions + norms + 48 * 2 + 2


def test_patches_of_96_points_a_side_keep_all_of_p4m() -> None:
    net = DenseNet(growth=1, exact="raise")
    trace = gt.trace_exactness(net, (1, 3, 96, 96))
    assert trace.kept == tuple(range(8))
    assert gt.trace_exactness(net, (1, 3, 100, 100)).first_loss is not None


def test_a_layer_keeps_old_channels_without_their_border() -> None:
    layer = DenseLayer(gk.p4, 2, 3).eval()
    x = torch.randn(1, 2, 4, 7, 7)
    y = layer(x)
    assert y.shape == (1, 5, 4, 5, 5)
    assert torch.equal(y[:, :2], x[..., 1:-1, 1:-1])


def test_what_is_refused() -> None:
    with pytest.raises(SettingError, match="n_layers is empty"):
        DenseNet(n_layers=())
    with pytest.raises(SettingError, match="n_layers=0 is not a positive integer"):
        DenseNet(n_layers=(1, 0))
    with pytest.raises(SettingError, match="pool_size=4 is neither 2, for even sides"):
        DenseNet(pool_size=4)
