"""Plain networks compute the same, without groupkit."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.export import plain
from groupkit_torch.export.opening import layers_of_ours
from groupkit_torch.export.plain_layers import an_input, equal, plain_layer
from groupkit_torch.models import P4CNN
from tests.torch.groups import face_centred, mirror_line, name
from tests.torch.ordinary_cases import Case, cases
from tests.torch.test_modules import data, network, step

pytestmark = pytest.mark.compile


SLOW = [pytest.param(group, marks=pytest.mark.slow) for group in (gk.p6, face_centred)]


class Residual(nn.Module):
    """A module of the user's own, with a skip around a convolution and its norm."""

    def __init__(self, group: gk.SplitGroup) -> None:
        super().__init__()
        L = gt.layers(group)
        self.lift, self.first = L.LiftingConv(2, 4, 3, padding=1), L.BatchNorm(4)
        self.conv, self.second = L.GroupConv(4, 4, 3, padding=1), L.BatchNorm(4)
        self.pool = L.CosetPool("mean")
        self.head = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(self.lift(x)).relu()
        z = self.conv(y)
        y = self.second(z) + y + z  # z feeds more than its norm
        return self.head(self.pool(y).flatten(2).mean(2))


class Reading(Residual):
    """A module that looks at a layer of ours."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lift(x) * (2 if isinstance(self.lift, gt.LiftingConv) else 1)


def trained(group: gk.SplitGroup) -> tuple[nn.Module, torch.Tensor]:
    net, x = Residual(group), data(group)
    step(net, x)
    return net.eval(), x


@cases(fast=[gk.p4m])
def test_every_layer_has_a_plain_form(case: Case) -> None:
    layer, x = case.make().eval(), case.input(side=9)
    if case.layer == "Resampling":
        x = case.input()
    result = gt.to_plain(nn.Sequential(layer))
    assert not layers_of_ours(result)
    assert b"groupkit" not in pickle.dumps(result)
    assert equal(layer(x), result(x))
    more = torch.cat([x, x, x])
    assert equal(layer(more), result(more))
    y, z = layer.double()(x.double()), result.double()(x.double())
    assert z.dtype == torch.float64
    assert torch.allclose(y, z, rtol=1e-5, atol=1e-5)  # banks were made in single precision


@pytest.mark.parametrize("group", [gk.p4m, mirror_line, *SLOW], ids=name)
def test_networks_have_a_plain_form_with_norms_folded(group: gk.SplitGroup) -> None:
    net, x = network(group), data(group)
    step(net, x)
    y, state = net.eval()(x), copy.deepcopy(net.state_dict())
    for result in (
        gt.to_plain(net),
        gt.to_plain(net, x, fold_batch_norm=True),
    ):
        assert not layers_of_ours(result)
        assert torch.allclose(result(x), y, atol=1e-5)
    assert isinstance(result[1], nn.Identity)
    assert all(
        torch.equal(a, b) for a, b in zip(state.values(), net.state_dict().values(), strict=True)
    )
    step(result, x)  # it trains


def test_modules_of_ones_own_keep_their_class_and_norms_fold_where_they_can() -> None:
    net, x = trained(gk.p4)
    result = gt.to_plain(net, x, fold_batch_norm=True)
    assert type(result) is Residual
    assert isinstance(result.first, nn.Identity)
    assert isinstance(result.second, nn.BatchNorm3d)  # what it would be folded into is used alone
    assert torch.allclose(result(x), net(x), atol=1e-5)


def test_norms_without_a_sibling_in_torch_fold_too() -> None:
    L = gt.layers(face_centred)  # regular maps in three dimensions have six axes
    net = nn.Sequential(L.LiftingConv(1, 2, 3), L.BatchNorm(2)).eval()
    net[1].running_var.uniform_(1, 2)
    x = torch.randn(1, 1, 5, 5, 5)
    result = gt.to_plain(net, fold_batch_norm=True)
    assert isinstance(result[1], nn.Identity)
    assert equal(net(x), result(x))


def test_a_layer_that_is_used_twice_stays_one() -> None:
    conv, norm = gt.GroupConv(gk.p4, 2, 2, 3, padding=1), gt.GroupBatchNorm(gk.p4, 2)
    net, x = nn.Sequential(conv, norm, conv).eval(), torch.randn(1, 2, 4, 5, 5)
    result = gt.to_plain(net, fold_batch_norm=True)
    assert result[0] is result[2]
    assert isinstance(result[1], nn.BatchNorm3d)
    assert torch.allclose(result(x), net(x), atol=1e-5)


class Apart(nn.Module):
    """A module that calls the parts of a Sequential apart as well."""

    def __init__(self) -> None:
        super().__init__()
        conv, norm = gt.GroupConv(gk.p4, 2, 2, 3), gt.GroupBatchNorm(gk.p4, 2)
        nn.init.constant_(norm.bias, 1)
        self.parts = nn.Sequential(conv, norm)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.parts(x) + self.parts[0](x)


def test_without_inputs_norms_fold_only_where_nothing_else_can_be_between() -> None:
    net, x = Apart().eval(), torch.randn(2, 2, 4, 5, 5)
    for given in ((), (x,)):
        result = gt.to_plain(net, *given, fold_batch_norm=True)
        assert torch.allclose(result(x), net(x), atol=1e-5)
    chain = nn.Sequential(net.parts)
    assert isinstance(gt.to_plain(chain, fold_batch_norm=True)[0][1], nn.Identity)


@pytest.mark.parametrize("given", [True, False])
def test_pruned_weights(given: bool) -> None:
    net, x = nn.Sequential(gt.GroupConv(gk.p4, 2, 2, 3)).eval(), torch.randn(2, 2, 4, 5, 5)
    nn.utils.prune.random_unstructured(net[0], "weight", amount=0.5)
    with torch.no_grad():
        net[0].weight_orig.mul_(3)  # the weight follows in the next forward
    result = gt.to_plain(net, *([x] if given else []))
    assert torch.allclose(result(x), net(x), atol=1e-5)


def test_layers_are_called_by_position() -> None:
    class ByName(Apart):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.parts[0](x=x)

    with pytest.raises(gt.PlainError, match="GroupConv is called with x by name"):
        gt.to_plain(ByName(), torch.randn(2, 2, 4, 5, 5))


@pytest.mark.parametrize(
    "make",
    [
        lambda L: L.GroupConv(2, 4, 3, output_type=gk.p4.field("vector")),
        lambda L: L.SeparableGroupConv(2, 4, 3, algorithm="factored"),
        lambda L: L.SeparableGroupConv(2, 4, 3, share="g", algorithm="factored"),
        lambda L: L.GroupConv(2, 4, 3, 1, "same", 2, groups=2, padding_mode="circular"),
        lambda L: L.GroupConv(2, 4, 3, padding=1, padding_mode="reflect", bias=False),
        lambda L: L.BatchNorm(2, affine=False),
        lambda L: L.BatchNorm(2, track_running_stats=False),
        lambda L: nn.utils.parametrizations.weight_norm(L.GroupConv(2, 4, 3)),
        lambda L: gt.freeze(L.GroupConv(2, 4, 3)),
        lambda L: L.GroupConv(2, 4, 3).double(),
    ],
    ids=["field", "gc", "g", "circular", "reflect", "affine", "stats", "norm", "frozen", "double"],
)
def test_settings_are_kept(make: Callable[..., nn.Module]) -> None:
    layer = make(gt.layers(gk.p4)).eval()
    x = an_input(layer)
    assert equal(layer(x), gt.to_plain(nn.Sequential(layer), x)(x))


def test_circular_padding_on_hexagonal_lattices_stays_on_the_torus() -> None:
    layer = gt.GroupConv(gk.p6, 2, 2, 3, padding="same", padding_mode="circular").eval()
    x = torch.randn(1, 2, 6, 8, 8)
    assert equal(layer(x), gt.to_plain(layer, x)(x))


@pytest.mark.slow
def test_restricted_networks_have_a_plain_form() -> None:
    net, x = network(gk.p4m).eval(), data(gk.p4m)
    smaller = gt.restrict(net, gk.p4)
    assert torch.allclose(gt.to_plain(smaller, x)(x), net(x), atol=1e-4)


def test_an_array_without_a_centre_is_refused_as_before() -> None:
    net = gt.to_plain(gt.LiftingConv(gk.p6, 2, 2, 3))
    net(torch.randn(1, 2, 7, 7))
    with pytest.raises(RuntimeError, match="Mod"):
        net(torch.randn(1, 2, 8, 8))


def test_what_computes_something_else_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = network(gk.p4).eval(), data(gk.p4)
    with pytest.raises(gt.PlainError, match="Linear has no layer of groupkit_torch"):
        gt.to_plain(nn.Linear(1, 1))
    hooked = copy.deepcopy(net)
    hooked[0].register_forward_hook(lambda _module, _x, y: 2 * y)
    with pytest.raises(gt.PlainError, match="computes something else; take hooks off the layer"):
        gt.to_plain(hooked, x)
    reading = Reading(gk.p4).eval()
    with pytest.raises(gt.PlainError, match="computes something else than the model, though each"):
        gt.to_plain(reading, x)

    def wrong(layer: nn.Module, example: torch.Tensor) -> nn.Module:
        result = plain_layer(layer, example)
        for parameter in result.parameters():
            nn.init.ones_(parameter)
        return result

    monkeypatch.setattr(plain, "plain_layer", wrong)
    with pytest.raises(gt.PlainError, match="LiftingConv gives an output, and its plain form comp"):
        gt.to_plain(net, x)
    monkeypatch.setattr(plain, "plain_layer", lambda *_: nn.Linear(1, 1))
    with pytest.raises(gt.PlainError, match="its plain form refuses it; take hooks off"):
        gt.to_plain(net, x)


class Deciding(nn.Module):
    """A module whose forward calls the convolution without its norm for some inputs."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how
        self.conv, self.norm = gt.GroupConv(gk.p4, 2, 2, 3), gt.GroupBatchNorm(gk.p4, 2)
        nn.init.constant_(self.norm.bias, 1)

    def forward(self, x: torch.Tensor, bare: bool | None = None) -> torch.Tensor:
        y = self.conv(x)
        if self.how == "value" and x.mean() > 10:
            return y
        if self.how == "size" and x.shape[-1] > 9:
            return y
        if self.how == "argument" and bare:
            return y
        return self.norm(y)


