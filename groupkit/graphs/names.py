"""Names of the elements of any finite group."""

from __future__ import annotations

from groupkit import naming
from groupkit.finite_group import FiniteGroup
from groupkit.stabilizer import Stabilizer


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
    return naming.axis_generators(group.axes, group.cayley_table, group.identity)


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
    return group.element_names
