"""Quotients of a finite group by its normal subgroups."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from groupkit.algebra.finite_part import finite_group
from groupkit.algebra.homomorphism import Homomorphism
from groupkit.algebra.normality import check_normal
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.split_group import SplitGroup


def quotient_group(
    group: FiniteGroup | SplitGroup, normal: Subgroup | Iterable[int]
) -> FiniteGroup:
    """Return G / N, whose element c is the coset number c of ``group.left_cosets(normal)``.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
    normal : Subgroup or iterable of int
        N, or all its elements.

    Returns
    -------
    FiniteGroup
        Of order |G : N|.

    Raises
    ------
    NotNormalError
        With a conjugate that leaves N.
    NotASubgroupError, ElementError
    InfiniteRequestError
        For Z^d ⋊ S; its quotient by the translations is ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> quotient_group(p4m.stabilizer, [0, 2])
    FiniteGroup(order=4, abelian, element orders 1 2 2 2)
    """
    return projection(group, normal).target


def projection(group: FiniteGroup | SplitGroup, normal: Subgroup | Iterable[int]) -> Homomorphism:
    """Return G → G / N, a ↦ aN, whose kernel is N (see `quotient_group`).

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        G.
    normal : Subgroup or iterable of int
        N, or all its elements.

    Returns
    -------
    Homomorphism
        From G to `quotient_group` of the two.

    Raises
    ------
    NotNormalError, NotASubgroupError, ElementError, InfiniteRequestError
        As in `quotient_group`.

    Examples
    --------
    >>> from groupkit import p4m
    >>> projection(p4m.stabilizer, [0, 2]).images.tolist()
    [0, 1, 0, 1, 2, 3, 2, 3]
    """
    finite = finite_group(group, "quotients")
    cosets = finite.left_cosets(check_normal(finite, normal))
    first = cosets.representatives
    quotient = FiniteGroup(cosets.index_of[finite.cayley_table[np.ix_(first, first)]])
    return Homomorphism(finite, quotient, cosets.index_of.tolist())
