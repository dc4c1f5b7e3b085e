"""Products of stabilizers: with internal groups, which move no point, and with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.errors import AxesError, TooLargeError, brief
from groupkit.finite_group import FiniteGroup
from groupkit.generation import MOST_ELEMENTS
from groupkit.integers import integer
from groupkit.stabilizer import Stabilizer

Table = Int[np.ndarray, "_ _"]


def with_internal(stabilizer: Stabilizer, factors: Mapping[str, int | FiniteGroup]) -> Stabilizer:
    """Return S × K, where K = K_1 × K_2 × … fixes every point: M(s, k) = M(s).

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    factors : mapping of str to int or FiniteGroup
        The axis of each K_i, and its order if it is cyclic: index k of the axis is the k-th
        power of a generator, or element k of a finite group.  These axes follow those of S.

    Raises
    ------
    AxesError
        If a name is taken, or a factor is neither an order nor a finite group.
    TooLargeError
        At more than 4096 elements.
    """
    named: Any = factors
    if not isinstance(named, Mapping) or not named:
        raise AxesError(
            f"internal symmetries are named axes with their groups, such as {{'c': 2}}, not "
            f"{brief(factors)}",
            witness=factors,
        )
    axes, tables = stabilizer.axes, [stabilizer.cayley_table]
    for name, factor in factors.items():
        if name in axes:
            raise AxesError(
                f"{brief(name)} already is an axis of {stabilizer}; name the internal one "
                "differently",
                witness=name,
            )
        size = factor.order if isinstance(factor, FiniteGroup) else integer(factor)
        if size is None or size < 1 or isinstance(factor, bool):
            raise AxesError(
                f"internal axis {brief(name)} = {brief(factor)} is neither the order of a cyclic "
                "group nor a FiniteGroup; give one of them",
                witness=factor,
            )
        axes[name] = size
        _check_size(len(tables[0]) * size)
        numbers = np.arange(size)
        cyclic = (numbers[:, None] + numbers) % size
        tables.append(factor.cayley_table if isinstance(factor, FiniteGroup) else cyclic)
    table = product_table(tables)
    matrices = np.repeat(stabilizer.matrices, len(table) // stabilizer.order, axis=0)
    return Stabilizer(axes, matrices, table)


def direct_product(first: Stabilizer, second: Stabilizer) -> Stabilizer:
    """Return S × S', acting on Z^d × Z^d' by diagonal blocks.

    The axes of S' follow those of S; one whose name is taken gets the first free number after
    it: r, r2, r3, …
    """
    _check_size(first.order * second.order)
    axes = first.axes
    for name, size in second.axes.items():
        free, number = name, 2
        while free in axes:
            free, number = f"{name}{number}", number + 1
        axes[free] = size
    d, e = first.dimension, second.dimension
    matrices = np.zeros((first.order, second.order, d + e, d + e), dtype=np.int64)
    matrices[..., :d, :d] = first.matrices[:, None]
    matrices[..., d:, d:] = second.matrices[None, :]
    flat = matrices.reshape(-1, d + e, d + e)
    return Stabilizer(axes, flat, product_table([first.cayley_table, second.cayley_table]))


def product_table(tables: Iterable[Table]) -> Table:
    """Return the Cayley table of a direct product, its elements row-major over the factors.

    Examples
    --------
    >>> product_table([np.array([[0, 1], [1, 0]]), np.array([[0, 1], [1, 0]])])[1].tolist()
    [1, 0, 3, 2]
    """
    result = np.zeros((1, 1), dtype=np.int64)
    for table in tables:
        n = len(result) * len(table)
        # entry [(a, b), (c, d)] is (ac, bd)
        pairs = result[:, None, :, None] * len(table) + table[None, :, None, :]
        result = pairs.reshape(n, n)
    return result


def _check_size(count: int) -> None:
    if count > MOST_ELEMENTS:
        raise TooLargeError(
            f"the product has {count} elements, more than {MOST_ELEMENTS}, the most that can be "
            "tabulated; choose smaller factors",
            witness=count,
        )
