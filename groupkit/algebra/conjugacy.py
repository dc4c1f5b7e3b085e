"""Conjugacy classes of a finite group, and the products of their sums."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Int

from groupkit.algebra.finite_part import finite_part
from groupkit.cosets import Members
from groupkit.finite_group import FiniteGroup
from groupkit.frozen import Frozen, read_only
from groupkit.split_group import SplitGroup


class ConjugacyClasses(Frozen):
    """The classes {b a b⁻¹ : b ∈ G}, each named by its smallest element, in that order.

    Parameters
    ----------
    group : FiniteGroup
        G.

    Examples
    --------
    >>> from groupkit import p4m
    >>> classes = conjugacy_classes(p4m)
    >>> classes.members
    ((0,), (1, 3), (2,), (4, 6), (5, 7))
    >>> classes.element_orders.tolist()
    [1, 4, 2, 2, 2]
    """

    group: FiniteGroup
    index_of: Int[np.ndarray, " order"]
    """The number of each element's class; read-only."""
    representatives: Int[np.ndarray, " classes"]
    """The smallest element of each class; read-only."""

    def __init__(self, group: FiniteGroup) -> None:
        table = group.cayley_table
        conjugates = table[table, group.inverses[:, None]]  # [b, a] = b a b⁻¹
        smallest, index_of = np.unique(conjugates.min(axis=0), return_inverse=True)
        self._set(group=group, index_of=index_of.astype(np.int64), representatives=smallest)

    @cached_property
    def members(self) -> tuple[Members, ...]:
        """The elements of each class, ascending."""
        in_order = np.argsort(self.index_of, kind="stable")
        parts = np.split(in_order, np.cumsum(self.sizes)[:-1])
        return tuple(tuple(int(a) for a in part) for part in parts)

    @cached_property
    def sizes(self) -> Int[np.ndarray, " classes"]:
        """The number of elements of each class, which divides the order of the group."""
        return read_only(np.bincount(self.index_of).astype(np.int64))

    @property
    def element_orders(self) -> Int[np.ndarray, " classes"]:
        """The order that the elements of each class have in common."""
        return read_only(self.group.element_orders[self.representatives])

    @property
    def identity(self) -> int:
        """The number of the class {e}."""
        return int(self.index_of[self.group.identity])

    @cached_property
    def inverses(self) -> Int[np.ndarray, " classes"]:
        """The class of the inverses of each class."""
        return read_only(self.index_of[self.group.inverses[self.representatives]])

    @cached_property
    def powers(self) -> Int[np.ndarray, "classes exponent"]:
        """Entry [c, l] is the class of aˡ for a in class c, for l below the exponent of G."""
        exponent = int(np.lcm.reduce(self.group.element_orders))
        power = np.full(len(self), self.group.identity)
        columns = []
        for _ in range(exponent):
            columns.append(self.index_of[power])
            power = self.group.cayley_table[power, self.representatives]
        return read_only(np.stack(columns, axis=1))

    @cached_property
    def multiplication(self) -> Int[np.ndarray, "classes classes classes"]:
        """The class multiplication constants.

        Entry [r, s, t] is the number of pairs a ∈ C_r, b ∈ C_s with ab = c, for any one
        c ∈ C_t: C_r C_s = Σ_t [r, s, t] C_t for the sums of classes in the group ring.
        """
        constants = np.zeros((len(self),) * 3, dtype=np.int64)
        a = np.arange(self.group.order)[:, None]
        b = self.group.cayley_table[self.group.inverses[:, None], self.representatives]
        t = np.arange(len(self))
        np.add.at(constants, (self.index_of[a], self.index_of[b], t), 1)
        return read_only(constants)

    def __len__(self) -> int:
        return len(self.representatives)

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return (self.group,)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.group,)

    def __repr__(self) -> str:
        sizes = " ".join(str(size) for size in self.sizes)
        return f"ConjugacyClasses({len(self)} classes of sizes {sizes})"


def conjugacy_classes(group: FiniteGroup | SplitGroup) -> ConjugacyClasses:
    """Return the conjugacy classes of a finite group, or of S for Z^d ⋊ S.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup

    Returns
    -------
    ConjugacyClasses
        With members, sizes, representatives, and the class multiplication constants.

    Examples
    --------
    >>> from groupkit import p6m
    >>> conjugacy_classes(p6m).sizes.tolist()
    [1, 2, 2, 1, 3, 3]
    >>> int(conjugacy_classes(p6m).multiplication[4, 4, 0])  # a mirror squared is the identity
    3
    """
    return _classes_of(finite_part(group))


@lru_cache(maxsize=128)
def _classes_of(group: FiniteGroup) -> ConjugacyClasses:
    return ConjugacyClasses(group)
