"""Random stacks of layers commute with their group, before and after training.

Hypothesis draws a group, the types of its maps, layers and sizes. A new layer is one line in
``LAYERS``. Layers that a size makes inexact say so, and are left out of the stack: what is drawn
must be exact.
"""

# ruff: noqa: ARG005  the rows of a table have one signature

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import GroupkitError
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.testing import equivariance_error
from tests.known_groups import NAMES, SHIPPED, declared
from tests.torch.groups import GROUPS, name, subgroups

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}
CHANNELS = 2
Kind = gk.FeatureType
Made = tuple[nn.Module, Kind] | None
X = {"dtype": torch.float64}


def to(make: Callable[..., nn.Module]) -> Callable[..., Made]:
    """Return a row for a layer from maps of kind a to maps of kind b, with k points."""
    return lambda L, a, b, k: (make(L, k, {"input_type": a, "output_type": b, **X}), b)


def on(make: Callable[..., nn.Module]) -> Callable[..., Made]:
    """Return a row for a layer that keeps the kind of its maps."""
    return lambda L, a, b, k: (make(L, k, {"feature_type": a}), a)


def all_of(group: gk.SplitGroup) -> gk.Elements:
    """Return S as a domain, which may be pooled over on any kind of map."""
    return gk.Elements(group.stabilizer, range(group.order), [[0] * group.dimension] * group.order)


def through_a_field(L: Any, channels: int) -> nn.Module:
    """Return a projection onto vector fields, and back to regular maps."""
    vector = L.group.field("vector")
    return nn.Sequential(
        L.GroupConv(2, channels, 3, padding=1, output_type=vector, **X),
        L.GroupConv(channels, 2, 3, padding=1, input_type=vector, **X),
    )


