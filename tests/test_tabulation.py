import numpy as np
import pytest

from groupkit import FiniteGroup, SplitGroup, errors
from groupkit.tabulation import matrix_table
from tests import oracles
from tests.known_groups import NAMES, declared
from tests.stopwatch import within

E, TURN = [[1, 0], [0, 1]], [[0, -1], [1, 0]]
FAR = 2**62
# Simple reflections of the root system F4, whose group is that of the 24-cell.
CARTAN_F4 = np.array([[2, -1, 0, 0], [-1, 2, -2, 0], [0, -1, 2, -1], [0, 0, -1, 2]])


def reflections(cartan: np.ndarray) -> list[list[list[int]]]:
    result = np.repeat(np.eye(len(cartan), dtype=int)[None], len(cartan), axis=0)
    result[np.arange(len(cartan)), np.arange(len(cartan))] -= cartan
    return result.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_table_equals_its_definition(name: str) -> None:
    group = declared(name).stabilizer
    elements = [oracles.matrix(m) for m in group.matrices.tolist()]
    assert group.cayley_table.tolist() == oracles.cayley_table(elements)


@pytest.mark.parametrize("name", ["p6mm", "Fm-3m"])
def test_storage_order_is_the_order_given(name: str) -> None:
    matrices = np.random.default_rng(0).permutation(declared(name).stabilizer.matrices)
    elements = [oracles.matrix(m) for m in matrices.tolist()]
    assert matrix_table(matrices).tolist() == oracles.cayley_table(elements)


@pytest.mark.parametrize(
    ("matrices", "kind", "message"),
    [
        ([E, TURN], errors.NotClosedError,
         r"matrix 1 times matrix 1 = \[\[-1, 0\], \[0, -1\]\] is none of the 2.*from_generators"),
        ([E, TURN, TURN], errors.DuplicateMatrixError, r"matrix 2 repeats matrix 1, \[\[0, -1\]"),
        ([E, [[1, FAR], [0, -1]], [[1, FAR + 1], [0, -1]]], errors.NotClosedError, "not closed"),
        ([E, [[FAR, FAR - 1], [1, 1]]], errors.NotClosedError, str(FAR * FAR + FAR - 1)),
    ],
)  # fmt: skip
def test_incomplete_lists_are_refused(
    matrices: object, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        SplitGroup.from_matrices("x", matrices)  # type: ignore[arg-type]


@pytest.mark.parametrize("leave_out", range(1, 48, 5))
def test_a_group_without_one_element_is_not_closed(leave_out: int) -> None:
    matrices = np.delete(declared("Pm-3m").stabilizer.matrices, leave_out, axis=0)
    with pytest.raises(errors.NotClosedError) as caught:
        matrix_table(matrices)
    a, b, product = caught.value.witness
    assert (matrices[a] @ matrices[b]).tolist() == product
    assert product not in matrices.tolist()


def test_the_largest_group_of_four_dimensions_is_declared_in_a_second() -> None:
    with within(5):  # 0.3 s on an idle core; under run-time checks of types it takes longer
        group = SplitGroup.from_generators("24-cell", reflections(CARTAN_F4))
    assert group.order == 1152
    a, b = np.random.default_rng(0).integers(1152, size=(2, 500))
    matrices = group.stabilizer.matrices
    products = matrices[group.stabilizer.cayley_table[a, b]]
    np.testing.assert_array_equal(products, matrices[a] @ matrices[b])


def test_permutations_compose_from_the_right() -> None:
    swap, cycle = (1, 0, 2), (1, 2, 0)
    group = FiniteGroup.from_permutations([(0, 1, 2), swap, cycle, (2, 0, 1), (0, 2, 1), (2, 1, 0)])
    # swap·cycle sends 0 -> 1 -> 0, 1 -> 2 -> 2, 2 -> 0 -> 1
    assert group.product(1, 2) == 4


@pytest.mark.untyped
@pytest.mark.parametrize("bad", [5, [5], [("a", "b")], [(0, 0)], [(1, 2)], [(0, 1), (0,)],
                                 [(None, 0)], [], [()], [(0.5, 1)]])  # fmt: skip
def test_what_are_no_permutations_is_refused(bad: object) -> None:
    with pytest.raises(errors.DeclarationError, match=r"permutation|list"):
        FiniteGroup.from_permutations(bad)  # type: ignore[arg-type]
