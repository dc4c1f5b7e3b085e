import copy
import pickle

import numpy as np
import pytest
import sympy
from hypothesis import given, settings

import groupkit as gk
from groupkit import errors
from groupkit.algebra import CharacterTable, character_table
from tests.algebra.groups_for_algebra import (
    A5,
    QUATERNIONS,
    SPECIAL,
    cyclic,
    relabelled,
    subgroups_of_s6,
    symmetric,
    weyl_f4,
)
from tests.known_groups import NAMES, declared


def judge(table: CharacterTable) -> None:
    """Assert both orthogonality relations, degrees, and that products are class functions."""
    sizes, order = table.classes.sizes, table.group.order
    values = table.values
    gram = (values * sizes) @ values.conj().T
    np.testing.assert_allclose(gram, order * np.eye(len(table)), atol=1e-9)
    np.testing.assert_allclose(values.conj().T @ values, np.diag(order / sizes), atol=1e-9)
    assert (table.degrees**2).sum() == order
    assert not (order % table.degrees).any()
    np.testing.assert_array_equal(table.values[0], 1)
    for eigenvalues in np.moveaxis(table.multiplicities, 1, 0):
        np.testing.assert_array_equal(eigenvalues.sum(axis=-1), table.degrees)
    np.testing.assert_allclose(values[table.conjugates], values.conj(), atol=1e-12)
    squares = table.group.cayley_table.diagonal()
    on_elements = values[:, table.classes.index_of]
    indicators = on_elements[:, squares].sum(axis=1) / order
    np.testing.assert_allclose(indicators, table.indicators, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups(name: str) -> None:
    judge(character_table(declared(name)))


@pytest.mark.parametrize("name", SPECIAL)
def test_other_groups(name: str) -> None:
    judge(character_table(SPECIAL[name]))


@settings(max_examples=20)
@given(subgroups_of_s6)
def test_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    judge(character_table(group))


def test_characters_are_homomorphisms_of_class_sums() -> None:
    table = character_table(symmetric(4))
    classes = table.classes
    omega = table.values * classes.sizes / table.degrees[:, None]
    products = np.einsum("rst,it->irs", classes.multiplication, omega)
    np.testing.assert_allclose(products, omega[:, :, None] * omega[:, None, :], atol=1e-12)


@pytest.mark.parametrize("name", ["Q8", "C7 ⋊ C3", "A5", "C12"])
def test_scalar_products_of_what_is_known(name: str) -> None:
    table = character_table(SPECIAL[name])
    regular = np.zeros(len(table), dtype=np.int64)
    regular[table.classes.identity] = table.group.order
    np.testing.assert_array_equal(table.scalar_products(regular), table.degrees)
    ones = np.ones(len(table), dtype=np.int64)
    assert table.scalar_products(5 * ones).tolist() == [5] + [0] * (len(table) - 1)
    conjugation = table.group.order // table.classes.sizes  # fixed points: centralisers
    expected = table.values.sum(axis=1)
    np.testing.assert_allclose(table.scalar_products(conjugation), expected, atol=1e-9)


def test_what_is_no_character_is_refused() -> None:
    table = character_table(gk.p4m)
    with pytest.raises(errors.NotACharacterError) as caught:
        table.scalar_products(np.array([1, 0, 0, 0, 0]))
    assert caught.value.witness == 0
    assert str(caught.value) == (
        "[1, 0, 0, 0, 0] is no character: its scalar product with χ1 is no integer; give the "
        "traces of a representation, one for each class"
    )
    with pytest.raises(errors.NotACharacterError):  # its scalar products are not even rational
        character_table(A5).scalar_products(np.array([1, 1, 0, 0, 0]))


def test_published_tables() -> None:
    s4 = character_table(symmetric(4))
    by_order_and_size = np.lexsort((s4.classes.sizes, s4.classes.element_orders))
    rows = sorted(tuple(row) for row in s4.values.real[:, by_order_and_size].astype(int).tolist())
    # classes 1, (12)(34), (12), (123), (1234)
    assert rows == sorted(
        [(1, 1, 1, 1, 1), (1, 1, -1, 1, -1), (2, 2, 0, -1, 0), (3, -1, 1, 0, -1), (3, -1, -1, 0, 1)]
    )
    golden = (1 + 5**0.5) / 2
    a5 = character_table(A5)
    assert a5.degrees.tolist() == [1, 3, 3, 4, 5]
    fives = np.sort(a5.values[1:3][:, a5.classes.element_orders == 5].real)
    np.testing.assert_allclose(fives, [[1 - golden, golden]] * 2)
    assert character_table(QUATERNIONS).kinds == ("real",) * 4 + ("quaternionic",)
    assert character_table(cyclic(3)).kinds == ("real", "complex", "complex")


def test_the_weyl_group_of_f4() -> None:
    table = character_table(weyl_f4())
    judge(table)
    degrees, counts = np.unique(table.degrees, return_counts=True)
    expected = {1: 4, 2: 4, 4: 5, 6: 2, 8: 4, 9: 4, 12: 1, 16: 1}  # Carter (1972)
    assert dict(zip(degrees.tolist(), counts.tolist(), strict=True)) == expected
    assert table.is_rational.all()


@pytest.mark.parametrize("name", ["C12", "A5", "C7 ⋊ C3", "C5 ⋊ C4"])
def test_exact_values(name: str) -> None:
    table = character_table(SPECIAL[name])
    exact = table.exact()
    assert exact.shape == (len(table), len(table))
    floats = np.array(exact.evalf(30).tolist(), dtype=np.complex128)
    np.testing.assert_allclose(floats, table.values, atol=1e-14)
    for entry, rational in zip(exact.flat(), table.is_rational.flat, strict=True):
        assert entry.is_Integer == rational
    sizes = sympy.diag(*table.classes.sizes.tolist())
    if name != "A5":
        gram = (exact * sizes * exact.H).applyfunc(sympy.nsimplify)
        assert gram.evalf(20).applyfunc(lambda x: sympy.Integer(round(sympy.re(x)))) == (
            table.group.order * sympy.eye(len(table))
        )


def test_relabelling_permutes_rows_and_columns() -> None:
    group = SPECIAL["C7 ⋊ C3"]
    order = np.random.default_rng(1).permutation(group.order)
    one, other = character_table(group), character_table(relabelled(group, order.tolist()))
    ours = one.values[:, one.classes.index_of[order]]
    theirs = other.values[:, other.classes.index_of]
    assert {tuple(row) for row in ours.round(9)} == {tuple(row) for row in theirs.round(9)}


def test_the_judge_notices_a_wrong_table() -> None:
    table = character_table(gk.p4m)
    swapped = np.array(table.multiplicities)
    swapped[:, [3, 4]] = swapped[:, [4, 3]]
    judge(CharacterTable(table.classes, swapped))  # an automorphism: a table all the same
    wrong = np.array(table.multiplicities)
    wrong[:, [1, 2]] = wrong[:, [2, 1]]
    with pytest.raises(AssertionError):
        judge(CharacterTable(table.classes, wrong))


def test_it_prints_and_is_a_value() -> None:
    table = character_table(gk.p4)
    assert str(table).splitlines() == [
        "class  0  1  2  3",
        "size   1  1  1  1",
        "order  1  4  2  4",
        "χ1     1  1  1  1",
        "χ2     1 -1  1 -1",
        "χ3     1  i -1 -i",
        "χ4     1 -i -1  i",
    ]
    assert str(character_table(cyclic(3))).splitlines()[-1].split() == [
        "χ3",
        "1",
        "-0.5-0.866i",
        "-0.5+0.866i",
    ]
    assert repr(table) == "CharacterTable(4 characters of degrees 1 1 1 1)"
    for again in (copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert again == table
        assert hash(again) == hash(table)
        np.testing.assert_array_equal(again.values, table.values)
