import copy
import pickle
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    GSet,
    all_subgroups,
    centralizer,
    conjugacy_classes,
    core,
)
from tests.algebra.groups_for_algebra import subgroups_of_s6, symmetric
from tests.known_groups import NAMES, SOME, declared

CORNERS = [(1, 1), (1, -1), (-1, -1), (-1, 1)]


def move(s: int, x: Any) -> Any:
    return tuple(int(y) for y in gk.p4m.stabilizer.matrices[s] @ x)


SQUARE = GSet.from_function(gk.p4m, CORNERS, move)


def judge(gset: GSet) -> None:
    """Assert the laws of an action, and what it says of orbits, from the definitions."""
    group, table = gset.group, gset.group.cayley_table
    some = list(group)[:: max(1, group.order // 12)]
    for x in gset:
        assert gset.act(group.identity, x) == x
        for a, b in product(some, some):
            assert gset.act(a, gset.act(b, x)) == gset.act(int(table[a, b]), x)
        orbit = {gset.act(a, x) for a in group}
        assert set(gset.orbit(x)) == orbit
        stabilizer = gset.stabilizer(x)
        assert set(stabilizer) == {a for a in group if gset.act(a, x) == x}
        assert len(orbit) * len(stabilizer) == group.order
    assert sorted(map(str, (x for orbit in gset.orbits for x in orbit))) == sorted(map(str, gset))
    assert gset.orbit_count == len(gset.orbits)
    for a in some:
        assert gset.fixed_points[a] == sum(gset.act(a, x) == x for x in gset)
    assert set(gset.kernel) == {a for a in group if all(gset.act(a, x) == x for x in gset)}


@pytest.mark.parametrize("name", SOME)
def test_cosets_windows_and_the_group_itself(name: str) -> None:
    group = declared(name)
    judge(GSet.of_window(group.window(3)))
    judge(GSet.regular(group))
    for h in all_subgroups(group.stabilizer)[:8]:
        cosets = GSet.of_cosets(group, h)
        judge(cosets)
        assert cosets.is_transitive
        assert cosets.kernel == core(group.stabilizer, h)
        assert cosets.stabilizer(group.stabilizer.left_cosets(h)[0]) == h


@pytest.mark.parametrize("name", NAMES)
def test_conjugation_has_the_classes_as_orbits(name: str) -> None:
    group = declared(name).stabilizer
    gset = GSet.by_conjugation(group)
    assert gset.orbits == conjugacy_classes(group).members
    assert gset.stabilizer(group.order - 1) == centralizer(group, group.order - 1)
    for orbit in gset.orbits:  # the class equation, term by term
        assert len(orbit) * len(gset.stabilizer(orbit[0])) == group.order


@settings(max_examples=20)
@given(subgroups_of_s6, st.lists(st.integers(0, 719), max_size=2))
def test_random_subgroups_of_s6_on_cosets(group: gk.FiniteGroup, generators: list[int]) -> None:
    h = group.subgroup([g % group.order for g in generators])
    gset = GSet.of_cosets(group, h)
    assert gset.is_transitive
    assert gset.orbit_count == 1
    for point in gset.points[:5]:
        assert len(gset.stabilizer(point)) * len(gset) == group.order
    assert gset.kernel == core(group, h)


def test_points_of_any_kind() -> None:
    judge(SQUARE)
    # S3 on pairs of colours, by their names.
    colours = ("red", "green", "blue")
    s3 = symmetric(3)
    permutations = [(0, 1, 2)]
    for p in permutations:
        for step in ((1, 2, 0), (1, 0, 2)):
            composed = tuple(p[i] for i in step)
            if composed not in permutations:
                permutations.append(composed)
    by_name = {c: i for i, c in enumerate(colours)}
    gset = GSet.from_function(
        s3,
        [frozenset(pair) for pair in product(colours, repeat=2)],
        lambda a, pair: frozenset(colours[permutations[a][by_name[c]]] for c in pair),
    )
    judge(gset)
    assert [len(orbit) for orbit in gset.orbits] == [3, 3]


@pytest.mark.parametrize("colours", [0, 1, 2, 3])
def test_colourings_as_counted_one_by_one(colours: int) -> None:
    for gset in (SQUARE, GSet.of_window(gk.p6.window(3)), GSet.of_cosets(gk.p4m, [0, 4])):
        if len(gset) == 7 and colours == 3:
            continue
        orbits = {
            min(tuple(f[j] for j in row) for row in gset.permutations.tolist())
            for f in product(range(colours), repeat=len(gset))
        }
        assert gset.count_colourings(colours) == len(orbits)


def test_large_counts_are_exact() -> None:
    gset = GSet.of_window(gk.p4m.window(9))
    count = gset.count_colourings(10)
    assert count > 10**80
    assert count * 8 == sum(
        10 ** len({frozenset(_cycle(row, i)) for i in range(81)})
        for row in gset.permutations.tolist()
    )


def _cycle(row: list[int], i: int) -> list[int]:
    cycle = [i]
    while row[cycle[-1]] != i:
        cycle.append(row[cycle[-1]])
    return cycle


def test_the_judge_notices_what_is_no_action() -> None:
    spoilt = pickle.loads(pickle.dumps(SQUARE))
    rows = np.array(SQUARE.permutations)
    rows[[1, 4]] = rows[[4, 1]]
    object.__setattr__(spoilt, "permutations", rows)
    with pytest.raises(AssertionError):
        judge(spoilt)


def test_an_empty_set() -> None:
    empty = GSet(gk.p4, [[]] * 4)
    assert (len(empty), empty.orbits, empty.orbit_count, empty.count_colourings(5)) == (0, (), 0, 1)
    assert not empty.is_transitive
    assert len(empty.kernel) == 4


def test_it_is_a_value() -> None:
    for again in (copy.deepcopy(SQUARE), pickle.loads(pickle.dumps(SQUARE))):
        assert again == SQUARE
        assert hash(again) == hash(SQUARE)
        assert again.orbits == SQUARE.orbits
    assert repr(SQUARE) == "GSet(4 points in 1 orbit, of a group of order 8)"
    assert repr(GSet.of_window(gk.p4m.window(3))).startswith("GSet(9 points in 3 orbits")
    assert (SQUARE.is_faithful, GSet(gk.p4, [[0]] * 4).is_faithful) == (True, False)
    assert list(SQUARE) == CORNERS
    with pytest.raises(ValueError, match="read-only"):
        SQUARE.permutations[0] = 0


def test_a_point_that_leaves_is_shown() -> None:
    with pytest.raises(errors.NotAnActionError) as caught:
        GSet.from_function(gk.p4m, CORNERS[:3], move)
    a, point, image = caught.value.witness  # type: ignore[misc]
    assert move(a, point) == image == (-1, 1)
    assert "(-1, 1), which is not among the 3 points; add it" in str(caught.value)


def test_a_right_action_is_refused_and_shown() -> None:
    table = gk.p4m.stabilizer.cayley_table
    with pytest.raises(errors.NotAnActionError, match="act from the left, by an inverse") as caught:
        GSet.from_function(gk.p4m, range(8), lambda a, x: int(table[x, a]))
    a, b, point = caught.value.witness  # type: ignore[misc]
    assert table[table[point, b], a] != table[point, table[a, b]]
    inverses = gk.p4m.stabilizer.inverses
    judge(GSet.from_function(gk.p4m, range(8), lambda a, x: int(table[x, inverses[a]])))


def test_what_is_no_permutation_is_refused() -> None:
    with pytest.raises(errors.NotAnActionError, match="0 does not fix every point: 0 goes to 1"):
        GSet(gk.p2, [[1, 0], [0, 1]])
    with pytest.raises(errors.NotAnActionError) as caught:
        GSet(gk.p2, [[0, 1], [0, 0]], ["a", "b"])
    assert str(caught.value) == (
        "1 does not permute the points: 'a' goes to 'a', as does another point; correct the action"
    )
    with pytest.raises(errors.NotAnActionError, match="one row for each of 2 elements"):
        GSet(gk.p2.stabilizer, [[0, 1]])
    with pytest.raises(errors.NotAnActionError, match="correct it, or use GSet"):
        GSet(gk.p2, [[0, 1], [1, 2]])
    with pytest.raises(errors.NotAnActionError, match="2 points are permuted, but 1 different"):
        GSet(gk.p2, [[0, 1], [1, 0]], ["a", "a"])


@pytest.mark.parametrize("point", [(2, 2), "x", [1, 1]])
def test_other_points_are_refused(point: Any) -> None:
    for method in (SQUARE.orbit, SQUARE.stabilizer, SQUARE.number):
        with pytest.raises(errors.ElementError, match="is none of the 4 points, such as"):
            method(point)


@pytest.mark.untyped
@pytest.mark.parametrize("points", [[[0], [1]], 7])
def test_points_are_hashable(points: Any) -> None:
    with pytest.raises(errors.NotAnActionError, match="points are listed and hashable"):
        GSet(gk.p2, [[0, 1], [1, 0]], points)


@pytest.mark.untyped
def test_bad_elements_and_colours_are_refused() -> None:
    with pytest.raises(errors.ElementError, match="8 is not an element"):
        SQUARE.act(8, (1, 1))
    for colours in (-1, 1.5, "two", None):
        with pytest.raises(errors.ElementError, match="is no number of colours"):
            SQUARE.count_colourings(colours)  # type: ignore[arg-type]


def test_numbers_are_numpys() -> None:
    assert np.issubdtype(SQUARE.orbit_of.dtype, np.int64)
