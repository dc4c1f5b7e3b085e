"""Well-known families of finite groups: by name, and recognised."""

from __future__ import annotations

from collections import Counter
from math import factorial, prod
from typing import Final

import numpy as np

from groupkit.algebra.homomorphisms import is_isomorphic
from groupkit.finite_group import FiniteGroup

# The simple groups that are not abelian, of at most 4096 elements: one for each of these orders.
SIMPLE: Final = {
    60: "A5", 168: "PSL(2, 7)", 360: "A6", 504: "PSL(2, 8)", 660: "PSL(2, 11)",
    1092: "PSL(2, 13)", 2448: "PSL(2, 17)", 2520: "A7", 3420: "PSL(2, 19)", 4080: "PSL(2, 16)",
}  # fmt: skip


def abelian_invariants(group: FiniteGroup) -> tuple[int, ...]:
    """Return the n₁, n₂, …, each a multiple of the next, with G ≅ C_n₁ × C_n₂ × … abelian.

    Examples
    --------
    >>> klein = FiniteGroup.from_generators([(1, 0, 2, 3), (0, 1, 3, 2)])
    >>> abelian_invariants(klein)
    (2, 2)
    """
    powers: list[list[int]] = []  # for each prime, the orders of its cyclic factors, descending
    for p in _primes(group.order):
        parts: list[int] = []
        k, before = 1, 1
        while True:
            killed = int((p**k % group.element_orders == 0).sum())  # elements with a^(p^k) = e
            if killed == before:
                break
            rank = round(np.log(killed / before) / np.log(p))  # factors of order at least p^k
            parts = [part * p for part in parts[:rank]] + parts[rank:] if parts else [p] * rank
            k, before = k + 1, killed
        powers.append(parts)
    longest = max((len(parts) for parts in powers), default=0)
    return tuple(prod(part[i] for part in powers if i < len(part)) for i in range(longest))


def _primes(n: int) -> list[int]:
    return [p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, p))]


def family_name(group: FiniteGroup) -> str | None:
    """Return the name of a group in one of the families that are known by one, or None.

    C_n and their products, S_n, A_n, D_n (2n elements), Dic_n and Q_4n, SD_2^k, SL(2, 3) and
    GL(2, 3).
    """
    if group.is_abelian:
        return " × ".join(f"C{n}" for n in abelian_invariants(group)) or "C1"
    return _symmetric_name(group) or _metacyclic_name(group) or _linear_name(group)


def _symmetric_name(group: FiniteGroup) -> str | None:
    for n in range(3, 7):
        if group.order not in (factorial(n), factorial(n) // 2):
            continue
        turn, swap, three = [*range(1, n), 0], [1, 0, *range(2, n)], [1, 2, 0, *range(3, n)]
        even = turn if n % 2 else [0, *range(2, n), 1]
        whole = group.order == factorial(n)
        judge = FiniteGroup.from_generators([turn, swap] if whole else [even, three])
        if is_isomorphic(group, judge):
            return f"S{n}" if whole else f"A{n}"
    return None


def _metacyclic_name(group: FiniteGroup) -> str | None:
    """Name a group with a cyclic subgroup of index 2 on which the rest acts in a known way."""
    half = group.order // 2
    for a in np.flatnonzero(group.element_orders == half) if group.order % 2 == 0 else ():
        rotations = group.subgroup([int(a)])
        b = next(x for x in group if x not in rotations)
        image = int(group.cayley_table[group.cayley_table[b, a], group.inverses[b]])
        outside = set(np.delete(group.element_orders, rotations.members).tolist())
        if image == group.inverses[a]:
            if outside == {2}:
                return f"D{half}"
            if outside == {4}:
                return f"Q{group.order}" if half & (half - 1) == 0 else f"Dic{half // 2}"
        power = int(group.cayley_table[group.inverses[a], _power(group, int(a), half // 2)])
        if half >= 8 and half & (half - 1) == 0 and image == power:
            return f"SD{group.order}"
    return None


def _power(group: FiniteGroup, a: int, exponent: int) -> int:
    power = group.identity
    for _ in range(exponent):
        power = int(group.cayley_table[power, a])
    return power


def _linear_name(group: FiniteGroup) -> str | None:
    orders = Counter(group.element_orders.tolist())
    if group.order not in (24, 48) or orders[3] != 8:
        return None
    vectors = [(x, y) for x in range(3) for y in range(3) if (x, y) != (0, 0)]
    generators = [(1, 1, 0, 1), (1, 0, 1, 1), (2, 0, 0, 1)]
    moves = [
        [vectors.index(((a * x + b * y) % 3, (c * x + d * y) % 3)) for x, y in vectors]
        for a, b, c, d in generators
    ]
    name, chosen = ("SL(2, 3)", moves[:2]) if group.order == 24 else ("GL(2, 3)", moves)
    return name if is_isomorphic(group, FiniteGroup.from_generators(chosen)) else None
