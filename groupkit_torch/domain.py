r"""The stable window of an array: which of its points stay in it under all of S.

About its centre :math:`c = (n - 1)/2`, a box keeps the points x with
:math:`M (x - c) + c` in the box for every M. With :math:`y = 2x - (n - 1)`, integers, that is

.. math:: |\rho \cdot y| \le n_i - 1 \quad\text{for every row}\ \rho\ \text{of number}\ i.

A group of signed permutations maps boxes to boxes: it has no such rows, and pays nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor

from groupkit.action import stable_mask
from groupkit.errors import WindowError
from groupkit.stabilizer import Stabilizer

Row: TypeAlias = tuple[int, tuple[int, ...]]
"""A lattice axis i, and row i of a matrix."""


@dataclass(frozen=True)
class Domain:
    """Where maps of a group live on their arrays: everywhere, or on the stable window.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    rows : tuple of (int, tuple of int)
        The distinct rows of its matrices, up to sign; none where boxes are stable. Plain
        integers, so that a compiler can read them.

    Examples
    --------
    >>> import groupkit as gk
    >>> Domain.of(gk.p4m.stabilizer).is_whole
    True
    >>> Domain.of(gk.p6.stabilizer).rows
    ((0, (0, 1)), (0, (1, -1)), (0, (1, 0)), (1, (0, 1)), (1, (1, -1)), (1, (1, 0)))
    """

    stabilizer: Stabilizer
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, stabilizer: Stabilizer) -> Domain:
        """Return the domain of a group's maps on arrays, about their centres."""
        if stabilizer.is_signed_permutation:
            return cls(stabilizer, ())
        rows = set()
        for matrix in stabilizer.matrices.tolist():
            for axis, row in enumerate(matrix):
                opposite = [-entry for entry in row]
                rows.add((axis, tuple(max(row, opposite))))
        return cls(stabilizer, tuple(sorted(rows)))

    @classmethod
    def torus(cls, stabilizer: Stabilizer) -> Domain:
        """Return the domain of maps on the torus of circular padding: all of the array."""
        return cls(stabilizer, ())

    @property
    def is_whole(self) -> bool:
        """Whether every point of an array is inside."""
        return not self.rows

    @property
    def is_torus(self) -> bool:
        """Whether it is all of an array although S does not keep boxes."""
        return self.is_whole and not self.stabilizer.is_signed_permutation

    def inside(
        self, shape: tuple[int, ...], device: torch.device | None = None
    ) -> Bool[Tensor, "*space"]:
        """Return the stable window of an array, True inside.

        Parameters
        ----------
        shape : tuple of int
            The lattice axes of the array.
        device : torch.device, optional
            Where the mask lives.

        Returns
        -------
        Tensor
            bool [*shape]; cached in eager mode, a few operations on integers when traced.

        Raises
        ------
        WindowError
            If no point of S's choice is the array's centre (hexagonal lattices, even sizes).

        Examples
        --------
        >>> import groupkit as gk
        >>> Domain.of(gk.p6.stabilizer).inside((3, 3)).int()
        tensor([[1, 1, 0],
                [1, 1, 1],
                [0, 1, 1]], dtype=torch.int32)
        """
        device = device or torch.device("cpu")
        if self.is_whole:
            return torch.ones(shape, dtype=torch.bool, device=device)
        if torch.compiler.is_compiling():
            return _from_rows(self.rows, shape, device)
        return _cached(self.stabilizer, shape, device)

    def count(self, shape: tuple[int, ...]) -> int:
        """Return how many points of an array are inside.

        Examples
        --------
        >>> import groupkit as gk
        >>> Domain.of(gk.p6.stabilizer).count((5, 5))
        19
        """
        shape = tuple(shape)
        return math.prod(shape) if self.is_whole else _counted(self.stabilizer, shape)

    def inside_of(self, x: Shaped[Tensor, "*map"]) -> Bool[Tensor, "*space"]:
        """Return the stable window of a map's array, [*space]."""
        dimension = self.stabilizer.dimension
        return self.inside(x.shape[x.dim() - dimension :], x.device)

    def fill(self, x: Shaped[Tensor, "*map"], value: float = 0.0) -> Shaped[Tensor, "*map"]:
        """Return a map with ``value`` outside its stable window; the map itself if it has none.

        Examples
        --------
        >>> import groupkit as gk
        >>> Domain.of(gk.p6.stabilizer).fill(torch.ones(3, 3))
        tensor([[1., 1., 0.],
                [1., 1., 1.],
                [0., 1., 1.]])
        """
        return x if self.is_whole else torch.where(self.inside_of(x), x, value)


@lru_cache(maxsize=256)
def _cached(
    stabilizer: Stabilizer, shape: tuple[int, ...], device: torch.device
) -> Bool[Tensor, "*space"]:
    mask = stable_mask(stabilizer, shape)
    with torch.inference_mode(False):  # the mask is shared with calls that train
        return torch.tensor(mask, device=device)


@lru_cache(maxsize=256)
def _counted(stabilizer: Stabilizer, shape: tuple[int, ...]) -> int:
    mask = stable_mask(stabilizer, shape)
    assert mask is not None
    return int(mask.sum())


def _from_rows(
    rows: tuple[Row, ...], shape: tuple[int, ...], device: torch.device
) -> Bool[Tensor, "*space"]:
    for axis, row in rows:
        offset = shape[axis] - 1 - sum(a * (n - 1) for a, n in zip(row, shape, strict=True))
        if offset % 2 != 0:
            raise WindowError(
                f"an array of {tuple(shape)} has no centre that the group maps onto itself; use "
                f"odd sizes, one less or one more",
                witness=tuple(shape),
            )
    doubled = []
    for axis, n in enumerate(shape):
        coordinate = 2 * torch.arange(n, device=device) - (n - 1)
        doubled.append(coordinate.view([-1 if k == axis else 1 for k in range(len(shape))]))
    mask = torch.ones(shape, dtype=torch.bool, device=device)
    for axis, row in rows:
        moved = sum(a * y for a, y in zip(row, doubled, strict=True) if a)
        assert isinstance(moved, Tensor)
        mask = mask & (moved.abs() < shape[axis])
    return mask
