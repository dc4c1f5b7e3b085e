"""Upsampling is torch's where boxes are stable, linear on triangles elsewhere, and always exact."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit.tent import tent
from groupkit_torch.domain import Domain
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import GROUPS, cubic, image, mirror_line, name, p2mm
from tests.torch.measured import kept_elements

DOUBLE = torch.float64
BOXES = [group for group in GROUPS if group.stabilizer.is_signed_permutation]
TORCH = {1: "linear", 2: "bilinear", 3: "trilinear"}


@pytest.mark.parametrize("group", BOXES, ids=name)
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_where_boxes_are_stable_it_is_torchs(group: gk.SplitGroup, factor: int) -> None:
    space = image(group, 4, 6, 3)
    x = torch.randn(2, 2, *space, dtype=DOUBLE)
    options: dict[str, Any] = {"feature_type": "planar"}
    nearest = gt.GroupUpsample(group, factor, **options)(x)
    assert torch.equal(nearest, F.interpolate(x, scale_factor=factor, mode="nearest"))
    linear = gt.GroupUpsample(group, factor, "linear", **options)(x)
    size = [factor * (n - 1) + 1 for n in space]
    expected = F.interpolate(x, size, mode=TORCH[group.dimension], align_corners=True)
    assert torch.allclose(linear, expected, atol=1e-12)


def by_definition(group: gk.SplitGroup, x: np.ndarray, factor: int) -> np.ndarray:
    """Write each point through the tent, and divide by what ones give."""
    d = group.dimension
    found = tent(group.stabilizer, 2 * factor - 1)
    middle = (np.array(found.box) - 1) // 2
    space = x.shape[-d:]
    inside = Domain.of(group.stabilizer).inside(space).numpy()
    out = [factor * (n - 1) + 1 for n in space]
    y, total = np.zeros((*x.shape[:-d], *out)), np.zeros(out)
    for z in np.argwhere(inside):
        for point, weight in zip(found.points, found.weights, strict=True):
            at = tuple((factor * z + point - middle).tolist())
            if all(0 <= v < n for v, n in zip(at, out, strict=True)):
                y[(..., *at)] += weight * x[(..., *z)]
                total[at] += weight
    return y / np.maximum(total, 1)


@pytest.mark.parametrize("group", GROUPS, ids=name)
@pytest.mark.parametrize("factor", [2, 3])
def test_linear_is_the_sum_of_tents(group: gk.SplitGroup, factor: int) -> None:
    x = torch.randn(1, 2, *image(group, 5, 6, 3), dtype=DOUBLE)
    up = gt.GroupUpsample(group, factor, "linear", feature_type="planar")
    np.testing.assert_allclose(up(x).numpy(), by_definition(group, x.numpy(), factor), atol=1e-12)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_linear_is_equivariant_and_keeps_values_and_ones(group: gk.SplitGroup) -> None:
    up, space = gt.GroupUpsample(group, 2, "linear"), image(group, 5, 6, 3)
    size = len(group.stabilizer)
    assert up.exactness(space).is_exact
    assert_equivariant(up, group, (1, 2, size, *space), "regular", dtype=DOUBLE)
    domain = Domain.of(group.stabilizer)
    x = torch.randn(1, 1, size, *space, dtype=DOUBLE)
    old = up(x)[(..., *[slice(None, None, 2)] * group.dimension)]
    assert torch.allclose(domain.fill(old), domain.fill(x), atol=1e-12)
    ones = up(torch.ones_like(x))
    assert torch.allclose(domain.fill(ones), domain.fill(torch.ones_like(ones)))


def test_linear_functions_stay_linear_on_hexagonal_lattices() -> None:
    n, factor = 9, 2
    u, v = torch.meshgrid(*[torch.arange(n, dtype=DOUBLE)] * 2, indexing="ij")
    f = (2 * u - 3 * v + 1)[None, None]
    y = gt.GroupUpsample(gk.p6m, factor, "linear", feature_type="planar")(f)
    m = factor * (n - 1) + 1
    u, v = torch.meshgrid(*[torch.arange(m, dtype=DOUBLE) / factor] * 2, indexing="ij")
    domain = Domain.of(gk.p6m.stabilizer)
    assert torch.allclose(domain.fill(y[0, 0]), domain.fill(2 * u - 3 * v + 1), atol=1e-12)


@pytest.mark.parametrize("group", [*GROUPS, p2mm], ids=name)
def test_predicted_is_measured_at_every_size(group: gk.SplitGroup) -> None:
    counts: Counter[bool] = Counter()
    planar = group.feature_type("planar")
    modes = ["linear", "nearest"] if group.stabilizer.is_signed_permutation else ["linear"]
    for factor in (1, 2, 3):
        for mode in modes:
            up = gt.GroupUpsample(group, factor, mode, feature_type="planar")
            for n in range(1, 5 if group.dimension == 3 else 9):
                size = (n,) * group.dimension
                try:
                    found = up.exactness(size)
                except WindowError:  # the hexagon has no centre
                    assert not group.stabilizer.is_signed_permutation
                    continue
                measured = kept_elements(up, group, size, planar, planar, 1)
                assert found.elements == measured == tuple(group.stabilizer)
                counts[found.is_exact] += 1
    print(f"{group.name}: {counts.total()} settings compared")
    assert not counts[False]
    assert counts.total() > 3


def test_factors_may_differ_where_the_group_does_not_mix_axes() -> None:
    for mode in ("nearest", "linear"):
        up = gt.GroupUpsample(p2mm, (3, 1), mode)
        assert up._always_exact
        assert_equivariant(up, p2mm, (1, 1, 4, 4, 5), "regular", dtype=DOUBLE)
        with pytest.raises(WindowError, match="mixes axes 0 and 1"):
            gt.GroupUpsample(gk.p4, (3, 1), mode)


def test_nearest_is_refused_where_boxes_are_not_stable() -> None:
    with pytest.raises(WindowError, match=r'p6 does not map onto boxes; use mode="linear"'):
        gt.GroupUpsample(gk.p6, 2)


@pytest.mark.untyped
def test_bad_input_is_refused() -> None:
    with pytest.raises(SettingError, match='neither "nearest" nor "linear"'):
        gt.GroupUpsample(gk.p4, 2, "cubic")
    with pytest.raises(SettingError, match=r"scale_factor=1.5"):
        gt.GroupUpsample(gk.p4, 1.5)  # type: ignore[arg-type]
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.GroupUpsample(gk.p4, 2)(torch.zeros(1, 1, 5, 5))
    with pytest.raises(WindowError, match="use 7 or 9"):
        gt.GroupUpsample(gk.p6, 2, "linear")(torch.zeros(1, 1, 6, 8, 8))


def test_dtypes_and_the_meta_device() -> None:
    x = torch.randn(1, 1, 6, 5, 5, dtype=DOUBLE)
    up = gt.GroupUpsample(gk.p6, 2, "linear")
    for dtype, tolerance in ((torch.float32, 1e-6), (torch.bfloat16, 2e-2)):
        y = up.to(dtype)(x.to(dtype))
        assert y.dtype == dtype
        assert (y.double() - up(x)).abs().max() < tolerance
    z = torch.complex(x, 2 * x)
    assert torch.allclose(up(z), torch.complex(up(x), 2 * up(x)))
    with torch.device("meta"):
        empty = gt.GroupUpsample(gk.p6, 2, "linear")
    empty.to_empty(device="cpu")
    empty.reset_parameters()
    assert torch.equal(empty(x), up(x))


@pytest.mark.compile
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_it_compiles_and_exports(group: gk.SplitGroup) -> None:
    torch._dynamo.reset()
    modes = ["linear", "nearest"] if group.stabilizer.is_signed_permutation else ["linear"]
    for mode in modes:
        up = gt.GroupUpsample(group, 2, mode)
        x = torch.randn(1, 1, len(group.stabilizer), *image(group, 5, 6, 3), dtype=DOUBLE)
        compiled = torch.compile(up, fullgraph=True, backend="aot_eager")
        assert torch.allclose(compiled(x), up(x), atol=1e-12)
        program = torch.export.export(up, (x,))
        assert torch.allclose(program.module()(x), up(x), atol=1e-12)
