"""What a function of finite groups makes of Z^d ⋊ S: its stabilizer, or a refusal."""

from __future__ import annotations

from typing import Any

from groupkit.errors import ElementError, InfiniteRequestError, brief
from groupkit.finite_group import FiniteGroup
from groupkit.split_group import SplitGroup


def finite_part(group: FiniteGroup | SplitGroup) -> FiniteGroup:
    """Return a finite group as it is, and S for Z^d ⋊ S.

    For questions about the quotient G / Z^d ≅ S, whose docstrings say so.

    Examples
    --------
    >>> from groupkit import p4m
    >>> finite_part(p4m) is p4m.stabilizer
    True
    """
    if isinstance(group, SplitGroup):
        return group.stabilizer
    return _checked(group)


def finite_group(group: FiniteGroup | SplitGroup, request: str) -> FiniteGroup:
    """Return a finite group as it is, and refuse Z^d ⋊ S.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
    request : str
        What was asked for, as it follows "the": "the subgroups".

    Raises
    ------
    InfiniteRequestError
        For a split group: what was asked for is infinite or has infinite members.
    """
    if isinstance(group, SplitGroup):
        raise InfiniteRequestError(
            f"the {request} of {group.name} = Z^{group.dimension} ⋊ S are not a finite question: "
            f"it has infinitely many elements, and a subgroup nZ^{group.dimension} for every n; "
            "ask for those of its stabilizer S, the finite group that is group.stabilizer",
            witness=group.name,
        )
    return _checked(group)


def _checked(group: Any) -> FiniteGroup:
    if not isinstance(group, FiniteGroup):
        raise ElementError(
            f"{brief(group)} is no group; give a FiniteGroup or a SplitGroup, or make one with "
            "FiniteGroup.from_generators",
            witness=group,
        )
    return group
