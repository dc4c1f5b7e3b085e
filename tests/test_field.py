"""Fields are representations: named ones are what they say, and nothing else is accepted."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import FeatureTypeError, FieldError
from groupkit.field import Field
from tests.known_groups import NAMES, declared

strand = gk.SplitGroup.from_generators("strand", {"c": [[-1]]})
DNA = {"c": (3, 2, 1, 0)}


def is_representation(field: Field) -> bool:
    """Say whether ρ(a) ρ(b) = ρ(ab) for every pair, from the definition."""
    table = field.stabilizer.cayley_table
    return all(
        np.allclose(field.matrices[a] @ field.matrices[b], field.matrices[table[a, b]], atol=1e-9)
        for a in field.stabilizer
        for b in field.stabilizer
    )


def on_a_rigid_lattice(group: gk.SplitGroup) -> gk.SplitGroup:
    """Return the group on the one lattice of its family that is for pictures."""
    rigid = gk.Lattice.from_gram("one cell", group.lattice.gram)
    matrices = list(group.stabilizer.matrices)
    return gk.SplitGroup.from_matrices(group.name, matrices, group.axes, rigid)


@pytest.mark.parametrize("name", NAMES)
def test_named_fields_of_every_group_are_representations(name: str) -> None:
    group = on_a_rigid_lattice(declared(name))
    vector, lattice = group.field("vector"), group.field("vector", components="lattice")
    for field in (group.field("scalar"), group.field("pseudoscalar"), vector, lattice):
        if group.order <= 24:
            assert is_representation(field)
    assert np.array_equal(lattice.matrices, group.stabilizer.matrices)
    transposed = vector.matrices.transpose(0, 2, 1)
    assert np.allclose(transposed @ vector.matrices, np.eye(group.dimension), atol=1e-12)
    traces = np.trace(group.stabilizer.matrices, axis1=1, axis2=2)
    assert np.allclose(np.trace(vector.matrices, axis1=1, axis2=2), traces)


def test_cartesian_vectors_turn_by_the_angle_of_the_rotation() -> None:
    field = gk.p6.field("vector")
    half, root = 0.5, np.sqrt(3) / 2
    assert np.allclose(field.matrices[1], [[half, -root], [root, half]])
    assert np.array_equal(gk.p4.field("vector").matrices[1], [[0, -1], [1, 0]])


def test_pseudoscalars_change_sign_under_mirrors_alone() -> None:
    signs = gk.p6m.field("pseudoscalar").matrices[:, 0, 0]
    assert signs.tolist() == [1] * 6 + [-1] * 6


def test_permutations_of_axes_generate_the_field() -> None:
    field = strand.field(DNA)
    assert field.matrices[1].tolist() == np.eye(4)[::-1].tolist()
    colours = gk.p4m.field({"m": (0, 2, 1), "r": (0, 1, 2)})
    assert is_representation(colours)
    turned = gk.p4.field({"r": (1, 2, 3, 0)})  # the regular representation: c goes to c + 1
    assert turned.matrices[1][:, 0].tolist() == [0, 1, 0, 0]


def test_matrices_come_as_a_list_or_by_a_function() -> None:
    listed = gk.p4.field([np.linalg.matrix_power([[0, -1], [1, 0]], r) for r in range(4)])
    assert listed == gk.p4.field(lambda r: np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), r))
    assert listed == gk.p4.field({"r": [[0, -1], [1, 0]]})


def test_sums_and_copies_hold_blocks() -> None:
    scalar, vector = gk.p4.field("scalar"), gk.p4.field("vector")
    both = scalar + vector
    assert both.size == 3
    assert both.matrices[1].tolist() == [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
    assert is_representation(3 * both)
    assert (2 * scalar).is_trivial
    assert not both.is_trivial


@pytest.mark.parametrize("name", ["p6m", "p4m", "p2"])
def test_duals_and_invariants_are_those_of_the_definition(name: str) -> None:
    group = gk.catalog[name]
    skew = np.array([[1.0, 2.0], [0.0, 1.0]])
    matrices = group.stabilizer.matrices
    field = group.field([skew @ m @ np.linalg.inv(skew) for m in matrices]) + group.field("scalar")
    for s in group.stabilizer:
        assert np.allclose(field.duals[s], np.linalg.inv(field.matrices[s]).T)
    basis = field.invariants
    assert basis.shape == (3, 1)
    assert np.allclose(field.matrices @ basis, basis)


def test_invariants_of_a_permutation_are_its_orbits() -> None:
    assert strand.field(DNA).invariants.T.tolist() == [[1, 0, 0, 1], [0, 1, 1, 0]]
    assert gk.p4.field("vector").invariants.shape == (2, 0)


def test_fields_are_values() -> None:
    field = gk.p4.field("vector")
    assert pickle.loads(pickle.dumps(field)) == field
    assert copy.deepcopy(field) is field
    assert hash(field) == hash(gk.p4.field("vector"))
    assert field != gk.p4.field("scalar")
    with pytest.raises(AttributeError):
        field.name = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        field.matrices[0, 0, 0] = 2


def test_a_field_is_a_feature_type() -> None:
    kind = gk.p4.feature_type(gk.p4.field("vector"))
    assert not kind.has_axis
    assert kind.size == 1
    assert str(kind) == "planar vector"
    assert gk.p4.feature_type(gk.p4.field("scalar")) == gk.p4.feature_type("planar")
    with pytest.raises(FeatureTypeError, match="belongs to"):
        gk.p4.feature_type(gk.p4m.field("vector"))


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("velocity", 'use "scalar", "pseudoscalar" or "vector"'),
        ({}, "r have no image"),
        ({"q": (0, 1), "r": (0, 1)}, "'q' are no axes of the group"),
        ({"r": (0, 2)}, "neither a permutation"),
        ({"r": [[1, 2, 3]]}, "neither a permutation"),
        ({"r": "ab"}, "neither a permutation"),
        ({"r": ()}, "neither a permutation"),
        ({"r": (1, 0, 2, 4, 3, 5, 7, 8, 6)}, "is not ρ of the product"),
        ([np.eye(2)] * 3, "matrices of shape \\(3, 2, 2\\)"),
        ([np.eye(2)] * 3 + [-np.eye(2)], "is not ρ of the product"),
        ([2 * np.eye(1)] * 4, "ρ of the identity"),
        ([[[np.nan]]] * 4, "not finite"),
        ([[["a"]]] * 4, "no real matrices"),
        ([[[1j]]] * 4, "no real matrices"),
        (7, "no real matrices"),
        (None, "no real matrices"),
        (lambda **_: "a", "no real matrices"),
    ],
    ids=range(17),
)
def test_what_is_no_representation_is_refused(declared: object, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        gk.p4.field(declared)


def test_the_pair_that_fails_is_the_witness() -> None:
    matrices = [np.eye(2)] * 3 + [-np.eye(2)]
    with pytest.raises(FieldError) as caught:
        gk.p4.field(matrices)
    a, b = caught.value.witness  # type: ignore[misc]
    product = gk.p4.stabilizer.cayley_table[a, b]
    assert not np.allclose(matrices[a] @ matrices[b], matrices[product])


def test_axes_that_do_not_generate_need_all_matrices() -> None:
    # index 1 is the half turn alone: {"r": 1} generates two of four elements
    order = [0, 2, 1, 3]
    shuffled = gk.SplitGroup.from_matrices(
        "shuffled", [gk.p4.stabilizer.matrices[r].tolist() for r in order], {"r": 4}
    )
    with pytest.raises(FieldError, match="generate only 2 of the 4"):
        shuffled.field({"r": (1, 0)})


def test_other_mistakes_name_themselves() -> None:
    field = gk.p4.field("vector")
    with pytest.raises(FieldError, match="different groups"):
        field + gk.p2.field("vector")
    with pytest.raises(FieldError, match="positive integer"):
        0 * field
    with pytest.raises(FieldError, match="positive integer"):
        Fraction(1, 2) * field
    with pytest.raises(FieldError, match='neither "cartesian" nor "lattice"'):
        gk.p4.field("vector", components="polar")
    with pytest.raises(TypeError):
        field + 1
