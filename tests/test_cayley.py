import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st

from groupkit import FiniteGroup, cayley, errors
from tests import oracles
from tests.known_groups import NAMES, declared

# The smallest loop that is no group: a Latin square with an identity.
LOOP = np.array(
    [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]]
)


def is_group(table: np.ndarray) -> bool:
    """Check the axioms one by one, on all tuples."""
    n = range(len(table))
    neutral = [e for e in n if all(table[e, a] == a == table[a, e] for a in n)]
    return (
        bool(neutral)
        and all(any(table[a, b] == neutral[0] == table[b, a] for b in n) for a in n)
        and all(table[table[a, b], c] == table[a, table[b, c]] for a in n for b in n for c in n)
    )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_all_tables_of_an_order_are_accepted_exactly_if_they_are_groups(order: int) -> None:
    accepted = 0
    for entries in itertools.product(range(order), repeat=order * order):
        table = np.array(entries).reshape(order, order)
        try:
            FiniteGroup(table)
        except errors.GroupkitError:
            assert not is_group(table)
        else:
            assert is_group(table)
            accepted += 1
    assert accepted == {1: 1, 2: 2, 3: 3}[order]  # order! / |Aut|


@pytest.mark.parametrize(
    ("table", "kind", "message"),
    [
        ([[0, 1], [1, 2]], errors.NotClosedError, r"entry \[1, 1\] = 2.*use the numbers 0 to 1"),
        ([[0, 1], [1, -1]], errors.NotClosedError, r"entry \[1, 1\] = -1"),
        ([[0, 1], [1, 1]], errors.NotInvertibleError, "row 1 .* has 1 twice.*no inverse"),
        ([[0, 1], [0, 1]], errors.NotInvertibleError, "column 0 .* has 0 twice"),
        ([[0, 2, 1], [2, 1, 0], [1, 0, 2]], errors.MissingIdentityError, "add the identity"),
        (LOOP, errors.NotAssociativeError, r"\(\d·\d\)·\d = \d but \d·\(\d·\d\) = \d; correct"),
        ([[0, 1]], errors.NotAMatrixError, r"square array.*\(1, 2\)"),
        ([[0, 1], [1]], errors.NotAMatrixError, "square array"),
        ([[0.0]], errors.NotAMatrixError, "of integers.*float64"),
        (None, errors.NotAMatrixError, "square array"),
        ("ab", errors.NotAMatrixError, "square array"),
        (np.zeros((0, 0), int), errors.NotAMatrixError, "square array"),
    ],
)
def test_broken_tables_are_refused_with_a_witness(
    table: object, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=f"(?s){message}"):
        FiniteGroup.from_table(table)


def test_the_witness_of_associativity_does_not_associate() -> None:
    with pytest.raises(errors.NotAssociativeError) as caught:
        cayley.check_associative(LOOP)
    a, b, c = caught.value.witness
    assert LOOP[LOOP[a, b], c] != LOOP[a, LOOP[b, c]]


@given(st.sampled_from(NAMES), st.data())
def test_one_wrong_entry_is_found(name: str, data: st.DataObject) -> None:
    table = np.array(declared(name).stabilizer.cayley_table)
    numbers = st.integers(0, len(table) - 1)
    a, b, wrong = data.draw(numbers), data.draw(numbers), data.draw(numbers)
    if wrong != table[a, b]:
        table[a, b] = wrong
        with pytest.raises(errors.DeclarationError):
            FiniteGroup(table)


@pytest.mark.parametrize("name", NAMES)
def test_facts_of_a_table_equal_their_definitions(name: str) -> None:
    group = declared(name).stabilizer
    elements = [oracles.matrix(m) for m in group.matrices.tolist()]
    assert elements[group.identity] == oracles.identity(group.dimension)
    assert [elements[i] for i in group.inverses] == [oracles.inverse(m) for m in elements]
    assert group.element_orders.tolist() == [oracles.order_of(m) for m in elements]
    assert oracles.subgroup(group.cayley_table, group.generators) == set(group)
    assert len(group.generators) <= 3
