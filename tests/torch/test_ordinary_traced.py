"""Every layer compiles, exports, and goes to ONNX: docs/ordinary_torch.md is the list."""

import copy
import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch._dynamo.testing import CompileCounterWithBackend

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import cubic
from tests.torch.ordinary_cases import GROUPS, RANDOM, Case, cases
from tests.torch.test_modules import data, network

pytestmark = pytest.mark.compile
BATCH = torch.export.Dim("batch", min=2, max=64)


@pytest.fixture(autouse=True)
def _fresh_compiler() -> None:
    torch._dynamo.reset()


def call(run: object, layer: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    """Return the output and, in training, all gradients and statistics."""
    layer.zero_grad()
    own = x.clone().requires_grad_(layer.training)
    if not layer.training:
        torch._dynamo.mark_dynamic(own, 0)
    y = run(own)
    if layer.training:
        (y.square() * torch.arange(y.numel()).view(y.shape)).sum().backward()
    gradients = [t.grad.clone() for t in (own, *layer.parameters()) if t.grad is not None]
    return [y.detach().clone(), *gradients, *(b.clone() for b in layer.buffers())]


def assert_equal(found: list[torch.Tensor], expected: list[torch.Tensor]) -> None:
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        assert torch.allclose(a, b, rtol=1e-9, atol=1e-9 * max(b.abs().max().item(), 1))


# random layers draw other numbers when they are compiled, as torch's dropout does
@cases(fast=[gk.p4m, gk.p6])
def test_compile_in_training_and_in_evaluation(case: Case) -> None:
    layer, compiled_layer = case.make().double(), case.make().double()
    compiled_layer.load_state_dict(layer.state_dict())
    counter = CompileCounterWithBackend("aot_eager")
    compiled = torch.compile(compiled_layer, fullgraph=True, backend=counter)
    x = case.input(dtype=torch.float64)
    if case.layer not in RANDOM:
        assert_equal(call(compiled, compiled_layer, x), call(layer, layer, x))
    elif case.layer == "GroupDropout":  # RandomTransform is for data, and is not compiled
        assert call(compiled, compiled_layer, x)[0].shape == x.shape
    layer.eval()
    compiled_layer.eval()
    counter.clear()
    with torch.no_grad():
        for batch in (2, 3, 4, 5):
            x = case.input(batch, dtype=torch.float64)
            assert_equal(call(compiled, compiled_layer, x), call(layer, layer, x))
    assert counter.frame_count <= 1  # one for every batch size; none for an identity


def test_training_takes_every_batch_size_with_one_more_graph() -> None:
    net, counter = network(gk.p6).train(), CompileCounterWithBackend("aot_eager")
    compiled = torch.compile(net, fullgraph=True, backend=counter)
    x = data(gk.p6)
    for times in (1, 2, 3, 4):
        compiled(torch.cat([x] * times)).square().sum().backward()
    assert counter.frame_count == 2  # the first size, then any: nothing has been marked dynamic


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not_strict"])
@cases(fast=[])
def test_export_with_any_batch(case: Case, strict: bool) -> None:
    layer, x = case.make().eval(), case.input()
    program = torch.export.export(layer, (x,), dynamic_shapes=({0: BATCH},), strict=strict)
    run = program.module()
    for batch in (2, 5):
        x = case.input(batch)
        assert torch.allclose(run(x), layer(x), atol=1e-5)


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not_strict"])
@cases("Resampling", fast=[])  # which is made for one size
def test_export_with_any_size(case: Case, strict: bool) -> None:
    if case.layer == "Symmetrize" and not strict:
        pytest.skip("torch guards that sizes are no larger than the example's")
    layer, x = case.make().eval(), case.input(side=7)
    dims = dict.fromkeys((0, *range(-case.group.dimension, 0)), torch.export.Dim.AUTO)
    dims = {i % x.dim(): dim for i, dim in dims.items()}
    # checks of sizes, that hexagonal maps have a centre for instance, are left to the program
    program = torch.export.export(
        layer,
        (x,),
        dynamic_shapes=(dims,),
        prefer_deferred_runtime_asserts_over_guards=True,
        strict=strict,
    )
    run = program.module()
    for batch, side in ((2, 7), (3, 9), (4, 11)):
        x = case.input(batch, side)
        assert torch.allclose(run(x), layer(x), atol=1e-5)


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not_strict"])
@pytest.mark.parametrize("group", [gk.p6], ids=lambda group: group.name)
def test_whole_networks_export(group: gk.SplitGroup, strict: bool) -> None:
    net, x = gt.freeze(network(group)), data(group)
    program = torch.export.export(net, (x,), dynamic_shapes=({0: BATCH},), strict=strict)
    x = torch.cat([x, x, x])
    assert torch.allclose(program.module()(x), net(x), atol=1e-5)


def onnx_outputs(model: nn.Module, x: torch.Tensor, path: Path) -> list[np.ndarray]:
    """Return what onnxruntime computes for the input and for thrice as large a batch."""
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
    with torch.no_grad():
        torch.onnx.export(
            model, (x,), path, dynamo=True, dynamic_shapes=({0: BATCH},), verbose=False
        )
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (name,) = [given.name for given in session.get_inputs()]
    return [session.run(None, {name: y.numpy()})[0] for y in (x, torch.cat([x, x, x]))]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@cases(fast=[])
def test_onnx(case: Case, tmp_path: Path) -> None:
    layer, x = case.make().eval(), case.input()
    once, thrice = onnx_outputs(layer, x, tmp_path / "layer.onnx")
    y = layer(x).detach().numpy()
    assert np.allclose(once, y, atol=1e-4)
    assert np.allclose(thrice, np.concatenate([y, y, y]), atol=1e-4)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("group", [gk.p4m], ids=lambda group: group.name)
def test_a_network_goes_to_onnx(group: gk.SplitGroup, tmp_path: Path) -> None:
    net, x = gt.freeze(network(group)), data(group)
    once, _ = onnx_outputs(net, x, tmp_path / "net.onnx")
    assert np.allclose(once, net(x).detach().numpy(), atol=1e-4)


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("group", [*GROUPS, cubic], ids=lambda group: group.name)
def test_whole_networks_through_inductor(group: gk.SplitGroup) -> None:
    net, x = network(group).double(), data(group, dtype=torch.float64)
    other = copy.deepcopy(net)
    compiled = torch.compile(other, fullgraph=True)
    assert_equal(call(compiled, other, x), call(net, net, x))
