"""Networks for volumes: the groups of scans, and what they take."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import DimensionError
from groupkit_torch.geometry import SettingError
from groupkit_torch.models import VolumeNet


@pytest.mark.parametrize(
    ("name", "order"),
    [("P432", 24), ("Pm-3m", 48), ("P422", 8), ("P4/mmm", 16), ("P4", 4), ("P4/m", 8)],
)
def test_the_groups_that_the_docstring_names(name: str, order: int) -> None:
    group = gk.catalog[name]
    assert group.order == order
    scan = (8, 8, 4) if order < 24 else (8, 8, 8)
    trace = gt.trace_exactness(VolumeNet(group, (1, 1)), (1, 1, *scan))
    assert trace.kept is not None
    assert len(trace.kept) == order


def test_scans_thinner_along_the_fourfold_axis_lose_the_cubes_symmetries_only() -> None:
    scan = torch.rand(1, 1, 8, 8, 4, dtype=torch.float64)
    turned = scan.transpose(2, 4)
    for name, kept in (("P432", True), ("P4/mmm", False)):
        torch.manual_seed(0)
        net = VolumeNet(gk.catalog[name], (1, 2)).double().eval()
        assert torch.allclose(net(scan), net(turned.flip(2)), atol=1e-12) == kept


def test_what_is_refused() -> None:
    with pytest.raises(DimensionError, match="p4m acts on 2 dimensions, and volumes have 3"):
        VolumeNet(gk.p4m)
    with pytest.raises(SettingError, match="widths is empty"):
        VolumeNet(gk.catalog["P4"], ())
    with pytest.raises(SettingError, match="pool_size=1 is neither"):
        VolumeNet(gk.catalog["P4"], pool_size=1)
