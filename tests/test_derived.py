"""Groups made of groups: what they are called; products and relations have tests of their own."""

import pytest

import groupkit as gk
from groupkit import derived
from groupkit.declared import Declared
from groupkit.errors import AxesError, DeclarationError, NotASubgroupError, NotUnimodularError


def parts(group: gk.SplitGroup) -> Declared:
    return Declared(group.name, group.stabilizer, group.lattice)


P4, LINE = parts(gk.p4), parts(gk.catalog["line-pm"])


def test_names_by_default() -> None:
    assert derived.with_internal(P4, {"c": 2, "d": 3}, None).name == "p4 × C2 × C3"
    klein = gk.FiniteGroup.from_generators([(1, 0, 2, 3), (0, 1, 3, 2)])
    assert derived.with_internal(P4, {"colour": klein}, None).name == "p4 × colour"
    assert derived.direct_product(P4, LINE, None).name == "p4 × line-pm"
    assert derived.change_basis(P4, [[1, 1], [0, 1]], None).name == "p4 in another basis"
    assert derived.restrict(P4, [0, 2], None).name == "p4 restricted to order 2"


def test_names_that_are_given() -> None:
    assert derived.with_internal(P4, {"c": 2}, "go").name == "go"
    assert derived.direct_product(P4, LINE, "stack").name == "stack"
    assert derived.change_basis(P4, [[1, 1], [0, 1]], "sheared").name == "sheared"
    assert derived.restrict(P4, [0, 2], "p2").name == "p2"
    with pytest.raises(DeclarationError, match="a group has a name"):
        derived.restrict(P4, [0, 2], "")


def test_lattices() -> None:
    assert derived.with_internal(P4, {"c": 2}, None).lattice == gk.p4.lattice
    assert derived.direct_product(P4, LINE, None).lattice.name == "tetragonal P"
    assert derived.change_basis(P4, [[1, 1], [0, 1]], None).lattice.gram == ((1, 1), (1, 2))
    assert derived.restrict(P4, [0, 2], None).lattice == gk.p4.lattice


def test_errors_name_the_group() -> None:
    with pytest.raises(AxesError, match=r"^p4: 'r' already is an axis"):
        derived.with_internal(P4, {"r": 2}, None)
    with pytest.raises(NotUnimodularError, match=r"^p4: the change of basis"):
        derived.change_basis(P4, [[2, 0], [0, 1]], None)
    with pytest.raises(NotASubgroupError, match="not a subgroup"):
        derived.restrict(P4, [0, 1], None)
