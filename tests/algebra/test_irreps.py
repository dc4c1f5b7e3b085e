import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings

import groupkit as gk
from groupkit.algebra import RealIrrep, character_table, irreps, real_irreps
from tests.algebra.groups_for_algebra import (
    A5,
    QUATERNIONS,
    SPECIAL,
    cyclic,
    relabelled,
    subgroups_of_s6,
    weyl_f4,
)
from tests.known_groups import NAMES, declared


def defect(group: gk.FiniteGroup, matrices: np.ndarray) -> float:
    """Return how far matrices are from an orthogonal representation.

    Products with generators are enough: (ab)c = a(bc).
    """
    square = np.swapaxes(matrices, 1, 2) @ matrices - np.eye(matrices.shape[-1])
    products = [
        matrices @ matrices[b] - matrices[group.cayley_table[:, b]]
        for b in (group.identity, *group.generators)
    ]
    return float(max(np.abs(square).max(), np.abs(products).max()))


def commutant_dimension(matrices: np.ndarray) -> int:
    """Return the dimension of the matrices X with ρ(a) X = X ρ(a), by linear algebra."""
    n = matrices.shape[-1]
    equations = [np.kron(a, np.eye(n)) - np.kron(np.eye(n), a.T) for a in matrices]
    return n * n - int(np.linalg.matrix_rank(np.concatenate(equations), tol=1e-8))


