from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.action import array_action, image_shape, stable_mask
from tests import oracles
from tests.known_groups import SHIPPED, SOME, declared, group as named

GROUPS = [*(group.name for group in SHIPPED), *SOME]


def boxes(group: gk.SplitGroup) -> list[tuple[int, ...]]:
    """Return array sides on which the group may act."""
    if not group.stabilizer.is_signed_permutation:
        return [(5,) * group.dimension]
    return {1: [(4,), (5,)], 2: [(4, 4), (3, 5)], 3: [(3, 3, 3), (2, 3, 4)]}[group.dimension]


def moved(index: np.ndarray, f: np.ndarray) -> np.ndarray:
    return np.append(f.reshape(-1), 0)[index]


@pytest.mark.parametrize("name", GROUPS)
def test_planar_arrays_by_definition(name: str) -> None:
    group = named(name)
    matrices = [oracles.matrix(m) for m in group.stabilizer.matrices.tolist()]
    for box in boxes(group):
        f = np.arange(1, np.prod(box) + 1).reshape(box)
        for s in range(group.order):
            after = moved(group.action(s, box, "planar"), f)
            assert after.shape == image_shape(group.stabilizer, s, box)
            for x in oracles.box_points(after.shape):
                assert after[x] == oracles.moved_value(matrices, s, f, x, after.shape)


@pytest.mark.parametrize("name", GROUPS)
def test_functions_on_cosets_move_as_planar_arrays_and_cosets_do(name: str) -> None:
    group = named(name)
    table, inverses = group.stabilizer.cayley_table, group.stabilizer.inverses
    h = group.stabilizer.subgroup([group.order - 1])
    box = boxes(group)[-1]
    f = np.random.default_rng(0).normal(size=(group.order // len(h), *box))
    cosets = group.stabilizer.left_cosets(h)
    for s in range(group.order):
        after = moved(group.action(s, box, h), f)
        planar = group.action(s, box, "planar")
        for number, coset in enumerate(cosets):
            for member in coset:
                source = f[cosets.index_of[table[inverses[s], member]]]
                np.testing.assert_array_equal(after[number], moved(planar, source))


@given(st.sampled_from(GROUPS), st.sampled_from(["planar", "regular"]), st.booleans(), st.data())
def test_it_is_an_action(name: str, kind: str, torus: bool, data: st.DataObject) -> None:
    group = named(name)
    box = (4,) * group.dimension if torus else data.draw(st.sampled_from(boxes(group)))
    a, b = (data.draw(st.integers(0, group.order - 1)) for _ in range(2))
    shape = group.feature_type(kind).array_shape(box)
    f = np.random.default_rng(0).normal(size=shape)
    once = moved(group.action(b, box, kind, torus), f)
    twice = moved(group.action(a, once.shape[-group.dimension :], kind, torus), once)
    product = int(group.stabilizer.cayley_table[a, b])
    np.testing.assert_array_equal(twice, moved(group.action(product, box, kind, torus), f))
    identity = group.action(group.stabilizer.identity, box, kind, torus)
    mask = None if torus else stable_mask(group.stabilizer, box)
    np.testing.assert_array_equal(moved(identity, f), f if mask is None else f * mask)


@pytest.mark.parametrize("shape", [(4, 4), (5, 5), (3, 6), (1, 4)])
def test_square_groups_move_arrays_as_numpy_does(shape: tuple[int, int]) -> None:
    f = np.random.default_rng(0).normal(size=shape)
    for m in range(2):
        for r in range(4):
            after = moved(gk.p4m.action(4 * m + r, shape, "planar"), f)
            turned = np.rot90(f, r)
            np.testing.assert_array_equal(after, np.flip(turned, 0) if m else turned)


@pytest.mark.parametrize("name", GROUPS)
def test_the_torus_by_definition(name: str) -> None:
    group = named(name)
    box = (4,) * group.dimension
    f = np.arange(np.prod(box)).reshape(box)
    for s in range(group.order):
        inverse = oracles.inverse(oracles.matrix(group.stabilizer.matrices[s].tolist()))
        after = moved(group.action(s, box, "planar", torus=True), f)
        for x in oracles.box_points(box):
            assert after[x] == f[tuple(y % 4 for y in oracles.apply(inverse, x))]


def test_a_torus_with_unequal_sides_is_preserved_where_no_axes_mix() -> None:
    assert declared("p2mm").action(1, (3, 5), "planar", torus=True).shape == (3, 5)
    for group, sides in ((gk.p4, (3, 5)), (gk.p6, (3, 6))):
        with pytest.raises(errors.WindowError, match=r"torus of size .* is not preserved by M = "):
            group.action(1, sides, "planar", torus=True)


def test_masks() -> None:
    assert stable_mask(gk.p4m.stabilizer, (4, 7)) is None
    mask = stable_mask(gk.p6.stabilizer, (7, 7))
    assert mask is not None
    np.testing.assert_array_equal(mask, gk.p6.window(7).mask)
    index = gk.p6.action(1, (7, 7), "regular")
    assert (index[:, ~mask] == 6 * 49).all()
    assert (index[:, mask] < 6 * 49).all()


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("s", "shape", "kind", "message"),
    [
        (6, (5, 5), errors.ElementError, "6 is not an element .* 0 to 5"),
        (-1, (5, 5), errors.ElementError, "-1 is not an element"),
        (1.5, (5, 5), errors.ElementError, "1.5 is not an element"),
        (1, (4, 4), errors.WindowError, "size 4×4 has no centre about which p6 maps .* use 3 or 5"),
        (1, (5, 5, 5), errors.DimensionError, "3 sides, the group has dimension 2"),
        (1, (0, 5), errors.WindowError, "positive integer"),
        (1, (-5, 5), errors.WindowError, "positive integer"),
        (1, (2.7, 5), errors.WindowError, "positive integer"),
        (1, None, errors.WindowError, "positive integer"),
    ],
)
def test_what_is_no_action(
    s: Any, shape: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        array_action(gk.p6.stabilizer, s, shape, gk.p6.feature_type("planar"))


def test_matrices_with_huge_entries_mask_nearly_everything() -> None:
    n = 2**31
    group = gk.SplitGroup.from_generators("x", {"r": [[n, -(n * n + 1)], [1, -n]]})
    index = group.action(1, (3, 3), "planar")
    assert index.tolist() == [[9, 9, 9], [9, 4, 9], [9, 9, 9]]
