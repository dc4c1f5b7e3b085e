"""Split groups inside each other: which element of the large one each of the small one is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from groupkit import relations
from groupkit.split_group import SplitGroup


def embedding(small: SplitGroup, large: SplitGroup) -> Int[np.ndarray, " order"]:
    """Return the number in the S of `large` of each element of the S of `small`, by matrices.

    Raises
    ------
    NotASubgroupError
        If a matrix of the small group is none of the large one's, with that matrix.
    DimensionError
        If the groups have different dimensions.
    ElementError
        If a group has internal symmetries, so that matrices do not determine its elements.

    Examples
    --------
    >>> from groupkit import p4, p4m
    >>> embedding(p4, p4m).tolist()
    [0, 1, 2, 3]
    """
    return relations.embedding(small.stabilizer, large.stabilizer)
