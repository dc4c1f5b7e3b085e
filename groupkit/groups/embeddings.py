"""Split groups inside each other: which element of the large one each of the small one is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from groupkit import relations
from groupkit.errors import ElementError, brief
from groupkit.split_group import SplitGroup


def embedding(small: SplitGroup, large: SplitGroup) -> Int[np.ndarray, " order"]:
    """Return the number in the S of `large` of each element of the S of `small`, by matrices.

    Where a group has internal symmetries, so that matrices do not determine its elements, they
    are matched by the names of their axes, as `SplitGroup.restrict` leaves them.

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
