"""Facts about a Cayley table: pure functions of integer arrays, exact and exhaustive.

A table T of order n has T[a, b] = the number of the product ab.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int

from groupkit.errors import (
    MissingIdentityError,
    NotAssociativeError,
    NotClosedError,
    NotInvertibleError,
)

Table = Int[np.ndarray, "order order"]


def identity_of(table: Table) -> int:
    """Return the element e with ea = ae = a for all a.

    Raises
    ------
    MissingIdentityError
        If there is none.
    """
    numbers = np.arange(len(table))
    neutral = (table == numbers).all(axis=1) & (table.T == numbers).all(axis=1)
    if not neutral.any():
        raise MissingIdentityError(
            "the Cayley table has no identity: no row and column of one element both read "
            f"0, 1, …, {len(table) - 1}; add the identity element",
            witness=table.tolist(),
        )
    return int(np.argmax(neutral))


def check_closed(table: Table) -> None:
    """Raise NotClosedError unless every entry is the number of an element."""
    outside = (table < 0) | (table >= len(table))
    if outside.any():
        a, b = (int(i) for i in np.argwhere(outside)[0])
        raise NotClosedError(
            f"the Cayley table is not closed: entry [{a}, {b}] = {table[a, b]} is the number of "
            f"none of its {len(table)} elements; use the numbers 0 to {len(table) - 1}",
            witness=(a, b, int(table[a, b])),
        )


def check_latin(table: Table) -> None:
    """Raise NotInvertibleError unless every row and every column is a permutation."""
    numbers = np.arange(len(table))
    for kind, lines in (("row", table), ("column", table.T)):
        good = (np.sort(lines, axis=1) == numbers).all(axis=1)
        if not good.all():
            line = int(np.argmin(good))
            values, counts = np.unique(lines[line], return_counts=True)
            twice = int(values[np.argmax(counts)])
            raise NotInvertibleError(
                f"{kind} {line} of the Cayley table has {twice} twice, so element {line} has no "
                "inverse; every row and column must hold each element once",
                witness=(kind, line, twice),
            )


def check_associative(table: Table) -> None:
    """Raise NotAssociativeError unless (ab)c = a(bc) for all triples.

    Light's test: it is enough that b runs over elements whose products are all elements.
    """
    for b in some_generators(table, identity_of(table)):
        left, right = table[table[:, b]], table[:, table[b]]
        if not np.array_equal(left, right):
            a, c = (int(i) for i in np.argwhere(left != right)[0])
            raise NotAssociativeError(
                f"the Cayley table is not associative: ({a}·{b})·{c} = {left[a, c]} but "
                f"{a}·({b}·{c}) = {right[a, c]}; correct one of these products",
                witness=(a, b, c),
            )


def inverses_of(table: Table, identity: int) -> Int[np.ndarray, " order"]:
    """Return the inverse of every element of a group's table."""
    inverses: Int[np.ndarray, " order"] = np.argmax(table == identity, axis=1)
    return inverses


def element_orders_of(table: Table, identity: int) -> Int[np.ndarray, " order"]:
    """Return the smallest k ≥ 1 with aᵏ = e, for every element a."""
    numbers = np.arange(len(table))
    orders = np.zeros(len(table), dtype=np.int64)
    power = numbers
    for k in range(1, len(table) + 1):
        orders[(power == identity) & (orders == 0)] = k
        if orders.all():
            break
        power = table[power, numbers]
    return orders


def generated_by(table: Table, identity: int, generators: Iterable[int]) -> Bool[np.ndarray, " n"]:
    """Return the mask of the subgroup that some elements generate."""
    steps = np.unique(np.array(list(generators), dtype=np.int64))
    inside = np.zeros(len(table), dtype=bool)
    inside[identity] = True
    frontier = np.array([identity])
    while frontier.size and steps.size:
        products = np.unique(table[np.ix_(frontier, steps)])
        frontier = products[~inside[products]]
        inside[frontier] = True
    return inside


def some_generators(table: Table, identity: int) -> list[int]:
    """Return elements whose products are all elements: each the first that those before miss."""
    generators: list[int] = []
    inside = generated_by(table, identity, generators)
    while not inside.all():
        generators.append(int(np.argmin(inside)))
        inside = generated_by(table, identity, generators)
    return generators


def small_generating_set(table: Table, identity: int) -> tuple[int, ...]:
    """Return generators, each the smallest of those that enlarge the subgroup most."""
    chosen: tuple[int, ...] = ()
    inside = generated_by(table, identity, chosen)
    while not inside.all():
        candidates = [
            (int(generated_by(table, identity, (*chosen, a)).sum()), -a)
            for a in range(len(table))
            if not inside[a]
        ]
        chosen = (*chosen, -max(candidates)[1])
        inside = generated_by(table, identity, chosen)
    return chosen
