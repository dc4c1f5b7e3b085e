import contextlib
import copy
import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import Elements, errors
from groupkit.errors import GroupkitError
from tests import oracles
from tests.known_groups import SHIPPED_NAMES, SOME, group as named
from tests.test_finite_group import JUNK

GROUPS = st.sampled_from([*SHIPPED_NAMES, *SOME])  # names: a strategy runs no code of ours
INTEGERS = st.integers(-9, 9) | st.sampled_from([2**62, -(2**63), 2**63 - 1, 3**80, -(10**40)])


def exact(g: Elements) -> oracles.Matrix:
    """Return the homogeneous matrix of one element, by its parts."""
    linear = oracles.matrix(g.stabilizer.matrices[int(g.index)].tolist())
    return oracles.homogeneous(linear, g.translation.tolist())


@given(GROUPS, st.data())
def test_laws_of_the_group_in_exact_integers(name: str, data: st.DataObject) -> None:
    group = named(name)
    numbers = data.draw(st.tuples(*[st.integers(0, group.order - 1)] * 3))
    x, *vectors = data.draw(st.tuples(*[st.tuples(*[INTEGERS] * group.dimension)] * 4))
    a, b, c = (Elements(group.stabilizer, n, t) for n, t in zip(numbers, vectors, strict=True))
    assert exact(a @ b) == oracles.multiply(exact(a), exact(b))
    assert exact(a.inverse()) == oracles.inverse(exact(a))
    assert (a @ b) @ c == a @ (b @ c)
    assert a @ a.inverse() == a.inverse() @ a == group.identity()
    assert (a @ b).inverse() == b.inverse() @ a.inverse()
    assert a @ group.identity() == a
    assert tuple(a.act(list(x)).tolist()) == oracles.apply(exact(a), (*x, 1))[:-1]
    assert (a @ b).act(list(x)).tolist() == a.act(b.act(list(x))).tolist()
    assert oracles.matrix(a.to_matrix().tolist()) == exact(a)
    assert group.from_matrix(a.to_matrix()) == a
    assert group.element(**a.indices()) == a


@given(GROUPS, st.integers(0, 2**32))
def test_arrays_broadcast_as_loops_do(name: str, seed: int) -> None:
    group = named(name)
    a, b = group.random((3, 1), seed=seed), group.random((2,), seed=seed + 1)
    points = np.random.default_rng(seed).integers(-9, 9, size=(3, 2, group.dimension))
    product, inverse, moved = a @ b, a.inverse(), b.act(points)
    assert product.shape == (a == b).shape == (3, 2)
    for i in range(3):
        assert inverse[i, 0] == a[i, 0].inverse()
        for j in range(2):
            assert product[i, j] == a[i, 0] @ b[j]
            assert (a == b)[i, j] == (a[i, 0] == b[j])
            assert moved[i, j].tolist() == b[j].act(points[i, j]).tolist()
    assert (group.from_matrix(product.to_matrix()) == product).all()
    assert (group.element(**product.indices()) == product).all()


def test_indexing_and_iteration_follow_numpy() -> None:
    g = gk.p4m.random((4, 3), seed=0)
    for key in (0, -1, (1, 2), slice(1, 3), (slice(None), 0), ..., (..., 1), None, [0, 2],
                np.array([True, False, True, True])):  # fmt: skip
        part = g[key]
        places = np.arange(12).reshape(4, 3)[key]
        assert part.shape == places.shape
        np.testing.assert_array_equal(part.index, g.index.reshape(12)[places])
        np.testing.assert_array_equal(part.translation, g.translation.reshape(12, 2)[places])
    assert len(g) == len(list(g)) == 4
    assert all((row == g[i]).all() for i, row in enumerate(g))


def test_many_translations_at_once_are_exact() -> None:
    far = 10**30
    g = gk.p6m.element(m=[0, 1], r=5, u=[far, 1], v=-far)
    for one, again in zip(g, g @ g, strict=True):
        assert exact(again) == oracles.multiply(exact(one), exact(one))
    assert (g @ g.inverse()).translation.dtype == np.int64  # small again


def test_random() -> None:
    g = gk.p6m.random((5, 4), radius=3, seed=7)
    assert (g == gk.p6m.random((5, 4), radius=3, seed=7)).all()
    assert g.shape == (5, 4)
    assert np.abs(g.translation).max() <= 3
    assert gk.p4.random(seed=np.random.default_rng(0)).shape == ()
    assert set(gk.p6m.random(500, seed=0).index) == set(range(12))
    assert set(gk.p1.random(500, radius=1, seed=0).translation.flat) == {-1, 0, 1}
    assert gk.p1.random(9, radius=2**63 - 1, seed=0).translation.dtype == np.int64


def test_elements_keep_no_array_of_the_user() -> None:
    t = np.array([1, 2])
    g = gk.p4.element(t=t)
    before = hash(g)
    t[0] = 99
    assert g == gk.p4.element(u=1, v=2)
    assert hash(g) == before
    assert not g.translation.flags.writeable


