"""Moving maps instead of filters gives what the bank gives, and happens where it pays."""

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.convolutions import conv
from groupkit_torch.convolutions.moved_maps import is_kept, moving_pays
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import cubic, image, mirror_line, name, orthorhombic, p2mm, tetragonal

FLOAT64 = {"dtype": torch.float64}
BOXES = [gk.p1, gk.p2, gk.p4, gk.p4m, mirror_line, p2mm, cubic, tetragonal]
"""Groups that map boxes to boxes."""
CROSS = gk.p4.window_of_points([(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)], [0, 0])
IDENTITY_LAST = gk.SplitGroup.from_matrices("turns", gk.p4.stabilizer.matrices[[1, 2, 3, 0]])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Let maps be moved wherever they can be; return the shapes of those that are."""
    monkeypatch.setattr(conv, "moving_pays", lambda *_: True)
    return spied(monkeypatch)


def spied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    seen: list[tuple[int, ...]] = []
    correlate = conv.correlate_moved

    def noted(x: Tensor, *arguments: Any) -> Tensor:
        seen.append(tuple(x.shape))
        return correlate(x, *arguments)

    monkeypatch.setattr(conv, "correlate_moved", noted)
    return seen


def pair(*arguments: Any, **options: Any) -> tuple[gt.GroupConv, gt.GroupConv]:
    """Return a layer that may move maps, and one with the same weights that may not."""
    moved = gt.GroupConv(*arguments, **FLOAT64, **options)
    direct = gt.GroupConv(*arguments, **FLOAT64, **options, algorithm="direct")
    direct.load_state_dict(moved.state_dict())
    return moved, direct


def gradients(layer: nn.Module, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    y = layer(x)
    waves = torch.arange(y.numel(), dtype=torch.float64).view(y.shape).cos()
    (y * waves).sum().backward()
    return [y.detach(), x.grad, *(p.grad for p in layer.parameters())]


def assert_alike(ours: list[Tensor], theirs: list[Tensor]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        assert (a - b).abs().max() <= 1e-12 * max(b.abs().max().item(), 1.0)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": 1},
        {"padding": 2, "dilation": 2},
        {"bias": False},
        {"groups": 2},
        {"kernel_size": 2, "padding": 1},
        {"kernel_size": 5, "padding": "same"},
    ],
    ids=str,
)
@pytest.mark.parametrize("group", BOXES, ids=name)
def test_values_and_gradients_are_those_of_the_bank(
    group: gk.SplitGroup, options: dict[str, Any], calls: list[tuple[int, ...]]
) -> None:
    kernel = options.get("kernel_size", 3)
    rest = {key: value for key, value in options.items() if key != "kernel_size"}
    moved, direct = pair(group, 2, 4, kernel, **rest)
    x = torch.randn(2, 2, group.order, *image(group, 6, 9, 5), **FLOAT64)
    assert_alike(gradients(moved, x), gradients(direct, x))
    assert calls == [tuple(x.shape)]


def test_windows_of_any_shape(calls: list[tuple[int, ...]]) -> None:
    for group in (gk.p4, gk.p4m):
        cross = group.window_of_points([(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)], [0, 0])
        moved, direct = pair(group, 2, 3, cross, padding=1)
        assert not moved._in_order
        x = torch.randn(2, 2, group.order, 7, 7, **FLOAT64)
        assert_alike(gradients(moved, x), gradients(direct, x))
    assert len(calls) == 2


def test_an_identity_that_is_not_the_first(calls: list[tuple[int, ...]]) -> None:
    assert IDENTITY_LAST.stabilizer.identity == 3
    moved, direct = pair(IDENTITY_LAST, 2, 3, 3)
    x = torch.randn(2, 2, 4, 7, 7, **FLOAT64)
    assert_alike(gradients(moved, x), gradients(direct, x))
    assert len(calls) == 1


def test_oblong_arrays(calls: list[tuple[int, ...]]) -> None:
    moved, direct = pair(p2mm, 2, 3, (3, 5), padding=(1, 0))
    x = torch.randn(2, 2, 4, 6, 9, **FLOAT64)
    assert_alike(gradients(moved, x), gradients(direct, x))
    moved, direct = pair(tetragonal, 1, 2, (3, 3, 1))
    x = torch.randn(1, 1, 8, 5, 5, 4, **FLOAT64)
    assert_alike(gradients(moved, x), gradients(direct, x))
    assert len(calls) == 2
    moved, direct = pair(gk.p4, 2, 3, 3)  # a quarter turn of an oblong is another array
    x = torch.randn(2, 2, 4, 6, 9, **FLOAT64)
    assert torch.equal(moved(x), direct(x))
    assert len(calls) == 2


def test_which_arrays_are_kept() -> None:
    assert is_kept(orthorhombic.stabilizer, (3, 4, 5))
    assert is_kept(tetragonal.stabilizer, (4, 4, 5))
    assert not is_kept(tetragonal.stabilizer, (4, 5, 4))
    assert not is_kept(cubic.stabilizer, (4, 4, 5))


@pytest.mark.parametrize("group", BOXES, ids=name)
def test_equivariance(group: gk.SplitGroup, calls: list[tuple[int, ...]]) -> None:
    layer = gt.GroupConv(group, 2, 3, 3, padding=1, **FLOAT64)
    shape = (2, 2, group.order, *image(group, 6, 9, 5))
    assert_equivariant(layer, group, shape, input_type="regular", output_type="regular")
    assert calls


def test_frozen_layers_have_a_bank(calls: list[tuple[int, ...]]) -> None:
    moved, direct = pair(gk.p4m, 2, 3, 3, padding=1)
    x = torch.randn(1, 2, 8, 6, 6, **FLOAT64)
    assert_alike([gt.freeze(moved)(x)], [direct(x)])
    assert not calls
    assert_alike([gt.unfreeze(moved)(x)], [direct(x)])
    assert calls


def test_an_empty_batch(calls: list[tuple[int, ...]]) -> None:
    layer = gt.GroupConv(gk.p4, 2, 3, 3, padding=1)
    assert layer(torch.zeros(0, 2, 4, 6, 6)).shape == (0, 3, 4, 6, 6)
    assert calls


def test_gradients_of_gradients_and_of_samples(calls: list[tuple[int, ...]]) -> None:
    layer = gt.GroupConv(gk.p4, 1, 2, 3, **FLOAT64)
    x = torch.randn(1, 1, 4, 4, 4, **FLOAT64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradgradcheck(layer, (x,))
    weights = dict(layer.named_parameters())

    def loss(weights: dict[str, Tensor], one: Tensor) -> Tensor:
        return torch.func.functional_call(layer, weights, (one[None],)).square().sum()

    samples = torch.randn(3, 1, 4, 5, 5, **FLOAT64)
    found = torch.func.vmap(torch.func.grad(loss), (None, 0))(weights, samples)
    for i, sample in enumerate(samples):
        layer.zero_grad()
        layer(sample[None]).square().sum().backward()
        for key, parameter in layer.named_parameters():
            assert (found[key][i] - parameter.grad).abs().max() <= 1e-12
    assert calls


def test_complex_maps_copies_and_parametrizations(calls: list[tuple[int, ...]]) -> None:
    moved, direct = pair(gk.p4, 2, 3, 3)
    for change in (copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))):
        x = torch.randn(1, 2, 4, 5, 5, **FLOAT64)
        assert_alike([change(moved)(x)], [direct(x)])
    for layer in (moved, direct):
        nn.utils.parametrizations.weight_norm(layer)
    assert_alike([moved(x)], [direct(x)])
    wide = gt.GroupConv(gk.p4, 2, 3, 3, dtype=torch.complex128)
    bank = gt.GroupConv(gk.p4, 2, 3, 3, dtype=torch.complex128, algorithm="direct")
    bank.load_state_dict(wide.state_dict())
    x = torch.randn(1, 2, 4, 5, 5, dtype=torch.complex128)
    assert (wide(x) - bank(x)).abs().max() <= 1e-12
    assert len(calls) == 4


class Doubled(gt.GroupConv):
    def expanded_weight(self) -> Tensor:
        return 2 * super().expanded_weight()


def test_a_class_with_a_bank_of_its_own(calls: list[tuple[int, ...]]) -> None:
    layer = Doubled(gk.p4, 1, 2, 3, bias=False)
    plain = gt.GroupConv(gk.p4, 1, 2, 3, bias=False, algorithm="direct")
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(1, 1, 4, 5, 5)
    assert torch.allclose(layer(x), 2 * plain(x), atol=1e-6)
    assert not calls


OTHERS: dict[str, Callable[[], tuple[nn.Module, Tensor]]] = {
    "stride": lambda: (gt.GroupConv(gk.p4, 1, 2, 3, 2), torch.randn(1, 1, 4, 7, 7)),
    "padding mode": lambda: (
        gt.GroupConv(gk.p4, 1, 2, 3, padding=1, padding_mode="circular"),
        torch.randn(1, 1, 4, 6, 6),
    ),
    "uneven padding": lambda: (
        gt.GroupConv(gk.p4, 1, 2, 3, padding=(1, 0), exact="ignore"),
        torch.randn(1, 1, 4, 6, 6),
    ),
    "hexagons": lambda: (gt.GroupConv(gk.p6, 1, 2, 3), torch.randn(1, 1, 6, 7, 7)),
    "lifting": lambda: (gt.LiftingConv(gk.p4, 1, 2, 3), torch.randn(1, 1, 7, 7)),
    "cosets": lambda: (
        gt.GroupConv(gk.p4m, 1, 2, 3, output_type=gk.p4m.subgroup({"m": 1})),
        torch.randn(1, 1, 8, 7, 7),
    ),
    "factors": lambda: (gt.SeparableGroupConv(gk.p4, 1, 2, 3), torch.randn(1, 1, 4, 7, 7)),
    "direct": lambda: (
        gt.GroupConv(gk.p4, 1, 2, 3, algorithm="direct"),
        torch.randn(1, 1, 4, 7, 7),
    ),
    "half": lambda: (
        gt.GroupConv(gk.p4, 1, 2, 3, dtype=torch.bfloat16),
        torch.randn(1, 1, 4, 7, 7, dtype=torch.bfloat16),
    ),
    "channels last": lambda: (
        gt.GroupConv(gk.p4, 2, 2, 3),
        torch.randn(1, 7, 7, 2, 4).movedim((3, 4), (1, 2)),
    ),
}


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_other_layers_and_maps_are_left_alone(
    case: Callable[[], tuple[nn.Module, Tensor]], calls: list[tuple[int, ...]]
) -> None:
    layer, x = case()
    layer(x)
    assert not calls


def test_autocast_and_traces_are_left_alone(calls: list[tuple[int, ...]]) -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 2, 3), torch.randn(1, 1, 4, 7, 7)
    with torch.autocast("cpu", torch.bfloat16):
        layer(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.trace is deprecated
        traced = torch.jit.trace(layer, x, check_trace=False)
    assert not calls
    other = torch.randn(2, 1, 4, 9, 9)
    assert torch.allclose(traced(other), layer(other), atol=1e-5)


@pytest.mark.compile
@pytest.mark.parametrize("group", [*BOXES, IDENTITY_LAST], ids=name)
def test_compiled_layers_move_maps_by_views(
    group: gk.SplitGroup, calls: list[tuple[int, ...]]
) -> None:
    torch._dynamo.reset()
    moved, direct = pair(group, 2, 4, 3, padding=1, groups=2)
    compiled = torch.compile(moved, backend="aot_eager", fullgraph=True)
    x = torch.randn(2, 2, group.order, *image(group, 6, 9, 5), **FLOAT64)
    assert_alike(gradients(compiled, x), gradients(direct, x))
    assert calls == [tuple(x.shape)]


@pytest.mark.compile
@pytest.mark.parametrize("window", [3, CROSS], ids=["box", "cross"])
def test_compiled_gradients_of_samples(
    window: int | gk.Window, calls: list[tuple[int, ...]]
) -> None:
    torch._dynamo.reset()
    layer = gt.GroupConv(gk.p4, 1, 2, window, **FLOAT64)
    weights = dict(layer.named_parameters())

    def loss(weights: dict[str, Tensor], one: Tensor) -> Tensor:
        return torch.func.functional_call(layer, weights, (one[None],)).square().sum()

    of_samples = torch.func.vmap(torch.func.grad(loss), (None, 0))
    samples = torch.randn(3, 1, 4, 5, 5, **FLOAT64)
    compiled = torch.compile(of_samples, backend="aot_eager", fullgraph=True)(weights, samples)
    eager = of_samples(weights, samples)
    assert len(calls) == 2
    assert_alike(list(compiled.values()), list(eager.values()))


@pytest.mark.compile
def test_compiled_networks_move_maps_of_one_size(calls: list[tuple[int, ...]]) -> None:
    torch._dynamo.reset()
    layers = [pair(gk.p4m, 3, 3, 3, padding=1) for _ in range(3)]
    moving = nn.Sequential(*[moved for moved, _ in layers])
    compiled = torch.compile(moving, backend="aot_eager", fullgraph=True)
    bank = nn.Sequential(*[direct for _, direct in layers])
    for batch in (4, 2, 3):  # torch compiles once more, for any batch
        x = torch.randn(batch, 3, 8, 6, 6, **FLOAT64)
        assert_alike([compiled(x)], [bank(x)])
    assert calls == [(4, 3, 8, 6, 6)] * 3


@pytest.mark.compile
def test_compiled_and_exported_layers_are_for_any_size(calls: list[tuple[int, ...]]) -> None:
    layer, x = gt.GroupConv(gk.p4, 1, 2, 3), torch.randn(2, 1, 4, 7, 7)
    compiled = torch.compile(layer, backend="eager", dynamic=True, fullgraph=True)
    assert torch.allclose(compiled(x), layer(x), atol=1e-5)
    sides = {0: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO, 4: torch.export.Dim.AUTO}
    program = torch.export.export(layer, (x,), dynamic_shapes=(sides,)).module()
    calls.clear()
    other = torch.randn(3, 1, 4, 9, 9)
    assert torch.allclose(compiled(other), program(other), atol=1e-5)
    assert not calls
    assert torch.allclose(program(other), layer(other), atol=1e-5)
    assert calls


@pytest.mark.compile
def test_compiled_layers_move_maps_that_eager_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch._dynamo.reset()
    calls = spied(monkeypatch)
    layer, x = gt.GroupConv(gk.p4m, 50, 50, 3, padding=1), torch.randn(4, 50, 8, 8, 8)
    y = layer(x)
    assert not calls
    assert torch.allclose(torch.compile(layer, backend="eager")(x), y, atol=1e-5)
    assert len(calls) == 1


def test_fake_maps_leave_no_tables_behind(calls: list[tuple[int, ...]]) -> None:
    with FakeTensorMode():
        layer = gt.GroupConv(gk.p4, 1, 2, 3)
        x = torch.randn(1, 1, 4, 11, 11)
        assert layer(x).shape == (1, 2, 4, 9, 9)
        assert torch.func.grad(lambda x: layer(x).sum())(x).shape == x.shape  # x in a wrapper
    assert not calls
    layer, x = gt.GroupConv(gk.p4, 1, 2, 3), torch.randn(1, 1, 4, 11, 11)
    assert type(layer(x)) is Tensor
    assert calls


def test_wide_layers_on_small_maps_move_them(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = spied(monkeypatch)
    wide, narrow = gt.GroupConv(gk.p4m, 50, 50, 3, padding=1), gt.GroupConv(gk.p4m, 10, 10, 3)
    wide(torch.zeros(1, 50, 8, 8, 8))
    assert len(calls) == 1
    wide(torch.zeros(16, 50, 8, 8, 8))
    narrow(torch.zeros(1, 10, 8, 8, 8))
    assert len(calls) == 1


@pytest.mark.parametrize("order", [2, 4, 8, 48])
def test_moving_pays_less_with_larger_maps_and_more_with_wider_layers(order: int) -> None:
    widths, sizes = (4, 16, 32, 64, 128), (1, 4, 16, 64, 256, 1024)
    table = [[moving_pays(order, c, c, 1, 9, points) for points in sizes] for c in widths]
    assert all(row == sorted(row, reverse=True) for row in table)
    assert all(list(column) == sorted(column) for column in zip(*table, strict=True))
    assert any(map(any, table))
    assert not all(map(all, table))
    compiled = [[moving_pays(order, c, c, 1, 9, n, compiled=True) for n in sizes] for c in widths]
    for row, eager in zip(compiled, table, strict=True):
        assert all(more >= less for more, less in zip(row, eager, strict=True))  # calls cost less
