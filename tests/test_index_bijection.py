# ruff: noqa: ARG005 - functions of users, right and wrong
import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Matrix

import groupkit as gk
from groupkit import SplitGroup, errors
from tests import oracles
from tests.known_groups import NAMES, RECORDS, declared

TURN, MIRROR = Matrix([[0, -1], [1, 0]]), Matrix([[-1, 0], [0, 1]])


def turn_index(m: Matrix) -> dict[str, int]:
    return {"r": next(r for r in range(4) if m == TURN**r)}


@pytest.mark.parametrize(
    "power",
    [
        lambda r: TURN**r,
        lambda r: (TURN**r).tolist(),
        lambda r: np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), r),
        lambda r: np.round([[np.cos(r * np.pi / 2), -np.sin(r * np.pi / 2)],
                            [np.sin(r * np.pi / 2), np.cos(r * np.pi / 2)]]),
        lambda r: sympy.ImmutableMatrix(TURN) ** r,
        lambda **indices: TURN ** indices["r"],
    ],
    ids=["sympy", "lists", "numpy", "floats", "immutable", "keywords"],
)  # fmt: skip
def test_matrix_may_return_what_people_use(power: Callable[..., Any]) -> None:
    assert SplitGroup("p4", {"r": 4}, power, lattice="square") == gk.p4


def test_index_is_called_with_what_matrix_returns() -> None:
    seen = []

    def index(m: Matrix) -> dict[str, int]:
        seen.append(m)
        return turn_index(m)

    group = SplitGroup("p4", {"r": 4}, lambda r: TURN**r, index=index)
    assert seen == [TURN**r for r in range(4)]
    assert group.axes == {"r": 4}


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("index", "kind", "message"),
    [
        (lambda m: {"r": 0}, errors.IndexBijectionError,
         r"not the inverse of matrix: matrix at {'r': 1} is \[\[0, -1\], \[1, 0\]\], .*{'r': 0}"),
        (lambda m: {"r": -turn_index(m)["r"] % 4}, errors.IndexBijectionError, "correct one"),
        (lambda m: {**turn_index(m), "m": 0}, errors.IndexBijectionError, "not the inverse"),
        (lambda m: {"r": turn_index(m)["r"] + 1e-9}, errors.IndexBijectionError, "round floats"),
        (lambda m: turn_index(m)["r"], errors.IndexBijectionError, "returned 0; return a dict"),
        (lambda m: None, errors.IndexBijectionError, "returned None; return a dict such as {'r'"),
        (lambda m: 1 / 0, errors.DeclarationError, r"index\(.*\) raised ZeroDivisionError"),
        (dict, errors.DeclarationError, "raised TypeError.*called with M"),
        (3, errors.DeclarationError, "not callable"),
    ],
)  # fmt: skip
def test_wrong_index(index: Any, kind: type[errors.GroupkitError], message: str) -> None:
    with pytest.raises(kind, match=rf"p4: .*{message}"):
        SplitGroup("p4", {"r": 4}, lambda r: TURN**r, index=index)


BAD_MATRIX = [
    ({"r": 4}, lambda r: 1 / 0, errors.DeclarationError, r"matrix\(r=0\) raised ZeroDivisionError"),
    ({"r": 4}, lambda q: TURN, errors.DeclarationError, "raised TypeError.*called with r as"),
    ({"m": 2, "r": 4}, lambda r: TURN**r, errors.DeclarationError, "called with m, r as"),
    ({"r": 4}, TURN, errors.DeclarationError, "a function of the indices, not .*from_matrices"),
    ({"r": 4}, lambda r: None, errors.NotAMatrixError, r"matrix\(r=0\) is NoneType"),
    ({"r": 4}, lambda r: np.array([[0, -1], [1, 0]]) ** r, errors.NotUnimodularError,
     r"matrix\(r=0\) .*singular.*numpy's \*\* is elementwise: write np.linalg.matrix_power"),
    ({"m": 2, "r": 6}, lambda m, r: np.array([[0, 1], [1, 0]]) ** m @ np.array(
        [[1, -1], [1, 0]]) ** r, errors.NotUnimodularError, r"numpy's \*\* is elementwise"),
    ({"r": 3}, lambda r: TURN**r, errors.NotClosedError, "not closed: .* none of the 3 given"),
    ({"r": 8}, lambda r: TURN**r, errors.DuplicateMatrixError, "matrix 4 repeats matrix 0.*sizes"),
    ({"r": 3}, lambda r: TURN ** (r + 1), errors.MissingIdentityError, r"\[\[1, 0\], \[0, 1\]\]"),
    ({"r": 2}, lambda r: sympy.eye(2 + r), errors.DimensionError, "2×2 but .* is 3×3"),
    ({"r": 13}, lambda r: TURN**r, errors.AxesError, "count 13 .* more than 12; correct the sizes"),
    ({"r": 10**9}, lambda r: TURN**r, errors.AxesError, "count 1000000000 elements"),
    ({"a": 10**9, "b": 10**9}, lambda a, b: TURN, errors.AxesError, "correct the sizes"),
    ({"r": 0}, lambda r: TURN**r, errors.AxesError, "size 0"),
    ({"t": 4}, lambda t: TURN**t, errors.AxesError, "'t' cannot name an axis"),
    ({"u": 4}, lambda u: TURN**u, errors.AxesError, "'u' cannot name an axis"),
    ([4], lambda r: TURN**r, errors.AxesError, "mapping of names"),
]  # fmt: skip


