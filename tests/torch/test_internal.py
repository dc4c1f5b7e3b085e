"""Layers of a group with internal symmetries: equivariant, with the channels that they permute."""

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.sampling.element_names import name_element

GO = gk.p4m.with_internal({"swap": 2})
HEXAGONAL = gk.catalog["p31m"].with_internal({"k": 3})


@pytest.mark.parametrize("group", [GO, HEXAGONAL], ids=lambda group: group.name)
def test_layers_are_equivariant(group: gk.SplitGroup) -> None:
    L = gt.layers(group)
    net = torch.nn.Sequential(
        L.LiftingConv(1, 2, 3), torch.nn.ReLU(), L.GroupConv(2, 2, 3), L.BatchNorm(2)
    )
    gt.testing.assert_equivariant(net, group, input_shape=(1, 1, 9, 9))
    whole = torch.nn.Sequential(net, L.CosetPool("max"))
    gt.testing.assert_equivariant(whole, group, input_shape=(1, 1, 9, 9), output_type="planar")


def test_internal_symmetries_permute_the_stabilizer_axis_alone() -> None:
    f = torch.arange(16.0 * 9).reshape(1, 1, 16, 3, 3)
    moved = gt.act(f, GO, {"swap": 1}, "regular")
    expected = f.reshape(1, 1, 8, 2, 3, 3).flip(3).reshape(f.shape)
    assert torch.equal(moved, expected)


def test_they_are_named() -> None:
    assert name_element(GO, 1) == "the internal symmetry swap=1"
    assert (
        name_element(GO, GO.stabilizer.index_of(r=1, swap=1)) == "the 4-fold rotation r=1, swap=1"
    )
