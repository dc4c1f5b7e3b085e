"""layers(group) binds every layer to a group, under its short name too."""

import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import UnknownNameError
from groupkit_torch.layers import _LAYERS
from tests.torch.groups import GROUPS, name


def test_short_names_are_group_layers() -> None:
    L = gt.layers(gk.p4)
    for short, layer in (
        ("LiftingConv", gt.LiftingConv(gk.p4, 1, 2, 3)),
        ("GroupConv", gt.GroupConv(gk.p4, 1, 2, 3)),
        ("Conv", gt.GroupConv(gk.p4, 1, 2, 3)),
    ):
        assert repr(getattr(L, short)(1, 2, 3)) == repr(layer)
    assert isinstance(L.BatchNorm(4), gt.GroupBatchNorm)
    assert isinstance(L.GroupBatchNorm(4), gt.GroupBatchNorm)
    assert isinstance(L.MaxPool(3), gt.GroupMaxPool)
    assert isinstance(L.AvgPool(3), gt.GroupAvgPool)
    assert isinstance(L.CosetPool("max"), gt.CosetPool)
    symmetric = L.Symmetrize(nn.Conv2d(1, 1, 3), output_type="planar")
    assert isinstance(symmetric, gt.Symmetrize)
    assert symmetric.group == gk.p4


def test_every_public_layer_is_there() -> None:
    L = gt.layers(gk.p4)
    modules = {
        key
        for key in gt.__all__
        if isinstance(getattr(gt, key), type) and issubclass(getattr(gt, key), nn.Module)
    }
    assert modules <= set(dir(L))
    assert all(callable(getattr(L, key)) for key in dir(L))
    assert repr(L).startswith("layers(p4): AdaptiveAvgPool, AvgPool, BatchNorm")


def test_the_page_on_layers_has_a_row_for_each() -> None:
    page = (Path(__file__).parents[2] / "docs" / "layers.md").read_text(encoding="utf-8")
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    missing = [layer for layer in _LAYERS if f"`{layer}`" not in rows]
    assert not missing, missing


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_network_of_the_readme_is_one_of_any_group(group: gk.SplitGroup) -> None:
    L = gt.layers(group)
    net = nn.Sequential(
        L.LiftingConv(1, 2, 3),
        L.BatchNorm(2),
        nn.ReLU(),
        L.GroupConv(2, 2, 3),
        L.MaxPool(3, stride=2, padding=1),
        L.CosetPool("max"),
    )
    x = torch.randn(2, 1, *[9] * group.dimension)
    assert net(x).shape == (2, 2, *[3] * group.dimension)


def test_unknown_names_get_the_nearest_match() -> None:
    L = gt.layers(gk.p4)
    with pytest.raises(UnknownNameError, match=r"'Batchnorm' is no layer .* mean 'BatchNorm'"):
        L.Batchnorm  # noqa: B018
    with pytest.raises(UnknownNameError, match=r"'Conv2d' .* 'LiftingConv', from planar maps"):
        L.Conv2d  # noqa: B018
    with pytest.raises(AttributeError, match="there are AdaptiveAvgPool"):
        L.zzz  # noqa: B018
    assert not hasattr(L, "__wrapped__")


def test_namespaces_and_their_modules_pickle() -> None:
    L = gt.layers(gk.p4m)
    assert pickle.loads(pickle.dumps(L)) == L
    layer = L.GroupConv(2, 2, 3)
    again = pickle.loads(pickle.dumps(layer))
    x = torch.randn(1, 2, 8, 5, 5)
    assert torch.equal(layer(x), again(x))
