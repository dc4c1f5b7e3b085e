"""Of random stacks of layers, the symmetry traced is the symmetry measured, always."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings, strategies as st
from torch import Tensor, nn

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
    assert trace.kept is not None
    if set(trace.kept) < set(measured):
        # one side of a maximum may always win, for half of all weights: none does for all
        for _ in range(16):
            for part in net:
                if hasattr(part, "weight"):
                    part.reset_parameters()
            again = kept_elements(net, group, size, feature, feature, draws)
            measured = tuple(sorted({*measured} & {*again}))
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


def compare_stacks(examples: int, groups: Any) -> Counter[str]:
    """Compare stacks of layers that hypothesis draws; return how many keep how much."""
    counts = Counter[str]()

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(stacks(groups))
    def compare_all(stack: tuple[gk.SplitGroup, str, list[Numbers], int]) -> None:
        counts[compare(stack)] += 1

    compare_all()
    print(f"{counts.total()} stacks drawn, {dict(counts)}")
    return counts


def test_traced_is_measured() -> None:
    counts = compare_stacks(300, GROUPS)
    assert sum(counts[key] for key in ("all", "some", "none", "hidden")) > 200


@pytest.mark.slow
def test_traced_is_measured_in_full() -> None:
    counts = compare_stacks(3000, [*GROUPS, cubic])
    assert sum(counts[key] for key in ("all", "some", "none", "hidden")) > 2000


FILTER = torch.randn(2, 2, 3, 3, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
CALLS: list[Callable[[int, int], Callable[[Tensor], Tensor]]] = [
    lambda a, _: lambda x: x[..., a:, :],
    lambda _, b: lambda x: x[..., : x.shape[-2] - b, :],
    lambda *_: lambda x: x[:, :, ::2, ::2],
    lambda a, b: lambda x: F.pad(x, (a, b, b, a)),
    lambda *_: lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
    lambda a, _: lambda x: F.max_pool2d(x, 3, 2, a % 2),
    lambda *_: lambda x: F.avg_pool2d(x, 2, 1),
    lambda a, b: lambda x: F.conv2d(x, FILTER, stride=1 + a % 2, padding=b),
    lambda a, b: lambda x: F.conv_transpose2d(x, FILTER, stride=1 + a, padding=b),
    lambda a, _: lambda x: F.adaptive_avg_pool2d(x, 3 + a),
    lambda a, _: lambda x: F.adaptive_max_pool2d(x, 2 + a),
    lambda *_: lambda x: x + x.mean((2, 3), keepdim=True),
    lambda *_: lambda x: torch.maximum(x, -x),
]


class Composed(nn.Module):
    """A model of calls of torch, one after the other."""

    def __init__(self, calls: list[Callable[[Tensor], Tensor]]) -> None:
        super().__init__()
        self.calls = calls

    def forward(self, x: Tensor) -> Tensor:
        for call in self.calls:
            x = call(x)
        return x


def test_calls_of_torch_one_after_the_other_are_judged_as_they_measure() -> None:
    rng, counts = random.Random(0), Counter[int]()
    for _ in range(120):
        drawn = [
            rng.choice(CALLS)(rng.randint(0, 2), rng.randint(0, 2))
            for _ in range(rng.randint(1, 4))
        ]
        net, shape = Composed(drawn), (1, 2, *(rng.randint(6, 14),) * 2)
        try:
            if not net(torch.zeros(shape, dtype=DOUBLE)).numel():
                continue
        except (RuntimeError, ValueError):
            continue  # too small
        trace = gt.trace_exactness(net, shape, gk.p4m, dtype=DOUBLE)
        kept = set(gk.p4m.stabilizer)
        for seed in range(4):  # of maxima, one side may win by chance
            found = gt.find_symmetry(
                net, gk.p4m, shape, output_type="planar", dtype=DOUBLE, seed=seed, tolerance=1e-10
            )
            kept &= set(found.elements)
        assert trace.kept == tuple(sorted(kept)), str(trace)
        counts[len(kept)] += 1
    print(f"{counts.total()} compositions compared, {dict(counts)}")
    assert counts.total() > 100
    assert len(counts) > 2
