"""Every remedy that is offered mends the layer that it is offered for."""

import random
import re
from collections import Counter
from typing import Any

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import GroupkitError, WindowError
from tests.torch.groups import cubic, mirror_line, p2mm, p3m1

swap = gk.SplitGroup.from_generators("swap", {"m": [[0, 1], [1, 0]]})
GROUPS = [gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, p2mm, swap, p3m1, mirror_line, cubic]
KINDS = ["regular", "planar", "max", "avg", "blur", "transposed"]
SIZES = re.compile(r"exact at ([\d×]+)(?: or ([\d×]+))?$")
SETTING = re.compile(r"with kernel (.+) and padding (\(.+\)|\d+)(, without output padding)?$")
BLUR = re.compile(r"with stride 1 and then GroupBlurPool\((.+), stride=(.+), padding=(.+)\)$")
ALIKE = re.compile(r"use the same .*?(?:, such as (.*?))?(?:, (exact at .*))?$")
Numbers = dict[str, Any]


def build(group: gk.SplitGroup, kind: str, numbers: Numbers) -> Any:
    k, s, p, d, e = (numbers[key] for key in ("kernel", "stride", "padding", "dilation", "extra"))
    if kind == "max":
        return gt.GroupMaxPool(group, k, s, p, d, exact="ignore")
    if kind == "avg":
        return gt.GroupAvgPool(group, k, s, p, exact="ignore")
    if kind == "blur":
        return gt.GroupBlurPool(group, k, s, p, exact="ignore")
    if kind == "transposed":
        return gt.GroupConvTranspose(group, 1, 1, k, s, p, e, dilation=d, exact="ignore")
    types: Numbers = {"input_type": kind, "output_type": kind, "exact": "ignore"}
    return gt.GroupConv(group, 1, 1, k, s, p, d, padding_mode=numbers["mode"], **types)


def number(text: str) -> Any:
    listed = [int(x) for x in re.findall(r"\d+", text)]
    return tuple(listed) if "(" in text else listed[0]


def sides(text: str, dimension: int) -> tuple[int, ...]:
    listed = [int(x) for x in text.split("×")]
    return tuple(listed * dimension) if len(listed) == 1 else tuple(listed)


def check(group: gk.SplitGroup, kind: str, numbers: Numbers, size: Any, remedy: str) -> str:
    """Apply a remedy, and check that all of S is kept then; return which one it is."""
    d = group.dimension
    if found := SIZES.match(remedy):
        for near in filter(None, found.groups()):
            assert build(group, kind, numbers).exactness(sides(near, d)).is_exact
        return "size"
    if found := SETTING.match(remedy):
        mended = {**numbers, "kernel": number(found[1]), "padding": number(found[2]), "extra": 0}
        assert build(group, kind, mended).exactness(size).is_exact
        return "setting"
    if found := BLUR.match(remedy):
        first = build(group, kind, {**numbers, "stride": 1}).exactness(size)
        assert first.is_exact
        pool = gt.GroupBlurPool(group, *(number(found[i]) for i in (1, 2, 3)))
        assert pool.exactness(first.output_size).is_exact
        return "blur"
    found = ALIKE.match(remedy)
    assert found, remedy
    if found[1] is None:
        return "alike, but nowhere exact"
    mended = dict(numbers)
    for part in found[1].split(" and "):
        name, value = part.split()
        mended[name] = int(value)
    if found[2]:
        return check(group, kind, mended, size, found[2])
    assert build(group, kind, mended).exactness(size).is_exact
    return "alike"


