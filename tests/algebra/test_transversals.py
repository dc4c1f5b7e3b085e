import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import all_subgroups, index, is_transversal, transversal
from tests.algebra.groups_for_algebra import subgroups_of_s6
from tests.known_groups import NAMES, declared


@pytest.mark.parametrize("name", NAMES)
def test_transversals_partition_the_88_groups(name: str) -> None:
    group = declared(name).stabilizer
    for h in all_subgroups(group):
        left, right = transversal(group, h), transversal(group, h, "right")
        assert len(left) == len(right) == index(group, h)
        assert index(group, h) * len(h) == group.order
        products = group.cayley_table[np.ix_(left, h.members)]
        assert sorted(products.flat) == list(group)
        products = group.cayley_table[np.ix_(h.members, right)]
        assert sorted(products.flat) == list(group)


@settings(max_examples=30)
@given(subgroups_of_s6, st.randoms(use_true_random=False))
def test_any_choice_of_representatives(group: gk.FiniteGroup, random: object) -> None:
    h = group.subgroup([group.order - 1])
    for side, cosets in (("left", group.left_cosets(h)), ("right", group.right_cosets(h))):
        chosen = [random.choice(coset) for coset in cosets]  # type: ignore[attr-defined]
        assert is_transversal(group, h, chosen, side)
        assert not is_transversal(group, h, chosen[1:], side)
        assert not is_transversal(group, h, [*chosen, chosen[0]], side)
        # The inverses of a left transversal are a right one.
        other = "right" if side == "left" else "left"
        assert is_transversal(group, h, group.inverses[chosen].tolist(), other)


def test_bad_input() -> None:
    with pytest.raises(errors.NotASubgroupError, match="is not among them"):
        index(gk.p4m.stabilizer, [0, 1])
    with pytest.raises(errors.ElementError, match="8 is not an element"):
        is_transversal(gk.p4m.stabilizer, [0], [8])


@pytest.mark.untyped
def test_a_side_is_left_or_right() -> None:
    stabilizer = gk.p4m.stabilizer
    with pytest.raises(errors.ElementError, match="cosets Ha 'right', not 'up'; choose one"):
        transversal(stabilizer, [0, 4], "up")  # type: ignore[arg-type]
    with pytest.raises(errors.ElementError, match="not 'Left'"):
        is_transversal(stabilizer, [0, 4], [0], "Left")  # type: ignore[arg-type]
