"""Every small change of every shipped group is refused, or is a group by a slow oracle.

Each mutant is tried twice: declared anew, and as a subject whose other parts are the true
ones, for the laws to judge.  `make unit` shows the counts with ``-rP``.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import (
    CrystallographicRestrictionError,
    DuplicateMatrixError,
    IndexBijectionError,
    MissingIdentityError,
    NotClosedError,
    NotIsometryError,
    NotUnimodularError,
)
from groupkit.verification.index_laws import index_map
from groupkit.verification.prove import prove
from groupkit.verification.stabilizer_laws import STABILIZER_LAWS, faithful
from tests.known_groups import SHIPPED
from tests.verification.subjects import subject_of

GROUPS = pytest.mark.parametrize("group", SHIPPED, ids=lambda g: g.name)
Matrices = list[list[list[int]]]


@dataclass
class Tally:
    """How many mutants were tried, which survived, and by which laws the others fell."""

    kind: str
    tried: int = 0
    survived: int = 0
    groups: int = 0
    laws: Counter[str] = field(default_factory=Counter)

    def show(self, group: gk.SplitGroup) -> None:
        fell = ", ".join(f"{law}: {n}" for law, n in sorted(self.laws.items()))
        print(
            f"{group.name}, {self.kind}: {self.tried} tried, {self.survived} survived, "
            f"{self.groups} of them groups ({fell})"
        )


def is_group(matrices: Matrices) -> bool:
    """Say from the definition whether matrices are a group: the slow oracle."""
    listed = [tuple(map(tuple, matrix)) for matrix in matrices]

    def columns(b: tuple) -> list[tuple]:  # type: ignore[type-arg]
        return [tuple(row[j] for row in b) for j in range(len(b))]

    def times(a: tuple, b: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(
            tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns(b))
            for row in a
        )

    one = tuple(tuple(int(i == j) for j in range(len(listed[0]))) for i in range(len(listed[0])))
    return (
        len(set(listed)) == len(listed)
        and one in listed
        and all(times(a, b) in listed for a in listed for b in listed)
        and all(any(times(a, b) == one for b in listed) for a in listed)
    )


def preserves(matrices: Matrices, lattice: gk.Lattice) -> bool:
    """Say whether all matrices preserve all Gram matrices of the lattice."""
    return all(
        (np.array(m).T @ np.array(form) @ np.array(m) == np.array(form)).all()
        for m in matrices
        for form in lattice.forms
    )


def entry_mutants(group: gk.SplitGroup) -> Iterator[Matrices]:
    """Yield the matrices with one entry of one of them changed by ±1."""
    true = group.stabilizer.matrices.tolist()
    d = group.dimension
    for s, i, j, step in product(range(group.order), range(d), range(d), (-1, 1)):
        mutant = [[list(row) for row in matrix] for matrix in true]
        mutant[s][i][j] += step
        yield mutant


@GROUPS
def test_single_entries(group: gk.SplitGroup) -> None:
    tally = Tally("entries ±1")
    subject = subject_of(group)
    for matrices in entry_mutants(group):
        tally.tried += 1
        judged = prove(subject.changed(matrices=np.array(matrices)))
        assert not judged, "with the true table no mutant is a group"
        assert judged.refuted[0].section == "the stabilizer S"
        error = refusal(matrices, group.axes, group.lattice)
        if error is None:
            tally.survived += 1
            assert is_group(matrices)
            assert preserves(matrices, group.lattice)
            tally.groups += 1
        else:
            tally.laws[type(error).__name__] += 1
            assert named_rightly(error, matrices, group.lattice), error
    tally.show(group)
    assert tally.survived == tally.groups


def refusal(
    matrices: Matrices, axes: dict[str, int] | None, lattice: gk.Lattice
) -> gk.GroupkitError | None:
    """Return the error with which a declaration is refused, None if it is accepted."""
    try:
        gk.SplitGroup.from_matrices("mutant", matrices, axes, lattice)
    except gk.GroupkitError as error:
        return error
    return None


def named_rightly(error: gk.GroupkitError, matrices: Matrices, lattice: gk.Lattice) -> bool:
    """Say whether the law that an error names is one that the matrices break."""
    determinants = np.rint(np.linalg.det(np.array(matrices, dtype=float)))
    listed = [tuple(np.array(matrix).flat) for matrix in matrices]
    one = tuple(np.eye(len(matrices[0]), dtype=int).flat)
    broken = {
        NotUnimodularError: (abs(determinants) != 1).any(),
        DuplicateMatrixError: len(set(listed)) < len(listed),
        MissingIdentityError: one not in listed,
        NotClosedError: any(
            tuple((np.array(a) @ np.array(b)).flat) not in listed
            for a in matrices
            for b in matrices
        ),
        NotIsometryError: not preserves(matrices, lattice),
        CrystallographicRestrictionError: False,
    }
    return bool(broken[type(error)])


@GROUPS
def test_table_transpositions(group: gk.SplitGroup) -> None:
    tally = Tally("transpositions in rows of the table")
    subject = subject_of(group)
    for row, (i, j) in product(range(group.order), combinations(range(group.order), 2)):
        tally.tried += 1
        table = np.array(subject.table)
        table[row, [i, j]] = table[row, [j, i]]
        broken = subject.changed(table=table)
        report = [law(broken) for law in STABILIZER_LAWS]
        refuted = {law.name for law in report if law.status == "refuted"}
        assert "Cayley table" in refuted
        assert refuted <= {"Cayley table", "associative", "identity", "inverses"}
        with pytest.raises(gk.GroupkitError) as caught:
            gk.FiniteGroup.from_table(table)
        tally.laws[type(caught.value).__name__] += 1
    tally.show(group)
    assert tally.survived == 0
    # a row out of order is a column with an element twice
    assert set(tally.laws) <= {"NotInvertibleError"}


@GROUPS
def test_index_swaps(group: gk.SplitGroup) -> None:
    tally = Tally("swaps in the index map")
    true = group.stabilizer.matrices
    numbers = {true[s].tobytes(): s for s in range(group.order)}
    for i, j in combinations(range(group.order), 2):
        tally.tried += 1
        swapped = numbers | {true[i].tobytes(): j, true[j].tobytes(): i}

        def index(matrix: np.ndarray, swapped: dict[bytes, int] = swapped) -> dict[str, int]:
            found = group.stabilizer.axis_indices(swapped[matrix.tobytes()])
            return {name: int(value) for name, value in found.items()}

        def matrix(**indices: int) -> np.ndarray:
            return true[group.stabilizer.index_of(**indices)]

        found = index_map(subject_of(group, matrix=matrix, index=index))
        assert found.status == "refuted"
        with pytest.raises(IndexBijectionError):
            gk.SplitGroup("mutant", group.axes, matrix, index=index)
        tally.laws["IndexBijectionError"] += 1
    tally.show(group)
    assert tally.survived == 0


@GROUPS
def test_dropped_elements(group: gk.SplitGroup) -> None:
    tally = Tally("dropped elements")
    for s in range(group.order):
        tally.tried += 1
        rest = [m for i, m in enumerate(group.stabilizer.matrices.tolist()) if i != s]
        broken = subject_of(group).changed(matrices=np.delete(group.stabilizer.matrices, s, axis=0))
        assert STABILIZER_LAWS[0](broken).status == "refuted"  # the axes count one more
        error = refusal(rest, None, group.lattice)
        if error is None:
            tally.survived += 1
            assert is_group(rest)
            tally.groups += 1
        else:
            tally.laws[type(error).__name__] += 1
            assert not rest or named_rightly(error, rest, group.lattice)
    tally.show(group)
    assert tally.survived == tally.groups == int(group.name == "p2")  # p2 without -1 is p1


@GROUPS
def test_doubled_elements(group: gk.SplitGroup) -> None:
    tally = Tally("doubled elements")
    true = group.stabilizer.matrices
    for s, where in product(range(group.order), repeat=2):
        doubled = np.insert(true, where, true[s], axis=0)
        replaced = np.array(true)
        replaced[where] = true[s]
        for matrices in [doubled, *([replaced] if where != s else [])]:
            tally.tried += 1
            with pytest.raises((DuplicateMatrixError, MissingIdentityError)) as caught:
                gk.SplitGroup.from_matrices("mutant", matrices.tolist(), lattice=group.lattice)
            tally.laws[type(caught.value).__name__] += 1
            broken = subject_of(group).changed(axes={"s": len(matrices)}, matrices=matrices)
            assert faithful(broken).status == "refuted"
    tally.show(group)
    assert tally.survived == 0


def test_the_oracle_knows_groups() -> None:
    assert all(is_group(group.stabilizer.matrices.tolist()) for group in SHIPPED)
    assert not is_group([[[1, 0], [0, 1]], [[0, -1], [1, 0]]])
    assert not is_group([[[-1, 0], [0, -1]]])
