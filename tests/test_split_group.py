# ruff: noqa: ARG005 - functions of users, right and wrong
import contextlib
import copy
import gc
import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import SplitGroup, errors
from tests import oracles
from tests.known_groups import NAMES, RECORDS, SHIPPED, declared
from tests.test_finite_group import JUNK

E, TURN, MIRROR = [[1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, 1]]


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups(name: str) -> None:
    record, group = RECORDS[name], declared(name)
    matrices = group.stabilizer.matrices
    found = {oracles.matrix(m) for m in matrices.tolist()}
    determinants = [oracles.determinant(oracles.matrix(m)) for m in matrices.tolist()]
    assert found == {oracles.matrix(m) for m in record["elements"]}
    assert (group.order, group.dimension) == (record["order"], len(record["elements"][0]))
    assert determinants.count(-1) == record["det_minus"]
    inversion = oracles.matrix((-np.eye(group.dimension, dtype=int)).tolist())
    assert (inversion in found) == record["has_inversion"]
    assert (
        SplitGroup.from_matrices(name, record["elements"]).stabilizer.matrices.tolist()
        == (record["elements"])
    )


@given(st.sampled_from(NAMES), st.integers(0, 2**32))
def test_a_change_of_basis_changes_matrices_and_nothing_else(name: str, seed: int) -> None:
    group = declared(name)
    rng = np.random.default_rng(seed)
    change = np.eye(group.dimension, dtype=np.int64)
    for _ in range(3 if group.dimension > 1 else 0):
        i, j = rng.choice(group.dimension, 2, replace=False)
        change[i] += rng.integers(-2, 3) * change[j]
    back = np.array(oracles.inverse(oracles.matrix(change.tolist())), dtype=np.int64)
    moved = SplitGroup.from_matrices(name, change @ group.stabilizer.matrices @ back)
    np.testing.assert_array_equal(moved.stabilizer.cayley_table, group.stabilizer.cayley_table)
    assert len(moved.lattice.forms) == len(group.lattice.forms)


def test_three_ways_to_declare_one_group() -> None:
    mirror, turn = sympy.Matrix(MIRROR), sympy.Matrix(TURN)
    by_matrix = SplitGroup(
        "p4m", {"m": 2, "r": 4}, lambda m, r: mirror**m @ turn**r, lattice="square"
    )
    by_generators = SplitGroup.from_generators("p4m", {"m": MIRROR, "r": TURN}, lattice="square")
    complete = [mirror**m * turn**r for m in range(2) for r in range(4)]
    by_list = SplitGroup.from_matrices("p4m", complete, {"m": 2, "r": 4}, "square")
    assert by_matrix == by_generators == by_list == gk.p4m
    assert len({by_matrix, by_generators, by_list, gk.p4m}) == 1


@pytest.mark.parametrize(
    "other",
    [
        SplitGroup.from_generators("other", {"r": TURN}, lattice="square"),
        SplitGroup.from_generators("p4", {"q": TURN}, lattice="square"),
        SplitGroup.from_generators("p4", {"r": [[0, 1], [-1, 0]]}, lattice="square"),
        SplitGroup.from_generators("p4", {"r": TURN}, lattice=gk.Lattice.from_gram("x", E)),
        SplitGroup.from_generators("p4", [TURN], lattice="square"),
        "p4",
        gk.p4.stabilizer,
    ],
    ids=["name", "axes", "matrices", "lattice", "single axis", "str", "stabilizer"],
)
def test_groups_that_are_not_p4(other: Any) -> None:
    assert gk.p4 != other


@pytest.mark.parametrize("group", [*SHIPPED, declared("Fm-3m")], ids=lambda group: group.name)
def test_values_survive_copies(group: SplitGroup) -> None:
    for again in (copy.copy(group), copy.deepcopy(group), pickle.loads(pickle.dumps(group))):
        assert again == group
        assert hash(again) == hash(group)
        assert repr(again) == repr(group)
        assert (again.random(9, seed=0) == group.random(9, seed=0)).all()


def test_callables_are_not_pickled() -> None:
    group = SplitGroup("p4", {"r": 4}, lambda r: sympy.Matrix(TURN) ** r, lattice="square")
    assert pickle.loads(pickle.dumps(group)) == group == gk.p4


def test_nothing_can_be_changed() -> None:
    for field in ("name", "axes", "stabilizer", "lattice", "new"):
        with pytest.raises(AttributeError):
            setattr(gk.p4, field, None)
    with pytest.raises(AttributeError, match="frozen"):
        del gk.p4.name
    gk.p4.axes["r"] = 5
    assert gk.p4.axes == {"r": 4}


