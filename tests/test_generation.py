from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st
from sympy.combinatorics import Permutation, PermutationGroup

from groupkit import SplitGroup, errors
from groupkit.generation import generate_matrices, generate_permutations
from tests import oracles
from tests.known_groups import NAMES, RECORDS
from tests.stopwatch import within

TURN, THIRD = [[0, -1], [1, 0]], [[0, 1], [-1, -1]]
SEVENTH = sympy.Matrix(6, 6, lambda i, j: -1 if j == 5 else int(i == j + 1))


def conjugate(matrix: Any, seed: int) -> list[list[int]]:
    """Return P M P⁻¹ for a random unimodular P."""
    rng = np.random.default_rng(seed)
    change = sympy.eye(len(sympy.Matrix(matrix).row(0)))
    for _ in range(2 * change.rows):
        i, j = rng.choice(change.rows, 2, replace=False)
        change = change.elementary_row_op(
            "n->n+km", int(i), int(rng.choice([-1, 1])), int(i), int(j)
        )
    return (change * sympy.Matrix(matrix) * change.inv()).tolist()


def affine_reflections(n: int) -> list[list[list[int]]]:
    """Return the simple reflections of the affine Weyl group of type A, in the root basis."""
    cartan = 2 * np.eye(n, dtype=int) - np.roll(np.eye(n, dtype=int), 1, 0)
    cartan -= np.roll(np.eye(n, dtype=int), -1, 0)
    reflections = np.repeat(np.eye(n, dtype=int)[None], n, axis=0)
    reflections[np.arange(n), np.arange(n)] -= cartan
    return reflections.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_generated_group(name: str) -> None:
    record = RECORDS[name]
    identity = oracles.identity(len(record["elements"][0]))
    generators = [oracles.matrix(g) for g in record["generators"]]
    found = generate_matrices(np.array([identity, *generators])).tolist()
    elements = [oracles.matrix(m) for m in found]
    assert elements[0] == identity
    assert len(elements) == len(set(elements)) == record["order"]
    assert set(elements) == {oracles.matrix(m) for m in record["elements"]}
    # breadth-first in generator order: what saved weights depend on
    expected = [identity]
    for a in expected:
        products = (oracles.multiply(a, g) for g in generators)
        expected += [p for p in dict.fromkeys(products) if p not in expected]
    assert elements == expected


@pytest.mark.parametrize(
    "generators",
    [
        [[[1, 1], [0, 1]]],  # a shear
        [[[2, 1], [1, 1]]],  # hyperbolic
        [TURN, THIRD],  # finite each, together SL(2, Z)
        [[[1, 2**62], [0, -1]], [[0, 1], [1, 0]]],  # products outgrow int64
        [[[0, 0, 1], [1, 0, 0], [0, 1, 3]]],
        [np.roll(np.eye(5, dtype=int), 1, 0).tolist(), conjugate(np.roll(np.eye(5), 1, 0), 2)],
        [SEVENTH.tolist(), conjugate(SEVENTH, 1)],
        affine_reflections(3),
        affine_reflections(5),
        affine_reflections(6),
    ],
)
def test_infinite_groups_are_recognised_at_once(generators: Any) -> None:
    expected = r"infinite group.*agree modulo 3.*Minkowski.*finite: leave"
    with within(2), pytest.raises(errors.InfiniteGroupError, match=expected) as caught:
        SplitGroup.from_generators("x", generators)  # takes milliseconds
    one, other = (np.array(m, dtype=object) for m in caught.value.witness)
    assert (one != other).any()
    assert ((one - other) % 3 == 0).all()
    assert {oracles.determinant(oracles.matrix(m.tolist())) for m in (one, other)} <= {1, -1}
    assert len(str(caught.value)) < 2000


def test_words_of_the_witness_are_spelled_with_the_names_of_the_generators() -> None:
    with pytest.raises(errors.InfiniteGroupError, match=r"1 = .* and \(a·b\)\^3 = \[\[1, 3\]"):
        SplitGroup.from_generators("x", {"a": TURN, "b": THIRD})


@given(st.lists(st.lists(st.integers(-2, 2), min_size=9, max_size=9), min_size=1, max_size=2))
def test_random_generators_give_a_group_or_a_proof_that_it_is_infinite(entries: Any) -> None:
    generators = [np.reshape(e, (3, 3)).tolist() for e in entries]
    if any(abs(oracles.determinant(oracles.matrix(g))) != 1 for g in generators):
        return
    try:
        order = len(generate_matrices(np.array(generators)))
    except errors.InfiniteGroupError:
        return
    assert 48 % order == 0 or 24 % order == 0


def test_groups_too_large_to_tabulate_are_refused() -> None:
    six = np.eye(6, dtype=int)
    flip = np.diag([-1, 1, 1, 1, 1, 1])
    with pytest.raises(errors.TooLargeError, match=r"more than 4096 elements.*subgroup"):
        generate_matrices(np.array([flip, np.roll(six, 1, 0), six[[1, 0, 2, 3, 4, 5]]]))
    with pytest.raises(errors.TooLargeError, match=r"more than 4096 elements.*subgroup"):
        generate_permutations([(1, 2, 3, 4, 5, 6, 7, 0), (1, 0, 2, 3, 4, 5, 6, 7)])


@given(st.lists(st.permutations(range(5)), min_size=1, max_size=3))
def test_permutations_generate_what_sympy_says(generators: list[list[int]]) -> None:
    found = generate_permutations(generators)
    judge = PermutationGroup([Permutation(g) for g in generators])
    assert {tuple(p) for p in found.tolist()} == {tuple(p.array_form) for p in judge.elements}
    assert found[0].tolist() == [0, 1, 2, 3, 4]
