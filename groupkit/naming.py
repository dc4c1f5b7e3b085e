"""Names of elements: products of powers of the generators on the axes, where they are that."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Final

import numpy as np
from jaxtyping import Int

_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def axis_generators(
    axes: Mapping[str, int], table: Int[np.ndarray, "order order"], identity: int
) -> dict[str, int] | None:
    """Return the element of index 1 on each axis, None unless element (i, j, …) is aⁱ bʲ ….

    Examples
    --------
    >>> from groupkit import p4m
    >>> s = p4m.stabilizer
    >>> axis_generators(s.axes, s.cayley_table, s.identity)
    {'m': 4, 'r': 1}
    """
    sizes = tuple(axes.values())
    steps = [prod(sizes[k + 1 :]) for k in range(len(sizes))]
    units = {name: step for (name, n), step in zip(axes.items(), steps, strict=True) if n > 1}
    for element in range(len(table)):
        value = identity
        for (name, size), step in zip(axes.items(), steps, strict=True):
            for _ in range(element // step % size):
                value = int(table[value, units[name]])
        if value != element:
            return None
    return units


def product_names(
    axes: Mapping[str, int], table: Int[np.ndarray, "order order"], identity: int
) -> tuple[str, ...]:
    """Return a short name for each element: the product of powers that it is, or its number.

    Examples
    --------
    >>> from groupkit import p4m
    >>> s = p4m.stabilizer
    >>> product_names(s.axes, s.cayley_table, s.identity)[:6]
    ('e', 'r', 'r²', 'r³', 'm', 'mr')
    """
    if axis_generators(axes, table, identity) is None:
        return tuple(str(number) for number in range(len(table)))
    joint = "" if all(len(axis) == 1 for axis in axes) else "·"
    names = []
    for index in np.ndindex(*axes.values()):
        powers = [axis + _superscript(k) for axis, k in zip(axes, index, strict=True) if k]
        names.append(joint.join(powers) or "e")
    return tuple(names)


def _superscript(exponent: int) -> str:
    return "" if exponent == 1 else str(exponent).translate(_SUPERSCRIPTS)
