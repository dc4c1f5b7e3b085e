r"""Numbers modulo a prime, two at each position: packed, scrambled, and as sets."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from jaxtyping import Int

Numbers: TypeAlias = Int[np.ndarray, "..."]
PRIME = 2**31 - 1
LANES = 2  # so many numbers modulo the prime at each position, drawn apart


def flat(value: Numbers) -> Numbers:
    """Return [2, positions]."""
    return value.reshape(len(value), -1)


def pack(lanes: Numbers) -> Numbers:
    """Return both numbers of each position as one code."""
    return np.asarray((lanes[0] << 31) + lanes[1])


def unpack(codes: Numbers) -> Numbers:
    """Return the two numbers of each code.

    Examples
    --------
    >>> unpack(pack(np.array([[3], [4]]))).tolist()
    [[3], [4]]
    """
    return np.stack([codes >> 31, codes & (2**31 - 1)])


def scramble(codes: Numbers, salt: int) -> Numbers:
    """Return two numbers modulo the prime that look drawn anew for each code (splitmix64)."""
    with np.errstate(over="ignore"):
        z = codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    high = (z >> np.uint64(32)).astype(np.int64) % PRIME
    return np.stack([high, (z & np.uint64(0xFFFFFFFF)).astype(np.int64) % PRIME])


def distinct(codes: Numbers) -> Numbers:
    """Return each row sorted, without repetitions, -1 in their places."""
    ordered = np.sort(codes, axis=1)
    again = np.zeros(ordered.shape, dtype=bool)
    again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    ordered = np.sort(np.where(again, -1, ordered), axis=1)
    used = (ordered >= 0).any(axis=0)
    return ordered[:, int(np.argmax(used)) if used.any() else ordered.shape[1] - 1 :]


def of_sets(parts: Numbers | None) -> Numbers:
    """Return the number of each set: that of its only member, 0 if it is empty."""
    assert parts is not None
    there = parts >= 0
    mixed = scramble(np.where(there, parts, 0).reshape(-1), 1).reshape(LANES, *parts.shape)
    total = (mixed * there).sum(axis=2) % PRIME
    single = there.sum(axis=1) == 1
    total = np.where(single, unpack(parts[:, -1] * single), total)
    return np.where(there.any(axis=1), total, 0)


def inverses(counts: Numbers) -> Numbers:
    """Return inverses modulo the prime, 0 for 0."""
    distinct, where = np.unique(counts, return_inverse=True)
    inverses = [pow(int(count), PRIME - 2, PRIME) for count in distinct]
    return np.array(inverses, dtype=np.int64)[where.reshape(-1)].reshape(counts.shape)
