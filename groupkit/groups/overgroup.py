"""Groups that do not split, inside the split groups on finer lattices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from groupkit.elements import Elements
from groupkit.groups.records import NonSymmorphicRecord
from groupkit.split_group import SplitGroup


@dataclass(frozen=True)
class SplitOvergroup:
    """The split group (1/m)Z^d ⋊ S that a group which does not split is a subgroup of.

    In coordinates of the finer lattice, m times the old ones, the subgroup consists of the
    products τ(m v) g_s: translations of its own lattice Z^d, times one representative for each
    s ∈ S.  Its index in the overgroup is m^d.

    Parameters
    ----------
    name : str
        Of the group that does not split.
    refinement : int
        m.
    group : SplitGroup
        The overgroup, in coordinates of (1/m)Z^d.
    representatives : Elements
        [order], the g_s in storage order; translations are in 0 … m - 1.

    Examples
    --------
    A glide is a mirror of pm on the finer lattice, after a step of half an old lattice vector:

    >>> from groupkit import catalog
    >>> pg = catalog.split_overgroup("pg")
    >>> pg.group.name, pg.refinement, pg.representatives[1]
    ('pm', 2, element(m=1, u=0, v=1))
    """

    name: str
    refinement: int
    group: SplitGroup
    representatives: Elements

    @classmethod
    def of(cls, record: NonSymmorphicRecord, group: SplitGroup) -> SplitOvergroup:
        """Return the overgroup that a record describes."""
        stabilizer = group.stabilizer
        steps = np.array(record.translations, dtype=np.int64)
        return cls(
            record.name,
            record.refinement,
            group,
            Elements(stabilizer, np.arange(stabilizer.order), steps),
        )

    def contains(self, elements: Elements) -> Bool[np.ndarray, "*shape"] | np.bool_:
        """Return which elements of the overgroup belong to the group that does not split.

        Parameters
        ----------
        elements : Elements
            Of the overgroup, with translations on the finer lattice.

        Returns
        -------
        numpy.ndarray of bool
            Of their shape.

        Examples
        --------
        >>> from groupkit import catalog
        >>> pg = catalog.split_overgroup("pg")
        >>> bool(pg.contains(pg.group.element(m=1, v=1))), bool(pg.contains(pg.group.element(m=1)))
        (True, False)
        """
        representative = self.representatives[elements.index]
        steps = elements.translation - representative.translation
        inside: Bool[np.ndarray, "*shape"] | np.bool_ = (steps % self.refinement == 0).all(axis=-1)
        return inside
