import numpy as np
import pytest
from hypothesis import given, settings

import groupkit as gk
from groupkit import errors
from groupkit.algebra import identify, is_isomorphic, normal_subgroups, projection, quotient_group
from tests.algebra.groups_for_algebra import SPECIAL, subgroups_of_s6
from tests.known_groups import SOME, declared


def judge(group: gk.FiniteGroup, normal: gk.Subgroup) -> None:
    natural = projection(group, normal)
    cosets = group.left_cosets(normal)
    assert natural.kernel == normal
    assert natural.is_surjective
    assert natural.target == quotient_group(group, normal)
    assert len(natural.target) * len(normal) == group.order
    np.testing.assert_array_equal(natural.images, cosets.index_of)
    few = cosets.members[:24]
    for one in few:
        for other in few:
            products = group.cayley_table[np.ix_(one, other)]
            number = natural.target.cayley_table[natural(one[0]), natural(other[0])]
            assert set(products.flat) == set(cosets[number])


@pytest.mark.parametrize("name", [*SOME, "P6/mmm"])
def test_products_of_cosets(name: str) -> None:
    group = declared(name).stabilizer
    for normal in normal_subgroups(group):
        judge(group, normal)


@settings(max_examples=15)
@given(subgroups_of_s6)
def test_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    for normal in normal_subgroups(group)[-3:]:
        judge(group, normal)


def test_known_quotients() -> None:
    cubic = declared("P432").stabilizer  # S4
    names = [identify(quotient_group(cubic, n)) for n in normal_subgroups(cubic)]
    assert names == ["S4", "S3", "C2", "C1"]
    assert is_isomorphic(quotient_group(SPECIAL["SL(2, 3)"], [0, _minus_one()]), _a4())


def _minus_one() -> int:
    group = SPECIAL["SL(2, 3)"]
    return int(np.argmax(group.element_orders == 2))


def _a4() -> gk.FiniteGroup:
    return declared("P23").stabilizer


def test_a_subgroup_that_is_not_normal_is_refused() -> None:
    with pytest.raises(errors.NotNormalError, match=r"\(0, 4\) is not normal: .*⁻¹ = "):
        quotient_group(gk.p4m.stabilizer, [0, 4])
    with pytest.raises(errors.NotASubgroupError, match="is not among them"):
        quotient_group(gk.p4m.stabilizer, [0, 1])
