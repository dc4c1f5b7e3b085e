from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit.algebra import direct_product, is_isomorphic, normal_subgroups
from groupkit.algebra.families import SIMPLE, abelian_invariants, family_name
from tests.algebra.groups_for_algebra import A5, SPECIAL, cyclic, symmetric


@given(st.lists(st.integers(1, 6), max_size=3))
def test_abelian_invariants_divide_in_turn(sizes: list[int]) -> None:
    group = direct_product(*map(cyclic, sizes))
    invariants = abelian_invariants(group)
    assert all(a % b == 0 for a, b in pairwise(invariants))
    assert is_isomorphic(group, direct_product(*map(cyclic, invariants)))


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (cyclic(1), "C1"),
        (symmetric(3), "S3"),
        (gk.p4m.stabilizer, "D4"),
        (gk.p6m.stabilizer, "D6"),
        (SPECIAL["Q8"], "Q8"),
        (SPECIAL["SL(2, 3)"], "SL(2, 3)"),
        (A5, "A5"),
        (SPECIAL["C7 ⋊ C3"], None),
        (SPECIAL["S4 × C2"], None),
    ],
    ids=["C1", "S3", "D4", "D6", "Q8", "SL(2,3)", "A5", "C7 ⋊ C3", "S4 × C2"],
)
def test_families(group: gk.FiniteGroup, name: str | None) -> None:
    assert family_name(group) == name


def test_simple_groups_by_their_order() -> None:
    """Alternating and projective linear groups of at most 4096 elements."""
    projective = {
        p: p * (p * p - 1) // (2 if p % 2 else 1) for p in (5, 7, 8, 9, 11, 13, 16, 17, 19)
    }
    alternating = {5: 60, 6: 360, 7: 2520}
    assert set(SIMPLE) == {*projective.values(), *alternating.values()}
    assert len(normal_subgroups(A5)) == 2
    moves = [(1, 2, 3, 4, 5, 6, 0, 7), (7, 6, 3, 2, 5, 4, 1, 0)]  # x + 1 and -1/x modulo 7
    projective_line = gk.FiniteGroup.from_generators(moves)
    assert (projective_line.order, len(normal_subgroups(projective_line))) == (168, 2)
    assert SIMPLE[168] == "PSL(2, 7)"
