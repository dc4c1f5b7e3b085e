"""Filters are those of the layers, and the report is about all of them."""

import math

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.analysis import explained_variance, filter_variance
from groupkit_torch.analysis.filter_report import filters_of
from groupkit_torch.models import P4CNN, Z2CNN, ResNet


@pytest.mark.parametrize("group", [gk.p4, gk.p4m, gk.p6m, gk.catalog["P4"]], ids=lambda g: g.name)
def test_filters_of_regular_layers_are_their_weights(group: gk.SplitGroup) -> None:
    layer = gt.GroupConv(group, 2, 3, 3)
    expected = layer.weight.view(3, 2, group.order, -1)
    assert torch.equal(filters_of(layer), expected)


def test_filters_of_other_layers() -> None:
    half = gk.p4m.subgroup({"m": 1})
    layer = gt.GroupConv(gk.p4m, 2, 3, 3, input_type=half, output_type=half)
    assert filters_of(layer).shape == (3, 2, 4, 9)
    depthwise = gt.GroupConv(gk.p4, 4, 4, 3, groups=4)
    assert torch.equal(filters_of(depthwise), depthwise.weight.view(4, 1, 4, 9))
    projection = gt.GroupConv(gk.p4, 2, 3, 3, output_type="planar")
    bank = projection.expanded_weight()
    assert torch.equal(filters_of(projection), bank.view(3, 2, 4, 9))


@pytest.mark.parametrize("share", ["g", "gc"])
def test_separable_filters_are_explained_by_one_kernel(share: str) -> None:
    torch.manual_seed(0)
    report = filter_variance(P4CNN(gk.p4m, 2, share=share))
    assert len(report.layers) == 6  # all but the first, which has no group axis
    for layer in report.layers:
        assert torch.allclose(layer.first, torch.ones_like(layer.first))


def test_full_filters_are_not() -> None:
    torch.manual_seed(0)
    report = filter_variance(P4CNN(gk.p4, 10))
    for layer in report.layers:
        assert layer.parts.shape == (10, 10, 4)
        assert 0.3 < layer.mean < 0.7
        low, middle, high = layer.quartiles
        assert 0.25 < low < middle < high < 1


def test_numbers_are_those_of_the_filters() -> None:
    torch.manual_seed(0)
    net = ResNet(gk.p4m, (2, 3), 6)
    report = filter_variance(net)
    modules = dict(net.named_modules())
    for layer in report.layers:
        expected = explained_variance(filters_of(modules[layer.name]))
        assert torch.equal(layer.parts, expected)
        first = sorted(expected[..., 0].flatten().tolist())
        assert layer.mean == pytest.approx(sum(first) / len(first))
    names = [layer.name for layer in report.layers]
    assert not any("shortcut" in name for name in names)  # of one point
    assert len(names) == 4


def test_the_table() -> None:
    torch.manual_seed(0)
    layer = gt.GroupConv(gk.p4, 2, 3, 3)
    with torch.no_grad():
        layer.weight[:] = torch.eye(4, 9).flatten()
        layer.weight[0] = 1.0  # filters that do not vary
    report = filter_variance(nn.Sequential(layer))
    (found,) = report.layers
    assert len(found.first) == 4
    assert str(report).splitlines()[1].split()[:2] == ["0", "6"]
    assert f"{found.mean:.3f}" in str(report)


def test_a_layer_by_itself_and_one_that_never_varies() -> None:
    layer = gt.GroupConv(gk.p4, 2, 3, 3)
    layer.weight.data.zero_()
    (found,) = filter_variance(layer).layers
    assert found.name == "GroupConv"
    assert math.isnan(found.mean)
    assert all(map(math.isnan, found.quartiles))


@pytest.mark.parametrize(
    "model",
    [nn.Conv2d(1, 1, 3), gt.LiftingConv(gk.p4, 1, 2, 3), gt.GroupConv(gk.p4, 1, 2, 1)],
    ids=["torch", "lifting", "one point"],
)
def test_models_without_such_layers_are_refused(model: nn.Module) -> None:
    with pytest.raises(FeatureTypeError, match="has no group convolution that reads a map with"):
        filter_variance(model)


def test_planar_networks_have_an_axis_of_one_element() -> None:
    report = filter_variance(Z2CNN(2))
    assert all(layer.mean == 1 for layer in report.layers)