def draw(rng: random.Random) -> tuple[gk.SplitGroup, str, Numbers, tuple[int, ...]]:
    group, kind = rng.choice(GROUPS), rng.choice(KINDS)
    d = group.dimension

    def pick(low: int, high: int) -> Any:
        return (
            rng.randint(low, high)
            if rng.random() < 0.7
            else tuple(rng.randint(low, high) for _ in range(d))
        )

    numbers = {"kernel": pick(1, 4), "stride": pick(1, 3), "padding": pick(0, 2)}
    numbers |= {"dilation": pick(1, 2), "extra": pick(0, 1), "mode": "zeros"}
    if kind == "regular":
        numbers["mode"] = rng.choice(["zeros", "reflect", "replicate", "circular"])
    n = rng.randint(1, 6 if d == 3 else 12)
    size = (n,) * d if rng.random() < 0.8 else tuple(rng.randint(1, 6) for _ in range(d))
    return group, kind, numbers, size


def verify(seed: int, count: int) -> Counter[str]:
    rng, counts = random.Random(seed), Counter[str]()
    while sum(counts.values()) < count:
        group, kind, numbers, size = draw(rng)
        try:
            found = build(group, kind, numbers).exactness(size)
        except GroupkitError:
            continue
        for remedy in found.remedies:
            counts[check(group, kind, numbers, size, remedy)] += 1
        counts["none"] += not found.is_exact and not found.remedies
    return counts


def test_remedies_mend() -> None:
    counts = verify(0, 400)
    print(dict(counts))
    assert min(counts[key] for key in ("size", "setting", "blur", "alike")) > 10


@pytest.mark.slow
def test_more_remedies_mend() -> None:
    print(dict(verify(1, 6000)))


def test_unlike_numbers_are_all_named() -> None:
    layer = gt.GroupConv(gk.p4, 1, 1, 3, stride=(2, 1), dilation=(1, 2))
    (remedy,) = layer.exactness(9).remedies
    assert remedy == (
        "use the same stride on axes 0 and 1 and the same dilation on axes 0 and 1, such as "
        "stride 1 and dilation 1"
    )


def test_small_arrays_have_remedies_or_errors_of_their_own() -> None:
    reflect = gt.GroupConv(gk.p4, 1, 1, 5, 2, 2, padding_mode="reflect")
    with pytest.raises(WindowError, match=r"2×2 is too small for padding .*; use at least 3×3"):
        reflect.exactness(2)
    assert reflect.exactness(4).remedies
    for size in (1, 2, 3):
        pool = gt.GroupMaxPool(gk.p4, 2, 3, 1, 2)
        for remedy in pool.exactness(size).remedies:
            numbers = {"kernel": 2, "stride": 3, "padding": 1, "dilation": 2, "extra": 0}
            check(gk.p4, "max", numbers, (size, size), remedy)


def test_remedies_are_judged_with_the_layers_own_filters() -> None:
    # filters on planar maps are symmetric, and the border may hide what others would show
    rng = random.Random(3)
    for _ in range(40):
        k, s, p = rng.randint(1, 4), rng.randint(2, 3), rng.randint(0, 2)
        options: Numbers = {"input_type": "planar", "output_type": "planar", "exact": "ignore"}
        layer = gt.GroupConv(gk.p4m, 1, 1, k, s, p, dtype=torch.float64, **options)
        numbers = {"kernel": k, "stride": s, "padding": p, "dilation": 1, "mode": "zeros"}
        size = (rng.randint(4, 9),) * 2
        for remedy in layer.exactness(size).remedies:
            check(gk.p4m, "planar", {**numbers, "extra": 0}, size, remedy)


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_hexagonal_tori_are_advised_as_they_are_built(kernel: int, stride: int) -> None:
    """Circular padding that does not keep the size is refused there, and not proposed."""
    layer = gt.GroupConv(gk.p6, 1, 1, kernel, stride, padding_mode="circular", padding=kernel // 2)
    for n in (5, 6, 7):
        for remedy in layer.exactness(n).remedies:
            numbers = {"kernel": kernel, "stride": stride, "padding": kernel // 2, "dilation": 1}
            check(gk.p6, "regular", {**numbers, "extra": 0, "mode": "circular"}, (n, n), remedy)
