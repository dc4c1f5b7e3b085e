import pytest
from hypothesis import given, settings
from sympy.combinatorics import Permutation, PermutationGroup

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    centralizer,
    centre,
    derived_series,
    derived_subgroup,
    exponent,
    is_normal,
    quotient_group,
)
from tests.algebra.groups_for_algebra import A5, SPECIAL, subgroups_of_s6, symmetric
from tests.known_groups import NAMES, RECORDS, declared


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups(name: str) -> None:
    record, group = RECORDS[name], declared(name).stabilizer
    table = group.cayley_table
    assert len(centre(group)) == record["centre_order"]
    assert centre(group).members == tuple(
        a for a in group if all(table[a, b] == table[b, a] for b in group)
    )
    assert len(derived_subgroup(group)) == record["derived_subgroup_order"]
    assert exponent(group) == record["exponent"]
    assert quotient_group(group, derived_subgroup(group)).is_abelian
    assert len(derived_series(group)[-1]) == 1  # solvable


@pytest.mark.parametrize("name", ["Q8", "C7 ⋊ C3", "SL(2, 3)"])
def test_centralizers_by_definition(name: str) -> None:
    group = SPECIAL[name]
    table = group.cayley_table
    for x in group:
        expected = tuple(a for a in group if table[a, x] == table[x, a])
        assert centralizer(group, x).members == expected
        assert centralizer(group, [x]).members == expected
        whole = group.subgroup([x])
        assert centralizer(group, whole).members == expected
    assert centralizer(group, []) == group.as_subgroup(range(group.order))


@settings(max_examples=15)
@given(subgroups_of_s6)
def test_as_sympy_has_it(group: gk.FiniteGroup) -> None:
    if group.order > 120:
        return
    judge = PermutationGroup([Permutation(row) for row in group.cayley_table.tolist()])
    assert len(centre(group)) == judge.center().order()
    assert len(derived_subgroup(group)) == judge.derived_subgroup().order()
    assert [len(h) for h in derived_series(group)] == [h.order() for h in judge.derived_series()]
    assert (len(derived_series(group)[-1]) == 1) == judge.is_solvable
    assert is_normal(group, centre(group))
    assert is_normal(group, derived_subgroup(group))


def test_series() -> None:
    assert [len(h) for h in derived_series(symmetric(4))] == [24, 12, 4, 1]
    assert [len(h) for h in derived_series(A5)] == [60]


def test_elements_of_another_group_are_refused() -> None:
    group = gk.p4m.stabilizer
    with pytest.raises(errors.ElementError, match="8 is not an element"):
        centralizer(group, [0, 8])
    with pytest.raises(errors.ElementError, match="of another group"):
        centralizer(group, gk.p6m.stabilizer.subgroup([1]))
