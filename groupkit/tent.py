r"""Tents: the exact low-pass and interpolation filters of any group.

The tent of width w is the mean over S of a hat, stretched,

.. math:: \psi(x) = \frac{1}{|S|} \sum_{s \in S} \varphi(M(s)\, x / w),

where :math:`\varphi(x) = \prod_i \max(0, 1 - |x_i|)` if S permutes the axes up to sign, and
else Kuhn's hat :math:`\max(0, 1 - \max(0, \max_i x_i) + \min(0, \min_i x_i))`, which is linear on
the simplices that the walls :math:`x_i, x_i - x_j \in Z` cut space into. Either is 1 at 0 and 0 at
all other lattice points, and so are their images under unimodular M; so :math:`\psi` is
S-invariant, and

.. math:: \sum_{z \in Z^d} \psi(x - w z) = 1, \qquad \sum_{z \in Z^d} w z\, \psi(x - w z) = x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Int

from groupkit.errors import WindowError
from groupkit.integers import exact_matmul
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import allowed_shifts, box_centre, read_box


@dataclass(frozen=True, eq=False)
class Tent:
    """A filter of positive fractions with one denominator.

    Parameters
    ----------
    points : numpy.ndarray
        int64 [points, d], row-major, the lowest corner of their box 0; the filter's centre is
        that of the box.
    weights : numpy.ndarray
        int64 [points], the numerators, without a common divisor.
    denominator : int
        What they are divided by.
    """

    points: Int[np.ndarray, "points d"]
    weights: Int[np.ndarray, " points"]
    denominator: int

    @property
    def box(self) -> tuple[int, ...]:
        """The sides of the points' box."""
        return tuple(int(side) + 1 for side in self.points.max(axis=0))

    def on_box(self) -> Int[np.ndarray, "*box"]:
        """Return the numerators as an array, 0 where there is no point."""
        array = np.zeros(self.box, dtype=np.int64)
        array[tuple(self.points.T)] = self.weights
        return array


def tent(stabilizer: Stabilizer, size: int | Sequence[int]) -> Tent:
    """Return the tent of a size: of width (k + 1)/2 at integers, for even k of width k/2 at halves.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    size : int or tuple of int
        k, one number per lattice axis. Where S permutes the axes, the filter fills this box;
        elsewhere it may reach farther.

    Raises
    ------
    WindowError
        If S mixes axes of unlike sizes, or an even size has no centre that S allows.

    Examples
    --------
    >>> from groupkit import p4, p6
    >>> tent(p4.stabilizer, 3).on_box().tolist(), tent(p4.stabilizer, 3).denominator
    ([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 4)
    >>> tent(p6.stabilizer, 3).on_box().tolist()
    [[1, 1, 0], [1, 2, 1], [0, 1, 1]]
    >>> tent(p4.stabilizer, 4).on_box()[0].tolist()
    [1, 3, 3, 1]

    References
    ----------
    Kuhn (1960), "Some combinatorial lemmas in topology", for the simplices.
    """
    box = read_box(size, stabilizer.dimension)
    _check(stabilizer, box)
    doubled = [k + 1 if k % 2 else k for k in box]  # 2 w
    positions = np.array(list(product(*(range(1 - k, k, 2) for k in box))), dtype=np.int64)  # 2 x
    heights, total = _hat(stabilizer.is_signed_permutation, positions, doubled)
    collected: dict[tuple[int, ...], int] = {}
    for inverse in stabilizer.matrices:  # all of S, in another order
        for point, height in zip(exact_matmul(positions, inverse.T).tolist(), heights, strict=True):
            if height:
                collected[tuple(point)] = collected.get(tuple(point), 0) + height
    total *= stabilizer.order
    common = math.gcd(total, *collected.values())
    points = np.array(sorted(collected), dtype=np.int64)
    weights = np.array([collected[point] // common for point in sorted(collected)], dtype=np.int64)
    return Tent((points - points.min(axis=0)) // 2, weights, total // common)


def _check(stabilizer: Stabilizer, box: tuple[int, ...]) -> None:
    for matrix in stabilizer.matrices:
        for i, j in np.argwhere((matrix != 0) & np.not_equal.outer(box, box)).tolist():
            raise WindowError(
                f"no tent of sizes {box} is symmetric: M = {matrix.tolist()} mixes axes {i} and "
                f"{j}; use one size for both",
                witness=matrix.tolist(),
            )
    try:
        allowed_shifts(stabilizer, box_centre(box))
    except WindowError as error:
        raise WindowError(
            f"no tent of even sizes {box} is symmetric: {error.args[0].partition(';')[0]}; use "
            f"{tuple(k + 1 - k % 2 for k in box)}",
            witness=error.witness,
        ) from None


def _hat(
    splits: bool, positions: Int[np.ndarray, "points d"], doubled: list[int]
) -> tuple[list[int], int]:
    """Return the hat at 2 x / 2 w as numerators, and their denominator."""
    if splits:
        sides = np.maximum(0, np.array(doubled) - np.abs(positions)).astype(object)
        return [int(height) for height in sides.prod(axis=1)], math.prod(doubled)
    scale = math.lcm(*doubled)
    scaled = positions * (scale // np.array(doubled))
    span = scaled.max(axis=1, initial=0) - scaled.min(axis=1, initial=0)
    return np.maximum(0, scale - span).tolist(), scale
