"""What makes permutations an action of a group, checked with a witness."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.errors import NotAnActionError, brief
from groupkit.finite_group import FiniteGroup


def distinct(points: Any) -> tuple[Hashable, ...]:
    """Return points in order of first appearance, or raise NotAnActionError."""
    try:
        return tuple(dict.fromkeys(points))
    except TypeError:
        raise NotAnActionError(
            f"points are listed and hashable, as numbers and tuples are, not {brief(points)}; "
            "give them as tuples, say",
            witness=points,
        ) from None


def lookup(numbers: dict[Hashable, int], point: Any) -> int:
    """Return the number of a point, -1 if it is none of them or cannot be one."""
    try:
        return numbers.get(point, -1)
    except TypeError:  # not hashable
        return -1


def check_action(
    group: FiniteGroup, images: Int[np.ndarray, "order points"], points: tuple[Hashable, ...]
) -> None:
    """Raise NotAnActionError unless rows are permutations that compose as the group does."""
    numbers = np.arange(len(points))
    bad = (np.sort(images, axis=1) != numbers).any(axis=1)
    bad[group.identity] |= (images[group.identity] != numbers).any()
    if bad.any():
        a = int(np.argmax(bad))
        what = "fix every point" if a == group.identity else "permute the points"
        i = _first_defect(images[a], a == group.identity)
        raise NotAnActionError(
            f"{a} does not {what}: {brief(points[i])} goes to {brief(points[images[a, i]])}"
            f"{', as does another point' if a != group.identity else ''}; correct the action",
            witness=(a, points[i]),
        )
    for b in group.generators:  # (ab)c = a(bc): the other products follow
        after = images[:, images[b]]
        wrong = images[group.cayley_table[:, b]] != after
        if wrong.any():
            a, i = (int(k) for k in np.argwhere(wrong)[0])
            ab = int(group.cayley_table[a, b])
            raise NotAnActionError(
                f"{a}·{b} = {ab} does not act as {a} after {b}: it maps {brief(points[i])} to "
                f"{brief(points[images[ab, i]])}, not to {brief(points[after[a, i]])}; act from "
                "the left, by an inverse where a right action is meant",
                witness=(a, b, points[i]),
            )


def _first_defect(row: Int[np.ndarray, " points"], identity: bool) -> int:
    """Return a point that a row moves (of the identity), or that shares its image."""
    if identity:
        return int(np.argmax(row != np.arange(len(row))))
    counts = np.bincount(row, minlength=len(row))
    return int(np.argmax(counts[row] > 1))
