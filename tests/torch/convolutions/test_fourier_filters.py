"""Layers of one point through the irreducible representations of S equal the direct ones."""

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import GroupkitError
from groupkit_torch.convolutions.fourier_filters import fourier_pays
from groupkit_torch.convolutions.irrep_blocks import irrep_blocks
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import GROUPS, cubic, face_centred, image, name

FLOAT64 = {"dtype": torch.float64}
WIDE = {gk.p4: 131, gk.p4m: 51, gk.p6m: 32, cubic: 16}
"""Channels from which "auto" is "fourier"."""


def pair(kind: str, group: gk.SplitGroup, *arguments: Any, **options: Any) -> tuple[Any, Any]:
    """Return a layer by both algorithms, with the same weights."""
    made = [getattr(gt, kind)(group, *arguments, **options, algorithm=a) for a in ALGORITHMS]
    made[1].load_state_dict(made[0].state_dict())
    return made[0], made[1]


ALGORITHMS = ("direct", "fourier")


def gradients(layer: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    y = layer(x)
    (
        y * torch.arange(y.numel(), dtype=y.dtype, device=y.device).view(y.shape).cos()
    ).sum().backward()
    return [y.detach(), x.grad, *(p.grad for p in layer.parameters())]


def assert_alike(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        assert (a - b).abs().max() <= 1e-12 * max(b.abs().max().item(), 1.0)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_values_and_gradients_are_those_of_the_direct_layer(
    group: gk.SplitGroup, device: torch.device
) -> None:
    options = {**FLOAT64, "device": device}
    S, d = group.order, group.dimension
    for bias in (True, False):
        direct, fourier = pair("GroupConv", group, 2, 3, 1, bias=bias, **options)
        assert list(direct.state_dict()) == list(fourier.state_dict())
        x = torch.randn(2, 2, S, *image(group, 5, 6, 3), **options)
        assert_alike(gradients(fourier, x), gradients(direct, x))
        direct, fourier = pair("GroupLinear", group, 2, 3, bias=bias, **options)
        for space in [(), (4,), image(group, 3, 3, 2)][: 1 + d]:
            direct.zero_grad(), fourier.zero_grad()
            x = torch.randn(2, 2, S, *space, **options)
            assert_alike(gradients(fourier, x), gradients(direct, x))


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, gk.p6m, cubic, face_centred], ids=name)
def test_it_is_equivariant(group: gk.SplitGroup) -> None:
    layer = gt.GroupConv(group, 2, 3, 1, algorithm="fourier", **FLOAT64)
    net = nn.Sequential(layer, nn.ReLU(), gt.GroupLinear(group, 3, 2, algorithm="fourier").double())
    side = 5 if group.dimension == 2 else 3
    shape = (1, 2, group.order, *[side] * group.dimension)
    assert_equivariant(net, group, shape, "regular", "regular", tolerance=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 2},
        {"padding": 2},
        {"stride": (2, 2), "padding": 1, "padding_mode": "circular"},
        {"padding": 1, "padding_mode": "reflect"},
    ],
    ids=str,
)
def test_strides_and_borders_are_those_of_the_direct_layer(options: dict[str, Any]) -> None:
    direct, fourier = pair("GroupConv", gk.p4m, 2, 3, 1, exact="ignore", **options, **FLOAT64)
    for space in ((5, 5), (6, 4)):
        x = torch.randn(2, 2, 8, *space, **FLOAT64)
        assert_alike(gradients(fourier, x), gradients(direct, x))


def test_empty_strided_and_complex_maps_go_through() -> None:
    direct, fourier = pair("GroupConv", gk.p4, 2, 3, 1, **FLOAT64)
    assert fourier(torch.zeros(0, 2, 4, 5, 5, **FLOAT64)).shape == (0, 3, 4, 5, 5)
    x = torch.randn(2, 5, 5, 2, 4, **FLOAT64).permute(0, 3, 4, 1, 2)
    assert_alike([fourier(x)], [direct(x)])
    assert fourier(x).is_contiguous()
    direct, fourier = pair("GroupLinear", gk.p6, 2, 3, dtype=torch.complex128)
    x = torch.randn(2, 2, 6, dtype=torch.complex128)
    assert_alike([fourier(x)], [direct(x)])


def test_gradients_of_gradients_are_right() -> None:
    layer = gt.GroupLinear(gk.p6, 1, 2, algorithm="fourier", **FLOAT64)
    names = [name for name, _ in layer.named_parameters()]

    def call(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        y = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), x)
        return y.square()

    x = torch.randn(2, 1, 6, requires_grad=True, **FLOAT64)
    values = [p.detach().clone().requires_grad_() for p in layer.parameters()]
    assert torch.autograd.gradcheck(call, (x, *values))
    assert torch.autograd.gradgradcheck(call, (x, *values))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_autocast_computes_in_half(dtype: torch.dtype) -> None:
    direct, fourier = pair("GroupConv", gk.p4m, 4, 4, 1)
    x = torch.randn(2, 4, 8, 5, 5)
    with torch.autocast("cpu", dtype):
        y = fourier(x)
        assert y.dtype == dtype
        y.float().sum().backward()
    expected = direct(x)
    assert (y - expected).abs().max() < 8 * torch.finfo(dtype).eps * expected.abs().max()
    assert fourier.weight.grad.dtype == torch.float32


def test_copies_pickles_and_devices() -> None:
    layer = gt.GroupConv(gk.p4m, 2, 3, 1, algorithm="fourier")
    x = torch.randn(2, 2, 8, 5, 5)
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(again(x), layer(x))
    halves = [y.item() for y in layer.double()._basis_bits.view(torch.float64).abs().max(1)[0]]
    assert max(halves) < 1  # whole float64 numbers, however the model was cast
    with torch.device("meta"):
        empty = gt.GroupConv(gk.p4m, 2, 3, 1, algorithm="fourier")
    empty.to_empty(device="cpu").load_state_dict(layer.float().state_dict())
    assert torch.equal(empty(x), layer(x))


