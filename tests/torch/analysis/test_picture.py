"""The picture shows what the reports say."""

import pytest
import torch
from matplotlib.figure import Figure

import groupkit as gk
from groupkit.errors import FeatureTypeError
from groupkit_torch.analysis import filter_variance, plot_filter_variance
from groupkit_torch.models import P4CNN, ResNet


def test_medians_are_drawn() -> None:
    torch.manual_seed(0)
    before, after = filter_variance(P4CNN(gk.p4, 3)), filter_variance(P4CNN(gk.p4, 3, share="g"))
    axes = plot_filter_variance({"before": before, "after": after})
    heights = [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]
    for report in (before, after):
        for layer in report.layers:
            assert min(abs(height - layer.quartiles[1]) for height in heights) < 1e-9
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["before", "after"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [
        layer.name for layer in before.layers
    ]


def test_axes_may_be_given() -> None:
    axes = Figure().add_subplot()
    assert plot_filter_variance({"now": filter_variance(P4CNN(gk.p4, 1))}, axes) is axes


def test_reports_of_other_layers_are_refused() -> None:
    one, other = filter_variance(P4CNN(gk.p4, 1)), filter_variance(ResNet(gk.p4, (1,), 4))
    with pytest.raises(FeatureTypeError, match="all of the same layers"):
        plot_filter_variance({"one": one, "other": other})
    with pytest.raises(FeatureTypeError, match="one or more"):
        plot_filter_variance({})
