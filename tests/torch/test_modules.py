"""Networks of our layers are ordinary torch modules."""

import copy
import io
import pickle
from typing import Any

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import cubic, face_centred, image, mirror_line, name

GROUPS = [gk.p4m, gk.p6, mirror_line, cubic, face_centred]


def network(group: gk.SplitGroup, **options: Any) -> nn.Sequential:
    """Return a network with every layer in it."""
    L = gt.layers(group)
    some = group.stabilizer.subgroup([len(group.stabilizer) - 1])
    return nn.Sequential(
        L.LiftingConv(2, 3, 3, padding=1, **options),
        L.BatchNorm(3, **options),
        nn.ReLU(),
        L.GroupConv(3, 4, 3, padding=1, **options),
        L.MaxPool(3, stride=2, padding=1),
        L.GroupConv(4, 2, 1, output_type=some, **options),
        L.AvgPool(3, stride=1, padding=1, feature_type=some),
        L.CosetPool("mean", input_type=some),
    )


def data(group: gk.SplitGroup, **options: Any) -> torch.Tensor:
    return torch.randn(2, 2, *image(group, 9, 9, 5), **options)


def step(net: nn.Module, x: torch.Tensor) -> None:
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    net(x).square().sum().backward()
    optimizer.step()


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_copies_are_equal_and_independent(
    group: gk.SplitGroup, trained: bool, device: torch.device
) -> None:
    net, x = network(group, device=device).to(device), data(group, device=device)
    if trained:
        step(net, x)
    net.eval()
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    for again in (
        copy.deepcopy(net),
        pickle.loads(pickle.dumps(net)),
        torch.load(file, weights_only=False),
    ):
        y = net(x)
        assert torch.equal(again(x), y)
        assert again[0].group == group
        assert not again.training
        step(again.train(), x)
        assert torch.equal(net(x), y)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_state_dicts_hold_parameters_statistics_and_the_group(group: gk.SplitGroup) -> None:
    net, x = network(group), data(group)
    step(net, x)
    state = net.state_dict()
    assert list(state) == [
        "0.weight",
        "0.bias",
        "0.declaration",
        "1.weight",
        "1.bias",
        "1.declaration",
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
        "3.weight",
        "3.bias",
        "3.declaration",
        "5.weight",
        "5.bias",
        "5.declaration",
    ]
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    fresh = network(group)
    fresh.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(fresh.eval()(x), net.eval()(x))
    assert list(net.eval().state_dict()) == list(state)
    with torch.device("meta"):
        assigned = network(group)
    assigned.to_empty(device="cpu")
    for module in assigned:
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    assigned.load_state_dict(state)
    assert torch.equal(assigned.eval()(x), net(x))


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_meta_device_gives_shapes(group: gk.SplitGroup) -> None:
    net = network(group, device="meta").to("meta")
    assert all(tensor.is_meta for tensor in (*net.parameters(), *net.buffers()))
    assert net(data(group, device="meta")).shape == network(group)(data(group)).shape


def test_a_weight_changed_in_eval_is_seen_by_the_next_forward() -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 1, 3, bias=False).eval(), torch.randn(1, 1, 4, 5, 5)
    with torch.no_grad():
        y = layer(x)
        layer.weight.data.mul_(2)
        assert torch.allclose(layer(x), 2 * y)
        layer.load_state_dict(layer.state_dict() | {"weight": torch.zeros_like(layer.weight)})
        assert layer(x).abs().max() == 0


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_dtypes_go_through(group: gk.SplitGroup, dtype: torch.dtype, device: torch.device) -> None:
    for net in (network(group).to(device, dtype), network(group, dtype=dtype).to(device)):
        assert net(data(group, device=device, dtype=dtype)).dtype == dtype
    assert network(group)[0].weight.dtype == torch.float32


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_autocast_computes_in_bfloat16(group: gk.SplitGroup, device: torch.device) -> None:
    net, x = network(group).to(device), data(group, device=device)
    for layer in (net[0], net[:4]):
        exact = layer(x)
        with torch.autocast(device.type, torch.bfloat16):
            y = layer(x)
        assert y.dtype == torch.bfloat16
        assert (y - exact).abs().max() < 0.1 * exact.abs().max()
        y.float().sum().backward()
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in net[:4].parameters())


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_channels_last_goes_through_and_stays(group: gk.SplitGroup, device: torch.device) -> None:
    net, x = network(group).to(device), data(group, device=device)
    expected = net(x)
    net = net.to(memory_format=torch.channels_last)
    x = x.to(memory_format=torch.channels_last)
    assert torch.allclose(net(x), expected, atol=1e-5)
    y = net[0](x)
    assert y.flatten(1, 2).is_contiguous(memory_format=torch.channels_last)
    if net[0].domain.is_whole:
        normed = net[1](y)
        assert normed.flatten(1, 2).is_contiguous(memory_format=torch.channels_last)


def test_gradients_of_samples_come_by_vmap() -> None:
    L = gt.layers(gk.p6)
    net = nn.Sequential(L.LiftingConv(1, 2, 3), L.MaxPool(3, 1, 1), L.CosetPool("max"))
    parameters = dict(net.named_parameters())

    def loss(parameters: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(net, parameters, (x.unsqueeze(0),)).square().sum()

    x = torch.randn(3, 1, 7, 7)
    each = torch.func.vmap(torch.func.grad(loss), (None, 0))(parameters, x)
    for i in range(3):
        one = torch.func.grad(loss)(parameters, x[i])
        for key, value in one.items():
            assert torch.allclose(each[key][i], value, atol=1e-4)


def test_inference_mode_and_training_share_masks() -> None:
    layer = gt.LiftingConv(gk.p6, 1, 1, 3)
    x = torch.randn(1, 1, 27, 27)
    with torch.inference_mode():
        layer(x)
    layer(x.requires_grad_()).sum().backward()
    assert x.grad is not None