@pytest.mark.parametrize("how", ["value", "size", "argument", "never"])
def test_norms_stay_where_another_way_may_pass_them(how: str) -> None:
    net, x = Deciding(how).eval(), torch.randn(2, 2, 4, 9, 9)
    for given in ((), (x,), (x, False)):
        result = gt.to_plain(net, *given, fold_batch_norm=True)
        assert isinstance(result.norm, nn.Identity) == (how == "never")
        for tried in ((x,), (x + 20,), (torch.randn(2, 2, 4, 11, 11),), (x, True)):
            assert equal(net(*tried), result(*tried))


def test_derived_classes_are_traced() -> None:
    class Clamped(gt.GroupConv):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x).clamp(-5, 5)

    net = nn.Sequential(Clamped(gk.p4, 2, 2, 3), gt.GroupBatchNorm(gk.p4, 2)).eval()
    x = 100 * torch.randn(2, 2, 4, 9, 9)
    result = gt.to_plain(net, fold_batch_norm=True)
    assert equal(net(x), result(x))

    def doubled(x: torch.Tensor) -> torch.Tensor:
        return 2 * x

    layer = gt.GroupConv(gk.p4, 2, 2, 3).eval()
    layer.forward = doubled
    assert torch.equal(gt.to_plain(nn.Sequential(layer))(x), 2 * x)