@pytest.mark.untyped
@pytest.mark.parametrize(("axes", "matrix", "kind", "message"), BAD_MATRIX)
def test_wrong_matrix(
    axes: Any, matrix: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=rf"^mine: .*{message}") as caught:
        SplitGroup("mine", axes, matrix)
    assert re.search("; .+|such as", str(caught.value))  # what to do about it


def test_the_users_exception_is_the_cause() -> None:
    with pytest.raises(errors.DeclarationError) as caught:
        SplitGroup("x", {"r": 4}, lambda r: 1 / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("name", NAMES)
def test_named_generators_give_a_product_form_where_it_is_one(name: str) -> None:
    generators = [oracles.matrix(g) for g in RECORDS[name]["generators"]]
    named = dict(zip("abc", generators, strict=False))
    group = SplitGroup.from_generators(name, named, dimension=declared(name).dimension)
    identity = oracles.identity(group.dimension)

    def power(a: oracles.Matrix, n: int) -> oracles.Matrix:
        return oracles.multiply(power(a, n - 1), a) if n else identity

    if list(group.axes) != ["s"]:
        assert list(group.axes) == list(named)
        for number, exponents in enumerate(product(*(range(n) for n in group.axes.values()))):
            expected = identity
            for a, n in zip(generators, exponents, strict=True):
                expected = oracles.multiply(expected, power(a, n))
            assert oracles.matrix(group.stabilizer.matrices[number].tolist()) == expected
    elif named:  # no sizes make all products a^i b^j … different elements, and all of them
        orders = [range(1, oracles.order_of(a) + 1) for a in generators]
        for sizes in product(*orders):
            found = [identity]
            for a, size in zip(generators, sizes, strict=True):
                found = [oracles.multiply(x, power(a, n)) for x in found for n in range(size)]
            assert len(found) != group.order or len(set(found)) != group.order or 1 in sizes
    assert {oracles.matrix(m) for m in group.stabilizer.matrices.tolist()} == {
        oracles.matrix(m) for m in RECORDS[name]["elements"]
    }


def test_axes_follow_the_order_of_the_generators() -> None:
    by_turn = SplitGroup.from_generators("p4m", {"r": TURN, "m": MIRROR}, lattice="square")
    assert by_turn.axes == {"r": 4, "m": 2}
    assert by_turn != gk.p4m
    assert (
        by_turn.stabilizer.matrices[by_turn.stabilizer.index_of(r=1, m=1)].tolist()
        == (TURN * MIRROR).tolist()
    )
    assert SplitGroup.from_generators("x", [TURN, MIRROR]).axes == {"s": 8}
    assert SplitGroup.from_generators("x", {"a": MIRROR, "b": MIRROR}).axes == {"s": 2}


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("generators", "dimension", "kind", "message"),
    [
        ({}, None, errors.DeclarationError, "translations alone.*state it.*dimension=2"),
        ([], None, errors.DeclarationError, "translations alone"),
        ([], 0, errors.DimensionError, "dimension 0 is not a positive integer"),
        ([], "2", errors.DimensionError, "dimension '2' is not a positive integer"),
        ([], 10**6, errors.TooLargeError, "dimension 1000000 is more than 8"),
        ([TURN], 3, errors.DimensionError, "dimension 3 was stated, but .* have dimension 2"),
        ([TURN, [[1]]], None, errors.DimensionError, "generator 0 is 2×2 but generator 1 is 1×1"),
        ({"r": [[2, 0], [0, 1]]}, None, errors.NotUnimodularError, "generator r = .* det"),
        ({"u": TURN}, None, errors.AxesError, "'u' cannot name an axis"),
        ({1: TURN}, None, errors.AxesError, "1 cannot name an axis"),
        (None, None, errors.DeclarationError, "generators are given as a list, not as NoneType"),
        (5, None, errors.DeclarationError, "generators are given as a list, not as int 5"),
        ("ab", None, errors.NotAMatrixError, "generator g0 is str 'a'"),
        ([[0, -1], [1, 0]], None, errors.NotAMatrixError, "not a square matrix"),
        ([[[1, 2**63], [0, 1]]], None, errors.RangeError, "beyond 64-bit integers"),
    ],
)
def test_wrong_generators(
    generators: Any, dimension: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=rf"^mine: .*{message}"):
        SplitGroup.from_generators("mine", generators, dimension=dimension)


def test_no_generators_are_the_translations() -> None:
    group = SplitGroup.from_generators("p1", {}, dimension=3)
    assert (group.order, group.dimension, group.axes) == (1, 3, {"s": 1})
