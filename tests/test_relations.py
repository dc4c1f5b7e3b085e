"""Groups in other bases, restricted, and inside each other: by definition, on all of the 88."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import errors, testing
from tests import oracles
from tests.known_groups import NAMES, RECORDS, SHIPPED, SOME

SHEAR = [[1, 1], [0, 1]]
SWAP = gk.p4.with_internal({"c": 2})


@given(st.sampled_from(SOME), st.data())
def test_change_of_basis_by_definition(name: str, data: st.DataObject) -> None:
    group = gk.catalog[name]
    basis = data.draw(testing.unimodular_matrices(group.dimension))
    moved = group.change_basis(basis)
    assert moved.axes == group.axes
    p = oracles.matrix(basis.tolist())
    for s in group.stabilizer:
        m = oracles.matrix(group.stabilizer.matrices[s].tolist())
        expected = oracles.multiply(oracles.multiply(oracles.inverse(p), m), p)
        assert oracles.matrix(moved.stabilizer.matrices[s].tolist()) == expected
    for form, other in zip(group.lattice.forms, moved.lattice.forms, strict=True):
        if moved.lattice.name.endswith("other basis"):
            turned = basis.T @ np.array(form) @ basis
            assert (turned // np.gcd.reduce(turned, axis=None) == np.array(other)).all()
    inverse = np.array(oracles.inverse(p), dtype=np.int64)
    assert moved.change_basis(inverse, name=group.name).stabilizer == group.stabilizer


def test_the_lattice_keeps_its_name_where_it_may() -> None:
    assert gk.p4.change_basis([[0, -1], [1, 0]]).lattice == gk.p4.lattice
    assert gk.p4.change_basis([[0, -1], [1, 0]], name="p4") == gk.p4
    sheared = gk.p4.change_basis(SHEAR)
    assert sheared.name == "p4 in another basis"
    assert sheared.lattice.name == "square, other basis"
    assert sheared.verify()
    assert SWAP.change_basis(SHEAR).verify()
    back = sheared.change_basis([[1, -1], [0, 1]], name="p4")
    assert back == gk.p4
    assert back.lattice.name == "square"


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("basis", "kind", "message"),
    [
        ([[1, -1], [1, 1]], errors.NotUnimodularError,
         r"p4: .* P = .* has determinant 2, not 1 or -1, so its columns are no basis of Z\^2"),
        ([[2, 0], [0, 1]], errors.NotUnimodularError,
         "they span another lattice, and the group would change; .* use conventional_matrices"),
        ([[1, 1], [1, 1]], errors.NotUnimodularError, "is singular, so its columns are no basis"),
        ([[1]], errors.DimensionError, "1×1, the group has dimension 2; give 2 columns"),
        ([[0.5, 0], [0, 2]], errors.NotIntegerError, "0.5"),
        (3, errors.NotAMatrixError, "not a matrix"),
    ],
)  # fmt: skip
def test_what_is_no_change_of_basis(basis: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        gk.p4.change_basis(basis)


@pytest.mark.parametrize("name", NAMES[15:])
def test_conventional_matrices_by_definition(name: str) -> None:
    group = gk.catalog[name]
    rows = [[Fraction(x) for x in row] for row in RECORDS[name]["conventional_from_primitive"]]
    c = oracles.matrix(rows)
    for m, found in zip(group.stabilizer.matrices, group.conventional_matrices, strict=True):
        primitive = oracles.matrix(m.tolist())
        expected = oracles.multiply(oracles.multiply(c, primitive), oracles.inverse(c))
        assert oracles.matrix(found.tolist()) == expected


def test_conventional_matrices_of_cubic_groups_are_those_of_the_primitive_cell() -> None:
    for symbol in ("m-3m", "23", "432"):
        cell, *centred = gk.catalog.filter(point_group=symbol).values()
        expected = {oracles.matrix(m) for m in cell.stabilizer.matrices.tolist()}
        for group in centred:
            assert {oracles.matrix(m) for m in group.conventional_matrices.tolist()} == expected
    assert (gk.p4.conventional_matrices == gk.p4.stabilizer.matrices).all()
    cm = gk.catalog["cm"]
    assert cm.conventional_matrices[1].tolist() == [[-1, 0], [0, 1]]  # as pm


@pytest.mark.parametrize("name", [*SOME, "P4/mmm", "Pm-3", "F-43m", "R-3m"])
def test_restriction_to_every_subgroup(name: str) -> None:
    from groupkit.algebra import all_subgroups
    from groupkit.relations import restrict

    group = gk.catalog[name]
    table = group.stabilizer.cayley_table
    for subgroup in all_subgroups(group.stabilizer):
        small, order = restrict(group.stabilizer, subgroup)
        assert sorted(order) == list(subgroup.members)
        for a, b in product(range(len(order)), repeat=2):
            assert order[small.cayley_table[a, b]] == table[order[a], order[b]]
        for s, number in enumerate(order):
            assert (small.matrices[s] == group.stabilizer.matrices[number]).all()
        restricted = group.restrict(subgroup)
        assert restricted.stabilizer == small
        assert restricted.lattice == group.lattice
        assert gk.embedding(restricted, group).tolist() == order
        kept = set(small.axes) - {"s"}
        for s, number in enumerate(order if kept else []):  # index i of an axis stands for i k
            indices = small.axis_indices(s)
            whole = group.stabilizer.axis_indices(number)
            for axis in group.axes:
                k = group.axes[axis] // small.axes.get(axis, 1)
                assert whole[axis] == int(indices.get(axis, 0)) * k


def test_axes_of_restricted_groups() -> None:
    for generators, axes in [
        ([{"r": 1}], {"r": 4}),
        ([{"r": 2}], {"r": 2}),
        ([{"r": 2}, {"m": 1}], {"m": 2, "r": 2}),
        ([{"m": 1}], {"m": 2}),
        ([{"m": 1, "r": 1}], {"s": 2}),
        ([], {"s": 1}),
        ([{"r": 1}, {"m": 1}], {"m": 2, "r": 4}),
    ]:
        assert gk.p4m.restrict(gk.p4m.subgroup(*generators)).axes == axes
    assert gk.p4m.restrict([0, 2], name="p2").name == "p2"
    assert gk.p4m.restrict([0, 2]).name == "p4m restricted to order 2"
    p4 = gk.p4m.restrict(gk.p4m.subgroup({"r": 1}), name="p4")
    assert p4 == gk.p4
    colours = SWAP.restrict(SWAP.subgroup({"c": 1}, {"r": 2}))
    assert colours.axes == {"r": 2, "c": 2}
    assert colours.stabilizer.internal.members == (0, 1)
    assert colours.verify()
    twisted = SWAP.restrict(SWAP.subgroup({"c": 1, "r": 1}))  # turns that change the colour
    assert (twisted.axes, twisted.stabilizer.is_faithful) == ({"s": 4}, True)
    with pytest.raises(errors.NotASubgroupError, match=r"1·1 = 2 is not among them"):
        gk.p4m.restrict([0, 1])
    with pytest.raises(errors.ElementError, match="subgroup of another group"):
        gk.p4m.restrict(gk.p4.subgroup())


def test_embeddings() -> None:
    assert gk.embedding(gk.p4, gk.p4m).tolist() == [0, 1, 2, 3]
    assert gk.embedding(gk.p2, gk.p6m).tolist() == [0, 3]
    for large in SHIPPED:
        for small in SHIPPED:
            matrices = {oracles.matrix(m) for m in large.stabilizer.matrices.tolist()}
            missing = [m for m in small.stabilizer.matrices.tolist()
                       if oracles.matrix(m) not in matrices]  # fmt: skip
            if missing:
                with pytest.raises(
                    errors.NotASubgroupError, match=r"is none of its matrices; .* change_basis"
                ) as caught:
                    gk.embedding(small, large)
                assert caught.value.witness == missing[0]
            else:
                numbers = gk.embedding(small, large)
                table = large.stabilizer.cayley_table[np.ix_(numbers, numbers)]
                np.testing.assert_array_equal(table, numbers[small.stabilizer.cayley_table])


def test_embeddings_of_different_dimensions() -> None:
    with pytest.raises(errors.DimensionError, match="of dimension 2 is no subgroup of one of dim"):
        gk.embedding(gk.p4, gk.catalog["P4"])


def test_embeddings_where_matrices_do_not_tell_keep_the_names_of_axes() -> None:
    board = gk.p4m.with_internal({"c": 4})
    assert gk.embedding(gk.p4m, board).tolist() == list(range(0, 32, 4))
    for generators in ([{"r": 2}], [{"c": 2}], [{"c": 1}, {"m": 1}], [{"r": 1}, {"c": 2}], []):
        subgroup = board.subgroup(*generators)
        small = board.restrict(subgroup)
        assert gk.embedding(small, board).tolist() == list(subgroup.members)
    assert gk.embedding(SWAP, SWAP).tolist() == list(range(8))
    other = gk.p4.with_internal({"d": 2})
    twisted = SWAP.restrict(SWAP.subgroup({"c": 1, "r": 1}))  # axis s
    mirrored = gk.catalog["p2mm"].with_internal({"c": 2})
    renamed = gk.SplitGroup.from_generators("x", {"c": [[0, -1], [1, 0]]})
    for small in (other, twisted, mirrored, renamed, gk.p6):
        with pytest.raises(
            errors.NotASubgroupError, match=r"with the axes of the same names: .*restrict does"
        ):
            gk.embedding(small, SWAP)