@pytest.mark.parametrize("kind", ["GroupConv", "GroupLinear"])
def test_frozen_layers_compute_the_same(kind: str) -> None:
    arguments = (gk.p6m, 2, 3, *([1] if kind == "GroupConv" else []))
    direct, fourier = pair(kind, *arguments, **FLOAT64)
    x = torch.randn(2, 2, 12, 5, 5, **FLOAT64)
    y = fourier.eval()(x)
    frozen = gt.freeze(fourier)
    assert torch.equal(frozen(x), y)
    assert_alike([y], [direct(x)])
    with torch.no_grad():
        frozen.weight.mul_(2)
    with pytest.raises(GroupkitError, match="is frozen, but its weights were changed"):
        frozen(x)


@pytest.mark.compile
def test_it_compiles_whole_and_is_exported() -> None:
    layer = gt.GroupConv(gk.p4m, 2, 3, 1, algorithm="fourier", **FLOAT64)
    x = torch.randn(2, 2, 8, 5, 5, **FLOAT64)
    torch._dynamo.reset()
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    expected = gradients(layer, x)
    layer.zero_grad()
    assert_alike(gradients(compiled, x), expected)
    sizes = {0: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO, 4: torch.export.Dim.AUTO}
    program = torch.export.export(layer, (x,), dynamic_shapes=(sizes,))
    wider = torch.randn(3, 2, 8, 7, 9, **FLOAT64)
    assert_alike([program.module()(wider)], [layer(wider)])
    for other in (layer, gt.GroupLinear(gk.p4m, 2, 3, algorithm="fourier", **FLOAT64)):
        net = nn.Sequential(other).eval()  # its plain form is the direct one
        assert_alike([gt.to_plain(net, x)(x)], [net(x)])


@pytest.mark.parametrize("group", WIDE, ids=name)
def test_auto_is_fourier_for_wide_layers(group: gk.SplitGroup) -> None:
    products = irrep_blocks(group.stabilizer).products
    wide = WIDE[group]
    assert fourier_pays(group.order, products, wide, wide, 1024)
    assert not fourier_pays(group.order, products, wide - 1, wide - 1, 1024)
    assert not fourier_pays(group.order, products, wide, wide, 1)  # calls cost more than products


def test_auto_takes_the_algorithm_for_each_map() -> None:
    layer = gt.GroupConv(gk.p6m, 36, 36, 1, exact="ignore")
    assert layer._takes_fourier(torch.empty(4, 36, 12, 17, 17))
    assert not layer._takes_fourier(torch.empty(1, 36, 12, 1, 1))
    assert not layer._takes_fourier(torch.empty(4, 36, 12, 7, 7), stride=(7, 7))
    assert not layer._takes_fourier(torch.empty(4, 36, 12, 17, 17, dtype=torch.bfloat16))
    last = torch.empty(4, 17, 17, 36, 12).permute(0, 3, 4, 1, 2)
    assert not layer._takes_fourier(last)
    with torch.autocast("cpu", torch.bfloat16):
        assert not layer._takes_fourier(torch.empty(4, 36, 12, 17, 17))
    direct = gt.GroupConv(gk.p6m, 36, 36, 1, exact="ignore", algorithm="direct")
    direct.load_state_dict(layer.state_dict())
    x = torch.randn(2, 36, 12, 17, 17)
    inside = layer.domain.inside((17, 17), x.device)
    difference = (layer(x) - direct(x))[..., inside]
    assert 0 < difference.abs().max() < 1e-5
    assert torch.equal(layer(x[:1, ..., :1, :1]), direct(x[:1, ..., :1, :1]))
    for narrow in (gt.GroupConv(gk.p6m, 8, 8, 1), gt.GroupConv(gk.p6m, 36, 36, 3), direct):
        assert narrow._block_sizes is None  # no tables, and no question at each call


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 3}, "this one has a window of 9 points"),
        ({"output_type": "planar"}, "this one is from regular to planar"),
        ({"input_type": [0, 1]}, "this one is from"),
        ({"groups": 2}, "this one has groups=2"),
    ],
    ids=str,
)
def test_other_layers_are_refused(options: dict[str, Any], message: str) -> None:
    if "input_type" in options:
        options = {"input_type": gk.p4m.stabilizer.subgroup([{"m": 1}])}
    settings = {"kernel_size": 1} | options
    message = rf'layers of one point between regular maps.*{message}.*use algorithm="auto"'
    with pytest.raises(SettingError, match=message):
        gt.GroupConv(gk.p4m, 4, 4, **settings, algorithm="fourier")
    gt.GroupConv(gk.p4m, 4, 4, **settings)


def test_unknown_algorithms_are_refused_and_chosen_ones_shown() -> None:
    with pytest.raises(SettingError, match="algorithm='fast' is none of auto, direct, fourier"):
        gt.GroupLinear(gk.p4, 2, 2, algorithm="fast")
    assert repr(gt.GroupLinear(gk.p4, 2, 3, algorithm="fourier")) == (
        "GroupLinear(p4, 2, 3, regular -> regular, algorithm='fourier')"
    )
    assert repr(gt.GroupConv(gk.p4, 2, 3, 1, algorithm="direct")) == (
        "GroupConv(p4, 2, 3, kernel_size=(1, 1), regular -> regular, algorithm='direct')"
    )
    small = gt.restrict(gt.GroupLinear(gk.p4m, 2, 3, algorithm="fourier"), gk.p4)
    assert small.algorithm == "fourier"
