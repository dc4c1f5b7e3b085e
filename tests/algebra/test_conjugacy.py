import copy
import pickle
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from sympy.combinatorics import Permutation, PermutationGroup

import groupkit as gk
from groupkit.algebra import ConjugacyClasses, conjugacy_classes
from tests.algebra.groups_for_algebra import SPECIAL, subgroups_of_s6
from tests.known_groups import NAMES, RECORDS, declared


def classes_by_definition(group: gk.FiniteGroup) -> set[frozenset[int]]:
    table, inverses = group.cayley_table.tolist(), group.inverses.tolist()
    return {frozenset(table[table[b][a]][inverses[b]] for b in group) for a in group}


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups(name: str) -> None:
    group = declared(name).stabilizer
    classes = conjugacy_classes(declared(name))
    assert len(classes) == RECORDS[name]["n_conjugacy_classes"]
    assert {frozenset(members) for members in classes.members} == classes_by_definition(group)
    assert sum(classes.sizes) == group.order  # the class equation
    assert not (group.order % classes.sizes).any()
    assert sum(classes.sizes == 1) == RECORDS[name]["centre_order"]
    assert classes.powers.shape == (len(classes), RECORDS[name]["exponent"])


@pytest.mark.parametrize("name", ["Q8", "C7 ⋊ C3", "S5"])
def test_fields_agree_with_members(name: str) -> None:
    group = SPECIAL[name]
    classes = conjugacy_classes(group)
    assert classes.members[classes.identity] == (group.identity,)
    assert [members[0] for members in classes.members] == classes.representatives.tolist()
    for number, members in enumerate(classes.members):
        assert list(members) == sorted(members)
        assert len(members) == classes.sizes[number]
        for a in members:
            assert classes.index_of[a] == number
            assert classes.index_of[group.inverses[a]] == classes.inverses[number]
            assert group.element_orders[a] == classes.element_orders[number]
            power = group.identity
            for exponent in range(classes.powers.shape[1]):
                assert classes.index_of[power] == classes.powers[number, exponent]
                power = int(group.cayley_table[power, a])


@pytest.mark.parametrize("name", ["Q8", "C7 ⋊ C3", "S4 × C2"])
def test_multiplication_counts_products(name: str) -> None:
    group = SPECIAL[name]
    classes = conjugacy_classes(group)
    expected = np.zeros_like(classes.multiplication)
    for a, b in product(group, group):
        c = int(group.cayley_table[a, b])
        if c in classes.representatives:
            expected[classes.index_of[a], classes.index_of[b], classes.index_of[c]] += 1
    np.testing.assert_array_equal(classes.multiplication, expected)


@settings(max_examples=20)
@given(subgroups_of_s6)
def test_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    classes = conjugacy_classes(group)
    assert sum(classes.sizes) == group.order
    assert not (group.order % classes.sizes).any()
    sums = classes.multiplication @ classes.sizes
    np.testing.assert_array_equal(sums, np.outer(classes.sizes, classes.sizes))
    if group.order <= 120:
        judge = PermutationGroup([Permutation(row) for row in group.cayley_table.tolist()])
        assert sorted(classes.sizes.tolist()) == sorted(map(len, judge.conjugacy_classes()))


def test_they_are_values() -> None:
    classes = conjugacy_classes(gk.p4m)
    for again in (copy.deepcopy(classes), pickle.loads(pickle.dumps(classes))):
        assert again == classes
        assert hash(again) == hash(classes)
        assert again.members == classes.members
    assert classes != conjugacy_classes(gk.p4)
    assert repr(classes) == "ConjugacyClasses(5 classes of sizes 1 2 1 2 2)"
    assert ConjugacyClasses(gk.p4m.stabilizer) == classes
    for array in (classes.index_of, classes.sizes, classes.multiplication, classes.powers):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 3
