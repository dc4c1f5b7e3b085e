"""G-sets: a finite group acting on finitely many points."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.algebra.action_laws import check_action, distinct, lookup
from groupkit.algebra.commuting import of_mask
from groupkit.algebra.finite_part import finite_part
from groupkit.errors import ElementError, NotAnActionError, brief
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.frozen import Frozen, read_only
from groupkit.integers import INT64_LIMIT, integer, numbers_below
from groupkit.split_group import SplitGroup
from groupkit.window import Window


class GSet(Frozen):
    """A set X with an action G × X → X: e·x = x and (ab)·x = a·(b·x).

    For Z^d ⋊ S it is S that acts.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
    permutations : numpy.ndarray or nested sequence
        Integers [order, points]: entry [a, i] is the number of the point a·xᵢ.
    points : iterable of hashable, optional
        The points x₀, x₁, …, all different; 0, 1, … by default.

    Raises
    ------
    NotAnActionError
        With an element that does not permute the points, or a pair a, b for which ab does not
        act as a after b.

    Examples
    --------
    >>> from groupkit import p4m
    >>> corners = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
    >>> square = GSet.from_function(
    ...     p4m, corners, lambda s, x: tuple(int(y) for y in p4m.stabilizer.matrices[s] @ x)
    ... )
    >>> square.is_transitive, square.stabilizer((1, 1)).members
    (True, (0, 5))
    >>> square.count_colourings(3)  # of the corners, up to symmetry
    21
    """

    group: FiniteGroup
    permutations: Int[np.ndarray, "order points"]
    """Entry [a, i] is the number of the point a·xᵢ; read-only."""
    points: tuple[Hashable, ...]

    def __init__(
        self,
        group: FiniteGroup | SplitGroup,
        permutations: Any,
        points: Iterable[Hashable] | None = None,
    ) -> None:
        finite = finite_part(group)
        images = numbers_below(permutations, INT64_LIMIT)
        shape = (0, 0) if images is None or images.ndim != 2 else images.shape
        if images is None or shape[0] != finite.order or images.max(initial=0) >= max(shape[1], 1):
            raise NotAnActionError(
                f"an action of {finite!r} on points is an array of their numbers, one row for each "
                f"of {finite.order} elements, not {brief(permutations)}; correct it, or use "
                "GSet.from_function",
                witness=permutations,
            )
        images = images.astype(np.int64)
        names = tuple(range(shape[1])) if points is None else distinct(points)
        if len(names) != shape[1]:
            raise NotAnActionError(
                f"{shape[1]} points are permuted, but {len(names)} different ones are named; "
                "name each point once",
                witness=names,
            )
        check_action(finite, images, names)
        self._set(group=finite, permutations=images, points=names)

    @classmethod
    def from_function(
        cls,
        group: FiniteGroup | SplitGroup,
        points: Iterable[Hashable],
        act: Callable[[int, Any], Hashable],
    ) -> GSet:
        """Return the action that a function of elements and points gives.

        Parameters
        ----------
        group : FiniteGroup or SplitGroup
        points : iterable of hashable
            All of them; repetitions do not matter.
        act : callable
            Called with the number of an element and a point, it returns the image.

        Returns
        -------
        GSet

        Raises
        ------
        NotAnActionError
            With an element and a point whose image is none of the points, or as `GSet` does.

        Examples
        --------
        >>> from groupkit import p4
        >>> signs = GSet.from_function(p4, [1, -1], lambda a, x: x * int((-1) ** a))
        >>> signs.is_transitive
        True
        """
        finite = finite_part(group)
        names = distinct(points)
        numbers = {point: number for number, point in enumerate(names)}
        rows = np.empty((finite.order, len(names)), dtype=np.int64)
        for a in finite:
            for i, point in enumerate(names):
                image = act(a, point)
                rows[a, i] = lookup(numbers, image)
                if rows[a, i] < 0:
                    raise NotAnActionError(
                        f"{a} maps the point {brief(point)} to {brief(image)}, which is not among "
                        f"the {len(names)} points; add it, or correct the function",
                        witness=(a, point, image),
                    )
        return cls(finite, rows, names)

    @classmethod
    def regular(cls, group: FiniteGroup | SplitGroup) -> GSet:
        """Return G acting on itself by left multiplication, b ↦ ab.

        Parameters
        ----------
        group : FiniteGroup or SplitGroup
            G, or S for Z^d ⋊ S.

        Returns
        -------
        GSet

        Examples
        --------
        >>> from groupkit import p4
        >>> GSet.regular(p4)
        GSet(4 points in 1 orbit, of a group of order 4)
        """
        finite = finite_part(group)
        return cls(finite, finite.cayley_table)

    @classmethod
    def by_conjugation(cls, group: FiniteGroup | SplitGroup) -> GSet:
        """Return G acting on itself by conjugation, b ↦ aba⁻¹: orbits are conjugacy classes.

        Parameters
        ----------
        group : FiniteGroup or SplitGroup
            G, or S for Z^d ⋊ S.

        Returns
        -------
        GSet

        Examples
        --------
        >>> from groupkit import p4m
        >>> [len(orbit) for orbit in GSet.by_conjugation(p4m).orbits]
        [1, 2, 1, 2, 2]
        """
        finite = finite_part(group)
        return cls(finite, finite.cayley_table[finite.cayley_table, finite.inverses[:, None]])

    @classmethod
    def of_cosets(cls, group: FiniteGroup | SplitGroup, subgroup: Subgroup | Iterable[int]) -> GSet:
        """Return G acting on the left cosets of H, bH ↦ abH; points are named by their members.

        Parameters
        ----------
        group : FiniteGroup or SplitGroup
            G, or S for Z^d ⋊ S.
        subgroup : Subgroup or iterable of int
            H, or all its elements.

        Returns
        -------
        GSet

        Raises
        ------
        NotASubgroupError, ElementError

        Examples
        --------
        >>> from groupkit import p4m
        >>> GSet.of_cosets(p4m, [0, 4])
        GSet(4 points in 1 orbit, of a group of order 8)
        """
        finite = finite_part(group)
        cosets = finite.left_cosets(subgroup)
        images = cosets.index_of[finite.cayley_table[:, cosets.representatives]]
        return cls(finite, images, cosets.members)

    @classmethod
    def of_window(cls, window: Window) -> GSet:
        """Return S acting on the points of a window, about its centre.

        Parameters
        ----------
        window : Window
            Of a group S.

        Returns
        -------
        GSet

        Raises
        ------
        NotAnActionError
            For anything but a window.

        Examples
        --------
        >>> from groupkit import p4m
        >>> [len(orbit) for orbit in GSet.of_window(p4m.window(3)).orbits]
        [4, 4, 1]
        """
        if not isinstance(window, Window):
            raise NotAnActionError(
                f"{brief(window)} is no window; make one, such as group.window(3)", witness=window
            )
        points = [tuple(int(x) for x in point) for point in window.points]
        return cls(window.stabilizer, window.permutations, points)

    @cached_property
    def orbit_of(self) -> Int[np.ndarray, " points"]:
        """The number of each point's orbit; orbits are numbered by first appearance."""
        _, numbers = np.unique(self.permutations.min(axis=0), return_inverse=True)
        return read_only(numbers.astype(np.int64))

    @cached_property
    def orbits(self) -> tuple[tuple[Hashable, ...], ...]:
        """The sets G·x that partition the points, in order of their first points."""
        parts: list[list[Hashable]] = [[] for _ in range(self.orbit_of.max(initial=-1) + 1)]
        for point, orbit in zip(self.points, self.orbit_of, strict=True):
            parts[orbit].append(point)
        return tuple(tuple(part) for part in parts)

    @property
    def is_transitive(self) -> bool:
        """Whether there is exactly one orbit."""
        return len(self.orbits) == 1

    @cached_property
    def kernel(self) -> Subgroup:
        """The elements that fix every point: a normal subgroup."""
        return of_mask(self.group, self.fixed_points == len(self))

    @property
    def is_faithful(self) -> bool:
        """Whether only the identity fixes every point."""
        return len(self.kernel) == 1

    @cached_property
    def fixed_points(self) -> Int[np.ndarray, " order"]:
        """How many points each element fixes: the character of the permutation representation."""
        fixed = self.permutations == np.arange(len(self))
        return read_only(np.asarray(fixed.sum(axis=1), dtype=np.int64))

    @property
    def orbit_count(self) -> int:
        """The number of orbits by Burnside's lemma: the mean number of fixed points."""
        return int(self.fixed_points.sum()) // self.group.order

    def number(self, point: Any) -> int:
        """Return the number of a point.

        Parameters
        ----------
        point : hashable
            One of ``points``.

        Returns
        -------
        int

        Raises
        ------
        ElementError
            If it is none of them.
        """
        number = lookup(self._numbers, point)
        if number < 0:
            raise ElementError(
                f"{brief(point)} is none of the {len(self)} points, such as "
                f"{brief(self.points[:3])}; name one of them",
                witness=point,
            )
        return number

    @cached_property
    def _numbers(self) -> dict[Hashable, int]:
        return {point: number for number, point in enumerate(self.points)}

    def act(self, element: int, point: Any) -> Hashable:
        """Return the point a·x.

        Parameters
        ----------
        element : int
            The number of a.
        point : hashable
            x, one of ``points``.

        Returns
        -------
        hashable
            One of ``points``.

        Raises
        ------
        ElementError
        """
        image = int(self.permutations[self.group.number(element), self.number(point)])
        return self.points[image]

    def orbit(self, point: Any) -> tuple[Hashable, ...]:
        """Return the orbit G·x of a point.

        Parameters
        ----------
        point : hashable
            One of ``points``.

        Returns
        -------
        tuple of hashable

        Raises
        ------
        ElementError

        Examples
        --------
        >>> from groupkit import p4m
        >>> window = GSet.of_window(p4m.window(3))
        >>> len(window.orbit(window.points[0]))
        4
        """
        return self.orbits[self.orbit_of[self.number(point)]]

    def stabilizer(self, point: Any) -> Subgroup:
        """Return {a : a·x = x}; its index is the size of the orbit of x.

        Parameters
        ----------
        point : hashable
            x, one of ``points``.

        Returns
        -------
        Subgroup

        Raises
        ------
        ElementError

        Examples
        --------
        >>> from groupkit import p4m
        >>> window = GSet.of_window(p4m.window(3))
        >>> window.stabilizer(window.points[0]).members  # a corner, and the mirror through it
        (0, 5)
        """
        i = self.number(point)
        return of_mask(self.group, self.permutations[:, i] == i)

    def count_colourings(self, colours: int) -> int:
        """Return how many maps from X to a set of colours differ by more than the action.

        Burnside: the mean over G of colours^(number of cycles on X), in exact integers.

        Parameters
        ----------
        colours : int
            How many colours there are.

        Returns
        -------
        int

        Raises
        ------
        ElementError
            If the number of colours is no integer ≥ 0.

        Examples
        --------
        >>> from groupkit import p4
        >>> GSet.of_window(p4.window(2)).count_colourings(2)  # black and white squares of 2×2
        6
        """
        count = integer(colours)
        if count is None or count < 0:
            raise ElementError(
                f"{brief(colours)} is no number of colours; give an integer that is not negative",
                witness=colours,
            )
        total: int = sum(count ** int(cycles) for cycles in self._cycles)
        return total // self.group.order

    @cached_property
    def _cycles(self) -> Int[np.ndarray, " order"]:
        """How many cycles each element has: orbits of the subgroup that it generates."""
        smallest = np.tile(np.arange(len(self)), (self.group.order, 1))
        power = np.arange(self.group.order)
        for _ in range(int(self.group.element_orders.max())):
            smallest = np.minimum(smallest, self.permutations[power])
            power = self.group.cayley_table[power, np.arange(self.group.order)]
        return np.asarray((smallest == np.arange(len(self))).sum(axis=1), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.points)

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.group, self.points, self.permutations.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.group, np.array(self.permutations), self.points)

    def __repr__(self) -> str:
        orbits = f"{self.orbit_count} orbit{'s' * (self.orbit_count != 1)}"
        return f"GSet({len(self)} points in {orbits}, of a group of order {self.group.order})"
