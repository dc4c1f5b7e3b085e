import contextlib
import copy
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import Window, errors
from tests import oracles
from tests.known_groups import NAMES, declared
from tests.test_finite_group import JUNK

THIRDS = (Fraction(1, 3), Fraction(2, 3))
CUBE = [tuple(x - 1 for x in point) for point in oracles.box_points([3, 3, 3])]


def closure(name: str, points: list[tuple[int, ...]]) -> set[tuple[int, ...]]:
    matrices = [oracles.matrix(m) for m in declared(name).stabilizer.matrices.tolist()]
    return oracles.orbit_closure(matrices, points)


@pytest.mark.parametrize(
    ("name", "count"), [("Fm-3m", 51), ("Im-3m", 51), ("P6/mmm", 39), ("Pm-3m", 27)]
)
def test_orbit_closures_of_the_primitive_cube(name: str, count: int) -> None:
    points = closure(name, CUBE)
    window = declared(name).window_of_points(points)
    assert len(window) == len(points) == count
    assert window.centre == (0, 0, 0)


@given(st.sampled_from(NAMES), st.data())
def test_stable_sets_are_windows_and_one_point_less_is_none(name: str, data: st.DataObject) -> None:
    group = declared(name)
    vectors = st.tuples(*[st.integers(-2, 2)] * group.dimension)
    points = closure(name, data.draw(st.lists(vectors, min_size=1, max_size=2)))
    zero = (0,) * group.dimension
    window = Window.from_points(group.stabilizer, points, zero)
    assert [tuple(x) for x in window.points.tolist()] == sorted(points)
    for s in range(group.order):
        m = oracles.matrix(group.stabilizer.matrices[s].tolist())
        images = [tuple(window.points[i].tolist()) for i in window.permutations[s]]
        assert images == [oracles.apply(m, x) for x in sorted(points)]
    leaves_out = data.draw(st.sampled_from(sorted(points)))
    orbit = closure(name, [leaves_out])
    if len(orbit) > 1:
        with pytest.raises(errors.WindowError, match=r"not stable: M = .* maps its point .* add"):
            Window.from_points(group.stabilizer, points - {leaves_out}, zero)


@pytest.mark.parametrize(
    ("group", "size", "points"),
    [(gk.p4, 3, 9), (gk.p4, 4, 16), (gk.p4m, 1, 1), (gk.p6, 3, 7), (gk.p6m, 5, 19),
     (gk.p6, 9, 61), (gk.p1, (2, 5), 10), (gk.p2, (3, 4), 12), (declared("p2mm"), (3, 4), 12),
     (declared("I4/mmm"), 3, 15), (declared("P4/mmm"), (3, 3, 1), 9)],
)  # fmt: skip
def test_windows_of_a_size(group: gk.SplitGroup, size: Any, points: int) -> None:
    window = group.window(size)
    box = (size,) * group.dimension if isinstance(size, int) else size
    assert (len(window), window.box, window.mask.shape) == (points, box, box)
    assert window.corner == (0,) * group.dimension
    assert window.centre == oracles.box_centre(box)
    np.testing.assert_array_equal(np.argwhere(window.mask), window.points)
    matrices = [oracles.matrix(m) for m in group.stabilizer.matrices.tolist()]
    assert set(map(tuple, window.points.tolist())) == oracles.stable_points(tuple(matrices), box)


def test_the_hexagon() -> None:
    for k in range(1, 6):
        points = gk.p6m.window(2 * k + 1).points - k
        expected = [(x, y) for x in range(-k, k + 1) for y in range(-k, k + 1) if abs(x - y) <= k]
        assert points.tolist() == [list(x) for x in expected]


def test_windows_about_thirds() -> None:
    window = declared("p3").window_of_points([(0, 0), (0, 1), (1, 1)])
    assert window.centre == THIRDS
    assert window == declared("p3").window_of_points([(1, 1), (0, 0), (0, 1), (0, 0)], THIRDS)
    with pytest.raises(errors.WindowError, match=r"centre c = \(1/3, 2/3\) is not allowed"):
        declared("p6").window_of_points([(0, 0), (0, 1), (1, 1)])


