"""Random numbers that depend on the seed and the position in a run, and on nothing before it."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

WEIGHTS, ORDER, STEP = range(3)
"""What random numbers are for: purposes do not share any."""


def seed_torch(*position: int) -> None:
    """Seed torch's generators, of all devices, by a purpose and a position.

    A run that is taken up again at a position draws what it would have drawn: there is no state of
    a generator to be saved.
    """
    state = np.random.SeedSequence(position).generate_state(1, np.uint64)[0]
    torch.manual_seed(int(state))


def batches(n: int, size: int, seed: int, epoch: int) -> tuple[Int[Tensor, " k"], ...]:
    """Return the indices 0 to n - 1 in random order, in batches of at most ``size``.

    Batches are as equal as can be: a last one of a few images would disturb batch norms.

    Examples
    --------
    >>> [len(batch) for batch in batches(10, 4, seed=0, epoch=0)]
    [4, 3, 3]
    """
    order = np.random.default_rng([ORDER, seed, epoch]).permutation(n)
    return torch.from_numpy(order).tensor_split(-(-n // size))
