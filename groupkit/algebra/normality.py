"""Conjugates of a subgroup: normal ones, normalisers, cores and closures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int

from groupkit.algebra.commuting import members_of, of_mask
from groupkit.algebra.finite_part import finite_group
from groupkit.errors import NotNormalError
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.split_group import SplitGroup

SubgroupLike = Subgroup | Iterable[int]


def is_normal(group: FiniteGroup | SplitGroup, subgroup: SubgroupLike) -> bool:
    """Return whether aHa⁻¹ = H for all a.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
    subgroup : Subgroup or iterable of int
        H, or all its elements.

    Returns
    -------
    bool

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> is_normal(p4m.stabilizer, [0, 2]), is_normal(p4m.stabilizer, [0, 4])
    (True, False)
    """
    finite = finite_group(group, "normal subgroups")
    return bool(_conjugates(finite, finite.as_subgroup(subgroup)).all())


def check_normal(group: FiniteGroup | SplitGroup, subgroup: SubgroupLike) -> Subgroup:
    """Return a subgroup, checked to be normal.

    Raises
    ------
    NotNormalError
        With a and h for which aha⁻¹ leaves the subgroup.
    """
    finite = finite_group(group, "normal subgroups")
    checked = finite.as_subgroup(subgroup)
    inside = _conjugates(finite, checked)
    if not inside.all():
        a, i = (int(k) for k in np.argwhere(~inside)[0])
        h = checked.members[i]
        image = int(_conjugation(finite)[a, h])
        raise NotNormalError(
            f"{checked.members} is not normal: {a}·{h}·{a}⁻¹ = {image} is not among them; take "
            "its core or its normal closure, or work in its normalizer",
            witness=(a, h, image),
        )
    return checked


def conjugate_subgroups(
    group: FiniteGroup | SplitGroup, subgroup: SubgroupLike
) -> tuple[Subgroup, ...]:
    """Return the distinct aHa⁻¹, by their members: as many as the index of the normaliser.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.

    Returns
    -------
    tuple of Subgroup

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p6m
    >>> [h.members for h in conjugate_subgroups(p6m.stabilizer, [0, 6])]
    [(0, 6), (0, 8), (0, 10)]
    """
    finite = finite_group(group, "conjugates")
    chosen = list(finite.as_subgroup(subgroup).members)
    images = np.unique(np.sort(_conjugation(finite)[:, chosen], axis=1), axis=0)
    return tuple(Subgroup(finite, tuple(row)) for row in images.tolist())


def normalizer(group: FiniteGroup | SplitGroup, subgroup: SubgroupLike) -> Subgroup:
    """Return N(H) = {a : aHa⁻¹ = H}, the largest subgroup in which H is normal.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.

    Returns
    -------
    Subgroup

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> normalizer(p4m.stabilizer, [0, 4]).members
    (0, 2, 4, 6)
    """
    finite = finite_group(group, "normalisers")
    return of_mask(finite, np.all(_conjugates(finite, finite.as_subgroup(subgroup)), axis=1))


def core(group: FiniteGroup | SplitGroup, subgroup: SubgroupLike) -> Subgroup:
    """Return the intersection of all aHa⁻¹: the largest normal subgroup of G inside H.

    It is the kernel of the action on the cosets of H.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.

    Returns
    -------
    Subgroup

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> core(p4m.stabilizer, [0, 2, 4, 6]).members, core(p4m.stabilizer, [0, 4]).members
    ((0, 2, 4, 6), (0,))
    """
    finite = finite_group(group, "normal subgroups")
    chosen = list(finite.as_subgroup(subgroup).members)
    return of_mask(finite, np.all(np.isin(_conjugation(finite), chosen), axis=0))


def normal_closure(
    group: FiniteGroup | SplitGroup, elements: int | Subgroup | Iterable[int]
) -> Subgroup:
    """Return the smallest normal subgroup that contains some elements.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    elements : int, Subgroup or iterable of int
        One element, a subgroup, or any set of elements.

    Returns
    -------
    Subgroup

    Raises
    ------
    ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> normal_closure(p4m.stabilizer, 4).members
    (0, 2, 4, 6)
    """
    finite = finite_group(group, "normal subgroups")
    return finite.subgroup(np.unique(_conjugation(finite)[:, members_of(finite, elements)]))


def _conjugation(group: FiniteGroup) -> Int[np.ndarray, "order order"]:
    """Return entry [a, b] = a b a⁻¹."""
    table: Int[np.ndarray, "order order"] = group.cayley_table[
        group.cayley_table, group.inverses[:, None]
    ]
    return table


def _conjugates(group: FiniteGroup, subgroup: Subgroup) -> Bool[np.ndarray, "order members"]:
    """Return whether a h a⁻¹ ∈ H, for all a and all members h."""
    chosen = list(subgroup.members)
    return np.isin(_conjugation(group)[:, chosen], chosen)
