"""Volumes in the orientations of a cube: exactly, voxels change places and nothing else."""

from __future__ import annotations

from itertools import permutations, product
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from groupkit_torch.experiments.data.labelled import Labelled


def _is_rotation(order: tuple[int, ...], flipped: tuple[bool, ...]) -> bool:
    """Return whether the determinant is 1."""
    inversions = sum(order[i] > order[j] for i in range(3) for j in range(i + 1, 3))
    return (inversions + sum(flipped)) % 2 == 0


ORIENTATIONS: Final = tuple(
    (order, tuple(axis for axis in range(3) if flipped[axis]))
    for order in permutations(range(3))
    for flipped in product((False, True), repeat=3)
    if _is_rotation(order, flipped)
)
"""The 24 rotations of a cube: the order in which axes are taken, then those that are reversed.

They are written down here, and not taken from a group, so that networks are tested by something
else than the library that they are built with.
"""


def orient(
    volumes: Float[Tensor, "n channels side side side"], which: Int[Tensor, " n"]
) -> Float[Tensor, "n channels side side side"]:
    """Return each volume in one of `ORIENTATIONS`.

    Parameters
    ----------
    volumes : Tensor
        [n, channels, side, side, side].
    which : Tensor
        [n], from 0 to 23.

    Examples
    --------
    >>> volume = torch.arange(8.0).view(1, 1, 2, 2, 2)
    >>> torch.equal(orient(volume, torch.tensor([0])), volume)
    True
    """
    turned = torch.empty_like(volumes)
    for number, (order, flipped) in enumerate(ORIENTATIONS):
        mine = which == number
        axes = (0, 1, *(2 + axis for axis in order))
        turned[mine] = volumes[mine].permute(axes).flip([2 + axis for axis in flipped])
    return turned


def orient_at_random(data: Labelled, seed: int) -> Labelled:
    """Put each volume once into an orientation drawn uniformly from the 24.

    Parameters
    ----------
    data : Labelled
    seed : int
        Of the orientations, which are the same on every machine.
    """
    which = np.random.default_rng(seed).integers(len(ORIENTATIONS), size=len(data))
    return Labelled(orient(data.images, torch.from_numpy(which)), data.labels)
