from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    direct_product,
    identify,
    is_isomorphic,
    is_normal,
    isomorphisms,
    semidirect_product,
)
from tests.algebra.groups_for_algebra import QUATERNIONS, cyclic, symmetric
from tests.known_groups import declared

factors = st.sampled_from([cyclic(2), cyclic(3), cyclic(4), symmetric(3), QUATERNIONS])


@settings(max_examples=15)
@given(st.lists(factors, min_size=2, max_size=3))
def test_direct_products_multiply_entry_by_entry(groups: list[gk.FiniteGroup]) -> None:
    if np.prod([group.order for group in groups]) > 64:
        groups = groups[:2]
    sizes = [group.order for group in groups]
    whole = direct_product(*groups)
    assert whole.order == np.prod(sizes)
    names = list(np.ndindex(*sizes))
    for a, b in product(range(0, whole.order, 3), range(0, whole.order, 5)):
        expected = tuple(
            int(group.cayley_table[i, j])
            for group, i, j in zip(groups, names[a], names[b], strict=True)
        )
        assert names[whole.cayley_table[a, b]] == expected


def test_empty_and_known_products() -> None:
    assert direct_product().order == 1
    assert direct_product(symmetric(3)) == symmetric(3)
    oh = direct_product(cyclic(2), declared("P432").stabilizer)
    assert is_isomorphic(oh, declared("Pm-3m").stabilizer)


def test_semidirect_products() -> None:
    turned = [[0, 1, 2, 3], [0, 3, 2, 1]]
    assert is_isomorphic(semidirect_product(cyclic(4), cyclic(2), turned), gk.p4m.stabilizer)
    klein = declared("p2mm").stabilizer
    images = {hom.images.tobytes(): hom.images.tolist() for hom in isomorphisms(klein, klein)}
    three = next(row for row in images.values() if all(row[a] != a for a in range(1, 4)))
    action = [list(range(4)), three, [three[i] for i in three]]
    assert identify(semidirect_product(klein, cyclic(3), action)) == "A4"
    trivial = [[0, 1, 2]] * 4
    same = semidirect_product(cyclic(3), cyclic(4), trivial)
    assert same == direct_product(cyclic(3), cyclic(4))


def test_the_normal_part_is_normal_and_the_rest_a_complement() -> None:
    action = np.array([[pow(2, h, 7) * n % 7 for n in range(7)] for h in range(3)])
    group = semidirect_product(cyclic(7), cyclic(3), action)
    assert identify(group) == "C7 ⋊ C3"
    assert is_normal(group, range(0, 21, 3))
    assert not is_normal(group, range(3))
    for (n, h), (m, k) in product(product(range(7), range(3)), repeat=2):
        expected = (n + action[h, m]) % 7 * 3 + (h + k) % 3
        assert group.cayley_table[3 * n + h, 3 * m + k] == expected


def test_what_is_no_action_is_refused() -> None:
    three, two = cyclic(3), cyclic(2)
    with pytest.raises(errors.NotAnActionError, match=r"array of elements of shape \(2, 3\)"):
        semidirect_product(three, two, [[0, 1, 2]])
    with pytest.raises(errors.NotAnActionError, match=r"array of elements of shape \(2, 3\)"):
        semidirect_product(three, two, [[0, 1, 2], [0, 1, 3]])
    with pytest.raises(errors.NotAnActionError, match=r"images \[0, 1, 1\] repeat"):
        semidirect_product(three, two, [[0, 1, 2], [0, 1, 1]])
    with pytest.raises(errors.NotAHomomorphismError) as caught:
        semidirect_product(cyclic(4), two, [[0, 1, 2, 3], [0, 2, 1, 3]])
    assert str(caught.value).startswith("1 does not act by an automorphism: [0, 2, 1, 3] is no")
    assert caught.value.witness == (1, 1)
    with pytest.raises(errors.NotAnActionError) as refused:
        semidirect_product(three, cyclic(3), [[0, 1, 2], [0, 2, 1], [0, 1, 2]])
    assert refused.value.witness == (1, 2)
    assert str(refused.value) == ("1·2 = 0 does not act as 1 after 2; correct one of these rows")
