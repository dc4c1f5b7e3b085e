r"""Maps on G seen as maps on a smaller group :math:`Z^d \rtimes H`, and back.

H acts on S/K; an orbit of it, with a base point c of stabilizer :math:`K' = H \cap c K c^{-1}`, is
:math:`H/K'`. A map on G/K is therefore one map on each of the orbits: copies, stored as channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from groupkit import FeatureType, SplitGroup
from groupkit.errors import GroupkitError
from groupkit.feature_type import TypeLike
from groupkit.field import Field
from groupkit.groups import embedding
from groupkit_torch.feature_maps import axis_size, check_map


class RestrictionError(GroupkitError, ValueError):
    """A map or a layer has no counterpart on the smaller group."""

    law = "a restriction is to a subgroup, whose orbits on S/K are all of one kind"


@dataclass(frozen=True, eq=False)
class RestrictedType:
    r"""What maps on G/K are on the smaller group: copies of maps on :math:`H/K'`.

    Parameters
    ----------
    whole : FeatureType
        On G.
    part : FeatureType
        On the smaller group.
    position : numpy.ndarray
        int64 [copies, \|H/K'\|], the coset in S/K of each entry of each copy.
    """

    whole: FeatureType
    part: FeatureType
    position: Int[np.ndarray, "copies size"]

    @property
    def copies(self) -> int:
        """How many maps of the smaller group one map of G is."""
        return len(self.position)

    @property
    def order(self) -> Int[Tensor, " cosets"]:
        """The coset of each entry, copy by copy."""
        return torch.tensor(self.position.reshape(-1))

    @property
    def inverse(self) -> Int[Tensor, " cosets"]:
        """Which entry, counted copy by copy, each coset is."""
        return torch.tensor(np.argsort(self.position.reshape(-1)))


@lru_cache(maxsize=256)
def restrict_type(kind: FeatureType, large: SplitGroup, small: SplitGroup) -> RestrictedType:
    """Return what maps of a type are on a smaller group.

    Orbits come by their smallest coset; the base point of the first is its smallest coset, those
    of the others are the smallest with the same stabilizer.

    Raises
    ------
    RestrictionError
        If the orbits are not all of one kind, naming two that differ.

    Examples
    --------
    >>> import groupkit as gk
    >>> seen = restrict_type(gk.p4m.feature_type("regular"), gk.p4m, gk.p4)
    >>> seen.copies, seen.part
    (2, FeatureType('regular'))
    >>> seen.position.tolist()  # the second copy runs backwards: r m = m r^-1
    [[0, 1, 2, 3], [4, 7, 6, 5]]
    """
    numbers = embedding(small, large)
    if kind.field is not None:
        field = Field(small.stabilizer, kind.field.matrices[numbers], kind.field.name)
        part = FeatureType.of(small.stabilizer, field)
        return RestrictedType(kind, part, np.zeros((1, 1), dtype=np.int64))
    if not kind.has_axis:
        planar = FeatureType.of(small.stabilizer, "planar")
        return RestrictedType(kind, planar, np.zeros((1, 1), dtype=np.int64))
    moved = kind.action[numbers]  # [order of H, cosets]
    left = set(range(kind.size))
    orbits = []
    while left:
        orbit = np.unique(moved[:, min(left)])
        orbits.append(orbit)
        left -= set(orbit.tolist())
    members = tuple(np.flatnonzero(moved[:, orbits[0][0]] == orbits[0][0]).tolist())
    part = FeatureType.of(small.stabilizer, members)
    position = []
    for orbit in orbits:
        fixed = (moved[:, orbit] == orbit).T
        same = [c for c, fixes in zip(orbit, fixed, strict=True) if _is(members, fixes)]
        if not same:
            raise RestrictionError(
                f"maps of type {kind} are no maps of one type on {small.name}: its orbits "
                f"{orbits[0].tolist()} and {orbit.tolist()} of cosets are not of one kind; "
                "restrict to another subgroup, or use regular maps",
                witness=(orbits[0].tolist(), orbit.tolist()),
            )
        position.append(moved[part.cosets.representatives, same[0]])
    return RestrictedType(kind, part, np.array(position, dtype=np.int64))


def _is(members: tuple[int, ...], fixes: Shaped[np.ndarray, " order"]) -> bool:
    return tuple(np.flatnonzero(fixes).tolist()) == members


def restrict_map(
    x: Shaped[Tensor, "batch channels *rest"],
    large: SplitGroup,
    small: SplitGroup,
    feature_type: FeatureType | TypeLike = "regular",
) -> Shaped[Tensor, "batch copies *out_rest"]:
    r"""Return a map on G as one on a smaller group: its copies follow one another as channels.

    Parameters
    ----------
    x : Tensor
        [batch, channels, \|S/K\|, *space], or [batch, channels, *space].
    large, small : SplitGroup
        G, and the smaller group, whose matrices are some of G's.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the map is a function on.

    Returns
    -------
    Tensor
        [batch, channels · copies, \|H/K'\|, *space].

    Raises
    ------
    NotASubgroupError, DimensionError
        If the smaller group is no subgroup.
    RestrictionError, FeatureTypeError
        If there is no such map.

    Examples
    --------
    >>> import groupkit as gk
    >>> restrict_map(torch.rand(1, 3, 8, 9, 9), gk.p4m, gk.p4).shape
    torch.Size([1, 6, 4, 9, 9])
    """
    kind = large.feature_type(feature_type)
    check_map(x, None, axis_size(kind), large.dimension)
    seen = restrict_type(kind, large, small)
    return to_copies(x, seen.order.to(x.device), seen.copies) if kind.has_axis else x


def induce(
    x: Shaped[Tensor, "batch channels *rest"],
    small: SplitGroup,
    large: SplitGroup,
    feature_type: FeatureType | TypeLike = "regular",
) -> Shaped[Tensor, "batch channels *out_rest"]:
    r"""Return a map on a smaller group as one on G: itself on the first copy, zero elsewhere.

    .. math:: (\mathrm{Ind} f)(sK, x) = f(sK, x) \text{ for } s \in H,\ 0 \text{ otherwise.}

    It commutes with H, and is adjoint to taking the first copy of `restrict_map`.

    Parameters
    ----------
    x : Tensor
        [batch, channels, \|H/K\|, *space].
    small, large : SplitGroup
        The smaller group, and G.
    feature_type : "regular" or subgroup of H
        What the map is a function on.

    Returns
    -------
    Tensor
        [batch, channels, \|S/K\|, *space].

    Raises
    ------
    NotASubgroupError, DimensionError
        If the smaller group is no subgroup.
    RestrictionError, FeatureTypeError
        If there is no such map, as for planar ones.

    Examples
    --------
    >>> import groupkit as gk
    >>> y = induce(torch.ones(1, 3, 4, 9, 9), gk.p4, gk.p4m)
    >>> y.shape, y[0, 0, :, 0, 0].tolist()
    (torch.Size([1, 3, 8, 9, 9]), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    """
    kind = small.feature_type(feature_type)
    if not kind.has_axis:
        raise RestrictionError(
            "planar maps are not extended by zero, as they live on all of S; lift them instead",
            witness=kind,
        )
    check_map(x, None, kind.size, small.dimension)
    numbers = embedding(small, large)
    whole = large.feature_type(numbers[list(kind.subgroup)].tolist())
    ours = whole.cosets.index_of[numbers[list(kind.cosets.representatives)]]
    y = x.new_zeros(*x.shape[:2], whole.size, *x.shape[3:])
    return y.index_copy(2, torch.tensor(ours, device=x.device), x)


def to_copies(
    x: Shaped[Tensor, "batch channels cosets *space"], order: Int[Tensor, " cosets"], copies: int
) -> Shaped[Tensor, "batch more_channels size *space"]:
    """Return the entries of S/K, copy by copy, as channels of the smaller group.

    ``order`` is `RestrictedType.order`.
    """
    copied: Tensor = x.index_select(2, order)
    as_channels: Tensor = copied.unflatten(2, (copies, -1)).flatten(1, 2)
    return as_channels


def from_copies(
    x: Shaped[Tensor, "batch more_channels size *space"],
    inverse: Int[Tensor, " cosets"],
    copies: int,
) -> Shaped[Tensor, "batch channels cosets *space"]:
    """Return the map on G of which `to_copies` makes these channels.

    ``inverse`` is `RestrictedType.inverse`.
    """
    whole: Tensor = x.unflatten(1, (-1, copies)).flatten(2, 3)
    return whole.index_select(2, inverse)
