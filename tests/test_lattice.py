import contextlib
import copy
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given

import groupkit as gk
from groupkit import Lattice, SplitGroup, errors
from groupkit.bravais import PEARSON
from tests import oracles
from tests.known_groups import NAMES, RECORDS, declared
from tests.test_finite_group import JUNK

TURN = [[0, -1], [1, 0]]


@pytest.mark.parametrize("symbol", PEARSON)
def test_bravais_lattices(symbol: str) -> None:
    lattice = Lattice.named(symbol)
    gram = np.array(lattice.gram)
    assert Lattice.named(lattice.name, lattice.dimension) == lattice
    basis = lattice.basis
    np.testing.assert_allclose(basis.T @ basis * gram[0, 0], gram, atol=1e-12)
    np.testing.assert_allclose(basis[:, 0], np.eye(lattice.dimension)[0])
    forms = np.array(lattice.forms).reshape(len(lattice.forms), -1)
    assert np.linalg.matrix_rank(forms) == len(forms)
    coefficients, *_ = np.linalg.lstsq(forms.T, gram.reshape(-1), rcond=None)
    np.testing.assert_allclose(coefficients @ forms, gram.reshape(-1), atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups_preserve_their_bravais_lattices(name: str) -> None:
    symbol, matrices = RECORDS[name]["lattice"], np.array(RECORDS[name]["elements"])
    symbol = "line" if name.startswith("line") else symbol
    if name == "Amm2":  # its setting is centred on A, the lattice on C
        matrices = np.roll(matrices, -1, axis=(1, 2))
    group = SplitGroup.from_matrices(name, matrices, lattice=symbol)
    assert group.lattice == Lattice.named(symbol, group.dimension)


@pytest.mark.parametrize("name", NAMES)
def test_derived_lattices_are_invariant_and_the_most_general(name: str) -> None:
    group = declared(name)
    matrices = [oracles.matrix(m) for m in group.stabilizer.matrices.tolist()]
    for form in (group.lattice.gram, *group.lattice.forms):
        for m in matrices:
            transposed = oracles.matrix(zip(*m, strict=True))
            assert oracles.multiply(oracles.multiply(transposed, form), m) == form
    # the dimension of the invariant forms is the multiplicity of 1 in Sym²: a character sum
    characters = [sum(m[i][i] for i in range(len(m))) for m in matrices]
    squares = [sum(oracles.multiply(m, m)[i][i] for i in range(len(m))) for m in matrices]
    total = sum(c * c + s for c, s in zip(characters, squares, strict=True))
    assert len(group.lattice.forms) * 2 * len(matrices) == total


@pytest.mark.parametrize(
    ("name", "lattice"),
    [("p1", "oblique"), ("p2mm", "rectangular"), ("cm", "rhombic"), ("p4", "square"),
     ("p31m", "hexagonal"), ("P-1", "triclinic P"), ("P3", "hexagonal P"),
     ("R-3m", "rhombohedral P"), ("Fm-3m", "cubic F"), ("I4/mmm", "tetragonal I")],
)  # fmt: skip
def test_derived_lattices_get_their_bravais_name(name: str, lattice: str) -> None:
    assert declared(name).lattice.name == lattice


def test_bases_far_from_reduced_are_summed_exactly() -> None:
    n = 2**31  # entries of the invariant Gram matrix exceed int64
    group = SplitGroup.from_generators("x", {"r": [[n, -(n * n + 1)], [1, -n]]})
    assert group.order == 4
    assert group.lattice.gram == ((1, -n), (-n, n * n + 1))


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("lattice", "kind", "message"),
    [
        ("hexagonal", errors.NotIsometryError,
         r"p4: M = \[\[0, -1.* is no isometry of the hexagonal.*MᵀQM = .* Q = .*; choose another"),
        ("rectangular", errors.NotIsometryError, "no isometry of the rectangular lattice"),
        ("cubic", errors.DimensionError, "cubic lattice has dimension 3, the group"),
        ("sqare", errors.UnknownNameError, "no lattice is called 'sqare'; did you mean 'square'"),
        ("?", errors.UnknownNameError, r"no lattice is called '\?'; known are line, "),
        (3, errors.DeclarationError, "a name or a Lattice, not 3; Lattice.from_gram makes one"),
        (Lattice.named("cubic I"), errors.DimensionError, "dimension 3, the matrices have"),
    ],
)  # fmt: skip
def test_lattices_that_do_not_fit(
    lattice: Any, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        SplitGroup.from_generators("p4", {"r": TURN}, lattice=lattice)


@pytest.mark.parametrize(
    "gram", [[[1, 0], [0, 4]], np.array([[2, 0], [0, 8]]), sympy.Matrix([[1, 0], [0, 4]]) / 3,
             [[Fraction(1, 2), 0], [0, 2]], [[1.0, 0.0], [0.0, 4.0]]],
)  # fmt: skip
def test_rigid_lattices_by_gram_matrix(gram: Any) -> None:
    lattice = Lattice.from_gram("mine", gram)
    assert lattice.forms == (lattice.gram,) == (((1, 0), (0, 4)),)


@pytest.mark.parametrize(
    ("gram", "problem"),
    [
        ([[1, 0], [0, -1]], "is not positive definite"),
        ([[1, 2], [2, 4]], "is not positive definite"),
        ([[1, 2], [3, 10]], "is not symmetric"),
        ([[1, 0]], "is not square"),
        ([[0.5, 0], [0, 1]], "has an entry that is not a rational number"),
        ([], "is not a matrix"),
        ("ab", "is not a matrix"),
        (None, "is not a matrix"),
    ],
)
def test_what_is_no_gram_matrix(gram: Any, problem: str) -> None:
    with pytest.raises(errors.LatticeError, match=f"'mine' {problem}; give"):
        Lattice.from_gram("mine", gram)


@pytest.mark.untyped
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(junk: Any) -> None:
    for constructor in (Lattice.named, lambda x: Lattice.from_gram("x", x)):
        with contextlib.suppress(errors.GroupkitError):
            constructor(junk)


def test_values() -> None:
    lattice = gk.p6.lattice
    for again in (copy.deepcopy(lattice), pickle.loads(pickle.dumps(lattice)), Lattice.named("hp")):
        assert again == lattice
        assert hash(again) == hash(lattice)
    assert Lattice.named("hexagonal", 3) == Lattice.named("hP") != lattice
    with pytest.raises(AttributeError, match="cannot assign"):
        lattice.name = "x"  # type: ignore[misc]


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("name", "gram", "forms", "problem"),
    [
        ("bogus", ((1, 0), (0, 1)), (), "with a tuple of forms"),
        ("skew", ((1, 5), (7, 1)), (((1, 5), (7, 1)),), "not symmetric"),
        ("minus", ((-1, 0), (0, -1)), (((1, 0), (0, 1)),), "not positive definite"),
        ("other", ((1, 0), (0, 2)), (((1, 0), (0, 1)),), "no combination of its forms"),
        ("mixed", ((1, 0), (0, 1)), (((1,),),), "no integer matrix of its dimension"),
        (3, ((1,),), (((1,),),), "no name"),
    ],
)
def test_a_lattice_is_a_family_of_gram_matrices(
    name: Any, gram: Any, forms: Any, problem: str
) -> None:
    with pytest.raises(errors.LatticeError, match=problem):
        gk.Lattice(name, gram, forms)


def test_an_isometry_error_shows_a_gram_matrix() -> None:
    with pytest.raises(errors.NotIsometryError, match=r"Gram matrix Q = \[\[4, 0\], \[0, 9\]\]"):
        gk.SplitGroup.from_generators("p4", {"r": [[0, -1], [1, 0]]}, lattice="rectangular")
