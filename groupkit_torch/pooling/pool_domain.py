r"""Pooling domains: finite subsets U of G, and what a pooling over gU reads.

.. math:: [P f](g) = \max_{k \in g U} f(k), \qquad
          (x, s)(t_u, s_u) = (x + M(s) t_u,\; s s_u).

On maps on G/H it is well defined when gU and ghU, for h of H, are the same cosets. P commutes with
every :math:`L_g`, as :math:`L_g` multiplies from the left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Int

from groupkit import SplitGroup, Window
from groupkit.elements import Elements
from groupkit.errors import GroupkitError, WindowError, brief
from groupkit.feature_type import FeatureType
from groupkit_torch.geometry import check_centre

Read: TypeAlias = tuple[int, tuple[int, ...]]
"""A coset sH, and a translation."""


class PoolDomainError(GroupkitError, ValueError):
    """A set of elements is no pooling domain for the declared maps."""

    law = "a pooling domain U is not empty, and for maps on G/H, hUH = UH for every h of H"


@dataclass(frozen=True)
class PoolDomain:
    """A finite domain U of G, and what an output on G/H reads: cosets, and translations.

    Parameters
    ----------
    group : SplitGroup
        G.
    elements : Elements
        U; repetitions do not matter.
    feature_type : FeatureType
        G/H.
    counts : bool
        Whether it matters how many elements of U lie in each coset, as it does for a mean.

    Raises
    ------
    PoolDomainError
        If U is no set of elements of this group, is empty, or the law is broken; the witness is
        the h, and an element u whose image hu lies in none of the cosets uH.

    Examples
    --------
    >>> import groupkit as gk
    >>> steps = gk.p4.element(u=[0, 1, 0], v=[0, 0, 1])
    >>> domain = PoolDomain(gk.p4, steps, gk.p4.feature_type("regular"), counts=False)
    >>> domain.reads[1]  # what the output at the quarter turn reads: at (0, 0), (-1, 0) and (0, 1)
    ((1, (-1, 0)), (1, (0, 0)), (1, (0, 1)))
    >>> domain.window
    Window(5 points of 3×3, centre (0, 0))
    """

    group: SplitGroup
    elements: Elements
    feature_type: FeatureType
    counts: bool

    def __post_init__(self) -> None:
        given: object = self.elements
        if not isinstance(given, Elements) or given.stabilizer != self.group.stabilizer:
            raise PoolDomainError(
                f"{brief(given)} are no elements of {self.group.name}; make them with its method "
                "element, such as element(u=[0, 1], v=0)",
                witness=given,
            )
        if not self.elements.index.size:
            raise PoolDomainError(
                "a pooling domain without elements pools nothing; give at least the identity",
                witness=given,
            )
        here = self._reads_at(self.group.stabilizer.identity)
        for h in self.feature_type.subgroup:
            there = self._reads_at(h)
            if there != here:
                self._refuse(h, Counter(here), Counter(there))

    @cached_property
    def reads(self) -> tuple[tuple[Read, ...], ...]:
        """What each output coset reads, cosets in storage order, reads ascending."""
        return tuple(self._reads_at(int(s)) for s in self.feature_type.cosets.representatives)

    @cached_property
    def window(self) -> Window:
        """A stable window that holds all points that some output reads, relative to its own.

        It is the smallest one, where that is centred in its box; otherwise its opposite points
        are in it too, which no output reads.
        """
        points = sorted({point for reads in self.reads for _, point in reads})
        origin = [0] * self.group.dimension
        window = self.group.window_of_points(points, origin)
        try:
            check_centre(window, (1,) * len(origin))
        except WindowError:
            both = np.concatenate([points, -np.array(points)])
            return self.group.window_of_points(both, origin)
        return window

    @property
    def labels(self) -> Int[np.ndarray, " points"]:
        """Numbers of the window's points, equal where all outputs read the same cosets at both."""
        numbers = {tuple(point): i for i, point in enumerate(self.window.points.tolist())}
        size = self.feature_type.size
        columns = np.zeros((size, size, len(numbers)), dtype=np.int64)
        for output, reads in enumerate(self.reads):
            for coset, point in reads:
                columns[output, coset, numbers[point]] += 1
        flat = columns.reshape(-1, len(numbers))
        labels: Int[np.ndarray, " points"] = np.unique(flat, axis=1, return_inverse=True)[1]
        return labels.reshape(-1)

    @property
    def is_window(self) -> bool:
        """Whether each output reads its own coset at every point of the window, and no other."""
        points = tuple(map(tuple, self.window.points.tolist()))
        return all(
            reads == tuple((coset, point) for point in points)
            for coset, reads in enumerate(self.reads)
        )

    def _reads_at(self, s: int) -> tuple[Read, ...]:
        """Return what the output at (0, s) reads: (s s_u H, M(s) t_u) for every u."""
        stabilizer = self.group.stabilizer
        at = Elements(stabilizer, np.array(s), np.zeros(stabilizer.dimension, dtype=np.int64))
        moved = at @ self.elements
        cosets = self.feature_type.cosets.index_of[moved.index].reshape(-1).tolist()
        points = moved.translation.reshape(-1, stabilizer.dimension).tolist()
        elements = zip(moved.index.reshape(-1).tolist(), cosets, map(tuple, points), strict=True)
        distinct = sorted({(coset, point, u) for u, coset, point in elements})
        reads = [(coset, point) for coset, point, _ in distinct]
        return tuple(reads if self.counts else sorted(set(reads)))

    def _refuse(self, h: int, here: Counter[Read], there: Counter[Read]) -> None:
        label = self.group.stabilizer.label
        coset, point = next(iter(there - here))
        found = "none of them" if (coset, point) not in here else "fewer times one of them"
        if self.feature_type.has_axis:
            members = ", ".join(label(s) for s in self.feature_type.cosets[coset])
            what = (
                f"elements of U: one leads to the translation {point} with the coset of {members}"
            )
            remedy = "add it, or pool maps on G/H for a smaller H"
        else:
            what = f"translations of U: one leads to {point}"
            remedy = "add it, or pool regular maps"
        raise PoolDomainError(
            f"{label(h)} moves the {what}, which is {found}, so that the result on a "
            f"{self.feature_type} map would depend on how its points are represented; {remedy}",
            witness=(h, (coset, point)),
        )
