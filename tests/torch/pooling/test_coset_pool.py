"""Pooling over cosets equals loops over products of matrices."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, NotASubgroupError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import name, subgroups
from tests.torch.oracles_torch import MatrixGroup

MODES = {
    "max": torch.amax,
    "mean": torch.mean,
    "sum": torch.sum,
    "min": torch.amin,
    "logsumexp": torch.logsumexp,
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", [gk.p1, gk.p4, gk.p4m, gk.p6m], ids=name)
def test_every_coset_is_pooled(group: gk.SplitGroup, mode: str, device: torch.device) -> None:
    matrices = MatrixGroup(group.stabilizer.matrices)
    for inner in subgroups(group):
        ours = matrices.left_cosets(inner)
        x = torch.randn(2, 3, len(ours), 5, 5, device=device)
        planar = gt.CosetPool(group, mode, input_type=inner).to(device)(x)
        assert torch.allclose(planar, MODES[mode](x, 2))
        for outer in subgroups(group):
            if not set(inner) <= set(outer):
                continue
            layer = gt.CosetPool(group, mode, outer, inner).to(device)
            y = layer(x)
            cosets = matrices.left_cosets(outer)
            assert y.shape == (2, 3, len(cosets), 5, 5)
            for number, coset in enumerate(cosets):
                members = [i for i, own in enumerate(ours) if own[0] in coset]
                assert torch.allclose(y[:, :, number], MODES[mode](x[:, :, members], 2))


def test_the_whole_stabilizer_as_a_subgroup_keeps_an_axis_of_length_one() -> None:
    x = torch.randn(1, 2, 4, 5, 5)
    kept = gt.CosetPool(gk.p4, "max", gk.p4.stabilizer.subgroup([1]))(x)
    assert torch.equal(kept, gt.CosetPool(gk.p4, "max")(x).unsqueeze(2))


def test_pooling_over_a_mirror_leads_from_p4m_to_p4() -> None:
    options = {"dtype": torch.float64}
    net = torch.nn.Sequential(
        gt.LiftingConv(gk.p4m, 1, 2, 3, **options),
        gt.CosetPool(gk.p4m, "max", gk.p4m.subgroup({"m": 1})),
        gt.GroupConv(gk.p4, 2, 2, 3, **options),
    )
    assert_equivariant(net, gk.p4, (1, 1, 9, 9))
    pooled = gt.CosetPool(gk.p4m, "sum", gk.p4m.subgroup({"m": 1}))
    x = torch.randn(1, 2, 8, 5, 5, **options)
    for r in range(4):  # the cosets are a regular map of p4
        moved = pooled(gt.act(x, gk.p4m, {"r": r}, "regular"))
        assert torch.equal(moved, gt.act(pooled(x), gk.p4, {"r": r}, "regular"))


def test_the_gradient_of_a_tie_is_shared() -> None:
    x = torch.ones(1, 1, 4, 1, 1, requires_grad=True)
    gt.CosetPool(gk.p4)(x).sum().backward()
    assert x.grad is not None
    assert x.grad.flatten().tolist() == [0.25] * 4


def test_the_repr_names_both_types() -> None:
    assert repr(gt.CosetPool(gk.p4, "sum")) == "CosetPool(p4, 'sum', regular -> planar)"


def test_bad_input_is_refused() -> None:
    with pytest.raises(SettingError, match="mode='median' pools nothing; use one of"):
        gt.CosetPool(gk.p4, "median")
    with pytest.raises(gt.DtypeError, match='mode="min" does not take'):
        gt.CosetPool(gk.p4, "min")(torch.zeros(1, 1, 4, 5, 5, dtype=torch.complex64))
    with pytest.raises(FeatureTypeError, match="no stabilizer axis to pool"):
        gt.CosetPool(gk.p4, "max", input_type="planar")
    with pytest.raises(NotASubgroupError, match="element 2 of the input's subgroup"):
        gt.CosetPool(gk.p4, "max", [0], [0, 2])
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.CosetPool(gk.p4)(torch.zeros(1, 1, 5, 5))
