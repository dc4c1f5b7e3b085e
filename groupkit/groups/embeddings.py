"""Split groups inside each other: which element of the large one each of the small one is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from groupkit import relations
from groupkit.algebra import change_of_basis, subgroup_classes
from groupkit.errors import ElementError, NotASubgroupError, brief
from groupkit.split_group import SplitGroup


def embedding(small: SplitGroup, large: SplitGroup) -> Int[np.ndarray, " order"]:
    """Return the number in the S of ``large`` of each element of the S of ``small``, by matrices.

    Where a group has internal symmetries, so that matrices do not determine its elements, they
    are matched by the names of their axes, as `SplitGroup.restrict` leaves them.

    Parameters
    ----------
    small, large : SplitGroup
        In the same basis.

    Returns
    -------
    numpy.ndarray
        [order of the small group].

    Raises
    ------
    NotASubgroupError
        If a matrix of the small group is none of the large one's, with that matrix, or the
        axes do not match.
    DimensionError
        If the groups have different dimensions.

    Examples
    --------
    >>> from groupkit import p4, p4m
    >>> embedding(p4, p4m).tolist()
    [0, 1, 2, 3]
    """
    for group in (small, large):
        if not isinstance(group, SplitGroup):
            raise ElementError(f"{brief(group)} is no SplitGroup; give two of them", witness=group)
    return relations.embedding(small.stabilizer, large.stabilizer)


def is_subgroup_in_some_basis(small: SplitGroup, large: SplitGroup) -> bool:
    """Return whether ``small`` is Z^d ⋊ H in some basis, for a subgroup H of the S of ``large``.

    Of each class of conjugate subgroups H one is compared (see `algebra.change_of_basis`).
    Where ``small`` has internal symmetries, axes decide, as for `embedding`.

    Examples
    --------
    >>> from groupkit import p2, p4, p6
    >>> is_subgroup_in_some_basis(p2, p6), is_subgroup_in_some_basis(p4, p6)
    (True, False)
    """
    if small.dimension != large.dimension or large.order % small.order:
        return False
    if not small.stabilizer.is_faithful:
        try:
            embedding(small, large)
        except NotASubgroupError:
            return False
        return True
    for first, *_ in subgroup_classes(large.stabilizer):
        if len(first) == small.order:
            inner, _ = relations.restrict(large.stabilizer, first)
            if inner.is_faithful and change_of_basis(small.stabilizer, inner) is not None:
                return True
    return False
