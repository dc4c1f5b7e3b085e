"""Frozen models compute the same from banks expanded once, and their weights stay."""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import cubic, face_centred, mirror_line, name
from tests.torch.ordinary_cases import WITH_FILTERS, Case, cases
from tests.torch.test_modules import data, network, step

GROUPS = [gk.p4m, gk.p6, mirror_line, face_centred]


@pytest.mark.parametrize("group", [*GROUPS, cubic], ids=name)
def test_outputs_and_state_stay_and_come_back(group: gk.SplitGroup) -> None:
    net, x = network(group).eval(), data(group)
    y, state = net(x), list(net.state_dict())
    frozen = gt.freeze(net)
    assert frozen is net
    assert not net.training
    assert torch.equal(net(x), y)
    assert list(net.state_dict()) == state
    assert torch.equal(gt.freeze(net)(x), y)  # again changes nothing
    for again in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert torch.equal(again(x), y)
        assert torch.equal(gt.unfreeze(again)(x), y)
    gt.unfreeze(gt.unfreeze(net))
    assert all(p.requires_grad for p in net.parameters())
    assert list(net.state_dict()) == state
    step(net.train(), x)
    assert not torch.equal(net.eval()(x), y)


def changes() -> dict[str, Callable[[gt.GroupConv], object]]:
    def with_optimizer(layer: gt.GroupConv) -> None:
        layer.weight.requires_grad_(True).grad = torch.ones_like(layer.weight)
        torch.optim.Adam([layer.weight], fused=True).step()

    def copy_(layer: gt.GroupConv) -> None:
        with torch.no_grad():
            layer.weight.copy_(torch.zeros_like(layer.weight))

    def replace(layer: gt.GroupConv) -> None:
        layer.weight = nn.Parameter(torch.zeros_like(layer.weight), requires_grad=False)

    return {
        "train": lambda layer: layer.train(),
        "load_state_dict": lambda layer: layer.load_state_dict(layer.state_dict()),
        "copy_": copy_,
        "init": lambda layer: nn.init.zeros_(layer.weight),
        "replace": replace,
        "gradients": lambda layer: layer.weight.requires_grad_(True),
        "fused": with_optimizer,
        "bias": lambda layer: nn.init.zeros_(layer.bias),
    }


def change_and_call(how: str, layer: gt.GroupConv, x: torch.Tensor) -> None:
    changes()[how](layer)
    layer(x)


@pytest.mark.parametrize("how", changes())
def test_changes_are_refused_until_unfrozen(how: str) -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 1, 3), torch.randn(1, 1, 4, 5, 5)
    gt.freeze(layer)
    with pytest.raises(gt.FrozenError, match=r"call gt.unfreeze\(model\) first") as caught:
        change_and_call(how, layer, x)
    assert caught.value.witness is layer
    gt.unfreeze(layer)
    change_and_call(how, layer, x)


def test_parameters_that_no_bank_is_made_of_may_come_later() -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 1, 3), torch.randn(1, 1, 4, 5, 5)
    y = gt.freeze(layer)(x)
    layer.register_parameter("another", nn.Parameter(torch.zeros(1)))
    assert torch.equal(layer(x), y)
    assert all(p.requires_grad for p in gt.unfreeze(layer).parameters())


def test_modes_change_as_a_whole_and_training_is_refused_in_the_call() -> None:
    L = gt.layers(gk.p4)
    net = nn.Sequential(nn.Dropout(), L.LiftingConv(1, 1, 3), L.BatchNorm(1), nn.ReLU())
    x = torch.randn(2, 1, 7, 7)
    y = gt.freeze(net)(x)
    assert all(module.training for module in net.train().modules())
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(
        gt.FrozenError, match="LiftingConv is frozen and is called in training mode"
    ):
        net(x)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert torch.equal(net.eval()(x), y)
    net[2].train()(net[1](x))  # layers that are not frozen may be trained
    gt.unfreeze(net).train()(x)


@pytest.mark.compile
def test_compiled_models_refuse_training_too() -> None:
    net, x = gt.freeze(gt.LiftingConv(gk.p4, 1, 1, 3)), torch.randn(1, 1, 7, 7)
    for full, error in ((False, gt.FrozenError), (True, torch._dynamo.exc.Unsupported)):
        torch._dynamo.reset()
        compiled = torch.compile(net.eval(), fullgraph=full, backend="aot_eager")
        y = compiled(x)
        net.train()
        with pytest.raises(error, match="is frozen and is called in training mode"):
            compiled(x)
        net.eval()
        assert torch.equal(compiled(x), y)


def test_a_write_through_data_has_no_effect_until_unfrozen() -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 1, 3, bias=False), torch.randn(1, 1, 4, 5, 5)
    y = gt.freeze(layer)(x)
    layer.weight.data.mul_(2)
    assert torch.equal(layer(x), y)
    assert torch.allclose(gt.unfreeze(layer)(x), 2 * y)


def test_optimizers_pass_over_frozen_weights() -> None:
    net, x = network(gk.p4), data(gk.p4)
    head = nn.Linear(9 * 4 * 1, 1)
    net(x).square().sum().backward()  # gradients from before
    optimizer = torch.optim.SGD([*net.parameters(), *head.parameters()], 0.1, weight_decay=0.1)
    gt.freeze(net)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    y = net(x).mean((1, 2, 3))
    (y.sum() * head.weight.sum()).backward()
    optimizer.step()
    norm = {"1.weight", "1.bias"}  # batch norm has no filters
    after = net.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before if key not in norm)
    net(x)