def test_outputs_of_ones_own_modules_are_compared_without_inputs_too() -> None:
    with pytest.raises(gt.PlainError, match="computes something else than the model, though each"):
        gt.to_plain(Reading(gk.p4).eval())

    class Sized(Residual):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x.view(1, 2, 19, 19))

    with pytest.raises(gt.PlainError, match=r"what Sized takes, .* give an input, gt.to_plain\("):
        gt.to_plain(Sized(gk.p4))
    gt.to_plain(Sized(gk.p4), torch.randn(1, 2, 19, 19))


def test_layers_that_are_no_submodules_are_refused() -> None:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.others = gt.GroupConv(gk.p4, 2, 2, 3), [gt.GroupConv(gk.p4, 2, 2, 3)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.others[0](self.first(x))

    with pytest.raises(
        gt.PlainError, match=r"is no submodule of the model; keep layers in a torch.nn.ModuleList"
    ):
        gt.to_plain(Listed())


def test_networks_derived_from_ours_may_count_by_sizes() -> None:
    class Counting(P4CNN):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = super().forward(x)
            return sum(y[..., i : i + 1] * i for i in range(y.shape[-1])) / x.shape[0]

    net, x = Counting(gk.p4, 2).eval(), torch.randn(2, 1, 28, 28)
    assert equal(gt.to_plain(net, x)(x), net(x))


def test_what_cannot_be_traced_is_an_error() -> None:
    class Undecided(gt.CosetPool):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x if x.sum() > 0 else -x)

    with pytest.raises(gt.PlainError, match=r"Undecided cannot be traced by torch.export"):
        gt.to_plain(Undecided(gk.p4))


