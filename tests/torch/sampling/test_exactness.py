"""The symmetry predicted from integers is the symmetry measured, without an exception."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import WindowError
from groupkit_torch.sampling.exactness import exactness_of
from tests.torch.groups import GROUPS, SHIPPED, cubic, name, p2mm
from tests.torch.measured import kept_elements

DOUBLE = torch.float64
Layer = gt.GroupConv | gt.GroupMaxPool | gt.GroupAvgPool
skewed = gk.SplitGroup.from_generators("skewed", {"m": [[1, 1], [0, -1]]})
swap = gk.SplitGroup.from_generators("swap", {"m": [[0, 1], [1, 0]]})


def layers(group: gk.SplitGroup, k: Any, s: Any, p: Any, d: Any, mode: str) -> Iterator[Layer]:
    """Yield one layer of each kind that exists with these numbers."""
    options: dict[str, Any] = {"exact": "ignore"}
    for kind in ("regular", "planar"):
        try:
            yield gt.GroupConv(
                group,
                1,
                1,
                k,
                s,
                p,
                d,
                padding_mode=mode,
                input_type=kind,
                output_type=kind,
                dtype=DOUBLE,
                **options,
            )
        except WindowError:
            return  # no window of this size
    try:
        yield gt.GroupMaxPool(group, k, s, p, d, feature_type="planar", **options)
        if d in (1, (1,) * group.dimension):
            for counts in (True, False):
                yield gt.GroupAvgPool(group, k, s, p, counts, feature_type="planar", **options)
    except WindowError:
        return  # more padding than half of the window


def compare(layer: Layer, group: gk.SplitGroup, size: tuple[int, ...]) -> str:
    """Compare prediction and measurement; return which of both refuse the size, if they do."""
    pooling = not isinstance(layer, gt.GroupConv)
    in_type = layer.feature_type if pooling else layer.input_type
    out_type = layer.feature_type if pooling else layer.output_type
    try:
        found = exactness_of(layer._sampler, size, advise=False)
    except WindowError:
        with pytest.raises((ValueError, RuntimeError)):
            layer(torch.zeros(1, 1, *in_type.array_shape(size), dtype=DOUBLE))
        return "refused"
    # a maximum over another set is often the same number, so many inputs are tried
    draws = 64 if isinstance(layer, gt.GroupMaxPool) else 1
    measured = kept_elements(layer, group, size, in_type, out_type, draws)
    assert found.elements == measured, f"{layer} on {size}"
    assert set(found.subgroup) <= set(measured)
    if len(set(size)) == 1:
        assert found.subgroup.members == measured  # on equal sides, what is kept is a group
    if layer._always_exact:
        assert found.is_exact
    return "all" if found.is_exact else "some" if len(measured) > 1 else "none"


def sweep(group: gk.SplitGroup, sizes: Any) -> Counter[str]:
    counts: Counter[str] = Counter()
    for k, s, p, d in product(range(1, 6), range(1, 4), range(3), (1, 2)):
        for layer in layers(group, k, s, p, d, "zeros"):
            for n in sizes(k, s, p, d):
                counts[compare(layer, group, (n,) * group.dimension)] += 1
    return counts


@pytest.mark.parametrize("group", SHIPPED, ids=name)
def test_predicted_is_measured(group: gk.SplitGroup) -> None:
    counts = sweep(group, lambda *numbers: range(5 + sum(numbers) % 4, 17, 4))
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")
    assert counts.total() > 400


# of all systems of the line and the plane, centred lattices too, and one in three dimensions
TEN = [
    gk.catalog[key]
    for key in ("line-p1", "line-pm", "pm", "cm", "p2mm", "c2mm", "P-1", "p3", "p31m", "p3m1")
]


@pytest.mark.slow
@pytest.mark.parametrize("group", [*SHIPPED, *TEN], ids=name)
def test_predicted_is_measured_in_full(group: gk.SplitGroup) -> None:
    counts = sweep(group, lambda *_: range(5, 8 if group.dimension == 3 else 17))
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")


def unlike(seed: int, count: int) -> Counter[str]:
    """Compare random settings with a number for each axis."""
    rng, counts = random.Random(seed), Counter[str]()
    while counts.total() < count:
        group = rng.choice(
            [group for group in (*GROUPS, p2mm, skewed, swap) if len(group.stabilizer) > 1]
        )
        d = group.dimension
        most, largest = (3, 7) if d == 3 else (5, 10)

        def pick(low: int, high: int, d: int = d) -> tuple[int, ...]:
            one = (rng.randint(low, high),) * d
            return one if rng.random() < 0.4 else tuple(rng.randint(low, high) for _ in range(d))

        mode = rng.choice(["zeros", "zeros", "circular", "reflect", "replicate"])
        size, numbers = pick(3, largest), (pick(1, most), pick(1, 3), pick(0, 2), pick(1, 2))
        if mode in ("circular", "reflect") and max(numbers[2]) >= min(size):
            continue
        try:
            drawn = list(layers(group, *numbers, mode))
        except ValueError:
            continue  # this group has no such padding
        for layer in drawn:
            try:
                about = layer._sampler.broken(size)[1]
            except WindowError:
                continue
            if about == "the array's centre":
                counts[compare(layer, group, size)] += 1
    return counts


def test_predicted_is_measured_where_axes_differ() -> None:
    counts = unlike(seed=0, count=1000)
    print(f"{counts.total()} settings compared, {dict(counts)}")
    assert min(counts["all"], counts["some"], counts["none"]) > 50


@pytest.mark.slow
def test_predicted_is_measured_where_axes_differ_in_full() -> None:
    counts = unlike(seed=1, count=20_000)
    print(f"{counts.total()} settings compared, {dict(counts)}")


@pytest.mark.parametrize("group", [gk.p4m, cubic], ids=name)
def test_huge_arrays_are_judged_at_once(group: gk.SplitGroup) -> None:
    """A few central outputs decide: nothing as large as the array is made."""
    found = gt.GroupMaxPool(group, 3, 4, 1).exactness(10**6)
    assert not found.is_exact
    assert found.remedies
