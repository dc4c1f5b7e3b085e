"""Tables follow their module everywhere, and nobody mistakes them for what is learnt."""

import copy

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from tests.torch.ordinary_cases import Case, cases
from tests.torch.test_modules import data, network


@cases()
def test_tables_are_no_buffers(case: Case) -> None:
    layer = case.make()
    buffers = [b for name, b in layer.named_buffers() if name != "declaration"]
    assert all(b.is_floating_point() or b.dim() == 0 for b in buffers)


def test_emptied_modules_keep_their_tables() -> None:
    layer = gt.GroupConv(gk.p4m, 2, 2, 3)
    index = layer.bank_index.clone()
    layer.to_empty(device="cpu")
    assert torch.equal(layer.bank_index, index)
    assert torch.equal(layer.to("meta").bank_index, index)  # for weights of others
    with torch.device("meta"):
        layer = gt.GroupConv(gk.p4m, 2, 2, 3)
    assert layer.to("meta").bank_index.is_meta
    assert torch.equal(layer.to_empty(device="cpu").bank_index, index)
    assert torch.equal(layer.half().bank_index, index)


@pytest.mark.parametrize("how", ["empty", "assign"])
def test_restricted_networks_come_off_the_meta_device(how: str) -> None:
    net, x = gt.restrict(network(gk.p4m), gk.p4).eval(), data(gk.p4m)
    moved = copy.deepcopy(net).to("meta")
    if how == "empty":
        moved.to_empty(device="cpu")
    moved.load_state_dict(net.state_dict(), assign=how == "assign")
    assert torch.equal(moved(x), net(x))


def test_a_module_without_tables_is_none() -> None:
    pool = gt.CosetPool(gk.p4)
    assert pool.members is None
    assert nn.Sequential(pool).double()[0].members is None
