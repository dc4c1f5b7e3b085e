"""Pooling over domains of G equals the definition, and its exactness is what is measured."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.pooling.pool_domain import PoolDomainError
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import array, cubic, face_centred, mirror_line, name, p3m1
from tests.torch.oracles_torch import pool_domain

CASES = [
    (gk.p4, 3, {"stride": 1, "padding": 1}, (5, 6)),
    (gk.p4m, 4, {"stride": 2}, (6, 5)),
    (gk.p6, 3, {"stride": 1, "padding": 1}, (7, 7)),
    (gk.p6, 2, {"stride": 2, "padding": 1}, (7, 7)),
    (mirror_line, 3, {"stride": 2, "padding": 1}, (8,)),
    (cubic, 2, {"stride": 1}, (4, 4, 4)),
    (face_centred, 2, {"stride": 1, "padding": 1}, (5, 5, 5)),
    (gk.p1, 2, {"stride": 1}, (4, 5)),
]


def pool(mode: str, *arguments: Any, **options: Any) -> nn.Module:
    """Return a pooling layer; means count the inside only, as the oracle does."""
    if mode == "max":
        return gt.GroupMaxPool(*arguments, **options)
    return gt.GroupAvgPool(*arguments, count_include_pad=False, **options)


def listed(elements: gk.Elements) -> list[tuple[list[int], int]]:
    """Return distinct elements as translations and numbers."""
    return [(list(u.translation.tolist()), int(u.index)) for u in dict.fromkeys(elements)]


def closed(group: gk.SplitGroup, elements: gk.Elements, subgroup: Any) -> gk.Elements:
    """Return HU."""
    zero = np.zeros(group.dimension, dtype=np.int64)
    rows = [gk.Elements(group.stabilizer, np.array(h), zero) @ elements for h in subgroup]
    return gk.Elements(
        group.stabilizer,
        np.concatenate([row.index for row in rows]),
        np.concatenate([row.translation for row in rows]),
    )


@pytest.mark.parametrize("kind", ["regular", "quotient", "planar"])
@pytest.mark.parametrize("mode", ["max", "mean"])
@pytest.mark.parametrize(("group", "count", "options", "space"), CASES, ids=name)
def test_domains_equal_the_definition(
    group: gk.SplitGroup,
    count: int,
    options: dict[str, Any],
    space: tuple[int, ...],
    mode: str,
    kind: str,
    device: torch.device,
) -> None:
    elements = group.random(count, radius=1, seed=5)
    subgroup = {
        "regular": (0,),
        "quotient": tuple(group.stabilizer.subgroup([group.order - 1])),
        "planar": tuple(group.stabilizer),
    }[kind]
    elements = closed(group, elements, subgroup)
    layer = pool(
        mode,
        group,
        domain=elements,
        feature_type="planar" if kind == "planar" else subgroup,
        exact="ignore",
        **options,
    )
    x = array(2, 3, group.order // len(subgroup), *space)
    given = x[:, :, 0] if kind == "planar" else x
    actual = layer(torch.tensor(given, device=device)).cpu().numpy()
    expected = pool_domain(
        group.stabilizer.matrices,
        x,
        listed(elements),
        subgroup,
        layer.stride,
        layer.padding,
        mode,
    )
    expected = expected[:, :, 0] if kind == "planar" else expected
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("mode", ["max", "mean"])
@pytest.mark.parametrize("group", [gk.p4, gk.p4m, gk.p6, p3m1, mirror_line, cubic], ids=name)
def test_they_are_equivariant(group: gk.SplitGroup, mode: str) -> None:
    space = ({1: 9, 2: 9, 3: 5}[group.dimension],) * group.dimension
    elements = group.random(4, radius=1, seed=3)
    layer = pool(mode, group, domain=elements, stride=1, padding=1)
    shape = (1, 2, group.order, *space)
    assert_equivariant(layer, group, shape, "regular", "regular", tolerance=1e-12)
    half = group.stabilizer.subgroup([1])
    layer = pool(mode, group, domain=closed(group, elements, half), stride=1, feature_type=half)
    shape = (1, 2, group.order // len(half), *space)
    assert_equivariant(layer, group, shape, half, half, tolerance=1e-12)


def test_the_plain_reading_of_the_same_points_is_not_equivariant() -> None:
    """A check of the check: the same translations for all s, not turned by M(s)."""

    def unturned(x: torch.Tensor) -> torch.Tensor:
        return torch.maximum(x[..., :-1, :], x[..., 1:, :])[..., 1:, 1:-1]

    error = equivariance_error(unturned, gk.p4, (1, 1, 4, 6, 6), "regular", "regular").error
    assert error > 0.1


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_a_window_at_the_identity_is_the_ordinary_pool(group: gk.SplitGroup) -> None:
    window = group.window(3)
    elements = group.element(t=window.points - np.array(window.centre, dtype=np.int64))
    space = ({1: 9, 2: 7, 3: 5}[group.dimension],) * group.dimension
    for kind in ("regular", "planar"):
        axis = (group.order,) if kind == "regular" else ()
        x = torch.randn(2, 3, *axis, *space, dtype=torch.float64)
        for options in ({}, {"stride": 2, "padding": 1}):
            for mode in ("max", "mean"):
                made = pool(
                    mode, group, domain=elements, feature_type=kind, exact="ignore", **options
                )
                usual = pool(mode, group, 3, feature_type=kind, exact="ignore", **options)
                assert torch.equal(made(x), usual(x))
                assert made.exactness(space[0]).elements == usual.exactness(space[0]).elements


def test_the_subgroup_as_domain_is_coset_pooling_kept_on_g() -> None:
    half = gk.p4m.stabilizer.subgroup([{"m": 1}])
    elements = gk.Elements(
        gk.p4m.stabilizer, np.array(list(half)), np.zeros((2, 2), dtype=np.int64)
    )
    x = torch.randn(1, 2, 8, 5, 5)
    cosets = gt.CosetPool(gk.p4m, "max", half)(x)
    on_group = gt.GroupMaxPool(gk.p4m, domain=elements)(x)
    index = torch.tensor(gk.p4m.feature_type(half).cosets.index_of)
    assert torch.equal(on_group, cosets[:, :, index])


@pytest.mark.parametrize("group", [gk.p4, gk.p4m, gk.p6, mirror_line], ids=name)
def test_exactness_is_what_is_measured(group: gk.SplitGroup) -> None:
    compared = broken = 0
    for seed, stride, padding, size in product(range(3), (1, 2, 3), (0, 1), (5, 6, 7)):
        elements = group.random(2 + seed, radius=1, seed=seed)
        layer = gt.GroupMaxPool(
            group, domain=elements, stride=stride, padding=padding, exact="ignore"
        )
        try:
            found = layer.exactness(size)
        except WindowError:  # no centre, or too small
            continue
        boxes = group.stabilizer.is_signed_permutation
        if not boxes and any(side % 2 == 0 for side in found.output_size):
            continue  # no centre to measure about
        measured = gt.find_symmetry(
            layer,
            group,
            (1, 4, group.order, *(size,) * group.dimension),
            "regular",
            "regular",
            dtype=torch.float64,
        )
        assert found.elements == measured.elements
        compared += 1
        broken += not found.is_exact
    assert compared > 15
    assert broken


def test_the_guard_warns_and_refuses() -> None:
    elements = gk.p4.element(u=[0, 1])
    layer = gt.GroupMaxPool(gk.p4, domain=elements, stride=2, exact="raise")
    with pytest.raises(gt.InexactError, match="stride 2, kernel 3"):
        layer(torch.zeros(1, 1, 4, 6, 6))
    assert layer(torch.zeros(1, 1, 4, 7, 7)).shape == (1, 1, 4, 3, 3)


def test_outputs_that_read_nothing_are_zero() -> None:
    """One step ahead and nothing else: at the border there is nothing ahead."""
    x = -torch.ones(1, 1, 4, 3, 3)
    layer = gt.GroupMaxPool(gk.p4, domain=gk.p4.element(u=[1]), stride=1, padding=1)
    assert layer(x)[0, 0, 0].tolist() == [[-1] * 3, [-1] * 3, [0] * 3]
    mean = gt.GroupAvgPool(gk.p4, domain=gk.p4.element(u=[0, 1]), stride=1, padding=1)
    assert mean(x)[0, 0, 0].tolist() == [[-1] * 3, [-1] * 3, [-0.5] * 3]


def test_gradients_pass_and_modules_learn_nothing() -> None:
    layer = gt.GroupAvgPool(gk.p6, domain=gk.p6.element(u=[0, 1], r=[0, 2]), stride=1, padding=1)
    x = torch.rand(1, 1, 6, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert not list(layer.parameters())
    assert not layer.state_dict()


@pytest.mark.compile
def test_domains_compile_whole() -> None:
    layer = gt.GroupMaxPool(gk.p6, domain=gk.p6.element(u=[0, 1]), stride=1, padding=1)
    x = torch.rand(1, 2, 6, 5, 5)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    assert torch.equal(compiled(x), layer(x))


def test_means_of_fields() -> None:
    vector = gk.p4.field("vector")
    cross = gk.p4.element(t=[(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)])
    layer = gt.GroupAvgPool(gk.p4, domain=cross, stride=1, padding=1, feature_type=vector)
    assert_equivariant(layer, gk.p4, (1, 2, 6, 6), vector, vector)
    with pytest.raises(FeatureTypeError, match="GroupMaxPool treats each channel for itself"):
        gt.GroupMaxPool(gk.p4, domain=cross, feature_type=vector)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, SettingError, "give either kernel_size or domain"),
        ({"kernel_size": 3, "domain": gk.p4.identity(1)}, SettingError, "give either kernel_size"),
        ({"domain": gk.p4.identity(1), "dilation": 2}, SettingError, "give the elements that are"),
        ({"domain": gk.p6.identity(1)}, PoolDomainError, "are no elements of p4"),
        (
            {"domain": gk.p4.element(u=[1]), "feature_type": "planar"},
            PoolDomainError,
            "add it, or pool regular maps",
        ),
        ({"domain": gk.p4.element(u=[1]), "padding": 2}, WindowError, "more than half"),
    ],
    ids=["none", "both", "dilation", "group", "planar", "padding"],
)
def test_what_is_no_domain_is_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        gt.GroupMaxPool(gk.p4, **arguments)


def test_reprs_name_the_domain() -> None:
    layer = gt.GroupAvgPool(gk.p4, domain=gk.p4.element(u=[0, 1]))
    assert repr(layer) == "GroupAvgPool(p4, domain of 2 elements, stride=(3, 3), regular)"
    assert math.prod(layer.kernel_size) == 9
