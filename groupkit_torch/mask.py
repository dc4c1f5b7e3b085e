r"""The stable window of an array: which of its points stay in it under all of S.

About its centre :math:`c = (n - 1)/2`, a box keeps the points x with
:math:`M (x - c) + c` in the box for every M. With :math:`y = 2x - (n - 1)`, integers, that is

.. math:: |\rho \cdot y| \le n_i - 1 \quad\text{for every row}\ \rho\ \text{of number}\ i.

A group of signed permutations maps boxes to boxes: it has no such rows, and pays nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import torch
from jaxtyping import Bool
from torch import Tensor

from groupkit.action import stable_mask
from groupkit.errors import WindowError
from groupkit.stabilizer import Stabilizer

Row: TypeAlias = tuple[int, tuple[int, ...]]
"""A lattice axis i, and row i of a matrix."""


def stable_rows(stabilizer: Stabilizer) -> tuple[Row, ...]:
    """Return the distinct rows of the matrices, up to sign; none where boxes are stable.

    Plain integers, so that a layer can hold them and a compiler can read them.

    Examples
    --------
    >>> import groupkit as gk
    >>> stable_rows(gk.p4m.stabilizer)
    ()
    >>> stable_rows(gk.p6.stabilizer)
    ((0, (0, 1)), (0, (1, -1)), (0, (1, 0)), (1, (0, 1)), (1, (1, -1)), (1, (1, 0)))
    """
    if stabilizer.is_signed_permutation:
        return ()
    rows = set()
    for matrix in stabilizer.matrices.tolist():
        for axis, row in enumerate(matrix):
            opposite = [-entry for entry in row]
            rows.add((axis, tuple(max(row, opposite))))
    return tuple(sorted(rows))


def inside(
    stabilizer: Stabilizer,
    rows: tuple[Row, ...],
    shape: tuple[int, ...],
    device: torch.device,
) -> Bool[Tensor, "*space"]:
    """Return the stable window of an array, True inside.

    Parameters
    ----------
    stabilizer : Stabilizer
        The group of the layer.
    rows : tuple
        `stable_rows` of the stabilizer, at least one.
    shape : tuple of int
        The lattice axes of the array.
    device : torch.device
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
    >>> stabilizer = gk.p6.stabilizer
    >>> inside(stabilizer, stable_rows(stabilizer), (3, 3), torch.device("cpu")).int()
    tensor([[1, 1, 0],
            [1, 1, 1],
            [0, 1, 1]], dtype=torch.int32)
    """
    if torch.compiler.is_compiling():
        return _from_rows(rows, shape, device)
    return _cached(stabilizer, shape, device)


@lru_cache(maxsize=256)
def _cached(
    stabilizer: Stabilizer, shape: tuple[int, ...], device: torch.device
) -> Bool[Tensor, "*space"]:
    mask = stable_mask(stabilizer, shape)
    assert mask is not None, "layers ask only where boxes are not stable"
    with torch.inference_mode(False):  # the mask is shared with calls that train
        return torch.tensor(mask, device=device)


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
