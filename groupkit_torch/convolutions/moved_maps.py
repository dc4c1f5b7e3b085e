r"""The other way round: maps are moved, and filters stay where they are.

.. math:: y(\cdot, s) = L_s \big[ (L_s^{-1} f) \star \psi \big](\cdot, e)

A bank holds each filter in \|S\| positions. As a G-correlation commutes with :math:`L_s`, one
position will do, if the map comes in \|S\| positions instead: for wide layers on small maps that
is less to gather, and \|S\| times fewer numbers to convolve with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import torch
from jaxtyping import Inexact, Int
from torch import Tensor

from groupkit.action import array_action
from groupkit.feature_type import FeatureType
from groupkit.stabilizer import Stabilizer
from groupkit_torch.functional import convolve

_COST_OF_AN_ENTRY: Final = 1.5  # of a moved map, in entries of a bank
_COST_OF_CALLS: Final = 150_000
_COST_COMPILED: Final = 30_000
_MOST_RUNS: Final = 4  # of a row: each slice is a loop to compile
_FEWEST_ROWS: Final = 16  # that a convolution takes to be fast
_Runs = tuple[tuple[int, int], ...]
_Turn = tuple[tuple[int, ...], tuple[int, ...]]  # axes in their new order, and those turned round


def moving_pays(
    order: int,
    in_channels: int,
    out_channels: int,
    groups: int,
    box: int,
    points: int | float,
    compiled: bool = False,
) -> bool:
    r"""Return whether moving maps takes less time than expanding filters, on a CPU.

    .. math:: \frac{C_{in} C_{out}}{\text{groups}} |S|^2 \, \text{box} -
              1.5\, \text{points} \, |S| (|S| C_{in} + C_{out}) > 150{,}000

    and :math:`C_{out} / \text{groups} \ge 16`; compiled, where calls cost less, 30,000. ``python -m
    benchmarks.moved`` measures it, for single precision; docs/performance.md has the results.

    Parameters
    ----------
    order : int
        \|S\|.
    in_channels, out_channels, groups : int
        Of the layer.
    box : int
        How many points the kernel's box has.
    points : int or float
        Points of the lattice in all samples.
    compiled : bool
        Whether under `torch.compile`.

    Examples
    --------
    >>> [moving_pays(8, channels, channels, 1, 9, 64) for channels in (10, 50)]
    [False, True]
    """
    bank = in_channels * out_channels // groups * order**2 * box
    moved = order * points * (in_channels * order + out_channels)
    saved = bank - _COST_OF_AN_ENTRY * moved
    cost = _COST_COMPILED if compiled else _COST_OF_CALLS
    return saved > cost and out_channels // groups >= _FEWEST_ROWS


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def is_kept(stabilizer: Stabilizer, space: Sequence[int]) -> bool:
    """Return whether S, which permutes axes and turns them round, maps an array onto itself.

    Examples
    --------
    >>> import groupkit as gk
    >>> [is_kept(group.stabilizer, (8, 9)) for group in (gk.p2, gk.p4)]
    [True, False]
    """
    sides = np.array(space)
    return len(set(space)) == 1 or bool((abs(stabilizer.matrices) @ sides == sides).all())


def correlate_moved(
    x: Inexact[Tensor, "batch in_channels order *space"],
    filters: Inexact[Tensor, "out_channels in_entries *box"],
    bias: Inexact[Tensor, " out_channels"] | None,
    stabilizer: Stabilizer,
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Inexact[Tensor, "batch out_channels order *out_space"]:
    r"""Correlate a regular map with filters that stay where they are.

    Parameters
    ----------
    x : Tensor
        On an array that S maps onto itself.
    filters : Tensor
        [C_out, C_in / groups \|S\|, *box], the rows of the bank that belong to the identity.
    bias : Tensor, optional
        [C_out].
    stabilizer : Stabilizer
        S, of signed permutations.
    padding, dilation, groups
        As in `torch.nn.Conv2d`, padding and dilation alike on axes that S exchanges.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import GroupConv
    >>> layer, x = GroupConv(gk.p4, 2, 3, 3).double(), torch.randn(1, 2, 4, 5, 5).double()
    >>> filters = layer.expanded_weight()[::4]
    >>> y = correlate_moved(x, filters, layer.bias, gk.p4.stabilizer, (0, 0), (1, 1), 1)
    >>> torch.allclose(y, layer(x))
    True
    """
    batch, channels, order, *space = x.shape
    compiling = torch.compiler.is_compiling()
    copies = (_views_there if compiling else _gathered_there)(x, stabilizer)
    flat = copies.reshape(batch * order, channels * order, *space)
    seen = convolve(flat, filters, bias, 1, padding, dilation, groups).unflatten(0, (batch, order))
    return (_views_back if compiling else _gathered_back)(seen, stabilizer)


def _gathered_there(
    x: Inexact[Tensor, "batch in_channels order *space"], stabilizer: Stabilizer
) -> Inexact[Tensor, "batch order in_channels entries"]:
    """Return a regular map moved by the inverse of each element, by one gather."""
    batch, channels, order, *space = x.shape
    table = _tables(stabilizer, tuple(space), "regular", x.device)
    copies = x.flatten(2).unsqueeze(1).expand(batch, order, channels, -1)
    moved: Tensor = copies.gather(3, table.unsqueeze(1).expand(copies.shape))
    return moved


def _gathered_back(
    seen: Inexact[Tensor, "batch order out_channels *space"], stabilizer: Stabilizer
) -> Inexact[Tensor, "batch out_channels order *space"]:
    """Return planar maps, one for each element, each moved by its own, by one gather."""
    table = _tables(stabilizer, tuple(seen.shape[3:]), "planar", seen.device)
    parts = seen.flatten(3).transpose(1, 2)
    y: Tensor = parts.gather(3, table.expand(parts.shape))
    return y.view(*y.shape[:3], *seen.shape[3:])


@lru_cache(maxsize=32)
def _tables(
    stabilizer: Stabilizer, space: tuple[int, ...], kind: str, device: torch.device
) -> Int[Tensor, "order entries"]:
    """Return the index arrays of all inverses on regular maps, of all elements on planar ones."""
    elements = stabilizer.inverses if kind == "regular" else range(len(stabilizer))
    declared = FeatureType.of(stabilizer, kind)
    rows = [array_action(stabilizer, int(s), space, declared).reshape(-1) for s in elements]
    with torch.inference_mode(False):  # shared with calls that train
        return torch.tensor(np.stack(rows), device=device)


def _views_there(
    x: Inexact[Tensor, "batch in_channels order *space"], stabilizer: Stabilizer
) -> Inexact[Tensor, "batch order in_channels order *space"]:
    """Return what `_gathered_there` does, by views of the map, which a compiler fuses."""
    rows, _, turns = _integers(stabilizer)
    moved = [_turned(_ordered(x, runs), *turn) for runs, turn in zip(rows, turns, strict=True)]
    return torch.stack(moved, 1)


def _ordered(
    x: Inexact[Tensor, "batch in_channels order *space"], runs: _Runs
) -> Inexact[Tensor, "batch in_channels order *space"]:
    """Return a map with its stabilizer axis in another order.

    A gather would be simple, but is a scatter backwards, with an atomic sum; slices are slices.
    """
    if len(runs) > _MOST_RUNS:
        steps = [range(a, b + 1) if a <= b else range(a, b - 1, -1) for a, b in runs]
        return x[:, :, [entry for step in steps for entry in step]]
    parts = [x[:, :, a : b + 1] if a <= b else x[:, :, b : a + 1].flip(2) for a, b in runs]
    return torch.cat(parts, 2)


def _runs(row: Sequence[int]) -> _Runs:
    """Return the first and last of each run of neighbours, up or down.

    Examples
    --------
    >>> _runs((2, 3, 0, 1)), _runs((3, 2, 1, 0)), _runs((0, 2, 1, 3))
    (((2, 3), (0, 1)), ((3, 0),), ((0, 0), (2, 1), (3, 3)))
    """
    runs = [(row[0], row[0])]
    for number in row[1:]:
        first, last = runs[-1]
        step = number - last
        if abs(step) == 1 and (first == last or (last - first) * step > 0):
            runs[-1] = first, number
        else:
            runs.append((number, number))
    return tuple(runs)


def _views_back(
    seen: Inexact[Tensor, "batch order out_channels *space"], stabilizer: Stabilizer
) -> Inexact[Tensor, "batch out_channels order *space"]:
    """Return what `_gathered_back` does, by views of the maps."""
    _, turns, _ = _integers(stabilizer)
    return torch.stack([_turned(seen[:, s], *turn) for s, turn in enumerate(turns)], 2)


def _turned(
    x: Inexact[Tensor, "*map"], axes: tuple[int, ...], reversed_axes: tuple[int, ...]
) -> Inexact[Tensor, "*moved"]:
    """Return an array with its last axes in another order, and some of them turned round."""
    first = x.dim() - len(axes)
    moved = x.permute(*range(first), *[first + axis for axis in axes])
    return moved.flip([first + axis for axis in reversed_axes]) if reversed_axes else moved


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def _integers(
    stabilizer: Stabilizer,
) -> tuple[tuple[_Runs, ...], tuple[_Turn, ...], tuple[_Turn, ...]]:
    r"""Return the runs in rows of the Cayley table, how each element and its inverse turn arrays.

    Axis i of :math:`L_s f` is the axis j of f with :math:`M(s)_{ij} \ne 0`, turned round where
    that is -1.
    """
    rows = tuple(map(_runs, stabilizer.cayley_table.tolist()))
    turns = []
    for matrix in stabilizer.matrices:
        axes = abs(matrix).argmax(1).tolist()
        turns.append((tuple(axes), tuple(np.flatnonzero(matrix.sum(1) < 0).tolist())))
    return rows, tuple(turns), tuple(turns[s] for s in stabilizer.inverses)
