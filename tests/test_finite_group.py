import contextlib
import copy
import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st
from sympy.combinatorics import Permutation, PermutationGroup

from groupkit import FiniteGroup, Subgroup, errors
from groupkit.errors import GroupkitError
from tests import oracles
from tests.known_groups import NAMES, RECORDS, declared

S3 = FiniteGroup.from_generators([(1, 2, 0), (1, 0, 2)])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.sampled_from([np.int64(3), np.eye(2), sympy.eye(2), sympy.Symbol("a"), 1j, b"x", {1}]),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=9,
)  # fmt: skip


@pytest.mark.untyped
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(junk: Any) -> None:
    for constructor in (
        FiniteGroup,
        FiniteGroup.from_table,
        FiniteGroup.from_permutations,
        FiniteGroup.from_matrices,
        FiniteGroup.from_generators,
        S3.subgroup,
        S3.as_subgroup,
    ):
        with contextlib.suppress(GroupkitError):
            assert isinstance(constructor(junk), FiniteGroup | Subgroup)


@settings(max_examples=30)
@given(st.lists(st.permutations(range(5)), min_size=1, max_size=2))
def test_permutations_as_sympy_counts_them(generators: list[list[int]]) -> None:
    group = FiniteGroup.from_generators(generators)
    judge = PermutationGroup([Permutation(g) for g in generators])
    assert len(group) == judge.order()
    assert group.is_abelian == judge.is_abelian
    complete = FiniteGroup.from_permutations([p.array_form for p in judge.elements])
    assert sorted(complete.element_orders) == sorted(group.element_orders)
    assert sorted(group.element_orders) == sorted(p.order() for p in judge.elements)


@pytest.mark.parametrize("name", NAMES)
def test_invariants_of_the_88_groups(name: str) -> None:
    record, group = RECORDS[name], declared(name).stabilizer
    table = group.cayley_table
    conjugates = table[table, group.inverses[:, None]]  # [b, a] = b a b⁻¹
    commutators = table[table, table[np.ix_(group.inverses, group.inverses)]]
    orders, counts = np.unique(group.element_orders, return_counts=True)
    assert len(group) == group.order == record["order"]
    assert {str(o): n for o, n in zip(orders, counts, strict=True)} == record["element_orders"]
    assert np.lcm.reduce(group.element_orders) == record["exponent"]
    assert group.is_abelian == record["is_abelian"]
    assert sum((table == table.T).all(axis=1)) == record["centre_order"]
    assert (
        len({frozenset(column) for column in conjugates.T.tolist()})
        == record["n_conjugacy_classes"]
    )
    assert len(group.subgroup(np.unique(commutators))) == record["derived_subgroup_order"]
    found = {group.subgroup()}
    for _ in range(3):  # three elements generate any of these subgroups
        found |= {group.subgroup([*h, a]) for h in found for a in group}
    assert len(found) == record["n_subgroups"]


@pytest.mark.untyped
def test_products_broadcast() -> None:
    everything = S3.product(np.arange(6)[:, None], np.arange(6))
    np.testing.assert_array_equal(everything, S3.cayley_table)
    assert S3.product(1, 2) == S3.cayley_table[1, 2]
    for bad in (6, -1, 1.5, "a", None):
        with pytest.raises(errors.ElementError, match="integers 0 to 5"):
            S3.product(0, bad)  # type: ignore[arg-type]


def test_it_is_a_collection_of_numbers() -> None:
    assert list(S3) == list(range(6))
    assert [a in S3 for a in (0, 5, 6, -1, "a", None, 2.0)] == [True, True] + [False] * 4 + [True]
    assert [S3.number(a) for a in (0, np.int64(5), 2.0)] == [0, 5, 2]
    assert repr(S3) == "FiniteGroup(order=6, not abelian, element orders 1 2 2 2 3 3)"


def test_subgroups() -> None:
    rotations = S3.subgroup([1])
    assert rotations == S3.as_subgroup(set(rotations.members))
    assert rotations == Subgroup(S3, rotations.members)
    assert (len(rotations), 1 in rotations, list(rotations)) == (3, True, list(rotations.members))
    assert rotations.as_group().element_orders.tolist() == [1, 3, 3]
    assert S3.subgroup().members == (S3.identity,)
    assert S3.as_subgroup(rotations) is rotations
    assert rotations not in {S3.subgroup(), S3.subgroup([2])}
    assert repr(rotations).startswith("Subgroup(order=3 of 6, members (0, ")
    with pytest.raises(errors.NotASubgroupError, match="not among them"):
        Subgroup(S3, (0, 1))


@pytest.mark.parametrize("name", ["p4mm", "p6mm", "Fm-3m"])
def test_every_generated_subgroup_is_one(name: str) -> None:
    group = declared(name).stabilizer
    for a in group:
        for b in group:
            members = set(group.subgroup([a, b]))
            assert members == oracles.subgroup(group.cayley_table, [a, b])


@pytest.mark.parametrize("value", [S3, S3.subgroup([1]), declared("p6mm").stabilizer])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_values_survive_copies(value: Any, copied: Any) -> None:
    again = copied(value)
    assert again == value
    assert hash(again) == hash(value)
    assert type(again) is type(value)
    assert repr(again) == repr(value)


def test_equality_is_by_value_and_type() -> None:
    p4 = declared("p4").stabilizer
    assert FiniteGroup(S3.cayley_table) == S3
    assert FiniteGroup(p4.cayley_table) != p4
    assert FiniteGroup.from_generators([(1, 0)]) != S3
    assert S3 != "S3"
    assert S3.subgroup([1]) != (0, 1, 2)


def test_nothing_can_be_changed() -> None:
    table = np.array(S3.cayley_table)
    group = FiniteGroup(table)
    table[:] = 0  # the group keeps its own
    assert group == S3
    for array in (group.cayley_table, group.inverses, group.element_orders):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 3
    for value, field in ((group, "cayley_table"), (group, "x"), (group.subgroup([1]), "members")):
        with pytest.raises(AttributeError, match="is frozen"):
            setattr(value, field, ())
    with pytest.raises(AttributeError, match="is frozen"):
        del group.cayley_table


@pytest.mark.parametrize("name", ["p4mm", "P6/mmm"])
def test_matrices_and_permutations_give_one_table(name: str) -> None:
    group = declared(name).stabilizer
    by_matrices = FiniteGroup.from_matrices(group.matrices)
    regular = FiniteGroup.from_permutations(group.cayley_table.tolist())  # a -> (b -> ab)
    assert by_matrices == regular == FiniteGroup(group.cayley_table)
