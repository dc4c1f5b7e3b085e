"""The Cayley graph of a planar stabilizer: places, names and joins of its elements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from groupkit.graphs.names import axis_generators
from groupkit.stabilizer import Stabilizer


@dataclass(frozen=True, eq=False)
class Edges:
    """One generator a of the graph: every element s is joined to a s."""

    name: str
    generator: int
    targets: Int[np.ndarray, " order"]
    directed: bool  # an involution joins pairs, both ways


def edges(stabilizer: Stabilizer) -> tuple[Edges, ...]:
    """Return the generators to draw: the axes if elements are products of their powers."""
    orders = stabilizer.element_orders
    generators = axis_generators(stabilizer)
    if generators is None:
        generators = {f"a_{n}": element for n, element in enumerate(stabilizer.generators)}
    return tuple(
        Edges(name, element, stabilizer.cayley_table[element], bool(orders[element] > 2))
        for name, element in generators.items()
    )


def labels(stabilizer: Stabilizer) -> tuple[str, ...]:
    """Return a short name for each element, in TeX: the product of powers, or its number.

    Examples
    --------
    >>> from groupkit import p4m
    >>> labels(p4m.stabilizer)[:6]
    ('$e$', '$r$', '$r^{2}$', '$r^{3}$', '$m$', '$mr$')
    """
    if axis_generators(stabilizer) is None:
        return tuple(f"${number}$" for number in stabilizer)
    powers = [
        [_power(name, int(exponent)) for name, exponent in stabilizer.axis_indices(s).items()]
        for s in stabilizer
    ]
    return tuple(f"${''.join(factors) or 'e'}$" for factors in powers)


def _power(name: str, exponent: int) -> str:
    """Return a power in TeX, nothing for the zeroth."""
    if exponent == 0:
        return ""
    letter = name if len(name) == 1 else rf"\mathrm{{{name}}}"
    return letter if exponent == 1 else f"{letter}^{{{exponent}}}"
