"""Global pooling gives invariants, from the inside alone."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import GROUPS, image, name
from tests.torch.oracles_torch import MatrixGroup

MODES = ("max", "mean", "sum", "min", "logsumexp")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_all_points_of_the_stable_window_count(
    group: gk.SplitGroup, mode: str, device: torch.device
) -> None:
    matrices = MatrixGroup(group.stabilizer.matrices)
    space = image(group, 5, 6, 3)
    inside = list(torch.cartesian_prod(*map(torch.arange, space)).view(-1, len(space)))
    if not matrices.maps_boxes_to_boxes():
        inside = [x for x in inside if matrices.is_inside(x.tolist(), space)]
    for kind in ("regular", "planar"):
        axis = (len(group.stabilizer),) if kind == "regular" else ()
        x = torch.randn(2, 3, *axis, *space, dtype=torch.float64, device=device) - 5
        values = torch.stack([x[(..., *point.tolist())] for point in inside], -1).flatten(2)
        reduce = {"max": torch.amax, "mean": torch.mean, "sum": torch.sum, "min": torch.amin}
        expected = reduce.get(mode, torch.logsumexp)(values, 2)
        assert torch.allclose(gt.GlobalPool(group, mode, input_type=kind)(x), expected)


def test_networks_that_end_in_it_are_invariant() -> None:
    for group in (gk.p4m, gk.p6):
        L = gt.layers(group)
        options = {"dtype": torch.float64}
        net = torch.nn.Sequential(
            L.LiftingConv(1, 3, 3, **options),
            L.BatchNorm(3, **options),
            L.GlobalPool(),
            torch.nn.Linear(3, 2, **options),
        )
        assert_equivariant(net, group, (2, 1, 9, 9), output_type="invariant")


def test_on_the_torus_everything_counts() -> None:
    x = torch.randn(2, 3, 6, 8, 8)
    with pytest.raises(WindowError, match="8"):
        gt.GlobalPool(gk.p6)(x)
    pool = gt.GlobalPool(gk.p6, torus=True)
    assert torch.allclose(pool(x), x.mean((2, 3, 4)))
    assert repr(pool) == "GlobalPool(p6, 'mean', regular -> invariant, torus=True)"


def test_a_circular_network_on_a_hexagonal_lattice_has_no_mask() -> None:
    L, options = gt.layers(gk.p6m), {"dtype": torch.float64}
    net = torch.nn.Sequential(
        L.LiftingConv(1, 3, 3, padding="same", padding_mode="circular", **options),
        L.BatchNorm(3, torus=True, **options),
        torch.nn.ReLU(),
        L.GlobalPool(torus=True),
    )
    x = torch.randn(2, 1, 6, 6, dtype=torch.float64)
    y = net(x)
    for s in range(12):
        moved = gt.act(x, gk.p6m, s, torus=True)
        assert (net(moved) - y).abs().max() <= 1e-12
    assert (net(x.roll((1, 2), (2, 3))) - y).abs().max() <= 1e-12  # translations as well


def test_bad_input_is_refused() -> None:
    with pytest.raises(SettingError, match="mode='median' pools nothing"):
        gt.GlobalPool(gk.p4, "median")
    with pytest.raises(FeatureTypeError, match="pooled over the lattice is not invariant"):
        gt.GlobalPool(gk.p4, input_type=gk.p4.field("vector"))
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GlobalPool(gk.p4)(torch.zeros(1, 2, 5, 5))
