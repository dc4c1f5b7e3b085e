"""Groups for every dimension, against their definitions and the catalogue."""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit import errors
from tests import oracles


def matrices_of(group: gk.SplitGroup) -> set[oracles.Matrix]:
    return {oracles.matrix(m) for m in group.stabilizer.matrices.tolist()}


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_signed_permutations_by_definition(d: int) -> None:
    group = gk.hyperoctahedral(d)
    assert group.order == 2**d * math.factorial(d)
    for p, images in enumerate(permutations(range(d))):
        for m in range(2**d):
            signs = [(-1) ** int(bit) for bit in f"{m:0{d}b}"]
            matrix = group.stabilizer.matrices[group.stabilizer.index_of(m=m, p=p)]
            for j in range(d):  # e_j goes to ± e_p(j)
                expected = [signs[i] if i == images[j] else 0 for i in range(d)]
                assert matrix[:, j].tolist() == expected


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_root_lattices_by_definition(d: int) -> None:
    group = gk.root_lattice_a(d)
    roots = np.eye(d + 1, dtype=int)[:, :d] - np.eye(d + 1, k=-1, dtype=int)[:, :d]
    for p, images in enumerate(permutations(range(d + 1))):
        permutation = np.zeros((d + 1, d + 1), dtype=int)
        permutation[list(images), range(d + 1)] = 1
        for i in range(2 if d > 1 else 1):
            indices = {"p": p} | ({"i": i} if d > 1 else {})
            matrix = group.stabilizer.matrices[group.stabilizer.index_of(**indices)]
            np.testing.assert_array_equal(roots @ matrix, (-1) ** i * permutation @ roots)
    assert group.order == (2 if d > 1 else 1) * math.factorial(d + 1)


def test_they_are_those_of_the_catalogue() -> None:
    assert matrices_of(gk.hyperoctahedral(1)) == matrices_of(gk.catalog["line-pm"])
    assert matrices_of(gk.hyperoctahedral(2)) == matrices_of(gk.p4m)
    assert matrices_of(gk.hyperoctahedral(3)) == matrices_of(gk.catalog["Pm-3m"])
    assert matrices_of(gk.root_lattice_a(1)) == matrices_of(gk.catalog["line-pm"])
    assert matrices_of(gk.root_lattice_a(2)) == matrices_of(gk.p6m)
    face = gk.catalog["Fm-3m"]
    found = [matrices_of(face.change_basis(basis)) for basis in _bases()]
    assert matrices_of(gk.root_lattice_a(3)) in found


def _bases() -> list[list[list[int]]]:
    """Return changes of basis with entries -1, 0, 1 that fit the Gram matrix of A_3."""
    gram = np.array(gk.catalog["Fm-3m"].lattice.gram)
    vectors = [np.array(v) - 1 for v in np.ndindex(3, 3, 3)]
    short = [v for v in vectors if v @ gram @ v == gram[0, 0]]
    half = gram[0, 0] // 2
    return [
        np.stack([a, b, c], axis=1).tolist()
        for a in short[:1]
        for b in short
        for c in short
        if a @ gram @ b == -half and b @ gram @ c == -half and a @ gram @ c == 0
    ]


@pytest.mark.parametrize("group", [gk.hyperoctahedral(3), gk.root_lattice_a(3)], ids=str)
def test_they_are_proved(group: gk.SplitGroup) -> None:
    assert group.verify()


def test_the_permutations_alone() -> None:
    whole = gk.root_lattice_a(4)
    rows = whole.stabilizer.index_of(p=np.arange(120))
    assert whole.restrict(rows.tolist(), name="W(A4)").axes == {"p": 120}


@pytest.mark.untyped
@pytest.mark.parametrize("family", [gk.hyperoctahedral, gk.root_lattice_a])
@pytest.mark.parametrize(
    ("dimension", "kind", "message"),
    [
        (0, errors.DimensionError, "0 is not a positive integer"),
        (2.5, errors.DimensionError, "2.5 is not a positive integer"),
        (None, errors.DimensionError, "None is not a positive integer"),
        (6, errors.TooLargeError, "more than 4096 elements, .* generate a subgroup"),
        (10**30, errors.TooLargeError, "more than 4096 elements"),
    ],
)
def test_dimensions_that_do_not_work(
    family: Any, dimension: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        family(dimension)
