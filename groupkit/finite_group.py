"""Finite groups by their Cayley table, and their subgroups."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit import cayley, cosets, html
from groupkit.cosets import Cosets
from groupkit.errors import ElementError, NotASubgroupError, brief
from groupkit.frozen import Frozen, read_only
from groupkit.generation import generate_matrices, generate_permutations
from groupkit.integers import integer, integer_matrices, listed, numbers_below
from groupkit.tabulation import matrix_table, permutation_array, table_array, table_of


class FiniteGroup(Frozen):
    """A finite group whose elements are the integers 0 … order - 1.

    Everything follows from the Cayley table, where entry [a, b] is the number of ab.
    Instances are frozen: hashable, picklable, equal when their tables are equal.

    Parameters
    ----------
    cayley_table : array_like of int
        [order, order], entry [a, b] the number of ab; every axiom is checked.

    Raises
    ------
    NotClosedError, NotInvertibleError, MissingIdentityError, NotAssociativeError
        Naming the entries that break the axiom.

    Examples
    --------
    >>> klein = FiniteGroup.from_table([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
    >>> klein
    FiniteGroup(order=4, abelian, element orders 1 2 2 2)
    >>> klein.left_cosets(klein.subgroup([3])).members
    ((0, 3), (1, 2))
    >>> FiniteGroup.from_generators([(1, 2, 0), (1, 0, 2)]).is_abelian
    False
    """

    def __init__(self, cayley_table: Any) -> None:
        table = table_array(cayley_table)
        cayley.check_closed(table)
        cayley.check_latin(table)
        cayley.identity_of(table)
        cayley.check_associative(table)
        self._set(cayley_table=table)

    @classmethod
    def from_table(cls, cayley_table: Any) -> FiniteGroup:
        """Return the group of a Cayley table, after checking every axiom.

        Parameters
        ----------
        cayley_table : array_like of int
            [order, order], entry [a, b] the number of ab.

        Returns
        -------
        FiniteGroup

        Raises
        ------
        NotClosedError, NotInvertibleError, MissingIdentityError, NotAssociativeError
            Naming the entries that break the axiom.

        Examples
        --------
        >>> FiniteGroup.from_table([[0, 1], [1, 0]])
        FiniteGroup(order=2, abelian, element orders 1 2)
        """
        return FiniteGroup(cayley_table)

    @classmethod
    def from_permutations(cls, permutations: Iterable[Any]) -> FiniteGroup:
        """Return the group formed by a complete list of permutations, in the order given.

        A permutation p is the sequence p(0), p(1), …; products apply the right factor first.

        Parameters
        ----------
        permutations : iterable of sequence of int
            All of them.

        Returns
        -------
        FiniteGroup
            Element i is the permutation i of the list.

        Raises
        ------
        DeclarationError
            Or the subclass that names what is wrong: they are not closed, or no permutations.

        Examples
        --------
        >>> FiniteGroup.from_permutations([(0, 1, 2), (1, 2, 0), (2, 0, 1)])
        FiniteGroup(order=3, abelian, element orders 1 3 3)
        """
        images = permutation_array(permutations)
        return FiniteGroup(table_of(images, lambda all_, b: all_[:, b], "permutation {}".format))

    @classmethod
    def from_matrices(cls, matrices: Iterable[Any]) -> FiniteGroup:
        """Return the group formed by a complete list of integer matrices, in the order given.

        Parameters
        ----------
        matrices : iterable of matrices of int
            All of them, [d, d].

        Returns
        -------
        FiniteGroup
            Element i is the matrix i of the list.

        Raises
        ------
        DeclarationError
            Or the subclass that names what is wrong: they are not closed, or no integer matrices.

        Examples
        --------
        >>> FiniteGroup.from_matrices([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])
        FiniteGroup(order=2, abelian, element orders 1 2)
        """
        return FiniteGroup(matrix_table(integer_matrices(matrices)))

    @classmethod
    def from_generators(cls, generators: Iterable[Any]) -> FiniteGroup:
        """Return the group that permutations or integer matrices generate.

        Identity first, then breadth-first in generator order.

        Parameters
        ----------
        generators : iterable
            Permutations, or integer matrices.

        Returns
        -------
        FiniteGroup

        Raises
        ------
        InfiniteGroupError
            If integer matrices generate an infinite group.
        TooLargeError
            At more than 4096 elements.

        Examples
        --------
        >>> FiniteGroup.from_generators([(1, 2, 0), (1, 0, 2)])
        FiniteGroup(order=6, not abelian, element orders 1 2 2 2 3 3)
        """
        steps = listed(generators, "generators")
        if not steps:
            return FiniteGroup([[0]])
        first = steps[0].tolist() if hasattr(steps[0], "tolist") else steps[0]
        if isinstance(first, Sequence) and not any(isinstance(row, Sequence) for row in first):
            permutations = generate_permutations(permutation_array(steps).tolist())
            return FiniteGroup.from_permutations(permutations.tolist())
        matrices = generate_matrices(integer_matrices(steps, "generator"))
        return FiniteGroup.from_matrices(list(matrices))

    cayley_table: Int[np.ndarray, "order order"]
    """Entry [a, b] is the number of ab; read-only."""

    @property
    def element_names(self) -> tuple[str, ...]:
        """A short name for each element: its number."""
        return tuple(str(number) for number in range(self.order))

    @property
    def order(self) -> int:
        """The number of elements."""
        return len(self.cayley_table)

    @cached_property
    def identity(self) -> int:
        """The number of the neutral element."""
        return cayley.identity_of(self.cayley_table)

    @cached_property
    def inverses(self) -> Int[np.ndarray, " order"]:
        """The number of a⁻¹ for every a; read-only."""
        return read_only(cayley.inverses_of(self.cayley_table, self.identity))

    @cached_property
    def element_orders(self) -> Int[np.ndarray, " order"]:
        """The smallest k ≥ 1 with aᵏ = e, for every a; read-only."""
        return read_only(cayley.element_orders_of(self.cayley_table, self.identity))

    @cached_property
    def is_abelian(self) -> bool:
        """Whether ab = ba for all a and b."""
        return bool((self.cayley_table == self.cayley_table.T).all())

    @cached_property
    def generators(self) -> tuple[int, ...]:
        """A small generating set, found greedily: () for the trivial group."""
        return cayley.small_generating_set(self.cayley_table, self.identity)

    def product(
        self, a: int | Int[np.ndarray, "*a"], b: int | Int[np.ndarray, "*b"]
    ) -> Int[np.ndarray, "*ab"] | np.int64:
        """Return the number of ab; arrays broadcast.

        Parameters
        ----------
        a, b : int or numpy.ndarray of int
            Numbers of elements.

        Returns
        -------
        numpy.ndarray or int
            Of the shape to which they broadcast.

        Examples
        --------
        >>> import numpy as np
        >>> from groupkit import p4
        >>> p4.stabilizer.product(1, np.array([0, 1, 3])).tolist()
        [1, 2, 0]
        """
        result: Int[np.ndarray, "*ab"] | np.int64 = self.cayley_table[
            self._elements(a), self._elements(b)
        ]
        return result

    def subgroup(self, generators: Iterable[Any] = ()) -> Subgroup:
        """Return the subgroup that some elements generate: the trivial one for none.

        Parameters
        ----------
        generators : iterable of int
            Numbers of elements.

        Returns
        -------
        Subgroup

        Raises
        ------
        ElementError
            If a generator is not an element.

        Examples
        --------
        >>> from groupkit import p4m
        >>> FiniteGroup(p4m.stabilizer.cayley_table).subgroup([2, 4]).members
        (0, 2, 4, 6)
        """
        steps = [self.number(generator) for generator in listed(generators, "generators")]
        inside = cayley.generated_by(self.cayley_table, self.identity, steps)
        return Subgroup(self, tuple(int(a) for a in np.flatnonzero(inside)))

    def left_cosets(self, subgroup: Subgroup | Iterable[int]) -> Cosets:
        """Return the cosets aH, each named by its smallest element, in that order.

        Parameters
        ----------
        subgroup : Subgroup or iterable of int
            H, or all its elements.

        Returns
        -------
        Cosets
            ``members``, ``representatives``, and ``index_of``, the coset of each element.

        Raises
        ------
        NotASubgroupError
            If the elements are not closed, with the product that leaves them.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.left_cosets([0, 4]).members
        ((0, 4), (1, 7), (2, 6), (3, 5))
        """
        return cosets.left_cosets(self.cayley_table, self.as_subgroup(subgroup).members)

    def right_cosets(self, subgroup: Subgroup | Iterable[int]) -> Cosets:
        """Return the cosets Ha, each named by its smallest element, in that order.

        Parameters
        ----------
        subgroup : Subgroup or iterable of int
            H, or all its elements.

        Returns
        -------
        Cosets
            As of `left_cosets`.

        Raises
        ------
        NotASubgroupError
            If the elements are not closed.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.right_cosets([0, 4]).members
        ((0, 4), (1, 5), (2, 6), (3, 7))
        """
        return cosets.right_cosets(self.cayley_table, self.as_subgroup(subgroup).members)

    def double_cosets(
        self, left: Subgroup | Iterable[int], right: Subgroup | Iterable[int]
    ) -> Cosets:
        """Return the double cosets HaK, each named by its smallest element, in that order.

        Parameters
        ----------
        left, right : Subgroup or iterable of int
            H and K, or all their elements.

        Returns
        -------
        Cosets
            As of `left_cosets`; they may have different sizes.

        Raises
        ------
        NotASubgroupError
            If the elements of one are not closed.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.double_cosets([0, 4], [0, 4]).members
        ((0, 4), (1, 3, 5, 7), (2, 6))
        """
        return cosets.double_cosets(
            self.cayley_table, self.as_subgroup(left).members, self.as_subgroup(right).members
        )

    def as_subgroup(self, members: Subgroup | Iterable[int]) -> Subgroup:
        """Return ``members`` as a subgroup of this group, checked to be one.

        Parameters
        ----------
        members : Subgroup or iterable of int
            All its elements.

        Returns
        -------
        Subgroup

        Raises
        ------
        ElementError
            If a subgroup belongs to another group, or a member is no element.
        NotASubgroupError
            If the members are not closed.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.as_subgroup([0, 4]).members
        (0, 4)
        """
        if isinstance(members, Subgroup):
            if members.parent != self:
                raise ElementError(
                    f"{brief(members)} is a subgroup of another group than {self!r}; take one of "
                    "this group with its method subgroup(generators)",
                    witness=members,
                )
            return members
        return Subgroup(self, tuple(sorted({self.number(a) for a in listed(members, "members")})))

    def number(self, element: Any) -> int:
        """Return an element as a plain int, checked to be one of this group.

        Raises
        ------
        ElementError
            If it is not an integer from 0 to order - 1.
        """
        number = integer(element)
        if number is None or not 0 <= number < self.order:
            raise ElementError(
                f"{brief(element)} is not an element of {self!r}; elements are the integers "
                f"0 to {self.order - 1}",
                witness=element,
            )
        return number

    def _elements(self, elements: Any) -> Int[np.ndarray, "*shape"]:
        """Return numbers of elements as an array, or raise ElementError."""
        numbers = numbers_below(elements, self.order)
        if numbers is None:
            raise ElementError(
                f"{brief(elements)} are not elements of {self!r}; elements are the integers "
                f"0 to {self.order - 1}",
                witness=elements,
            )
        return numbers

    def __len__(self) -> int:
        return self.order

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.order))

    def __contains__(self, element: object) -> bool:
        number = integer(element)
        return number is not None and 0 <= number < self.order

    @cached_property
    def _key(self) -> tuple[Hashable, ...]:
        return self.order, self.cayley_table.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (np.array(self.cayley_table),)

    def __repr__(self) -> str:
        kind = "abelian" if self.is_abelian else "not abelian"
        listed = " ".join(str(order) for order in sorted(self.element_orders)[:12])
        more = " …" if self.order > 12 else ""
        return f"{type(self).__name__}(order={self.order}, {kind}, element orders {listed}{more})"

    def _repr_html_(self) -> str:
        kind = "yes" if self.is_abelian else "no"
        found, counts = np.unique(self.element_orders, return_counts=True)
        orders = ", ".join(f"{n} of order {k}" for k, n in zip(found, counts, strict=True))
        facts = {"order": self.order, "abelian": kind, "elements": orders}
        table = html.cayley_table(self.cayley_table, self.element_names)
        return html.block(type(self).__name__, facts, table)


class Subgroup(Frozen):
    """A subgroup H of a finite group, by its elements in ascending order.

    Parameters
    ----------
    parent : FiniteGroup
        The group that H is a subgroup of.
    members : tuple of int
        The numbers of all elements of H.

    Raises
    ------
    NotASubgroupError
        If the elements are empty or not closed.

    Examples
    --------
    >>> from groupkit import p4m
    >>> rotations = p4m.stabilizer.subgroup([{"r": 1}])
    >>> rotations
    Subgroup(order=4 of 8, members (0, 1, 2, 3))
    >>> rotations.as_group().is_abelian
    True
    """

    __slots__ = ("members", "parent")

    parent: FiniteGroup
    members: tuple[int, ...]

    def __init__(self, parent: FiniteGroup, members: tuple[int, ...]) -> None:
        chosen = np.array(members, dtype=np.int64)
        if not members:
            raise NotASubgroupError(
                "the empty set is not a subgroup: it has no identity; give all elements of one, "
                "or generate it with subgroup(generators)",
                witness=(),
            )
        products = parent.cayley_table[np.ix_(chosen, chosen)]
        outside = ~np.isin(products, chosen)
        if outside.any():
            i, j = (int(k) for k in np.argwhere(outside)[0])
            raise NotASubgroupError(
                f"{members} is not a subgroup: {members[i]}·{members[j]} = {products[i, j]} is "
                "not among them; add it, or generate the subgroup with subgroup(generators)",
                witness=(members[i], members[j], int(products[i, j])),
            )
        self._set(parent=parent, members=members)

    def as_group(self) -> FiniteGroup:
        """Return H as a group of its own, whose element i is ``members[i]``.

        Returns
        -------
        FiniteGroup
            Of order |H|.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.as_subgroup([0, 2, 4, 6]).as_group()
        FiniteGroup(order=4, abelian, element orders 1 2 2 2)
        """
        chosen = np.array(self.members)
        products = self.parent.cayley_table[np.ix_(chosen, chosen)]
        return FiniteGroup(np.searchsorted(chosen, products))

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[int]:
        return iter(self.members)

    def __contains__(self, element: object) -> bool:
        return element in self.members

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.parent, self.members

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._key

    def __repr__(self) -> str:
        return f"Subgroup(order={len(self)} of {len(self.parent)}, members {self.members})"

    def _repr_html_(self) -> str:
        names = self.parent.element_names
        left = self.parent.left_cosets(self)
        normal = left == self.parent.right_cosets(self)
        facts = {
            "order": f"{len(self)} of {len(self.parent)}",
            "index": len(left),
            "normal": "yes" if normal else "no",
        }
        rows = [(f"{names[coset[0]]} H", coset) for coset in left]
        return html.block("Subgroup H, and its left cosets", facts, _few(rows, names))


def _few(rows: list[tuple[str, tuple[int, ...]]], names: tuple[str, ...]) -> str:
    """Return the cosets as HTML, unless there are too many elements to look at."""
    if len(names) > html.MOST_ROWS**2:
        return ""
    return html.coloured_table(rows, (), names)