def test_indices_are_integers_of_any_kind() -> None:
    for one in (1, 1.0, np.int8(1), sympy.Integer(1)):
        assert gk.p4.element(r=one, u=one) == gk.p4.element(r=1, u=1)


def test_single_elements_are_hashable_values() -> None:
    g = gk.p4.element(r=1, u=2, v=3)
    assert len({g, gk.p4.element(r=1, t=(2, 3)), g @ g}) == 2
    assert hash(g) == hash(copy.deepcopy(g)) == hash(pickle.loads(pickle.dumps(g)))
    assert copy.deepcopy(g) == pickle.loads(pickle.dumps(g)) == g
    many = pickle.loads(pickle.dumps(gk.p4.random((2, 3), seed=0)))
    assert (many == gk.p4.random((2, 3), seed=0)).all()
    assert repr(g) == "element(r=1, u=2, v=3)"
    assert "2×3 elements" in repr(many)
    for unhashable, reason in ((hash, "shape"), (len, "no length")):
        with pytest.raises(TypeError, match=reason):
            unhashable(gk.p4.identity((2,)) if unhashable is hash else g)
    assert (g != gk.p4.identity()) == np.True_
    with pytest.raises(AttributeError, match="frozen"):
        g.index = 3
    with pytest.raises(ValueError, match="read-only"):
        g.translation[0] = 5
    with pytest.raises(TypeError):
        g @ 3


def test_elements_in_four_dimensions_have_a_translation_t() -> None:
    group = gk.SplitGroup.from_generators("x", [-np.eye(4, dtype=int)])
    g = group.element(s=1, t=(1, 2, 3, 4))
    assert g.indices()["t"].tolist() == [1, 2, 3, 4]
    assert group.element(**g.indices()) == g
    with pytest.raises(errors.ElementError, match=r"'u' is not an index .* indices are s, t"):
        group.element(u=1)


@pytest.mark.parametrize(
    ("indices", "kind", "message"),
    [
        ({"q": 1}, errors.ElementError, "'q' is not an index .* indices are r, t, u, v"),
        ({"w": 1}, errors.ElementError, "'w' is not an index"),
        ({"r": 4}, errors.ElementError, "r = 4 is not one of the integers 0 to 3"),
        ({"r": 1.5}, errors.ElementError, "r = 1.5 is not one of the integers"),
        ({"u": 1.5}, errors.ElementError, "translation u has integer coordinates, unlike 1.5"),
        ({"u": None}, errors.ElementError, "unlike None"),
        ({"t": "ab"}, errors.ElementError, "unlike 'ab'"),
        ({"t": [[1], [2, 3]]}, errors.ElementError, "integer coordinates"),
        ({"t": (1, 2), "u": 1}, errors.ElementError, "as t or as u, v, not both"),
        ({"t": (1, 2, 3)}, errors.DimensionError, "2 coordinates"),
        ({"t": 1}, errors.DimensionError, "2 coordinates"),
        ({"u": [1, 2], "v": [1, 2, 3]}, errors.ElementError, "do not broadcast"),
        ({"r": [0, 1, 2], "u": [1, 2]}, errors.ElementError, "do not broadcast"),
    ],
)
def test_what_is_no_element(
    indices: dict[str, Any], kind: type[GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        gk.p4.element(**indices)


def test_elements_of_two_groups_do_not_mix() -> None:
    a, b = gk.p4.element(r=1), gk.p4m.element(r=1)
    for mix in (lambda: a @ b, lambda: a == b):
        with pytest.raises(errors.ElementError, match=r"two groups do not mix.*from_matrix"):
            mix()
    assert gk.p4m.from_matrix(a.to_matrix()) == b


@pytest.mark.parametrize(
    ("matrix", "kind", "message"),
    [
        (np.eye(4), errors.DimensionError, "are 3×3, not of shape"),
        (5, errors.DimensionError, "are 3×3"),
        (2 * np.eye(3), errors.ElementError, "not the matrix of an element"),
        ([[1, 0, 0], [0, 1, 0], [0, 1, 1]], errors.ElementError, "not the matrix of an element"),
        ([[0, 1, 0], [1, 0, 0], [0, 0, 1]], errors.ElementError, "one of the stabilizer's"),
        (np.eye(3) / 2, errors.ElementError, "integer coordinates"),
    ],
)
def test_what_is_no_matrix_of_an_element(
    matrix: Any, kind: type[GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        gk.p4.from_matrix(matrix)


@pytest.mark.untyped
@pytest.mark.parametrize("radius", [-1, 1.5, 2**63, None, "a"])
def test_what_is_no_radius(radius: Any) -> None:
    with pytest.raises(errors.ElementError, match="radius"):
        gk.p4.random(3, radius=radius)


@pytest.mark.untyped
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(junk: Any) -> None:
    for function in (
        lambda: gk.p4.element(r=junk),
        lambda: gk.p4.element(u=junk),
        lambda: gk.p4.element(t=junk),
        lambda: gk.p4.from_matrix(junk),
        lambda: gk.p4.element(r=[0, 1, 2]).act(junk),
        lambda: Elements(gk.p4.stabilizer, junk, junk),
    ):
        with contextlib.suppress(GroupkitError):
            function()