def test_representation() -> None:
    assert repr(gk.p6m) == (
        "SplitGroup('p6m', dimension=2, order=12, axes {m: 2, r: 6}, lattice hexagonal)"
    )


WRONG = [
    ([E, TURN], None, errors.NotClosedError, r"matrix 1 times matrix 1 = \[\[-1, 0\], \[0, -1\]\]"),
    ([E, MIRROR, MIRROR], None, errors.DuplicateMatrixError, "matrix 2 repeats matrix 1"),
    ([[[-1, 0], [0, -1]]], None, errors.MissingIdentityError, "identity .* add it"),
    ([E, [[1, 0], [1, 0]]], None, errors.NotUnimodularError, "matrix 1 .* singular"),
    ([E, [[1, 0, 0], [0, 1, 0]]], None, errors.NotAMatrixError, "not a square matrix"),
    ([E, [[1]]], None, errors.DimensionError, "matrix 0 is 2×2 but matrix 1 is 1×1"),
    ([E, MIRROR], {"m": 3}, errors.AxesError, "count 3 elements, but there are 2 matrices"),
    ([E, MIRROR], {"u": 2}, errors.AxesError, "'u' cannot name an axis"),
    ([E] * 13, None, errors.DuplicateMatrixError, "matrix 1 repeats matrix 0"),
    ([], None, errors.DeclarationError, "at least its identity"),
    (None, None, errors.DeclarationError, "given as a list, not as NoneType"),
    (7, None, errors.DeclarationError, "given as a list, not as int 7"),
    ("ab", None, errors.NotAMatrixError, "matrix 0 is str 'a'"),
    (E, None, errors.NotAMatrixError, r"matrix 0 = \[1, 0\] is not a square"),
]


@pytest.mark.untyped
@pytest.mark.parametrize(("matrices", "axes", "kind", "message"), WRONG)
def test_wrong_lists_of_matrices(
    matrices: Any, axes: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=rf"^mine: .*{message}"):
        SplitGroup.from_matrices("mine", matrices, axes)


@pytest.mark.untyped
@pytest.mark.parametrize("name", [None, "", 3, ["p4"]])
def test_wrong_names(name: Any) -> None:
    with pytest.raises(errors.DeclarationError, match=r"^a group has a name, a string, not"):
        SplitGroup.from_matrices(name, [E])


def test_a_failed_declaration_leaves_no_group() -> None:
    def groups() -> int:
        gc.collect()
        return sum(type(x) is SplitGroup for x in gc.get_objects())

    names = dict(gk.catalog)  # makes all of them
    before = groups()
    for lattice, matrix in (("hexagonal", TURN), ("square", [[1, 1], [0, 1]]), (None, [[2]])):
        with contextlib.suppress(errors.GroupkitError):
            SplitGroup.from_generators("p4", {"r": matrix}, lattice=lattice)
    assert groups() == before
    assert dict(gk.catalog) == names


@pytest.mark.untyped
@given(JUNK, st.sampled_from([{"r": 4}, {}, {"m": 2, "r": 2}]))
def test_junk_is_refused_with_an_error_of_our_own(junk: Any, axes: Any) -> None:
    for function in (
        lambda: SplitGroup("x", axes, lambda **_: junk),
        lambda: SplitGroup("x", junk, lambda **_: E),
        lambda: SplitGroup("x", {"r": 1}, lambda r: E, index=lambda _: junk),
        lambda: SplitGroup("x", axes, junk),
        lambda: SplitGroup(junk, {"r": 1}, lambda r: E),
        lambda: SplitGroup.from_matrices("x", junk),
        lambda: SplitGroup.from_matrices("x", [E], junk),
        lambda: SplitGroup.from_matrices("x", [E, junk]),
        lambda: SplitGroup.from_generators("x", junk),
        lambda: SplitGroup.from_generators("x", [TURN, junk]),
        lambda: SplitGroup.from_generators("x", [], dimension=junk),
        lambda: SplitGroup.from_generators("x", {"r": TURN}, lattice=junk),
        lambda: gk.p4.filter_bank(junk),
        lambda: gk.p4.filter_bank(3, junk),
        lambda: gk.p4.action(junk, (3, 3)),
        lambda: gk.p4.action(1, junk),
        lambda: gk.p4.subgroup(junk),
        lambda: gk.catalog[junk],
    ):
        with contextlib.suppress(errors.GroupkitError):
            function()
