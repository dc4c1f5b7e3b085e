"""All-CNN-C has the published counts."""

from typing import Any

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import AllCNNC, n_parameters


@pytest.mark.parametrize(
    ("group", "width", "exact", "millions"),
    [
        (gk.p1, 96, 1_372_254, "1.37"),
        (gk.p4, 48, 1_371_006, "1.37"),
        (gk.p4m, 32, 1_219_678, "1.22"),
    ],
    ids=["planar", "p4", "p4m"],
)
def test_parameters_are_as_published(
    group: gk.SplitGroup, width: int, exact: int, millions: str
) -> None:
    with torch.device("meta"):
        net = AllCNNC(group, width)
    count = n_parameters(net)
    norms = sum(n_parameters(m) for m in net.modules() if isinstance(m, gt.GroupBatchNorm))
    assert count == exact
    assert f"{count / 1e6:.2f}" == millions
    assert f"{(count - norms) / 1e6:.2f}" == millions


def test_the_exact_one_is_silent_at_the_published_size() -> None:
    AllCNNC(gk.p4m, 1, exact="raise")(torch.zeros(1, 3, 32, 32))
    with pytest.warns(gt.EquivarianceWarning, match="keeps only"):
        AllCNNC(gk.p4m, 1, downsampling="strided")(torch.zeros(1, 3, 32, 32))


def test_dropout_is_where_it_is_said() -> None:
    net = AllCNNC(gk.p4m, 1, dropout=(0.1, 0.2, 0.3))
    found = [m.p for m in net.modules() if isinstance(m, torch.nn.Dropout)]
    assert found == [0.1, 0.2, 0.3]


@pytest.mark.parametrize("options", [{"width": 0}, {"downsampling": "none"}])
def test_what_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        AllCNNC(gk.p4m, **options)
