"""Conjugacy in GL(d, Z): found in any basis, refuted for groups that differ."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit.algebra import change_of_basis
from groupkit.errors import ElementError
from groupkit.stabilizer import Stabilizer
from tests.known_groups import NAMES, RECORDS, declared


def elementary(d: int, steps: list[tuple[int, int, int]]) -> np.ndarray:
    """Return a unimodular matrix: a product of row operations."""
    result = np.eye(d, dtype=np.int64)
    for row, other, factor in steps:
        i, j = row % d, other % d
        if i == j:
            result[i] *= -1
        else:
            result[i] += factor * result[j]
    return result


def conjugated(group: Stabilizer, p: np.ndarray) -> Stabilizer:
    inverse = np.rint(np.linalg.inv(p)).astype(np.int64)
    return Stabilizer({"s": group.order}, (p @ group.matrices @ inverse)[::-1])


def judge(one: Stabilizer, other: Stabilizer, p: np.ndarray | None) -> None:
    assert p is not None
    assert abs(round(np.linalg.det(p))) == 1
    moved = {(p @ m).tobytes() for m in one.matrices}
    assert moved == {(m @ p).tobytes() for m in other.matrices}


steps = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-2, 2))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3)
@given(st.lists(steps, max_size=4))
def test_the_same_group_in_another_basis(name: str, moves: list[tuple[int, int, int]]) -> None:
    group = declared(name).stabilizer
    other = conjugated(group, elementary(group.dimension, moves))
    judge(group, other, change_of_basis(group, other))


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_88_groups_are_pairwise_different(dimension: int) -> None:
    names = [name for name in NAMES if len(RECORDS[name]["elements"][0]) == dimension]
    groups = [declared(name).stabilizer for name in names]
    for number, group in enumerate(groups):
        for other in groups[:number]:
            assert change_of_basis(group, other) is None


def test_the_identity_is_preferred() -> None:
    for group in gk.catalog.filter(dimension=2).values():
        basis = change_of_basis(group.stabilizer, group.stabilizer)
        judge(group.stabilizer, group.stabilizer, basis)


def test_other_dimensions_differ() -> None:
    assert change_of_basis(gk.p1.stabilizer, declared("P1").stabilizer) is None


def test_internal_symmetries_are_refused() -> None:
    doubled = gk.p4.with_internal({"swap": 2}).stabilizer
    with pytest.raises(ElementError, match="2 elements that fix every point"):
        change_of_basis(gk.p4.stabilizer, doubled)