# name -> (layers of a group, kind of the input, a drawn kind, a drawn kernel size) -> the layer and
# the kind of its output, or None where there is none
LAYERS: dict[str, Callable[..., Made]] = {
    "conv": to(lambda L, k, o: L.GroupConv(2, 2, k, **o)),
    "same conv": to(lambda L, k, o: L.GroupConv(2, 2, 3, padding="same", **o)),
    "dilated conv": to(lambda L, k, o: L.GroupConv(2, 2, 3, dilation=2, padding=2, **o)),
    "strided conv": to(lambda L, k, o: L.GroupConv(2, 2, k, 2, 1, **o)),
    "depthwise conv": to(lambda L, k, o: L.GroupConv(2, 2, k, padding=1, groups=2, **o)),
    "transposed conv": to(lambda L, k, o: L.GroupConvTranspose(2, 2, k, padding=k // 2, **o)),
    "upsampling conv": to(lambda L, k, o: L.GroupConvTranspose(2, 2, 3, stride=2, padding=1, **o)),
    "separable g": to(lambda L, k, o: L.SeparableGroupConv(2, 2, 3, padding=1, share="g", **o)),
    "separable gc": to(
        lambda L, k, o: L.SeparableGroupConv(2, 2, 3, padding=1, algorithm="factored", **o)
    ),
    "linear": to(lambda L, k, o: L.GroupLinear(2, 2, **o)),
    "batch norm": on(lambda L, k, o: L.BatchNorm(2, **o, **X)),
    "instance norm": on(lambda L, k, o: L.InstanceNorm(2, affine=True, **o, **X)),
    "group norm": on(lambda L, k, o: L.GroupNorm(2, 2, **o, **X)),
    "layer norm": on(lambda L, k, o: L.LayerNorm(2, **o, **X)),
    "rms norm": on(lambda L, k, o: L.RMSNorm(2, **o, **X)),
    "dropout": on(lambda L, k, o: L.Dropout(0.5, **o)),
    "max pool": on(lambda L, k, o: L.MaxPool(k, stride=1, **o)),
    "strided max pool": on(lambda L, k, o: L.MaxPool(k, stride=2, padding=k // 2, **o)),
    "mean pool": on(lambda L, k, o: L.AvgPool(k, stride=1, **o)),
    "blur pool": on(lambda L, k, o: L.BlurPool(3, stride=2, **o)),
    "pool over S": on(lambda L, k, o: L.MaxPool(domain=all_of(L.group), stride=1, **o)),
    "mean over S": on(lambda L, k, o: L.AvgPool(domain=all_of(L.group), stride=1, **o)),
    "adaptive pool": on(lambda L, k, o: L.AdaptiveAvgPool(3, **o)),
    "through a vector field": lambda L, a, b, k: (
        (through_a_field(L, 2 * L.group.dimension), a) if str(a) == "regular" else None
    ),
    "upsample": on(lambda L, k, o: L.Upsample(k, **o)),
    "linear upsample": on(lambda L, k, o: L.Upsample(k, "linear", **o)),
    "sigmoid": on(lambda L, k, o: nn.Sigmoid()),
    "relu": on(lambda L, k, o: nn.ReLU()),
    "coset pool": lambda L, a, b, k: (
        (L.CosetPool("max", input_type=a), L.group.feature_type("planar")) if a.has_axis else None
    ),
}


def exact_layer(
    group: gk.SplitGroup, row: str, kind: Kind, other: Kind, k: int, space: tuple[int, ...]
) -> tuple[nn.Module, Kind, tuple[int, ...]] | None:
    """Return a layer, the kind and sides of its output; None if there is no exact one."""
    try:
        made = LAYERS[row](gt.layers(group), kind, other, k)
        if made is None:
            return None
        layer, after = made
        if isinstance(layer, Guarded):
            layer.exact = "raise"
        with torch.no_grad():
            y = layer(torch.zeros(2, CHANNELS, *kind.array_shape(space), dtype=torch.float64))
    except GroupkitError:  # no window of this size, or an array that is too small or inexact
        return None
    sides = tuple(y.shape[y.dim() - group.dimension :])
    return (layer, after, sides) if 2 <= min(sides) and math.prod(sides) <= 400 else None


def kinds_of(group: gk.SplitGroup) -> list[Kind]:
    found = [group.feature_type(members) for members in subgroups(group)]
    return [group.feature_type("planar"), group.feature_type("regular"), *found]


def side_of(group: gk.SplitGroup, n: int) -> int:
    """Return a side of an array: odd where boxes are not stable, small in space."""
    n = {1: n + 3, 2: n, 3: 3 + n % 3}[group.dimension]
    return n if group.stabilizer.is_signed_permutation else n | 1


@st.composite
def stacks(
    draw: Any, groups: list[gk.SplitGroup]
) -> tuple[gk.SplitGroup, nn.Module, Any, Any, Any]:
    """Draw a group, a network, the kinds of its input and output, and the input's sides."""
    dimension = draw(st.sampled_from(sorted({group.dimension for group in groups})))
    group = draw(st.sampled_from([g for g in groups if g.dimension == dimension]))
    kinds = kinds_of(group)
    first = kind = draw(st.sampled_from(kinds))
    start = space = (side_of(group, draw(st.integers(5, 9))),) * group.dimension
    layers = []
    for _ in range(draw(st.integers(1, 4))):
        row, other = draw(st.sampled_from(list(LAYERS))), draw(st.sampled_from(kinds))
        found = exact_layer(group, row, kind, other, draw(st.integers(1, 3)), space)
        if found is not None:
            layer, kind, space = found
            layers += [layer] if row in ("relu", "sigmoid") else [layer, nn.Sigmoid()]
    return group, nn.Sequential(*layers), first, kind, start


def assert_exact(drawn: Any, dtype: torch.dtype) -> None:
    group, net, first, last, space = drawn
    shape = (2, CHANNELS, *first.array_shape(space))
    net = net.to(dtype)
    report = equivariance_error(net, group, shape, first, last, dtype=dtype, translations=False)
    assert report.error <= TOLERANCE[dtype], f"{net}\n{report}"
    assert len(report.stabilizer) == group.order


def check_training(drawn: Any) -> None:
    """Train for 100 steps of Adam on random data, and compare again."""
    group, net, first, _, space = drawn
    parameters = list(net.parameters())
    if not parameters:
        return
    draws = torch.Generator().manual_seed(1)
    x = torch.randn(2, CHANNELS, *first.array_shape(space), dtype=torch.float64, generator=draws)
    optimizer = torch.optim.Adam(parameters, 0.01)
    before = [p.detach().clone() for p in parameters]
    for _ in range(100):
        optimizer.zero_grad()
        net(x).sub(1).square().mean().backward()
        optimizer.step()
    assert any(not torch.equal(p, q) for p, q in zip(parameters, before, strict=True))
    for training in (True, False):
        assert_exact((group, net.train(training), *drawn[2:]), torch.float64)


INTERNAL = [gk.p4.with_internal({"swap": 2}), gk.p6.with_internal({"k": 3})]
ALL = [*SHIPPED, *INTERNAL, *map(declared, NAMES)]
FEW = [group for group in ALL if group.order <= 12 and group.dimension < 3]
quiet = settings(suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("row", LAYERS)
@pytest.mark.parametrize(
    "group", [g for g in GROUPS if g.name in ("p4m", "p6", "mirror-line", "F222")], ids=name
)
def test_every_layer_of_the_table_can_be_drawn(group: gk.SplitGroup, row: str) -> None:
    kind, side = group.feature_type("regular"), side_of(group, 9)
    cases = [(k, (n,) * group.dimension) for k in (3, 2, 1) for n in (side, side - 1 | 1, side - 1)]
    found = [exact_layer(group, row, kind, kind, k, space) for k, space in cases]
    boxes = group.stabilizer.is_signed_permutation  # hexagons are no boxes
    assert any(found) or (row in ("upsample", "adaptive pool") and not boxes)


@given(stacks(ALL), st.booleans())
@settings(quiet, max_examples=60)
def test_stacks_are_exact(drawn: Any, training: bool) -> None:
    drawn[1].train(training)
    assert_exact(drawn, torch.float64)


@given(stacks(FEW), st.booleans())
@settings(quiet, max_examples=15)
def test_stacks_are_exact_in_single_precision(drawn: Any, training: bool) -> None:
    drawn[1].train(training)
    assert_exact(drawn, torch.float32)


@given(stacks(FEW))
@settings(quiet, max_examples=6)
def test_stacks_stay_exact_in_training(drawn: Any) -> None:
    check_training(drawn)


@pytest.mark.slow
@given(stacks(ALL), st.booleans(), st.sampled_from(list(TOLERANCE)))
@settings(quiet, max_examples=600)
def test_many_stacks_are_exact(drawn: Any, training: bool, dtype: torch.dtype) -> None:
    drawn[1].train(training)
    assert_exact(drawn, dtype)


@pytest.mark.slow
@given(stacks(ALL))
@settings(quiet, max_examples=60)
def test_many_stacks_stay_exact_in_training(drawn: Any) -> None:
    check_training(drawn)


def test_a_layer_that_is_not_exact_is_noticed() -> None:
    group, kind = gk.p4, gk.p4.feature_type("planar")
    plain = nn.Conv2d(CHANNELS, CHANNELS, 3, dtype=torch.float64)
    with pytest.raises(AssertionError):
        assert_exact((group, plain, kind, kind, (7, 7)), torch.float64)
