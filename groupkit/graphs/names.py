"""Names of elements: products of powers of generators, where elements are that."""

from __future__ import annotations

from typing import Final

from groupkit.finite_group import FiniteGroup
from groupkit.stabilizer import Stabilizer

_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def axis_generators(group: FiniteGroup) -> dict[str, int] | None:
    """Return the element of index 1 on each axis, None unless element (i, j, …) is aⁱ bʲ ….

    Examples
    --------
    >>> from groupkit import p4m
    >>> axis_generators(p4m.stabilizer)
    {'m': 4, 'r': 1}
    """
    if not isinstance(group, Stabilizer):
        return None
    units = {name: group.index_of(**{name: 1}) for name, n in group.axes.items() if n > 1}
    table = group.cayley_table
    for element in group:
        value = group.identity
        for name, exponent in group.axis_indices(element).items():
            for _ in range(int(exponent)):
                value = int(table[value, units[name]])
        if value != element:
            return None
    return units


def element_names(group: FiniteGroup) -> tuple[str, ...]:
    """Return a short name for each element: the product of powers that it is, or its number.

    Examples
    --------
    >>> from groupkit import FiniteGroup, p4m
    >>> element_names(p4m.stabilizer)[:6]
    ('e', 'r', 'r²', 'r³', 'm', 'mr')
    >>> element_names(FiniteGroup([[0, 1], [1, 0]]))
    ('0', '1')
    """
    if not isinstance(group, Stabilizer) or axis_generators(group) is None:
        return tuple(str(number) for number in group)
    names = []
    for element in group:
        powers = [(axis, int(k)) for axis, k in group.axis_indices(element).items() if k]
        joint = "" if all(len(axis) == 1 for axis, _ in powers) else "·"
        names.append(joint.join(axis + _superscript(k) for axis, k in powers) or "e")
    return tuple(names)


def _superscript(exponent: int) -> str:
    return "" if exponent == 1 else str(exponent).translate(_SUPERSCRIPTS)
