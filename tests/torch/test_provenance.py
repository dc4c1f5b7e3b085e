"""Weights know the group that they are of, and layers of another group refuse them."""

import copy
import re
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.provenance import (
    OtherGroupError,
    UnknownGroupWarning,
    check_group_of_weights,
    read,
    written,
)
from tests.torch.groups import GROUPS, name

swapped = gk.SplitGroup(
    "p4m",
    axes={"r": 4, "m": 2},  # the elements of p4m in another order
    matrix=lambda r, m: (
        np.linalg.matrix_power(np.diag([-1, 1]), m)
        @ np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), r)
    ).tolist(),
)


def colours(name: str, table: list[list[int]]) -> gk.SplitGroup:
    """Return a group of internal symmetries alone, with a product of one's own."""
    return gk.SplitGroup.from_matrices(name, [[[1]]] * 4, None, None, table)


cyclic = colours("cyclic", [[(a + b) % 4 for b in range(4)] for a in range(4)])
klein = colours("klein", [[a ^ b for b in range(4)] for a in range(4)])


@pytest.mark.parametrize("group", [*GROUPS, cyclic, klein], ids=name)
def test_the_buffer_holds_the_whole_declaration(group: gk.SplitGroup) -> None:
    buffer = written(group)
    assert buffer.dtype == torch.int8
    assert gk.SplitGroup.from_dict(read(buffer)) == group
    check_group_of_weights(buffer, group, "layer")


def test_entries_beyond_int8_travel_too() -> None:
    change = [[1, 1000], [0, 1]]
    sheared = gk.p4.change_basis(change)
    assert abs(sheared.stabilizer.matrices).max() > 127
    assert gk.SplitGroup.from_dict(read(written(sheared))) == sheared
    with pytest.raises(OtherGroupError, match=r"element 1 of .*p4.* is .*; build the model"):
        check_group_of_weights(written(sheared), gk.p4, "layer")


def test_names_and_axes_do_not_matter() -> None:
    other = gk.SplitGroup.from_matrices("mine", gk.p4m.stabilizer.matrices.tolist())
    check_group_of_weights(written(other), gk.p4m, "layer")


@pytest.mark.parametrize(
    ("saved", "own", "message", "witness"),
    [
        (gk.p4, gk.p4m, "is a layer of p4m, but the weights are those of p4: p4 has 4", (4, 8)),
        (gk.p4, cyclic, "p4 acts in 2 dimensions, cyclic in 1", (2, 1)),
        (gk.p4, gk.catalog["p2mm"], "element 1 of p4 is", 1),
        (swapped, gk.p4m, "element 1 of the p4m of the weights is", 1),
        (cyclic, klein, "equal matrices, but elements 1 and 1 another product", (1, 1)),
    ],
    ids=["order", "dimension", "matrix", "storage", "product"],
)
def test_the_weights_of_another_group_are_refused(
    saved: gk.SplitGroup, own: gk.SplitGroup, message: str, witness: Any
) -> None:
    there = nn.Sequential(gt.GroupConv(saved, 1, 1, 1))
    here = nn.Sequential(gt.GroupConv(own, 1, 1, 1))
    for strict in (True, False):
        with pytest.raises(OtherGroupError, match=re.escape(message)) as caught:
            here.load_state_dict(there.state_dict(), strict=strict)
        assert caught.value.witness == witness
        assert caught.value.message.startswith(f"0 is a layer of {own.name}, but the weights are")


def test_a_state_dict_without_a_group_is_refused_unless_asked_for() -> None:
    layer, weight = gt.GroupConv(gk.p4, 1, 1, 3), torch.ones(1, 1, 36)
    state = {"weight": weight, "bias": torch.zeros(1)}
    with (
        pytest.warns(UnknownGroupWarning, match=r"those of p4 in .* with strict=False"),
        pytest.raises(RuntimeError, match=r'Missing key.*"declaration"'),
    ):
        layer.load_state_dict(state)
    with pytest.warns(UnknownGroupWarning, match="does not say which group"):
        missing = layer.load_state_dict(state, strict=False).missing_keys
    assert missing == ["declaration"]
    assert torch.equal(layer.weight, weight)
    with pytest.raises(RuntimeError, match="Missing key"):  # torch says what all is missing
        layer.load_state_dict({})


LAYERS = [gt.GroupConv(gk.p4m, 2, 2, 3), gt.GroupBatchNorm(gk.p4m, 2), gt.GroupRMSNorm(gk.p4m, 2)]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_it_is_an_int8_buffer_that_stays_as_it_is(layer: nn.Module) -> None:
    expected = written(gk.p4m)
    layer = copy.deepcopy(layer)
    for _ in range(2):
        assert torch.equal(dict(layer.named_buffers())["declaration"], expected)
        assert torch.equal(layer.state_dict()["declaration"], expected)
        assert layer.state_dict()["declaration"].dtype == torch.int8
        layer = layer.half().to("meta")
        assert layer.state_dict()["declaration"].is_meta
        layer.to_empty(device="cpu")
    state = {key: torch.ones_like(value) for key, value in layer.state_dict().items()}
    layer.to("meta").load_state_dict(state | {"declaration": expected}, assign=True)
    assert torch.equal(layer.declaration, expected)


def test_averages_of_buffers_do_not_reach_the_file() -> None:
    layer = gt.GroupConv(gk.p4m, 1, 1, 3)
    average = AveragedModel(layer, avg_fn=get_ema_avg_fn(0.9999), use_buffers=True)
    for _ in range(3):
        average.update_parameters(layer)
    assert not torch.equal(average.module.declaration, layer.declaration)  # truncated
    gt.GroupConv(gk.p4m, 1, 1, 3).load_state_dict(average.module.state_dict())


def test_norms_take_the_states_of_torchs_own() -> None:
    norm, torchs = gt.GroupBatchNorm(gk.p4, 2), nn.BatchNorm3d(2)
    torchs(torch.randn(5, 2, 4, 7, 7))
    norm.load_state_dict(torchs.state_dict())
    assert torch.equal(norm.running_var, torchs.running_var)
    with pytest.raises(RuntimeError, match=r'Missing key.*"running_var"\. *$'):
        norm.load_state_dict({k: v for k, v in torchs.state_dict().items() if k != "running_var"})


def test_a_refused_model_is_left_as_it_is() -> None:
    def model(group: gk.SplitGroup) -> nn.Module:
        L = gt.layers(group)
        return nn.Sequential(L.BatchNorm(1, feature_type="planar"), L.LiftingConv(1, 2, 3))

    there, here = model(gk.p6), model(gk.p4)
    nn.init.ones_(there[0].bias)
    with pytest.raises(OtherGroupError, match=r"^0 is a layer of p4, but the weights are those of"):
        here.load_state_dict(there.state_dict())
    assert here[0].bias.abs().max() == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "p4", "matrices": [1]}'])
def test_a_damaged_buffer_is_none(text: str) -> None:
    buffer = torch.tensor(list(text.encode()), dtype=torch.int8)
    with pytest.raises(OtherGroupError, match="no declaration of one; the file is damaged"):
        check_group_of_weights(buffer, gk.p4, "layer")
