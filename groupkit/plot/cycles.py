"""Where to draw the elements of a finite group: cycles of one generator, side by side."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

_Places = Float[np.ndarray, "nodes 2"]


def cycle_places(
    cycles: list[list[int]], joins: Int[np.ndarray, "joins 2"]
) -> Float[np.ndarray, "nodes 2"]:
    """Return places for the nodes 0 … n - 1 of a graph that falls into cycles of one length.

    One cycle is a circle, two are two rings, more are circles on a circle.  Cycles are turned,
    reversed and exchanged as long as that shortens the joins between them.

    Parameters
    ----------
    cycles : list of lists of int
        The nodes of each cycle, in order.
    joins : numpy.ndarray
        [joins, 2], pairs of nodes to keep close.
    """
    count, length = len(cycles), len(cycles[0])
    turns = np.pi / 2 - 2 * np.pi * np.arange(length) / length  # clockwise from the top
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    if count == 1:
        slots = circle[None]
    elif count == 2 and length > 2:
        slots = np.stack([circle, 0.55 * circle])
    elif length == 1:
        around = np.pi / 2 - 2 * np.pi * np.arange(count) / count
        slots = np.stack([np.cos(around), np.sin(around)], axis=1)[:, None]
    else:
        around = np.pi / 2 - 2 * np.pi * np.arange(count) / count
        centres = np.stack([np.cos(around), np.sin(around)], axis=1)
        radius = 0.62 * min(np.sin(np.pi / count), 0.75)
        # each circle is turned with its place, so that all look outward alike
        turned = around[:, None] - np.pi / 2 + turns
        slots = centres[:, None] + radius * np.stack([np.cos(turned), np.sin(turned)], axis=-1)
    return _improved([np.array(cycle) for cycle in cycles], slots, joins)


def _improved(
    cycles: list[Int[np.ndarray, " length"]],
    slots: Float[np.ndarray, "count length 2"],
    joins: Int[np.ndarray, "joins 2"],
) -> _Places:
    """Return the places after changes of one cycle, or of two, that shorten the joins."""

    def placed(order: list[Int[np.ndarray, " length"]]) -> _Places:
        places = np.empty((slots.shape[0] * slots.shape[1], 2))
        places[np.concatenate(order)] = slots.reshape(-1, 2)
        return places

    def cost(order: list[Int[np.ndarray, " length"]]) -> float:
        places = placed(order)
        starts, steps = places[joins[:, 0]], places[joins[:, 1]] - places[joins[:, 0]]
        lengths = np.linalg.norm(steps, axis=1)
        to = places[None] - starts[:, None]
        part = (to * steps[:, None]).sum(axis=-1) / lengths[:, None] ** 2
        beside = np.abs(to[..., 0] * steps[:, None, 1] - to[..., 1] * steps[:, None, 0])
        hidden = (part > 0.02) & (part < 0.98) & (beside < clear * lengths[:, None])
        return float(lengths.sum() + 2.0 * hidden.sum())

    if len(cycles) == 1 or not len(joins):
        return placed(cycles)
    flat = slots.reshape(-1, 2)
    apart = np.linalg.norm(flat[:, None] - flat, axis=-1)
    clear = 0.25 * float(apart[~np.eye(len(flat), dtype=bool)].min())
    best, order = cost(cycles), list(cycles)
    for _ in range(4):
        before = best
        for number in range(len(order)):
            for other in range(1, len(order)) if number else (0,):
                changed = list(order)
                changed[number], changed[other] = order[other], order[number]
                for candidate in _turned(changed[number], number == 0):
                    trial = [*changed[:number], candidate, *changed[number + 1 :]]
                    if (length := cost(trial)) < best - 1e-9:
                        best, order = length, trial
        if best == before:
            break
    return placed(order)


def _turned(cycle: Int[np.ndarray, " length"], first: bool) -> list[Int[np.ndarray, " length"]]:
    """Return a cycle from each of its nodes, both ways round; the first one stays as it is."""
    if first:
        return [cycle]
    starts = range(len(cycle))
    return [np.roll(way, k) for way in (cycle, cycle[::-1]) for k in starts]
