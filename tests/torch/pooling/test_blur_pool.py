"""Blur-pooling is a mean with the tent's weights over what is inside, and as symmetric as said."""

from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit.tent import tent
from groupkit_torch.domain import Domain
from groupkit_torch.geometry import SettingError
from groupkit_torch.sampling.exactness import exactness_of
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import GROUPS, SHIPPED, image, mirror_line, name, p2mm
from tests.torch.measured import kept_elements

DOUBLE = torch.float64


def by_definition(pool: gt.GroupBlurPool, x: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Sum term by term over what is inside; ``size`` is that of the tent."""
    d = len(size)
    found = tent(pool.group.stabilizer, size)
    space = x.shape[-d:]
    inside = Domain.of(pool.group.stabilizer).inside(space).numpy()
    out = [
        (n + 2 * p - k) // s + 1
        for n, p, k, s in zip(space, pool.padding, found.box, pool.stride, strict=True)
    ]
    y = np.zeros((*x.shape[:-d], *out))
    for o in np.ndindex(*out):
        total, count = 0.0, 0
        for point, weight in zip(found.points.tolist(), found.weights.tolist(), strict=True):
            at = tuple(
                s * i - p + v
                for s, i, p, v in zip(pool.stride, o, pool.padding, point, strict=True)
            )
            if all(0 <= v < n for v, n in zip(at, space, strict=True)) and inside[at]:
                total, count = total + weight * x[(..., *at)], count + weight
        y[(..., *o)] = total / max(count, 1)
    return y


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_equals_its_definition(group: gk.SplitGroup) -> None:
    space = image(group, 7, 8, 5)
    for k, s, p in ((3, 2, 1), (3, 2, 0), (5, 3, None), (3, 1, 2)):
        pool = gt.GroupBlurPool(group, k, s, p, feature_type="planar", exact="ignore")
        if min(space) + 2 * min(pool.padding) < max(pool.kernel_size):
            continue
        x = torch.randn(2, 2, *space, dtype=DOUBLE)
        expected = by_definition(pool, x.numpy(), (k,) * group.dimension)
        np.testing.assert_allclose(pool(x).numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_is_equivariant(group: gk.SplitGroup) -> None:
    pool = gt.GroupBlurPool(group)
    space = image(group, 9, 9, 5)
    assert pool.exactness(space).is_exact
    size = len(group.stabilizer)
    assert_equivariant(pool, group, (1, 2, size, *space), "regular", dtype=DOUBLE)
    ones = torch.ones(1, 1, size, *space, dtype=DOUBLE)
    domain = Domain.of(group.stabilizer)
    y = pool(ones)
    assert torch.allclose(domain.fill(y), domain.fill(torch.ones_like(y)))


def test_stride_two_is_the_binomial() -> None:
    pool = gt.GroupBlurPool(gk.p4m, padding=0, feature_type="planar", exact="ignore")
    assert pool.kernel_size == (3, 3)
    x = torch.randn(1, 1, 9, 9, dtype=DOUBLE)
    weight = torch.tensor([[1.0, 2, 1]], dtype=DOUBLE)
    expected = F.conv2d(x, (weight.T @ weight)[None, None] / 16, stride=2)
    assert torch.allclose(pool(x), expected, atol=1e-12)
    even = gt.GroupBlurPool(gk.p4m, 4, padding=0, feature_type="planar", exact="ignore")
    weight = torch.tensor([[1.0, 3, 3, 1]], dtype=DOUBLE)
    expected = F.conv2d(x, (weight.T @ weight)[None, None] / 64, stride=2)
    assert torch.allclose(even(x), expected, atol=1e-12)


def test_shifts_move_the_output_less_than_subsampling_does() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 1, 65, 65, dtype=DOUBLE)
    pool = gt.GroupBlurPool(gk.p4m, feature_type="planar")

    def jump(f: Any) -> Tensor:
        return (f(x)[..., 2:-2, 2:-2] - f(x.roll((1, 1), (2, 3)))[..., 2:-2, 2:-2]).std()

    assert jump(pool) < 0.5 * jump(lambda z: z[..., ::2, ::2])


def compare(pool: gt.GroupBlurPool, size: tuple[int, ...]) -> str:
    kind = pool.feature_type
    try:
        found = exactness_of(pool._sampler, size, advise=False)
    except WindowError:
        with pytest.raises(WindowError):
            pool(torch.zeros(1, 1, *size, dtype=DOUBLE))
        return "refused"
    measured = kept_elements(pool, pool.group, size, kind, kind, 1)
    assert found.elements == measured, f"{pool} on {size}"
    if pool._always_exact:
        assert found.is_exact
    return "all" if found.is_exact else "some" if len(measured) > 1 else "none"


def sweep(group: gk.SplitGroup, sizes: Any) -> Counter[str]:
    counts: Counter[str] = Counter()
    for k, s, p in product(range(1, 7), range(1, 4), range(3)):
        try:
            pool = gt.GroupBlurPool(group, k, s, p, feature_type="planar", exact="ignore")
        except WindowError:
            continue
        for n in sizes:
            counts[compare(pool, (n,) * group.dimension)] += 1
    return counts


@pytest.mark.parametrize("group", SHIPPED, ids=name)
def test_predicted_is_measured(group: gk.SplitGroup) -> None:
    counts = sweep(group, (5, 8, 9, 12))
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")
    assert counts.total() > 100


@pytest.mark.slow
@pytest.mark.parametrize("group", [*GROUPS, p2mm], ids=name)
def test_predicted_is_measured_in_full(group: gk.SplitGroup) -> None:
    counts = sweep(group, range(3, 9) if group.dimension == 3 else range(3, 17))
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")


def test_the_first_inexact_call_warns_and_the_remedy_holds() -> None:
    with pytest.warns(gt.EquivarianceWarning) as caught:
        gt.GroupBlurPool(gk.p4m)(torch.zeros(1, 1, 8, 8, 8))
    message = str(caught[0].message)
    assert message.startswith("GroupBlurPool: stride 2, kernel 3, padding 1 on 8×8 keeps only")
    assert message.endswith(
        "exact at 7 or 9, or with kernel 4 and padding 1, or with kernel 2 and padding 0"
    )
    assert gt.GroupBlurPool(gk.p4m, 4, padding=1).exactness(8).is_exact


def test_strides_may_differ_where_the_group_does_not_mix_axes() -> None:
    pool = gt.GroupBlurPool(p2mm, stride=(2, 1))
    assert pool.kernel_size == (3, 1)
    assert_equivariant(pool, p2mm, (1, 1, 4, 9, 8), "regular", dtype=DOUBLE)
    with pytest.raises(WindowError, match="mixes axes 0 and 1"):
        gt.GroupBlurPool(gk.p4, stride=(2, 1))


@pytest.mark.untyped
def test_bad_input_is_refused() -> None:
    with pytest.raises(WindowError, match=r"no tent of even sizes \(4, 4\)"):
        gt.GroupBlurPool(gk.p6, 4)
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupBlurPool(gk.p4)(torch.zeros(1, 1, 5, 5))
    with pytest.raises(WindowError, match="2×2 is too small"):
        gt.GroupBlurPool(gk.p4, padding=0)(torch.zeros(1, 1, 4, 2, 2))
    with pytest.raises(SettingError, match="stride=0"):
        gt.GroupBlurPool(gk.p4, stride=0)
    with pytest.raises(SettingError, match="declared SplitGroup"):
        gt.GroupBlurPool("p4")  # type: ignore[arg-type]


def test_dtypes_devices_and_the_meta_device() -> None:
    x = torch.randn(1, 1, 4, 9, 9, dtype=DOUBLE)
    pool = gt.GroupBlurPool(gk.p4)
    for dtype, tolerance in ((torch.float32, 1e-6), (torch.bfloat16, 2e-2)):
        y = pool.to(dtype)(x.to(dtype))
        assert y.dtype == dtype
        assert (y.double() - pool(x)).abs().max() < tolerance
    z = torch.complex(x, 2 * x)
    assert torch.allclose(pool(z), torch.complex(pool(x), 2 * pool(x)))
    with torch.device("meta"):
        empty = gt.GroupBlurPool(gk.p4)
    empty.to_empty(device="cpu")
    empty.reset_parameters()
    assert torch.equal(empty(x), pool(x))
    assert not pool.state_dict()


@pytest.mark.compile
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line], ids=name)
def test_it_compiles_and_exports(group: gk.SplitGroup) -> None:
    torch._dynamo.reset()
    pool = gt.GroupBlurPool(group)
    x = torch.randn(1, 1, len(group.stabilizer), *image(group, 9, 9), dtype=DOUBLE)
    compiled = torch.compile(pool, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), pool(x), atol=1e-12)
    program = torch.export.export(pool, (x,))
    assert torch.allclose(program.module()(x), pool(x), atol=1e-12)
