"""Of random stacks of layers, the symmetry traced is the symmetry measured, always."""

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import GroupkitError
from tests.torch.groups import cubic
from tests.torch.measured import kept_elements

DOUBLE = torch.float64
# a mirror of a line; pure rotations and mirrors of all systems of the plane, in several settings
NAMES = ["line-pm", "p2", "pm", "cm", "p2mm", "c2mm", "p4", "p4mm", "p3", "p31m", "p6", "p6mm"]
GROUPS = [gk.catalog[name] for name in NAMES]
KINDS = ["conv", "conv", "max", "avg", "blur", "up", "transposed", "relu", "norm", "sigmoid"]
Numbers = tuple[str, int, int, int, int]


@st.composite
def stacks(draw: Any, groups: Any = GROUPS) -> tuple[gk.SplitGroup, str, list[Numbers], int]:
    """Draw a group, regular or planar maps, numbers of layers, and a size."""
    group = draw(st.sampled_from(groups))
    kind = draw(st.sampled_from(["regular", "planar"]))
    most = 3 if group.dimension == 3 else 5
    drawn = [
        (
            draw(st.sampled_from(KINDS)),
            draw(st.integers(1, most)),
            draw(st.integers(1, 3)),
            draw(st.integers(0, 2)),
            draw(st.integers(1, 2)),
        )
        for _ in range(draw(st.integers(2, 5)))
    ]
    n = draw(st.integers(4, 8 if group.dimension == 3 else 24))
    return group, kind, drawn, n if group.stabilizer.is_signed_permutation else n | 1


def layer(group: gk.SplitGroup, kind: str, numbers: Numbers) -> nn.Module:
    name, k, s, p, d = numbers
    options: dict[str, Any] = {"feature_type": kind, "exact": "ignore"}
    both: dict[str, Any] = {"input_type": kind, "output_type": kind, "dtype": DOUBLE}
    if not group.stabilizer.is_signed_permutation:
        k |= 1
    if name == "conv":
        return gt.GroupConv(group, 1, 1, k, s, p, d, exact="ignore", **both)
    if name == "max":
        return gt.GroupMaxPool(group, k, s, min(p, k // 2), d, **options)
    if name == "avg":
        return gt.GroupAvgPool(group, k, s, min(p, k // 2), **options)
    if name == "blur":
        return gt.GroupBlurPool(group, k, s, p, **options)
    if name == "up":
        nearest = k == 1 and group.stabilizer.is_signed_permutation
        return gt.GroupUpsample(group, min(s, 2), "nearest" if nearest else "linear", **options)
    if name == "transposed":
        e = min(p, max(s, d) - 1) if k == 2 else 0
        return gt.GroupConvTranspose(
            group, 1, 1, k, s, min(p, 1), e, dilation=d, exact="ignore", **both
        )
    if name == "norm":
        norm = gt.GroupBatchNorm(group, 1, feature_type=kind, dtype=DOUBLE).eval()
        norm.running_mean.fill_(0.3)
        return norm
    return nn.LeakyReLU() if name == "relu" else nn.Sigmoid()  # a ReLU may be zero all over


def compare(stack: tuple[gk.SplitGroup, str, list[Numbers], int]) -> str:
    """Compare what is traced with what is measured; return how much is kept."""
    group, kind, drawn, n = stack
    torch.manual_seed(0)
    feature = group.feature_type(kind)
    size = (n,) * group.dimension
    try:
        net = nn.Sequential(*[layer(group, kind, numbers) for numbers in drawn]).eval()
        with torch.no_grad():
            y = net(torch.zeros(1, 1, *feature.array_shape(size), dtype=DOUBLE))
        if y.numel() > 100_000:
            return "large"
        trace = gt.trace_exactness(net, (1, 1, *feature.array_shape(size)), group)
    except GroupkitError:
        return "refused"
    draws = 32 if any(numbers[0] == "max" for numbers in drawn) else 4
    measured = kept_elements(net, group, size, feature, feature, draws)
    assert trace.kept == measured, f"{group.name} {net} on {size}: {trace}"
    # what every layer keeps by itself is a part of what they keep together
    alone = set(group.stabilizer)
    for step in net:
        if hasattr(step, "exactness") and hasattr(step, "_sampler"):
            found = step.exactness(size)
            alone &= set(found.elements)
            size = found.output_size
    assert alone <= set(trace.kept)
    if alone < set(trace.kept):
        return "hidden"
    return "all" if len(measured) == group.stabilizer.order else "some" if measured[1:] else "none"


COUNTS: Counter[str] = Counter()
SETTINGS: dict[str, Any] = {
    "suppress_health_check": list(HealthCheck),
    "deadline": None,
}


@settings(max_examples=300, **SETTINGS)
@given(stacks())
def test_traced_is_measured(stack: tuple[gk.SplitGroup, str, list[Numbers], int]) -> None:
    COUNTS[compare(stack)] += 1


def test_enough_stacks_were_compared() -> None:
    print(f"{COUNTS.total()} stacks drawn, {dict(COUNTS)}")
    if COUNTS:
        assert sum(COUNTS[key] for key in ("all", "some", "none", "hidden")) > 200


@pytest.mark.slow
@settings(max_examples=3000, **SETTINGS)
@given(stacks([*GROUPS, cubic]))
def test_traced_is_measured_in_full(stack: tuple[gk.SplitGroup, str, list[Numbers], int]) -> None:
    COUNTS[compare(stack)] += 1