def test_small_differences_are_rounding_and_others_are_not() -> None:
    x = torch.randn(5)
    assert equal(x, x * (1 + 1e-6))
    assert not equal(x, x * 1.01)
    assert not equal(x, x.double())
    assert not equal(x, x[:4])
    assert equal(torch.full((2,), torch.inf), torch.full((2,), torch.inf))
    assert not equal(torch.ones(2), torch.full((2,), torch.nan))


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, *_):
        if name.split(".")[0] in ("groupkit", "groupkit_torch"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import torch
x, y = torch.load("data.pt")
for net in (torch.load("net.pt", weights_only=False), torch.export.load("net.pt2").module()):
    assert torch.allclose(net(x), y, atol=1e-5)
try:
    import groupkit_torch
except ModuleNotFoundError:
    print("no groupkit here")
"""


def run_without_groupkit(folder: Path) -> str:
    command = [sys.executable, "-c", WITHOUT]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_result_loads_and_runs_where_groupkit_is_not(tmp_path: Path) -> None:
    L = gt.layers(gk.p6)
    net = nn.Sequential(L.LiftingConv(1, 2, 3), L.BatchNorm(2), nn.ReLU(), L.CosetPool())
    x = torch.randn(2, 1, 9, 9)
    step(net, x)
    y = net.eval()(x).detach()
    result = gt.to_plain(net, x)
    torch.save((x, y), tmp_path / "data.pt")
    torch.save(result, tmp_path / "net.pt")
    torch.export.save(torch.export.export(result, (x,)), tmp_path / "net.pt2")
    assert run_without_groupkit(tmp_path) == "no groupkit here\n"
    torch.save(net, tmp_path / "net.pt")  # and the test notices a network that needs it
    with pytest.raises(AssertionError, match="ModuleNotFoundError: groupkit"):
        run_without_groupkit(tmp_path)


def test_no_name_of_ours_is_in_a_plain_graph() -> None:
    layer = gt.to_plain(gt.GroupBlurPool(gk.p6))
    assert "groupkit" not in layer.code
    assert isinstance(layer, torch.fx.GraphModule)


def test_plain_networks_take_fake_quantisation() -> None:
    L = gt.layers(gk.p4)
    net = nn.Sequential(L.LiftingConv(1, 4, 3), L.BatchNorm(4), nn.ReLU(), L.CosetPool()).eval()
    x = torch.randn(4, 1, 9, 9)
    result = gt.to_plain(net, x, fold_batch_norm=True)
    conv = result[0].conv
    scale = conv.weight.detach().abs().max().item() / 127

    class Quantised(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return torch.fake_quantize_per_tensor_affine(weight, scale, 0, -128, 127)

    nn.utils.parametrize.register_parametrization(conv, "weight", Quantised())
    assert (result(x) - net(x)).abs().max() < 0.1 * net(x).abs().max()
    step(result, x)
    assert conv.parametrizations.weight.original.grad.abs().max() > 0
    assert conv.weight.unique().numel() <= 256
