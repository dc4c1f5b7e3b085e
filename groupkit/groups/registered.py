"""What is known of a group that a user registers: its class is that of a shipped group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

from groupkit.groups.records import GroupRecord, split_records
from groupkit.integers import determinant
from groupkit.split_group import SplitGroup

_Types: TypeAlias = frozenset[tuple[tuple[int, int], int]]
"""Determinant and trace, and the number of matrices that have them."""


def record_of(group: SplitGroup, aliases: tuple[str, ...] = ()) -> GroupRecord:
    """Return what is known of a group that a user registers."""
    point_group, schoenflies = crystal_class(group)
    return GroupRecord(
        group.name,
        group.dimension,
        group.order,
        group.axes,
        group.lattice.name,
        point_group=point_group,
        schoenflies=schoenflies,
        aliases=aliases,
    )


def crystal_class(group: SplitGroup) -> tuple[str, str]:
    """Return the symbols of the class of a group's matrices, ("", "") beyond three dimensions.

    Two finite groups of integer matrices of at most three dimensions are conjugate over the
    rationals exactly if they have as many elements of each determinant and trace.

    References
    ----------
    International Tables for Crystallography, volume A (2016), chapter 1.2: the ten types of
    rotation parts, and the 32 classes by how many of each they have.

    Examples
    --------
    >>> from groupkit import p4
    >>> crystal_class(p4.change_basis([[3, 2], [1, 1]]))
    ('4', 'C4')
    """
    return _classes(group.dimension).get(_types(group), ("", ""))


@cache
def _classes(dimension: int) -> Mapping[_Types, tuple[str, str]]:
    """Return the classes of a dimension by the types of their elements, from the shipped groups."""
    first: dict[tuple[str, str], GroupRecord] = {}
    for record in split_records().values():
        if record.dimension == dimension:
            first.setdefault(record.classes, record)
    return {_types(record.build()): classes for classes, record in first.items()}


def _types(group: SplitGroup) -> _Types:
    """Return how many of a group's distinct matrices have each determinant and trace."""
    matrices = {tuple(matrix.flat): matrix for matrix in group.stabilizer.matrices}.values()
    counted = Counter((determinant(matrix), int(matrix.trace())) for matrix in matrices)
    return frozenset(counted.items())
