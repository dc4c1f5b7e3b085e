import numpy as np
import pytest
from hypothesis import given, strategies as st

from groupkit import FiniteGroup, errors
from tests import oracles
from tests.known_groups import NAMES, declared

GROUPS = {name: declared(name).stabilizer for name in NAMES}


@st.composite
def groups_and_subgroups(draw: st.DrawFn) -> tuple[FiniteGroup, list[int], list[int]]:
    group = GROUPS[draw(st.sampled_from(NAMES))]
    elements = st.lists(st.integers(0, len(group) - 1), max_size=2)
    h, k = (oracles.subgroup(group.cayley_table, draw(elements)) for _ in range(2))
    return group, sorted(h), sorted(k)


@given(groups_and_subgroups())
def test_cosets_equal_their_definitions(drawn: tuple[FiniteGroup, list[int], list[int]]) -> None:
    group, h, k = drawn
    for cosets, expected in (
        (group.left_cosets(h), oracles.left_cosets(group.cayley_table, h)),
        (group.right_cosets(h), oracles.right_cosets(group.cayley_table, h)),
        (group.double_cosets(h, k), oracles.double_cosets(group.cayley_table, h, k)),
    ):
        assert {frozenset(coset) for coset in cosets} == expected
        assert len(cosets) == len(expected)
        assert sorted(a for coset in cosets for a in coset) == list(group)
        # the order that saved weights depend on
        assert [list(coset) for coset in cosets] == sorted(sorted(coset) for coset in expected)
        assert cosets.representatives.tolist() == [min(coset) for coset in cosets]
        assert all(a in cosets[cosets.index_of[a]] for a in group)
        assert not cosets.index_of.flags.writeable


@given(groups_and_subgroups())
def test_lagrange(drawn: tuple[FiniteGroup, list[int], list[int]]) -> None:
    group, h, _ = drawn
    for cosets in (group.left_cosets(h), group.right_cosets(h)):
        assert {len(coset) for coset in cosets} == {len(h)}
        assert len(cosets) * len(h) == len(group)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("members", "kind", "message"),
    [
        ([0, 1], errors.NotASubgroupError, r"\(0, 1\) is not a subgroup: 1·1 = 2.*add it"),
        ([4], errors.NotASubgroupError, r"\(4,\) is not a subgroup: 4·4 = 0"),
        ([], errors.NotASubgroupError, "empty set .* has no identity"),
        ([0, 8], errors.ElementError, "8 is not an element .* integers 0 to 7"),
        ([0, "a"], errors.ElementError, "'a' is not an element"),
        (5, errors.GroupkitError, "members are given as a list, not as int 5"),
        (declared("p4").stabilizer.subgroup([1]), errors.ElementError, "of another group"),
    ],
)
def test_cosets_of_what_is_no_subgroup(
    members: object, kind: type[errors.GroupkitError], message: str
) -> None:
    group = declared("p4mm").stabilizer
    group = FiniteGroup.from_permutations(  # the square's corners: 0-3 rotations, 4-7 mirrors
        [np.roll(corners, turn).tolist() for corners in (np.arange(4), np.arange(4)[::-1])
         for turn in (0, -1, -2, -3)]
    )  # fmt: skip
    for cosets in (group.left_cosets, group.right_cosets):
        with pytest.raises(kind, match=message):
            cosets(members)  # type: ignore[arg-type]