def test_windows_far_from_the_origin() -> None:
    far = 2**38
    near = gk.p4.window(3)
    window = gk.p4.window_of_points(near.points + far)
    assert window.corner == (far, far)
    np.testing.assert_array_equal(window.permutations, near.permutations)
    np.testing.assert_array_equal(window.mask, near.mask)


SIZES = [
    (gk.p6, 4, errors.WindowError, r"size 4 is stable under p6: .*centre \(3/2, 3/2\).*: 3 or 5"),
    (gk.p6, 2, errors.WindowError, "sizes near it that work: 1 or 3"),
    (gk.p6, (3, 5), errors.WindowError, "smaller bounding box"),
    (gk.p4, (3, 5), errors.WindowError, r"smaller bounding box; .* work: \(3, 3\) or \(4, 4\)"),
    (gk.p4, 0, errors.WindowError, "size 0 is not one of a window; use a positive integer"),
    (gk.p4, -3, errors.WindowError, "size -3"),
    (gk.p4, 2.5, errors.WindowError, "size 2.5"),
    (gk.p4, None, errors.WindowError, "size None"),
    (gk.p4, "33", errors.WindowError, "size '33'"),
    (gk.p4, (3, 3, 3), errors.DimensionError, "3 sides, the group has dimension 2"),
    (gk.p4, 10**6, errors.WindowError, "more than 67108864 points.*smaller sides"),
]


@pytest.mark.untyped
@pytest.mark.parametrize(("group", "size", "kind", "message"), SIZES)
def test_sizes_without_a_window(
    group: gk.SplitGroup, size: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        group.window(size)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("points", "centre", "kind", "message"),
    [
        ([], None, errors.WindowError, "non-empty set of integer points"),
        (None, None, errors.WindowError, "non-empty set of integer points, not None"),
        ([1, 2], None, errors.WindowError, "one list of 2 integers a point"),
        ([(0.5, 0)], None, errors.WindowError, "integer points"),
        ([(2**70, 0)], None, errors.WindowError, "none beyond"),
        ([(1, 2, 3)], None, errors.DimensionError, "2 coordinates here"),
        ([(0, 0), (1, 0)], None, errors.WindowError, r"centre c = \(1/2, 0\) is not allowed"),
        ([(0, 0), (1, 0)], (0, 0), errors.WindowError, r"point \[1, 0\] to \[0, 1\]"),
        ([(0, 0)], 3, errors.WindowError, "3 is not a centre; give 2 integers or fractions"),
        ([(0, 0)], (0.5,), errors.WindowError, "is not a centre"),
        ([(0, 0)], (10**40, 0), errors.WindowError, "is not stable"),
        ([(0, 0)], (Fraction(1, 10**40), 0), errors.WindowError, "is not allowed"),
        ([(-(2**35), 0), (2**35, 0), (0, 2**35), (0, -(2**35))], None, errors.WindowError,
         "bounding box .* limit; choose points that lie closer"),
    ],
)  # fmt: skip
def test_points_that_are_no_window(
    points: Any, centre: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        gk.p4.window_of_points(points, centre)


@pytest.mark.untyped
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(junk: Any) -> None:
    stabilizer = gk.p4.stabilizer
    for function in (
        lambda: gk.p4.window(junk),
        lambda: Window.from_points(stabilizer, junk),
        lambda: Window.from_points(stabilizer, [(0, 0)], junk),
        lambda: Window(stabilizer, junk, junk),
    ):
        with contextlib.suppress(errors.GroupkitError):
            assert len(function())


def test_values() -> None:
    window = gk.p6.window(3)
    for again in (copy.deepcopy(window), pickle.loads(pickle.dumps(window)), gk.p6.window((3, 3))):
        assert again == window
        assert hash(again) == hash(window)
        np.testing.assert_array_equal(again.permutations, window.permutations)
    shifted = gk.p6.window_of_points(window.points - 1)
    assert shifted.centre == (0, 0)
    assert shifted != window
    assert window != 7
    for array in (window.points, window.mask, window.permutations):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 1
    with pytest.raises(AttributeError, match="frozen"):
        window.centre = (0, 0)
    assert repr(window) == "Window(7 points of 3×3, centre (1, 1))"
