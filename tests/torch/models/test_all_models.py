"""What holds of every network: symmetry, training, copies, plain forms."""

import copy
import io
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit_torch as gt
from tests.torch.models.zoo import CASES, Case

ALL = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
SOME = ("gc P4CNN", "strided AllCNNC", "ResNet", "DenseNet", "UNet", "C4h VolumeNet")


def shape_of(case: Case, batch: int = 2) -> tuple[int, ...]:
    return (batch, *case.shape)


@ALL
def test_symmetry_is_exact(case: Case) -> None:
    torch.manual_seed(0)
    net, group, shape = case.make().double(), case.group, shape_of(case)
    gt.set_exact(net, "raise")
    net(torch.zeros(shape, dtype=torch.float64))
    trace = gt.trace_exactness(net, shape, group)
    assert trace.kept == (tuple(group.stabilizer) if case.judged else None)
    for training in (True, False):
        net.train(training)
        gt.testing.assert_equivariant(net, group, shape, case.input_type, case.output_type)


@ALL
def test_training_reaches_every_weight(case: Case) -> None:
    torch.manual_seed(0)
    net = case.make()
    x = torch.randn(shape_of(case, 4))
    y = torch.arange(4) % 2
    before = copy.deepcopy(dict(net.named_parameters()))
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(2):  # weights behind others that start at zero would get theirs later
        scores = net(x)
        scores = scores.flatten(2).mean(2) if scores.dim() > 2 else scores
        loss = nn.functional.cross_entropy(scores, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for name, parameter in net.named_parameters():
        assert parameter.isfinite().all(), name
        assert not torch.equal(parameter, before[name]), name


@ALL
def test_copies_compute_the_same(case: Case) -> None:
    torch.manual_seed(0)
    net = case.make().eval()
    other = case.make().eval()
    other.load_state_dict(net.state_dict())
    x = torch.randn(shape_of(case, 1))
    with torch.no_grad():
        y = net(x)
        assert torch.equal(copy.deepcopy(net)(x), y)
        assert torch.equal(pickle.loads(pickle.dumps(net))(x), y)
        assert torch.equal(other(x), y)


@pytest.mark.compile
@pytest.mark.parametrize(
    "name", [*SOME, *(pytest.param(n, marks=pytest.mark.slow) for n in CASES if n not in SOME)]
)
def test_networks_have_a_plain_form(name: str) -> None:
    torch.manual_seed(0)
    case = CASES[name]
    net = case.make().eval()
    x = torch.randn(shape_of(case))
    plain = gt.to_plain(net, x, fold_batch_norm=True)
    with torch.no_grad():
        assert torch.allclose(plain(x), net(x), atol=1e-4)
    kinds = {type(module).__module__.split(".")[0] for module in plain.modules()}
    assert kinds == {"torch"}


@pytest.mark.compile
@pytest.mark.program
def test_plain_forms_are_loaded_where_groupkit_is_not(tmp_path: Path) -> None:
    case = CASES["ResNet"]
    net, x = case.make().eval(), torch.randn(shape_of(case))
    torch.save((gt.to_plain(net), x, net(x).detach()), tmp_path / "plain.pt")
    code = (
        "import sys, torch\n"
        f"plain, x, y = torch.load({str(tmp_path / 'plain.pt')!r}, weights_only=False)\n"
        "assert torch.allclose(plain(x), y, atol=1e-4)\n"
        "assert not any(name.startswith('groupkit') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.compile
@pytest.mark.parametrize(
    "name",
    [
        *("gc P4CNN", "UNet"),
        *(pytest.param(n, marks=pytest.mark.slow) for n in CASES if n not in ("gc P4CNN", "UNet")),
    ],
)
def test_networks_are_exported(name: str) -> None:
    torch.manual_seed(0)
    case = CASES[name]
    net = gt.freeze(case.make().eval())
    x = torch.randn(shape_of(case))
    program = torch.export.export(net, (x,))
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    with torch.no_grad():
        assert torch.allclose(torch.export.load(file).module()(x), net(x), atol=1e-5)


def assert_compiled(case: Case, backend: str) -> None:
    torch.manual_seed(0)
    torch._dynamo.reset()
    net = case.make().eval()
    x = torch.randn(shape_of(case))
    with torch.no_grad():
        compiled = torch.compile(net, fullgraph=True, backend=backend)
        assert torch.allclose(compiled(x), net(x), atol=1e-5)


@pytest.mark.compile
def test_a_network_is_compiled_whole() -> None:
    assert_compiled(CASES["gc P4CNN"], "aot_eager")


@pytest.mark.slow
@pytest.mark.compile
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", ["gc P4CNN", "p6 RotationPooling", "ResNet", "DenseNet", "UNet"])
def test_networks_are_compiled_with_inductor(name: str) -> None:
    assert_compiled(CASES[name], "inductor")