def test_dtypes_and_devices_take_the_banks_along() -> None:
    group = gk.p6
    net, x = network(group).eval(), data(group)
    twice = copy.deepcopy(net).double()
    assert torch.equal(gt.freeze(net).double()(x.double()), twice(x.double()))
    assert all(p.is_meta for p in net.to("meta").buffers())


def test_fields_and_factors_freeze() -> None:
    field = gk.p4.field("vector")
    layers = [
        gt.LiftingConv(gk.p4, 4, 2, 3, bias=True),
        gt.GroupConv(gk.p4, 2, 4, 3, output_type=field),
        gt.GroupConv(gk.p4, 4, 2, 3, input_type=field),
        gt.SeparableGroupConv(gk.p4, 2, 3, 3, algorithm="factored"),
        gt.SeparableGroupConv(gk.p4, 3, 1, 3, algorithm="expanded"),
    ]
    net, x = nn.Sequential(*layers).eval(), torch.randn(1, 4, 15, 15)
    y = net(x)
    assert torch.equal(gt.freeze(net)(x), y)
    assert torch.equal(net.double()(x.double()), gt.unfreeze(net)(x.double()))


def test_shared_and_derived_weights_freeze() -> None:
    first, second = gt.GroupConv(gk.p4, 2, 2, 3), gt.GroupConv(gk.p4, 2, 2, 3)
    second.weight = first.weight
    parametrizations.weight_norm(third := gt.GroupConv(gk.p4, 2, 2, 3))
    prune.random_unstructured(fourth := gt.GroupConv(gk.p4, 2, 2, 3), "weight", amount=0.5)
    net = nn.Sequential(first, second, third, fourth).eval()
    x = torch.randn(1, 2, 4, 9, 9)
    with torch.no_grad():
        fourth.weight_orig.mul_(2)  # not yet seen by fourth.weight
    frozen = gt.freeze(net)(x)
    gt.unfreeze(net)
    assert all(p.requires_grad for p in net.parameters())
    assert torch.equal(net(x), frozen)


def test_nothing_to_freeze_is_an_error() -> None:
    with pytest.raises(gt.FrozenError, match="Linear has no layer with filters"):
        gt.freeze(nn.Linear(1, 1))


def test_freezing_works_in_inference_mode() -> None:
    net, x = network(gk.p6).eval(), data(gk.p6)
    y = net(x)
    with torch.inference_mode():
        gt.freeze(net)
        assert torch.equal(net(x), y)
    net(x.requires_grad_()).sum().backward()
    assert x.grad is not None


def test_models_made_in_inference_mode_freeze() -> None:
    with torch.inference_mode():  # whose tensors count no versions
        net, x = network(gk.p4).eval(), data(gk.p4)
        y = net(x)
        assert torch.equal(gt.freeze(net)(x), y)


def used_parameters(program: torch.export.ExportedProgram) -> set[str]:
    """Return the parameters that a graph computes with."""
    users = {node.name: node.users for node in program.graph.nodes}
    inputs = program.graph_signature.inputs_to_parameters
    return {parameter for name, parameter in inputs.items() if users[name]}


@pytest.mark.compile
@cases(only=WITH_FILTERS)
def test_the_bank_is_a_constant_of_the_exported_graph(case: Case) -> None:
    torch._dynamo.reset()
    layer, x = case.make().eval(), case.input()
    sizes = []
    for net in (layer, gt.freeze(copy.deepcopy(layer))):
        program = torch.export.export(net, (x,))
        sizes.append(sum(node.op == "call_function" for node in program.graph.nodes))
        expected = dict(layer.named_parameters()).keys() if net is layer else set()
        assert used_parameters(program) == expected
        assert torch.allclose(program.module()(x), layer(x), atol=1e-5)
        assert torch.allclose(net(x), layer(x), atol=1e-5)  # and still as it was
    assert sizes[1] < sizes[0]
    assert any("frozen" in key for key in program.constants)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), layer(x), atol=1e-5)


@pytest.mark.compile
def test_compiled_models_follow_freezing_and_unfreezing() -> None:
    torch._dynamo.reset()
    net, x = network(gk.p6).eval(), data(gk.p6)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    with torch.no_grad():
        y = net(x)
        assert torch.allclose(compiled(x), y, atol=1e-5)
        gt.freeze(net)
        net[0].weight.data.mul_(2)
        assert torch.allclose(compiled(x), y, atol=1e-5)
        gt.unfreeze(net)
        assert torch.allclose(compiled(x), net(x), atol=1e-5)
        assert not torch.allclose(compiled(x), y, atol=1e-2)


def test_a_mask_changed_while_frozen_is_seen() -> None:
    layer, x = gt.GroupConv(gk.p4, 2, 2, 3), torch.randn(1, 2, 4, 5, 5)
    prune.random_unstructured(layer, "weight", amount=0.5)
    gt.freeze(layer)(x)
    copy.deepcopy(layer).double()(x.double())
    with torch.no_grad():
        layer.weight_mask.zero_()
    with pytest.raises(gt.FrozenError, match="its weights were changed"):
        layer(x)
    layer = gt.freeze(gt.unfreeze(layer))
    prune.random_unstructured(layer, "weight", amount=0.5)
    with pytest.raises(gt.FrozenError, match="its weights were changed"):
        layer(x)


def test_banks_of_fields_are_kept_contiguous() -> None:
    layer = gt.GroupConv(gk.p4m, 1, 2, 1, output_type=gk.p4m.field("vector"))
    assert not layer.expanded_weight().is_contiguous()
    assert gt.freeze(layer).expanded_weight().is_contiguous()
