"""The index of a subgroup, and one representative of each of its cosets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from jaxtyping import Int

from groupkit.algebra.commuting import members_of
from groupkit.algebra.finite_part import finite_group
from groupkit.cosets import Cosets
from groupkit.errors import ElementError, brief
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.split_group import SplitGroup


def index(group: FiniteGroup | SplitGroup, subgroup: Subgroup | Iterable[int]) -> int:
    """Return |G : H| = |G| / |H|, the number of left cosets, and of right ones (Lagrange).

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.

    Returns
    -------
    int

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> index(p4m.stabilizer, [0, 4])
    4
    """
    finite = finite_group(group, "indices of finite subgroups")
    return finite.order // len(finite.as_subgroup(subgroup))


def transversal(
    group: FiniteGroup | SplitGroup,
    subgroup: Subgroup | Iterable[int],
    side: Literal["left", "right"] = "left",
) -> Int[np.ndarray, " cosets"]:
    """Return one element, the smallest, of each coset aH (left) or Ha (right).

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.
    side : {"left", "right"}
        Whether cosets are aH or Ha.

    Returns
    -------
    numpy.ndarray
        [|G : H|], numbers of elements.

    Raises
    ------
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; ask ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> transversal(p4m.stabilizer, [0, 4]).tolist()
    [0, 1, 2, 3]
    """
    finite = finite_group(group, "cosets of finite subgroups")
    return _cosets(finite, subgroup, side).representatives


def is_transversal(
    group: FiniteGroup | SplitGroup,
    subgroup: Subgroup | Iterable[int],
    elements: Iterable[int],
    side: Literal["left", "right"] = "left",
) -> bool:
    """Return whether some elements meet every coset aH (left) or Ha (right) exactly once.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G; of Z^d ⋊ S, which is infinite, give the stabilizer.
    subgroup : Subgroup or iterable of int
        H, or all its elements.
    elements : iterable of int
        Those that are asked about.
    side : {"left", "right"}
        Whether cosets are aH or Ha.

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
    >>> is_transversal(p4m.stabilizer, [0, 4], [0, 4, 2, 3])
    False
    >>> is_transversal(p4m.stabilizer, [0, 4], [0, 5, 2, 7])
    True
    """
    finite = finite_group(group, "cosets of finite subgroups")
    cosets = _cosets(finite, subgroup, side)
    met = sorted(cosets.index_of[members_of(finite, elements)].tolist())
    return met == list(range(len(cosets)))


def _cosets(group: FiniteGroup, subgroup: Subgroup | Iterable[int], side: str) -> Cosets:
    """Return the cosets aH or Ha."""
    if str(side) not in ("left", "right"):
        raise ElementError(
            f"cosets aH are 'left', cosets Ha 'right', not {brief(side)}; choose one of them",
            witness=side,
        )
    return group.left_cosets(subgroup) if str(side) == "left" else group.right_cosets(subgroup)
