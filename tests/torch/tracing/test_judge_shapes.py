"""Enlarged, spread and divided maps are traced as they measure; lost axes are not guessed."""

import warnings
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import cubic, mirror_line

DOUBLE = torch.float64
W = torch.randn(4, 4, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))


class Function(nn.Module):
    """A model that is one function of its input, as four general maps."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.lift = nn.Parameter(torch.tensor([1.0, -0.7, 0.4, 0.2], dtype=DOUBLE))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(torch.cat([x * self.lift[i] + x * x for i in range(4)], 1))


def enlarge(mode: str, corners: bool | None = None, **how: int) -> Callable[[Tensor], Tensor]:
    return lambda x: F.interpolate(x, mode=mode, align_corners=corners, **how)


def gate(x: Tensor) -> Tensor:
    return torch.sigmoid(F.linear(x.mean((-2, -1)), W))


def unet(x: Tensor) -> Tensor:
    down = F.max_pool2d(x, 3, 2, 1)
    return torch.cat([F.interpolate(down, size=x.shape[2:], mode="nearest"), x], 1)


JUDGED: dict[str, Callable[[Tensor], Tensor]] = {
    "nearest": enlarge("nearest", scale_factor=2),
    "nearest, thrice, after a stride": lambda x: enlarge("nearest", scale_factor=3)(
        x[..., ::2, ::2]
    ),
    "nearest-exact": enlarge("nearest-exact", scale_factor=2),
    "bilinear": enlarge("bilinear", False, scale_factor=2),
    "bilinear, thrice, after a stride": lambda x: enlarge("bilinear", False, scale_factor=3)(
        F.avg_pool2d(x, 2)
    ),
    "bilinear, corners": enlarge("bilinear", True, scale_factor=2),
    "size": lambda x: F.interpolate(x, size=(18 if x.shape[-1] == 9 else 16,) * 2),
    "gate by index": lambda x: x * gate(x)[:, :, None, None],
    "gate by ellipsis": lambda x: x[..., 1:, 1:] * gate(x)[..., None, None],
    "gate by view": lambda x: x * gate(x).view(*x.shape[:2], 1, 1).expand_as(x),
    "gate by unsqueeze": lambda x: x * gate(x).unflatten(1, (4, 1, 1)).expand(-1, -1, *x.shape[2:]),
    "stabilizer axis": lambda x: x[..., ::2, ::2].unsqueeze(2).expand(-1, -1, 8, -1, -1).amax(2),
    "chunk": lambda x: torch.mul(*x.chunk(2, 1)),
    "split": lambda x: torch.split(x[..., ::2, :], 1, dim=1)[3] + 1,
    "glu": lambda x: F.glu(F.max_pool2d(x, 2), 1),
    "prelu": lambda x: F.prelu(F.avg_pool2d(x, 2), W[0]),
    "mask": lambda x: x[..., ::2, ::2] * (x[..., ::2, ::2] > 0.1),
    "where": lambda x: torch.where(x > 0, x, 0.5),
    "stack": lambda x: torch.stack([x, x * 2], 1).amax(1),
    "norm between maxima": lambda x: F.max_pool2d(
        F.batch_norm(F.max_pool2d(x, 2, 1), W[0], W[1].abs(), W[2].abs(), W[3]), 2, 1
    ),
}


def measured(net: nn.Module, group: gk.SplitGroup, shape: tuple[int, ...]) -> tuple[int, ...]:
    return gt.find_symmetry(net, group, shape, output_type="planar", dtype=DOUBLE).elements


@pytest.mark.parametrize("n", [8, 9])
@pytest.mark.parametrize("function", JUDGED.values(), ids=JUDGED)
def test_traced_is_measured(function: Callable[[Tensor], Tensor], n: int) -> None:
    net, shape = Function(function), (2, 1, n, n)
    trace = gt.trace_exactness(net, shape, gk.p4m)
    assert trace.unjudged == ()
    assert trace.kept == measured(net, gk.p4m, shape)


def test_a_skip_over_a_lossy_half_is_judged_as_it_measures() -> None:
    net = Function(unet)
    trace = gt.trace_exactness(net, (1, 1, 8, 8), gk.p4m)
    assert trace.kept == measured(net, gk.p4m, (1, 1, 8, 8)) == (0, 5)
    assert gt.trace_exactness(net, (1, 1, 9, 9), gk.p4m).kept is None  # 5 to 9: no whole factor


def test_lines_and_volumes_are_enlarged_too() -> None:
    for group, d, linear in ((mirror_line, 1, "linear"), (cubic, 3, "trilinear")):
        for n in (4, 5):
            shape = (1, 1, *[n] * d)
            for mode in ("nearest", linear):
                corners = None if mode == "nearest" else False

                def half(x: Tensor, mode: str = mode, corners: bool | None = corners) -> Tensor:
                    return enlarge(mode, corners, scale_factor=2)(x[..., ::2])

                net = Function(half)
                trace = gt.trace_exactness(net, shape, group)
                assert trace.kept == measured(net, group, shape)


@pytest.mark.parametrize("n", [15, 16])
def test_shortcuts_added_in_place_are_judged(n: int) -> None:
    """As in most ResNets; what a layer returns may be a view of all of another tensor."""
    L = gt.layers(gk.p4m)
    lift, norm = L.LiftingConv(4, 2, 3, dtype=DOUBLE), L.BatchNorm(2, dtype=DOUBLE).eval()
    conv = L.GroupConv(2, 2, 3, stride=2, padding=1, dtype=DOUBLE, exact="ignore")

    def block(x: Tensor) -> Tensor:
        x = F.relu(norm(lift(x)), inplace=True)
        y = norm(conv(x))
        y += F.avg_pool2d(x.flatten(1, 2), 3, 2, 1).unflatten(1, (2, 8))
        y.relu_()
        return y.amax(2)

    net = Function(block)
    net.layers = nn.ModuleList([lift, norm, conv])
    trace = gt.trace_exactness(net, (1, 1, n, n), gk.p4m)
    assert trace.unjudged == ()
    assert trace.kept == measured(net, gk.p4m, (1, 1, n, n))
    assert (n == 15) == (len(trace.kept or ()) == 8)


def test_what_is_written_through_a_view_is_known_of_the_tensor_too() -> None:
    def through(x: Tensor) -> Tensor:
        y = x * 1
        y.flatten(0, 1).unsqueeze(0).add_(F.pad(x[..., 1:, :], (0, 0, 1, 0)))
        return y

    net = Function(through)
    trace = gt.trace_exactness(net, (1, 1, 8, 8), gk.p4)
    assert trace.kept in (None, measured(net, gk.p4, (1, 1, 8, 8)))


def test_unequal_sides() -> None:
    for function in (JUDGED["bilinear"], JUDGED["gate by view"]):
        net = Function(function)
        trace = gt.trace_exactness(net, (1, 1, 6, 8), gk.p4m)
        assert trace.kept == measured(net, gk.p4m, (1, 1, 6, 8))
    fixed = Function(lambda x: F.interpolate(x, size=(12, 16)))
    assert gt.trace_exactness(fixed, (1, 1, 6, 8), gk.p4m).kept is None


NOT_JUDGED: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "positions come back": (lambda x: x.flatten(2).softmax(-1).view(x.shape), "view"),
    "without a batch": (lambda x: x[:1].squeeze(0), "squeeze"),
    "parts of the lattice": (lambda x: x.chunk(2, -1)[0], "chunk"),
    "gated along the lattice": (lambda x: F.glu(x, -1), "glu"),
    "no whole factor": (enlarge("nearest", scale_factor=1.5), "interpolate"),
    "cubic": (enlarge("bicubic", False, scale_factor=2), "interpolate"),
    "repeated along the lattice": (lambda x: x.repeat(1, 1, 2, 1), "repeat"),
    "indices": (
        lambda x: F.max_pool2d(x, 2, return_indices=True)[1] * 1.0,
        "max_pool2d_with_indices",
    ),
}


@pytest.mark.parametrize(("function", "call"), NOT_JUDGED.values(), ids=NOT_JUDGED)
def test_other_shapes_are_named(function: Callable[[Tensor], Tensor], call: str) -> None:
    trace = gt.trace_exactness(Function(function), (1, 1, 8, 8), gk.p4m)
    assert trace.kept is None
    assert trace.unjudged == (f"Function: {call}",)


def test_layers_behind_lost_axes_are_named_not_failed() -> None:
    layers = gt.layers(gk.p4m)
    conv = layers.GroupConv(4, 2, 3, input_type="planar", dtype=DOUBLE)
    net = Function(lambda x: conv(x.flatten(2).softmax(-1).view(x.shape)))
    net.conv = conv
    assert gt.trace_exactness(net, (1, 1, 8, 8), gk.p4m).kept is None
    pool = gt.GlobalPool(gk.p4m, "mean", input_type="planar")
    net = Function(lambda x: pool(x.flatten(2).view(x.shape)))
    net.pool = pool
    assert gt.trace_exactness(net, (1, 1, 8, 8), gk.p4m).kept is None


def test_all_tensors_of_an_output_count() -> None:
    pair = Function(lambda x: {"whole": x, "half": [x[..., ::2, ::2]]})  # type: ignore[arg-type]
    assert gt.trace_exactness(pair, (1, 1, 9, 9), gk.p4).kept == (0, 1, 2, 3)
    assert gt.trace_exactness(pair, (1, 1, 8, 8), gk.p4).kept == (0,)
    constant = gt.trace_exactness(Function(lambda _: torch.zeros(1, 4, 8, 8)), (1, 1, 8, 8), gk.p4)
    assert constant.kept is None
    assert "the output does not come from the input" in str(constant)


def test_a_layer_of_another_group_is_named_with_it() -> None:
    net = nn.Sequential(gt.LiftingConv(gk.p4m, 1, 2, 3))
    assert gt.trace_exactness(net, (1, 1, 8, 8), gk.p4).unjudged == ("0 (LiftingConv) of p4m",)


def test_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gt.trace_exactness(Function(unet), (1, 1, 8, 8), gk.p4m)
