"""Networks compile without graph breaks, and export, with equal values and gradients."""

import pytest
import torch
from torch._dynamo.testing import CompileCounter

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import SHIPPED, cubic, mirror_line, name
from tests.torch.test_modules import data, network

pytestmark = pytest.mark.compile


def double(group: gk.SplitGroup, device: torch.device) -> tuple[torch.nn.Module, torch.Tensor]:
    options = {"device": device, "dtype": torch.float64}
    return network(group, **options).to(device), data(group, **options)


def compare(net: torch.nn.Module, compiled: torch.nn.Module, x: torch.Tensor) -> None:
    results = []
    state = {key: value.clone() for key, value in net.state_dict().items()}
    for run in (net, compiled):
        net.load_state_dict(state)
        net.zero_grad()
        y = run(x)
        if net.training:
            y.square().sum().backward()
        gradients = [p.grad.clone() for p in net.parameters() if p.grad is not None]
        results.append((y.detach(), *gradients, *(b.clone() for b in net.buffers())))
    scale = max(tensor.abs().max().item() for tensor in results[0])
    for eager, other in zip(*results, strict=True):
        assert torch.allclose(eager, other, rtol=1e-10, atol=1e-12 * scale)


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_networks_compile_whole(group: gk.SplitGroup, device: torch.device) -> None:
    torch._dynamo.reset()
    net, x = double(group, device)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    compare(net, compiled, x)
    net.eval()
    with torch.no_grad():
        compare(net, compiled, x)


def graphs_for_batch_sizes(net: torch.nn.Module, mark: bool) -> int:
    """Return how many graphs are made for batches of five sizes."""
    torch._dynamo.reset()
    counter = CompileCounter()
    compiled = torch.compile(net, fullgraph=True, backend=counter)
    for batch in (2, 3, 4, 5, 6):
        x = torch.randn(batch, 2, 9, 9)
        if mark:
            torch._dynamo.mark_dynamic(x, 0)
        compiled(x)
    return counter.frame_count


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
@pytest.mark.parametrize("mark", [False, True], ids=["unmarked", "marked"])
def test_batch_sizes_compile_as_often_as_for_torchs_own_layers(mark: bool, training: bool) -> None:
    torchs = torch.nn.Sequential(
        torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU(), torch.nn.Conv2d(3, 2, 3)
    )
    expected = graphs_for_batch_sizes(torchs.train(training), mark)
    assert expected == (1 if mark else 2)  # torch makes the second size, and all others, dynamic
    assert graphs_for_batch_sizes(network(gk.p6).train(training), mark) == expected


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("group", [*SHIPPED, mirror_line], ids=name)
def test_networks_compile_with_inductor(group: gk.SplitGroup, device: torch.device) -> None:
    torch._dynamo.reset()
    net, x = double(group, device)
    compare(net, torch.compile(net, fullgraph=True), x)


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not strict"])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_networks_export_with_any_batch_size(group: gk.SplitGroup, strict: bool) -> None:
    net, x = network(group).eval(), data(group)
    dynamic = ({0: torch.export.Dim("batch", min=1, max=64)},)
    with torch.no_grad():
        program = torch.export.export(net, (x,), dynamic_shapes=dynamic, strict=strict)
    assert torch.allclose(program.module()(x), net(x), atol=1e-5)
    more = torch.cat([x, x, x])
    assert torch.allclose(program.module()(more), net(more), atol=1e-5)


def test_masks_are_right_when_traced() -> None:
    torch._dynamo.reset()
    net = network(gk.p6).double()
    x = data(gk.p6, dtype=torch.float64)
    mask = torch.tensor(gk.action.stable_mask(gk.p6.stabilizer, (9, 9)))
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(x), compiled(torch.where(mask, x, 1e6)))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=["bf16", "fp16"])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_norms_are_in_single_precision_where_autocast_is_compiled(
    group: gk.SplitGroup, dtype: torch.dtype
) -> None:
    torch._dynamo.reset()
    x = 3 + torch.randn(4, 2, group.order, 9, 9)
    above = 1000 * torch.randn(x.shape)
    found = []
    for backend in (None, "aot_eager"):
        norm, leaf = gt.GroupBatchNorm(group, 2), x.clone().requires_grad_()
        run = norm if backend is None else torch.compile(norm, fullgraph=True, backend=backend)
        with torch.autocast("cpu", dtype):
            y = run(leaf)
            (y * above).sum().backward()
        statistics = norm.running_mean, norm.running_var
        found.append((y, leaf.grad, norm.weight.grad, norm.bias.grad, *statistics))
    for eager, compiled in zip(*found, strict=True):
        assert eager.dtype == compiled.dtype
        scale = eager.abs().max().item()
        assert torch.allclose(eager, compiled, rtol=1e-5, atol=1e-5 * scale)


def test_an_empty_batch_leaves_running_statistics() -> None:
    torch._dynamo.reset()
    norm = gt.GroupBatchNorm(gk.p4m, 2)
    compiled = torch.compile(norm, fullgraph=True, backend="aot_eager")
    assert compiled(torch.zeros(0, 2, 8, 5, 5)).shape == (0, 2, 8, 5, 5)
    assert norm.running_mean.tolist() == [0, 0]
    assert norm.running_var.tolist() == [1, 1]
