"""Subjects for the laws: right ones, and helpers that break them."""

from typing import Any

import numpy as np

import groupkit as gk
from groupkit.verification.subject import Subject

QUARTER = [[0, -1], [1, 0]]
OCTAHEDRAL = gk.SplitGroup.from_generators(
    "m-3m",
    [
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    ],
)


def subject_of(group: gk.SplitGroup, **callables: Any) -> Subject:
    return Subject.of(group.name, group.stabilizer, group.lattice, **callables)


def with_matrix(subject: Subject, s: int, matrix: Any) -> Subject:
    """Return the subject with one matrix replaced."""
    matrices = np.array(subject.matrices, dtype=object)
    matrices[s] = np.array(matrix, dtype=object)
    return subject.changed(matrices=matrices)


def with_entry(subject: Subject, a: int, b: int, value: int) -> Subject:
    """Return the subject with one entry of the Cayley table replaced."""
    table = np.array(subject.table)
    table[a, b] = value
    return subject.changed(table=table)
