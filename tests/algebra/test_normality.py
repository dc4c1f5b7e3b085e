import pytest
from hypothesis import given, settings

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    all_subgroups,
    conjugate_subgroups,
    core,
    is_normal,
    normal_closure,
    normal_subgroups,
    normalizer,
    subgroup_classes,
)
from groupkit.algebra.normality import check_normal
from tests.algebra.groups_for_algebra import SPECIAL, subgroups_of_s6
from tests.known_groups import declared

D6 = gk.p6m.stabilizer
GROUPS = {
    "D6": D6,
    "F23": declared("F23").stabilizer,
    "Q8": SPECIAL["Q8"],
    "C7 ⋊ C3": SPECIAL["C7 ⋊ C3"],
}


def conjugate(group: gk.FiniteGroup, a: int, members: gk.Subgroup) -> set[int]:
    table, inverse = group.cayley_table, group.inverses[a]
    return {int(table[table[a, h], inverse]) for h in members}


@pytest.mark.parametrize("name", GROUPS)
def test_by_definition(name: str) -> None:
    group = GROUPS[name]
    normal = [set(h) for h in normal_subgroups(group)]
    for h in all_subgroups(group):
        conjugates = [conjugate(group, a, h) for a in group]
        assert is_normal(group, h) == all(other == set(h) for other in conjugates)
        normaliser = normalizer(group, h)
        assert set(normaliser) == {a for a in group if conjugates[a] == set(h)}
        assert set(core(group, h)) == set.intersection(*conjugates)
        assert set(core(group, h)) == max((n for n in normal if n <= set(h)), key=len)
        assert set(normal_closure(group, h)) == min((n for n in normal if n >= set(h)), key=len)
        found = conjugate_subgroups(group, h)
        assert [other.members for other in found] == sorted(
            {tuple(sorted(other)) for other in conjugates}
        )
        assert len(found) * len(normaliser) == group.order  # orbit and stabilizer
    for kind in subgroup_classes(group):
        assert conjugate_subgroups(group, kind[-1]) == kind


@settings(max_examples=15)
@given(subgroups_of_s6)
def test_laws_in_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    h = group.subgroup([group.order - 1])
    assert set(h) <= set(normalizer(group, h))
    assert is_normal(group, core(group, h))
    assert is_normal(group, normal_closure(group, h))
    assert set(core(group, h)) <= set(h) <= set(normal_closure(group, h))
    assert len(conjugate_subgroups(group, h)) * len(normalizer(group, h)) == group.order


def test_the_conjugate_that_leaves_is_shown() -> None:
    with pytest.raises(errors.NotNormalError) as caught:
        check_normal(D6, [0, 6])
    a, h, image = caught.value.witness  # type: ignore[misc]
    assert conjugate(D6, a, D6.subgroup([h])) == {0, image}
    assert image not in (0, 6)
    assert str(caught.value) == (
        f"(0, 6) is not normal: {a}·{h}·{a}⁻¹ = {image} is not among them; take its core or its "
        "normal closure, or work in its normalizer"
    )


def test_what_is_no_subgroup_is_refused() -> None:
    for function in (is_normal, normalizer, core, conjugate_subgroups):
        with pytest.raises(errors.NotASubgroupError, match="1·1 = 2 is not among them"):
            function(D6, [0, 1])
        with pytest.raises(errors.ElementError, match="of another group"):
            function(D6, gk.p4.stabilizer.subgroup())
        with pytest.raises(errors.ElementError, match="12 is not an element"):
            function(D6, [0, 12])
    with pytest.raises(errors.ElementError, match="-1 is not an element"):
        normal_closure(D6, -1)
