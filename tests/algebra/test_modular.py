from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st

from groupkit.algebra.modular import (
    common_eigenvectors,
    echelon,
    inverse_modulo,
    left_kernel,
    prime_above,
    root_of_unity,
)

matrices = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=3, max_size=3)


@pytest.mark.parametrize(("bound", "modulus"), [(2, 1), (15, 12), (70, 24), (13, 12), (6, 6)])
def test_primes(bound: int, modulus: int) -> None:
    p = prime_above(bound, modulus)
    primes = [n for n in range(2, p + 1) if all(n % k for k in range(2, n))]
    assert p == next(n for n in primes if n > bound and (n - 1) % modulus == 0)


@pytest.mark.parametrize(("order", "p"), [(1, 5), (2, 5), (4, 13), (12, 37), (24, 73)])
def test_roots_of_unity_have_exactly_their_order(order: int, p: int) -> None:
    root = root_of_unity(order, p)
    assert [k for k in range(1, order + 1) if pow(root, k, p) == 1] == [order]
    assert root * inverse_modulo(root, p) % p == 1


@given(matrices)
def test_kernels_as_found_by_trying_all_vectors(rows: list[list[int]]) -> None:
    matrix = np.array(rows)
    solutions = [x for x in product(range(5), repeat=3) if not (np.array(x) @ matrix % 5).any()]
    kernel = left_kernel(matrix, 5)
    assert 5 ** len(kernel) == len(solutions)
    assert not (kernel @ matrix % 5).any()
    reduced = echelon(matrix, 5)
    assert len(reduced) == 3 - len(kernel)
    np.testing.assert_array_equal(echelon(reduced, 5), reduced)


def test_eigenvectors() -> None:
    turn = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    vectors = common_eigenvectors([(turn, 3)], 3, 7)
    for vector in vectors:
        image = turn @ vector % 7
        assert any(np.array_equal(image, root * vector % 7) for root in (1, 2, 4))
    assert len(np.unique(vectors, axis=0)) == 3
    searched = common_eigenvectors([(turn, 0)], 3, 7)
    assert {tuple(v) for v in searched} == {tuple(v) for v in vectors}


def test_what_has_no_eigenvectors_is_noticed() -> None:
    with pytest.raises(AssertionError, match="diagonalisable"):
        common_eigenvectors([(np.array([[1, 1], [0, 1]]), 0)], 2, 7)
