"""Feature types: functions on the lattice, on G, or on G/H, as arrays store them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Int

from groupkit.cosets import Cosets
from groupkit.errors import FeatureTypeError, brief
from groupkit.field import Field
from groupkit.finite_group import Subgroup
from groupkit.stabilizer import Stabilizer

TypeLike = str | Subgroup | Field | Iterable[int]
_NAMES: Final = ("planar", "regular")


@dataclass(frozen=True)
class FeatureType:
    """What a feature map is a function on: G/H for a subgroup H of the stabilizer S.

    A map on G/H is stored as [batch, channels, |S/H|, *lattice axes], the left cosets sH in
    the order of their smallest elements.  Planar maps are functions on the lattice, G/S,
    stored without the axis of length 1; a field says how S acts on their channels.

    Parameters
    ----------
    stabilizer : Stabilizer
    subgroup : Subgroup
        H.
    has_axis : bool
        Whether arrays have a stabilizer axis; false for planar maps only.
    field : Field, optional
        How S acts on the channels of a planar map; None for scalars.

    References
    ----------
    Cohen & Welling (2016), section 6.3: functions on G/H are what coset pooling gives.

    Examples
    --------
    >>> from groupkit import p4
    >>> FeatureType.of(p4.stabilizer, "regular").size
    4
    >>> FeatureType.of(p4.stabilizer, p4.stabilizer.subgroup([2]))
    FeatureType('function on G/H with |H| = 2, 2 cosets')
    """

    stabilizer: Stabilizer
    subgroup: Subgroup
    has_axis: bool
    field: Field | None = None

    @classmethod
    def of(cls, stabilizer: Stabilizer, declared: TypeLike | FeatureType) -> FeatureType:
        """Return the feature type that a user declares.

        Parameters
        ----------
        stabilizer : Stabilizer
        declared : {"planar", "regular"}, Field, Subgroup, iterable of int or FeatureType
            A name, a field of planar maps, or H itself (all its elements).

        Returns
        -------
        FeatureType

        Raises
        ------
        FeatureTypeError
            For an unknown name, or the type of another group.
        NotASubgroupError
            If H is not a subgroup.
        """
        if isinstance(declared, FeatureType):
            if declared.stabilizer != stabilizer:
                one, other = declared.stabilizer.told_from(stabilizer)
                raise FeatureTypeError(
                    f"{brief(declared)} belongs to {one}, not to {other}; "
                    "declare the type with a name or a subgroup of this group",
                    witness=declared,
                )
            return declared
        if isinstance(declared, Field):
            if declared.stabilizer != stabilizer:
                one, other = declared.stabilizer.told_from(stabilizer)
                raise FeatureTypeError(
                    f"{declared!r} belongs to {one}, not to {other}; make "
                    "it with the method field of this group",
                    witness=declared,
                )
            whole = stabilizer.subgroup(stabilizer.generators)
            return cls(stabilizer, whole, False, None if declared.is_trivial else declared)
        if isinstance(declared, str):
            if declared not in _NAMES:
                near = get_close_matches(declared, _NAMES, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "use 'planar', 'regular' or H"
                raise FeatureTypeError(
                    f"{brief(declared)} is no feature type; {hint}", witness=declared
                )
            generators = stabilizer.generators if declared == "planar" else ()
            return cls(stabilizer, stabilizer.subgroup(generators), declared != "planar")
        if not isinstance(declared, Iterable):
            raise FeatureTypeError(
                f"{brief(declared)} is no feature type; use 'planar', 'regular' or a subgroup H",
                witness=declared,
            )
        return cls(stabilizer, stabilizer.as_subgroup(declared), True)

    @cached_property
    def cosets(self) -> Cosets:
        """The left cosets sH, in storage order."""
        return self.stabilizer.left_cosets(self.subgroup)

    @property
    def size(self) -> int:
        """|S/H|, the length of the stabilizer axis."""
        return self.stabilizer.order // len(self.subgroup)

    @cached_property
    def action(self) -> Int[np.ndarray, "order size"]:
        """Entry [a, c] is the number of the coset a·c; read-only."""
        products = self.stabilizer.cayley_table[:, self.cosets.representatives]
        action: Int[np.ndarray, "order size"] = self.cosets.index_of[products]
        action.flags.writeable = False
        return action

    def array_shape(self, space: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one channel: the stabilizer axis, if any, and the lattice axes.

        Parameters
        ----------
        space : tuple of int
            Sides of the lattice axes.

        Returns
        -------
        tuple of int

        Examples
        --------
        >>> from groupkit import p4
        >>> p4.feature_type("regular").array_shape((5, 5))
        (4, 5, 5)
        >>> p4.feature_type("planar").array_shape((5, 5))
        (5, 5)
        """
        return (self.size, *space) if self.has_axis else tuple(space)

    def __str__(self) -> str:
        if not self.has_axis:
            return "planar" if self.field is None else f"planar {self.field.name}"
        if len(self.subgroup) == 1:
            return "regular"
        return f"function on G/H with |H| = {len(self.subgroup)}, {self.size} cosets"

    def __repr__(self) -> str:
        return f"FeatureType({str(self)!r})"
