import copy
import pickle

import numpy as np
import pytest

import groupkit as gk
from groupkit import Stabilizer, errors
from tests import oracles
from tests.known_groups import NAMES, SHIPPED, declared

P4M = gk.p4m.stabilizer
E2 = [[1, 0], [0, 1]]


def test_storage_order_is_row_major_over_the_axes() -> None:
    assert [P4M.index_of(m=m, r=r) for m in range(2) for r in range(4)] == list(range(8))
    assert P4M.index_of(r=[0, 3], m=[[0], [1]]).tolist() == [[0, 3], [4, 7]]
    assert P4M.index_of() == 0
    assert type(P4M.index_of(r=np.int64(2))) is int


@pytest.mark.parametrize("group", SHIPPED, ids=str)
def test_axis_indices_are_the_inverse_of_index_of(group: gk.SplitGroup) -> None:
    stabilizer = group.stabilizer
    numbers = np.arange(len(stabilizer)).reshape(-1, 1)
    indices = stabilizer.axis_indices(numbers)
    assert list(indices) == list(stabilizer.axes)
    np.testing.assert_array_equal(stabilizer.index_of(**indices), numbers)
    assert [stabilizer.index_of(**stabilizer.axis_indices(a)) for a in stabilizer] == list(
        stabilizer
    )


@pytest.mark.parametrize("name", NAMES)
def test_signed_permutations_map_cubes_to_cubes(name: str) -> None:
    stabilizer = declared(name).stabilizer
    cube = set(oracles.box_points([2] * stabilizer.dimension))
    corners = {tuple(2 * x - 1 for x in point) for point in cube}
    matrices = [oracles.matrix(m) for m in stabilizer.matrices.tolist()]
    assert stabilizer.is_signed_permutation == (oracles.orbit_closure(matrices, corners) == corners)


@pytest.mark.parametrize("name", NAMES)
def test_find(name: str) -> None:
    stabilizer = declared(name).stabilizer
    np.testing.assert_array_equal(stabilizer.find(stabilizer.matrices), list(stabilizer))
    assert stabilizer.find(2 * stabilizer.matrices[0]) == -1


def test_subgroups_by_axis_indices() -> None:
    assert P4M.subgroup([{"r": 2}, {"m": 1}]).members == (0, 2, 4, 6)
    assert P4M.subgroup([{"r": 1}]) == P4M.subgroup([1])
    assert P4M.label(6) == "m=1, r=2"


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ({"q": 1}, "'q' is not an index .* indices are m, r"),
        ({"r": 4}, "r = 4 is not one of the integers 0 to 3 that r runs over; choose"),
        ({"r": -1}, "r = -1 is not one"),
        ({"r": 1.5}, "r = 1.5 is not one"),
        ({"m": None}, "m = None is not one"),
        ({"m": [0, 1], "r": [0, 1, 2]}, r"shapes \(2,\) and \(3,\) do not broadcast"),
    ],
)
def test_wrong_indices(indices: dict[str, object], message: str) -> None:
    with pytest.raises(errors.ElementError, match=message):
        P4M.index_of(**indices)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("axes", "matrices", "kind", "message"),
    [
        ({"s": 2}, [E2, [[1, 0], [0, 0]]], errors.NotUnimodularError, "singular"),  # a monoid
        ({"s": 2}, [E2, [[1.5, 0], [0, 1]]], errors.NotIntegerError, "1.5"),
        ({"s": 2}, None, errors.DeclarationError, "given as a list"),
        ({"s": 3}, [E2, [[-1, 0], [0, -1]]], errors.AxesError, "count 3 elements.* 2 matrices"),
        ({"s": 1, "q": 3}, [E2], errors.AxesError, "count 1 × 3 elements.*multiply to the order"),
        ({"s": 1}, [[[-1, 0], [0, -1]]], errors.MissingIdentityError, "add it"),
        ({"t": 1}, [E2], errors.AxesError, "'t' cannot name an axis: t, u, v, w are the trans"),
        ({"w": 1}, [E2], errors.AxesError, "'w' cannot name an axis"),
        ({"a b": 1}, [E2], errors.AxesError, "'a b' cannot name an axis; use an identifier"),
        ({1: 1}, [E2], errors.AxesError, "1 cannot name an axis"),
        ({"s": 0}, [E2], errors.AxesError, "size 0; sizes are positive integers"),
        ({"s": -1}, [E2], errors.AxesError, "size -1"),
        ({"s": 1.5}, [E2], errors.AxesError, "size 1.5"),
        ({"s": "1"}, [E2], errors.AxesError, "size '1'"),
        ([("s", 1)], [E2], errors.AxesError, "mapping of names to sizes"),
        (None, [E2], errors.AxesError, "mapping of names to sizes"),
    ],
)
def test_what_is_no_stabilizer(
    axes: object, matrices: object, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        Stabilizer(axes, matrices)  # type: ignore[arg-type]


def test_values() -> None:
    other = Stabilizer({"s": 8}, P4M.matrices)
    assert other != P4M
    assert other.cayley_table.tolist() == P4M.cayley_table.tolist()
    for again in (
        copy.deepcopy(P4M),
        pickle.loads(pickle.dumps(P4M)),
        Stabilizer(P4M.axes, P4M.matrices),
    ):
        assert again == P4M
        assert hash(again) == hash(P4M)
    P4M.axes["m"] = 7  # a copy
    assert P4M.axes == {"m": 2, "r": 4}
    with pytest.raises(ValueError, match="read-only"):
        P4M.matrices[0, 0, 0] = 5
    assert repr(P4M) == "Stabilizer(order=8, dimension=2, axes {m: 2, r: 4})"


def test_a_name_is_for_messages_alone() -> None:
    alone = Stabilizer(P4M.axes, P4M.matrices)
    one, other = P4M.named("one"), P4M.named("other")
    assert one == other == P4M
    assert hash(one) == hash(other)
    assert (str(one), str(pickle.loads(pickle.dumps(one))), str(P4M)) == ("one", "one", "p4m")
    assert str(alone) == repr(alone)
    assert one.told_from(other) == ("one", "other")
    assert one.told_from(P4M.named("one")) == (repr(P4M), repr(P4M))
    assert repr(one) == repr(P4M)


def test_it_keeps_its_own_matrices() -> None:
    matrices = np.array(P4M.matrices)
    stabilizer = Stabilizer({"s": 8}, matrices)
    matrices[:] = 0
    np.testing.assert_array_equal(stabilizer.matrices, P4M.matrices)
