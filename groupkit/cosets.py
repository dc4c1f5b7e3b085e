"""Left, right and double cosets: partitions of a group, in the order that weights use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import SupportsIndex

import numpy as np
from jaxtyping import Int

Members = tuple[int, ...]


@dataclass(frozen=True)
class Cosets:
    """A partition of a group into cosets, each named by its smallest element, in that order.

    Parameters
    ----------
    members : tuple of tuples of int
        The elements of each coset, ascending.

    Examples
    --------
    >>> from groupkit import p4
    >>> half_turns = p4.stabilizer.subgroup([2])
    >>> p4.stabilizer.left_cosets(half_turns).members
    ((0, 2), (1, 3))
    """

    members: tuple[Members, ...]
    index_of: Int[np.ndarray, " order"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index_of = np.empty(sum(len(coset) for coset in self.members), dtype=np.int64)
        for number, coset in enumerate(self.members):
            index_of[list(coset)] = number
        index_of.flags.writeable = False
        object.__setattr__(self, "index_of", index_of)

    @property
    def representatives(self) -> Int[np.ndarray, " cosets"]:
        """The smallest element of each coset."""
        return np.array([coset[0] for coset in self.members], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Members]:
        return iter(self.members)

    def __getitem__(self, number: SupportsIndex) -> Members:
        return self.members[number]


def left_cosets(table: Int[np.ndarray, "order order"], subgroup: Members) -> Cosets:
    """Return the cosets aH = {ah : h ∈ H}."""
    return _partition(table[:, list(subgroup)])


def right_cosets(table: Int[np.ndarray, "order order"], subgroup: Members) -> Cosets:
    """Return the cosets Ha = {ha : h ∈ H}."""
    return _partition(table[list(subgroup), :].T)


def double_cosets(table: Int[np.ndarray, "order order"], left: Members, right: Members) -> Cosets:
    """Return the double cosets HaK = {hak : h ∈ H, k ∈ K}, which may differ in size."""
    products = table[table[list(left)][..., None], list(right)]  # [|H|, order, |K|]: (ha)k
    return _partition(products.transpose(1, 0, 2).reshape(len(table), -1))


def _partition(blocks: Int[np.ndarray, "order size"]) -> Cosets:
    """Return the distinct rows, as sets, where row a is the block that contains a."""
    _, first = np.unique(blocks.min(axis=1), return_index=True)
    return Cosets(tuple(tuple(int(a) for a in np.unique(blocks[row])) for row in first))
