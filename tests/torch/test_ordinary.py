"""Every layer does what torch's own layers do: docs/ordinary_torch.md is the list.

Rows that torch's own layer of a kind does not pass either are left out for layers of that kind,
and said beside the test.
"""

import copy
import io
import pickle
from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load_model, save_model
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn
from torch.utils.checkpoint import checkpoint

import groupkit as gk
import groupkit_torch as gt
from tests.torch.ordinary_cases import (
    BATCH_NORMS,
    GROUPS,
    LEARNING,
    RANDOM,
    WITH_FILTERS,
    Case,
    cases,
)
from tests.torch.test_modules import data, network, step

# as torch.nn.InstanceNorm2d does; torch has no layers of the other kinds
LOSING = ["GroupInstanceNorm", "Resampling", "Symmetrize"]


def reseeded(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Return the output, with the random numbers of every other call."""
    torch.manual_seed(7)
    return layer(x)


def train_a_step(layer: nn.Module, x: torch.Tensor) -> None:
    if list(layer.parameters()):
        step(layer.train(), x)


# Copies and files


@pytest.mark.parametrize("state", ["fresh", "trained", "eval"])
@cases()
def test_deepcopy(case: Case, state: str) -> None:
    layer, x = case.make(), case.input()
    if state == "trained":
        train_a_step(layer, x)
    if state == "eval":
        layer.eval()(x)
    copied = copy.deepcopy(layer)
    assert torch.equal(reseeded(copied, x), reseeded(layer, x))
    for parameter in copied.parameters():
        nn.init.zeros_(parameter)
    assert all(
        parameter.abs().max() > 0
        for name, parameter in layer.named_parameters()
        if name.endswith("weight")
    )


@cases()
def test_pickle_and_torch_save(case: Case) -> None:
    layer, x = case.make(), case.input()
    train_a_step(layer, x)
    file = io.BytesIO()
    torch.save(layer.eval(), file)
    file.seek(0)
    for again in (pickle.loads(pickle.dumps(layer)), torch.load(file, weights_only=False)):
        assert torch.equal(again(x), layer(x))


@cases()
def test_state_dicts_load_strictly_in_every_combination(case: Case) -> None:
    layer, x = case.make(), case.input()
    train_a_step(layer, x)
    keys = list(layer.state_dict())
    assert list(layer.eval().state_dict()) == keys
    y = layer(x)
    for mode in (True, False):
        file = io.BytesIO()
        torch.save(layer.train(mode).state_dict(), file)
        for other in (case.make(), case.make().eval().train(), case.make().train().eval()):
            other(x)
            file.seek(0)
            other.load_state_dict(torch.load(file, weights_only=True), strict=True)
            assert list(other.state_dict()) == keys
            assert torch.equal(other.eval()(x), y)


@cases(only=LEARNING)
def test_a_state_dict_of_another_group_is_refused(case: Case) -> None:
    other = Case(case.layer, gk.p4 if case.group.dimension == 2 else gk.catalog["P222"])
    layer = case.make()
    before = copy.deepcopy(layer.state_dict())
    with pytest.raises(gt.OtherGroupError) as caught:
        layer.load_state_dict(other.make().state_dict())
    assert case.group.name in caught.value.message
    assert other.group.name in caught.value.message
    assert all(torch.equal(value, before[key]) for key, value in layer.state_dict().items())


@cases(only=LEARNING)
def test_safetensors(case: Case, tmp_path: object) -> None:
    layer, x = case.make(), case.input()
    train_a_step(layer, x)
    save_model(layer, f"{tmp_path}/layer.safetensors")
    again = case.make()
    load_model(again, f"{tmp_path}/layer.safetensors")
    assert torch.equal(again.eval()(x), layer.eval()(x))


# Weights that change


def optimized(layer: nn.Module, how: str) -> None:
    for parameter in layer.parameters():
        parameter.grad = torch.ones_like(parameter)
    torch.optim.AdamW(layer.parameters(), 0.1, **{how: True}).step()


def fused(layer: nn.Module) -> None:
    optimized(layer, "fused")


def foreach(layer: nn.Module) -> None:
    optimized(layer, "foreach")


def copied(layer: nn.Module) -> None:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.rand_like(parameter))


def written(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        parameter.data.mul_(1.5).add_(0.1)


def assigned(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        parameter.data = torch.rand_like(parameter)


def loaded(layer: nn.Module) -> None:
    state = {k: torch.rand_like(v) for k, v in layer.named_parameters()}
    layer.load_state_dict(layer.state_dict() | state)


@pytest.mark.parametrize("change", [fused, foreach, copied, written, assigned, loaded])
@cases(only=LEARNING)
def test_a_weight_changed_in_eval_is_seen(case: Case, change: Callable[[nn.Module], None]) -> None:
    layer, x = case.make().eval(), case.input()
    with torch.no_grad():
        before = layer(x)
    change(layer)
    fresh = case.make().eval()
    fresh.load_state_dict(layer.state_dict())
    with torch.no_grad():
        assert torch.equal(layer(x), fresh(x))
        assert not torch.allclose(layer(x), before)


@cases(only=WITH_FILTERS)
def test_freeze_and_unfreeze(case: Case) -> None:
    layer, x = case.make(), case.input()
    y, keys = layer.eval()(x), list(layer.state_dict())
    assert torch.equal(gt.freeze(layer)(x), y)
    assert list(layer.state_dict()) == keys
    copied(layer)
    with pytest.raises(gt.FrozenError):
        layer(x)
    copied(gt.unfreeze(layer))
    assert not torch.allclose(layer(x), y)


@cases(only=LEARNING)
def test_fine_tuning_in_eval_and_training_after_eval(case: Case) -> None:
    layer, x = case.make(), case.input()
    for mode in (False, True):
        before = [p.detach().clone() for p in layer.parameters()]
        step(layer.train(mode), x)
        assert all(
            not torch.equal(a, b)
            for a, b in zip(before, layer.parameters(), strict=True)
            if b.grad.abs().max() > 1e-7
        )
        assert any(p.grad.abs().max() > 1e-7 for p in layer.parameters())


# Numbers and memory


# norms and pools are none of the functions that autocast casts: as torch's, they give what they
# get; a layer that slides a tent is a convolution, and Symmetrize gives what its network gives
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@cases(*WITH_FILTERS, "Symmetrize")
def test_autocast_leaves_the_dtype_of_other_layers(case: Case, dtype: torch.dtype) -> None:
    layer, x = case.make(), case.input()
    layer.eval()
    exact = layer(x)
    for given in (torch.float32, dtype):
        with torch.autocast("cpu", dtype):
            y = layer(x.to(given))
        assert y.dtype == (dtype if case.layer in {"GroupBlurPool", "GroupUpsample"} else given)
        assert (y - exact).abs().max() < 0.1 * exact.abs().max()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@cases(only=WITH_FILTERS)
def test_autocast_gives_its_dtype(case: Case, dtype: torch.dtype) -> None:
    layer, x = case.make(), case.input()
    exact = layer(x)
    with torch.autocast("cpu", dtype):
        y = layer(x)
    assert y.dtype == dtype
    assert (y - exact).abs().max() < 0.1 * exact.abs().max()
    y.float().sum().backward()
    assert all(p.grad is not None and p.grad.dtype == p.dtype for p in layer.parameters())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
@cases()
def test_dtypes_of_modules(case: Case, dtype: torch.dtype) -> None:
    layer, other, x = case.make().eval(), case.make(), case.input()
    exact = layer.double()(x.double())
    y = layer.to(dtype)(x.to(dtype))
    assert y.dtype == dtype
    scale = exact.abs().max()
    assert (y.double() - exact).abs().max() <= (0.1 if dtype.itemsize == 2 else 1e-12) * scale
    assert all(p.dtype == torch.float32 for p in other.parameters())
    assert torch.get_default_dtype() == torch.float32


@cases()
def test_channels_last(case: Case) -> None:
    layer, x = case.make().eval(), case.input()
    solid = case.group.dimension == 3
    kind = torch.channels_last_3d if solid else torch.channels_last  # as for torch's own
    flat = x.flatten(1, -1 - case.group.dimension)
    x = flat.to(memory_format=kind).view(x.shape)
    y = layer(x)
    layer = layer.to(memory_format=kind)
    assert torch.allclose(layer(x), y, atol=1e-5)
    if case.layer not in LOSING and y.dim() > 2:
        assert y.flatten(1, -1 - case.group.dimension).is_contiguous(memory_format=kind)
    assert torch.allclose(y, layer(x.contiguous()), atol=1e-5)


# Derivatives


# torch's batch norm fails vmap in training, and random layers ask for a choice of randomness
@cases()
def test_vmap_gives_the_gradients_of_samples(case: Case) -> None:
    layer = case.make()
    if case.layer in {*BATCH_NORMS, *RANDOM}:
        layer.eval()
    parameters, x = dict(layer.named_parameters()), case.input(3)

    def loss(parameters: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        y = torch.func.functional_call(layer, parameters, (x.unsqueeze(0),))
        return (y.square() * torch.arange(y.numel()).view(y.shape)).sum() / y.numel()

    both = torch.func.grad(loss, (0, 1))
    each = torch.func.vmap(both, (None, 0))(parameters, x)
    for i in range(3):
        one = both(parameters, x[i])
        assert torch.allclose(each[1][i], one[1], rtol=1e-3, atol=1e-4)
        for key, value in one[0].items():
            assert torch.allclose(each[0][key][i], value, rtol=1e-3, atol=1e-3)


@cases("RandomTransform")
def test_ensembles_are_called_as_one(case: Case) -> None:
    layers, x = [case.make().eval() for _ in range(3)], case.input()
    skeleton = copy.deepcopy(layers[0]).to("meta")
    if not layers[0].state_dict():  # nothing to stack: the skeleton serves as it is
        assert torch.equal(skeleton(x), layers[0](x))
        return
    stacked = torch.func.stack_module_state(layers)

    def call(parameters: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.func.functional_call(skeleton, (parameters, buffers), (x,))

    every = torch.func.vmap(call)(*stacked)
    for y, layer in zip(every, layers, strict=True):
        assert torch.allclose(y, layer(x), atol=1e-5)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@cases(*RANDOM)
def test_jvp(case: Case) -> None:
    layer, x = case.make().double().eval(), case.input(1, dtype=torch.float64)
    direction = torch.randn_like(x)
    _, found = torch.func.jvp(layer, (x,), (direction,))
    step = 1e-6
    expected = (layer(x + step * direction) - layer(x - step * direction)) / (2 * step)
    assert torch.allclose(found, expected, rtol=1e-5, atol=1e-5)


@cases()
def test_gradient_checkpointing(case: Case) -> None:
    layer, x = case.make(), case.input()
    gradients = []
    for run in (layer, lambda x: checkpoint(layer, x, use_reentrant=False)):
        layer.zero_grad()
        own = x.clone().requires_grad_()
        reseeded(run, own).square().sum().backward()
        gradients.append([own.grad, *(p.grad.clone() for p in layer.parameters())])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


@cases(*RANDOM, fast=[gk.p6])
def test_second_derivatives(case: Case) -> None:
    layer = case.make().double().eval()
    parameters = [p.detach().requires_grad_() for p in layer.parameters()]
    names = [name for name, _ in layer.named_parameters()]
    x = case.input(1, 3, dtype=torch.float64)[:, :, ...].requires_grad_()
    if case.layer == "Resampling":
        x = case.input(1, dtype=torch.float64).requires_grad_()

    def call(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        given = dict(zip(names, values, strict=True))
        return torch.func.functional_call(layer, given, (x,)) if names else layer(x)

    assert torch.autograd.gradgradcheck(call, (x, *parameters), fast_mode=True, atol=1e-4)


@cases()
def test_deterministic_algorithms_give_equal_gradients(case: Case) -> None:
    layer, x = case.make(), case.input()
    torch.use_deterministic_algorithms(True)
    try:
        runs = []
        for _ in range(2):
            layer.zero_grad()
            own = x.clone().requires_grad_()
            reseeded(layer, own).square().sum().backward()
            runs.append([own.grad, *(p.grad.clone() for p in layer.parameters())])
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(torch.equal(a, b) for a, b in zip(*runs, strict=True))


# Where modules are made


@cases("Resampling")
def test_meta_device(case: Case) -> None:
    with torch.device("meta"):
        layer = case.make()
    layer = layer.to("meta")
    x = case.input()
    assert layer(x.to("meta")).shape == case.make()(x).shape


@pytest.mark.parametrize("how", ["reset", "load", "assign"])
@cases()
def test_deferred_initialisation(case: Case, how: str) -> None:
    real, x = case.make(), case.input()
    real.eval()
    with torch.device("meta"):
        layer = case.make()
    layer = layer.to("meta").eval()
    if how == "assign":
        layer.load_state_dict(real.state_dict(), assign=True)
    else:
        layer.to_empty(device="cpu")
        if how == "reset" and hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
            real.load_state_dict(layer.state_dict())  # what it drew is all that it needs
        else:
            layer.load_state_dict(real.state_dict())
    assert torch.equal(layer(x), real(x))


# What others do to modules


def weights_of(layer: nn.Module) -> list[str]:
    return [name for name, _ in layer.named_parameters() if name.endswith("weight")]


@pytest.mark.parametrize("kind", ["weight_norm", "spectral_norm"])
@cases(only=LEARNING)
def test_parametrizations(case: Case, kind: str) -> None:
    layer, x = case.make(), case.input()
    names, plain = weights_of(layer), copy.deepcopy(layer)
    again = case.make()
    for name in names:
        getattr(nn.utils.parametrizations, kind)(layer, name)
        getattr(nn.utils.parametrizations, kind)(again, name)
    step(layer, x)
    layer.eval()
    again.load_state_dict(layer.state_dict())
    assert torch.equal(again.eval()(x), layer(x))
    y = layer(x)
    for name in names:
        nn.utils.parametrize.remove_parametrizations(layer, name)
    plain.load_state_dict(layer.state_dict())
    for same in (layer, plain.eval()):
        assert torch.allclose(same(x), y, atol=1e-5)


@cases(only=LEARNING)
def test_pruning(case: Case) -> None:
    layer, x = case.make(), case.input()
    name = weights_of(layer)[0]
    nn.utils.prune.random_unstructured(layer, name, amount=0.5)
    step(layer, x)
    y = layer(x)
    pruned = (getattr(layer, name) == 0).float().mean()
    assert 0.4 < pruned < 0.6
    nn.utils.prune.remove(layer, name)
    assert torch.equal(layer(x), y)


@pytest.mark.parametrize("use_buffers", [False, True])
@cases(only=LEARNING)
def test_averages_of_weights(case: Case, use_buffers: bool) -> None:
    layer, x = case.make(), case.input()
    # of integers this makes others: 0.9 n + 0.1 n is truncated
    average = AveragedModel(layer, avg_fn=get_ema_avg_fn(0.9), use_buffers=use_buffers)
    average.update_parameters(layer)
    first = [p.detach().clone() for p in layer.parameters()]
    step(layer, x)
    average.update_parameters(layer)
    for mean, a, b in zip(average.module.parameters(), first, layer.parameters(), strict=True):
        assert torch.allclose(mean, 0.9 * a + 0.1 * b, atol=1e-6)
    fresh = case.make()
    fresh.load_state_dict(average.module.state_dict())
    assert torch.equal(average.eval()(x), fresh.eval()(x))
    torch.optim.swa_utils.update_bn([x], average)
    assert average(x).isfinite().all()


@cases()
def test_hooks(case: Case) -> None:
    layer, x = case.make(), case.input().requires_grad_()
    seen = []
    layer.register_forward_pre_hook(lambda *_: seen.append("before"))
    layer.register_forward_hook(lambda *_: seen.append("after"))
    layer.register_full_backward_hook(lambda *_: seen.append("backward"))
    layer(x).sum().backward()
    assert seen == ["before", "after", "backward"]


@cases(only=LEARNING)
def test_weights_shared_between_modules(case: Case) -> None:
    first, second, x = case.make(), case.make(), case.input()
    for name, parameter in first.named_parameters():
        setattr(second, name, parameter)
    net, name = nn.ModuleList([first, second]), weights_of(first)[0]
    assert len(list(net.parameters())) == len(list(first.parameters()))
    again = copy.deepcopy(net)
    assert getattr(again[0], name) is getattr(again[1], name)
    scale = torch.arange(first(x).numel()).view(first(x).shape) / first(x).numel()
    ((first(x) * scale).sum() + (second(x) * scale).sum()).backward()
    twice = getattr(first, name).grad.clone()
    first.zero_grad()
    (first(x) * scale).sum().backward()
    assert torch.allclose(twice, 2 * getattr(first, name).grad, rtol=1e-4, atol=1e-4)
    assert torch.equal(first(x), second(x))


# Whole models


def test_double_precision_leaves_other_models_alone() -> None:
    net, other = network(gk.p6).double(), network(gk.p6)
    assert net(data(gk.p6, dtype=torch.float64)).dtype == torch.float64
    assert other(data(gk.p6)).dtype == torch.float32
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_list_holds_every_layer(group: gk.SplitGroup) -> None:
    from groupkit_torch.layers import _LAYERS
    from tests.torch.ordinary_cases import MAKERS

    assert {name.partition(",")[0] for name in MAKERS} == set(_LAYERS)
    for name in MAKERS:
        case = Case(name, group)
        assert type(case.make()).__name__ == name.partition(",")[0]
        case.make()(case.input())
