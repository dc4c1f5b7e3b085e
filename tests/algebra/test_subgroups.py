from collections.abc import Iterator
from itertools import combinations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    all_subgroups,
    direct_product,
    is_normal,
    maximal_subgroups,
    normal_subgroups,
    subgroup_classes,
    subgroups,
)
from tests.algebra.groups_for_algebra import (
    QUATERNIONS,
    SPECIAL,
    cyclic,
    relabelled,
    subgroups_of_s6,
    symmetric,
    weyl_f4,
)
from tests.known_groups import NAMES, RECORDS, declared

SMALL = {
    "D4": declared("p4mm").stabilizer,
    "D6": declared("p6mm").stabilizer,
    "A4": declared("P23").stabilizer,
    "C2 × C2 × C2": declared("Pmmm").stabilizer,
    "Q8": QUATERNIONS,
    "C12": cyclic(12),
}


def subgroups_by_definition(group: gk.FiniteGroup) -> Iterator[tuple[int, ...]]:
    """Try all subsets that contain the identity."""
    table = group.cayley_table.tolist()
    others = [a for a in group if a != group.identity]
    for size in range(group.order):
        for chosen in combinations(others, size):
            members = {group.identity, *chosen}
            if all(table[a][b] in members for a in members for b in members):
                yield tuple(sorted(members))


def normal_by_definition(group: gk.FiniteGroup, h: gk.Subgroup) -> bool:
    table, inverses = group.cayley_table, group.inverses
    return all(table[table[a, x], inverses[a]] in h for a in group for x in h)


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_the_88_groups(name: str) -> None:
    record, group = RECORDS[name], declared(name).stabilizer
    found, classes = all_subgroups(group), subgroup_classes(group)
    assert len(found) == len(set(found)) == record["n_subgroups"]
    assert len(classes) == record["n_subgroup_classes"]
    assert len(normal_subgroups(group)) == record["n_normal_subgroups"]
    assert sorted(h.members for kind in classes for h in kind) == sorted(h.members for h in found)
    assert all(group.order % len(h) == 0 for h in found)  # Lagrange
    orders = [len(kind[0]) for kind in classes]
    assert orders == sorted(orders)
    assert set(normal_subgroups(group)) == {kind[0] for kind in classes if len(kind) == 1}


@pytest.mark.parametrize("name", SMALL)
def test_small_groups_by_definition(name: str) -> None:
    group = SMALL[name]
    found = all_subgroups(group)
    by_definition = list(subgroups_by_definition(group))
    assert sorted(h.members for h in found) == sorted(by_definition)
    assert list(found) == sorted(found, key=lambda h: (len(h), h.members))
    normal = tuple(h for h in found if normal_by_definition(group, h))
    assert normal_subgroups(group) == normal
    proper = [set(h) for h in found[:-1]]
    maximal = [h for h in proper if not any(h < other for other in proper)]
    assert [set(h) for h in maximal_subgroups(group)] == maximal
    table, inverses = group.cayley_table, group.inverses
    for kind in subgroup_classes(group):
        conjugates = {
            tuple(sorted(int(table[table[a, x], inverses[a]]) for x in kind[0])) for a in group
        }
        assert [h.members for h in kind] == sorted(conjugates)


@pytest.mark.parametrize(("points", "count", "classes"), [(4, 30, 11), (5, 156, 19)])
def test_symmetric_groups(points: int, count: int, classes: int) -> None:
    """OEIS A005432 and A000638."""
    group = symmetric(points)
    assert len(all_subgroups(group)) == count
    assert len(subgroup_classes(group)) == classes


@pytest.mark.slow
def test_the_symmetric_group_of_six_points() -> None:
    assert len(all_subgroups(symmetric(6))) == 1455
    assert len(subgroup_classes(symmetric(6))) == 56


@pytest.mark.parametrize(("rank", "count"), [(1, 2), (2, 5), (3, 16), (4, 67), (5, 374)])
def test_elementary_abelian_groups_have_the_subspaces(rank: int, count: int) -> None:
    """Sums of Gaussian binomial coefficients."""

    def subspaces(k: int) -> int:
        return prod(2**rank - 2**i for i in range(k)) // prod(2**k - 2**i for i in range(k))

    group = direct_product(*[cyclic(2)] * rank)
    assert len(all_subgroups(group)) == sum(map(subspaces, range(rank + 1))) == count
    assert len(normal_subgroups(group)) == count


@settings(max_examples=15)
@given(subgroups_of_s6)
def test_laws_in_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    normal = normal_subgroups(group)
    assert all(is_normal(group, h) for h in normal)
    if group.order > 120:
        return
    for kind in subgroup_classes(group):
        assert group.order % len(kind[0]) == 0
        assert (len(kind) == 1) == (kind[0] in normal)
    order = np.random.default_rng(group.order).permutation(group.order)
    again = relabelled(group, order.tolist())
    assert [len(h) for h in all_subgroups(again)] == [len(h) for h in all_subgroups(group)]


def test_normal_subgroups_of_a_large_group() -> None:
    normal = normal_subgroups(weyl_f4())
    assert [len(h) for h in normal][:2] == [1, 2]
    assert len(normal[-1]) == 1152
    assert all(is_normal(weyl_f4(), h) for h in normal)


def test_the_trivial_group_has_one() -> None:
    assert [h.members for h in all_subgroups(SPECIAL["C1"])] == [(0,)]
    assert maximal_subgroups(SPECIAL["C1"]) == ()
    assert [h.members for h in maximal_subgroups(cyclic(7))] == [(0,)]


@pytest.mark.parametrize("function", [all_subgroups, normal_subgroups, subgroup_classes])
def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch, function: object) -> None:
    monkeypatch.setattr(subgroups, "MOST_SUBGROUPS", 50)
    group = relabelled(direct_product(*[cyclic(2)] * 4), range(15, -1, -1))
    with pytest.raises(errors.TooLargeError, match="more than 50 subgroups, which is the limit"):
        function(group)  # type: ignore[operator]