def judge(group: gk.FiniteGroup, found: tuple[RealIrrep, ...], tolerance: float = 1e-13) -> None:
    """Assert everything that makes `found` the real irreducible representations."""
    assert sum(irrep.dimension**2 // irrep.commutant_dimension for irrep in found) == group.order
    np.testing.assert_array_equal(found[0].matrices, np.ones((group.order, 1, 1)))
    for irrep in found:
        assert irrep.matrices.shape == (group.order, irrep.dimension, irrep.dimension)
        assert irrep.matrices.dtype == np.float64
        assert defect(group, irrep.matrices) < tolerance
        traces = np.trace(irrep.matrices, axis1=1, axis2=2)
        np.testing.assert_allclose(irrep.character, traces, atol=tolerance)
    characters = np.array([irrep.character for irrep in found])
    dimensions = [irrep.commutant_dimension for irrep in found]
    np.testing.assert_allclose(
        characters @ characters.T / group.order, np.diag(dimensions), atol=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups(name: str) -> None:
    group = declared(name)
    judge(group.stabilizer, real_irreps(group))


@pytest.mark.parametrize("name", SPECIAL)
def test_other_groups(name: str) -> None:
    judge(SPECIAL[name], real_irreps(SPECIAL[name]))


@settings(max_examples=25)
@given(subgroups_of_s6)
def test_random_subgroups_of_s6(group: gk.FiniteGroup) -> None:
    judge(group, real_irreps(group))


@pytest.mark.parametrize("name", ["p6", "F23", "Pm-3m"])
def test_commutants_have_the_dimension_that_the_kind_says(name: str) -> None:
    for irrep in real_irreps(declared(name)):
        assert commutant_dimension(irrep.matrices) == irrep.commutant_dimension


def test_kinds() -> None:
    kinds = [(irrep.dimension, irrep.kind) for irrep in real_irreps(QUATERNIONS)]
    assert kinds == [(1, "real")] * 4 + [(4, "quaternionic")]
    assert commutant_dimension(real_irreps(QUATERNIONS)[-1].matrices) == 4
    assert [irrep.kind for irrep in real_irreps(cyclic(5))] == ["real", "complex", "complex"]
    turn = real_irreps(cyclic(5))[1].matrices[1]
    angle = 2 * np.pi / 5
    expected = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    np.testing.assert_allclose(turn, expected, atol=1e-15)
    special = real_irreps(SPECIAL["SL(2, 3)"])
    assert sorted((r.dimension, r.kind) for r in special) == [
        (1, "real"),
        (2, "complex"),
        (3, "real"),
        (4, "complex"),
        (4, "quaternionic"),
    ]
    assert [irrep.multiplicity for irrep in real_irreps(A5)] == [1, 3, 3, 4, 5]


@pytest.mark.parametrize("name", ["p4mm", "P6/mmm", "Pm-3m", "F23"])
def test_matrices_of_crystal_groups_are_exact_or_nearly(name: str) -> None:
    for irrep in real_irreps(declared(name)):
        halves = np.abs(2 * irrep.matrices - np.rint(2 * irrep.matrices)) < 1e-9
        np.testing.assert_array_equal(irrep.matrices[halves] * 2 % 1, 0)
        if "6" not in name and irrep.dimension == 3:
            assert (np.abs(irrep.matrices).sum(axis=-1) == 1).all()  # signed permutations


@pytest.mark.parametrize("name", ["p4mm", "p6", "F23", "Pm-3m", "Q8", "S5", "C7 ⋊ C3"])
def test_the_general_construction_gives_the_same_representations(name: str) -> None:
    group = SPECIAL[name] if name in SPECIAL else declared(name).stabilizer
    for irrep in real_irreps(group):
        product = irreps._generic_spherical_function(
            group, irrep.character, irrep.commutant_dimension
        )
        matrices = irreps._matrices(group, product, irrep.dimension)
        assert defect(group, matrices) < 1e-13
        traces = np.trace(matrices, axis1=1, axis2=2)
        np.testing.assert_allclose(traces, irrep.character, atol=1e-13)


def test_the_judge_notices_what_is_wrong() -> None:
    group = declared("p4mm").stabilizer
    good = real_irreps(group)
    spoilt = np.array(good[-1].matrices)
    spoilt[1, 0, 0] += 1e-6
    assert defect(group, spoilt) > 1e-7
    last = good[-1]
    broken = RealIrrep(group, spoilt, last.kind, last.character, last.constituents)
    for wrong in (good[:-1], good[1:], (*good[:-1], broken)):
        with pytest.raises(AssertionError):
            judge(group, wrong)


def test_the_weyl_group_of_f4() -> None:
    group = weyl_f4()
    found = real_irreps(group)
    assert (group.order, len(found), {irrep.kind for irrep in found}) == (1152, 25, {"real"})
    assert sum(irrep.dimension**2 for irrep in found) == 1152
    for irrep in found:
        for b in group.generators:
            image = irrep.matrices[group.cayley_table[:, b]]
            np.testing.assert_allclose(irrep.matrices @ irrep.matrices[b], image, atol=1e-13)


def test_relabelling_permutes_characters() -> None:
    group = declared("P4mm").stabilizer
    order = np.random.default_rng(3).permutation(group.order)
    again = relabelled(group, order.tolist())
    judge(again, real_irreps(again))
    ours = {tuple(irrep.character[order]) for irrep in real_irreps(group)}
    assert {tuple(irrep.character) for irrep in real_irreps(again)} == ours


def test_they_are_the_same_on_every_run() -> None:
    program = (
        "import hashlib, groupkit as gk; from groupkit.algebra import real_irreps;"
        "blob = b''.join(r.matrices.tobytes() for r in real_irreps(gk.p6m));"
        "print(hashlib.sha256(blob).hexdigest())"
    )
    runs = {subprocess.check_output([sys.executable, "-c", program]) for _ in range(2)}
    assert len(runs) == 1


def test_values_are_kept() -> None:
    irrep = real_irreps(gk.p6m)[-1]
    for again in (copy.deepcopy(irrep), pickle.loads(pickle.dumps(irrep))):
        assert again == irrep
        assert hash(again) == hash(irrep)
        np.testing.assert_array_equal(again.matrices, irrep.matrices)
    with pytest.raises(ValueError, match="read-only"):
        irrep.matrices[0] = 0
    assert irrep.constituents == (5,)
    table = character_table(gk.p4)
    assert [irrep.constituents for irrep in real_irreps(gk.p4)] == [(0,), (1,), (2, 3)]
    assert table.conjugates.tolist() == [0, 1, 3, 2]
    assert repr(irrep) == "RealIrrep(dimension=2, real, of a group of order 12)"
