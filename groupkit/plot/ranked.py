"""Where to draw a graph in rows: few edges cross, and none passes behind a box."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from jaxtyping import Bool, Float, Int

_CROSSING: Final = 0.35
_PASSING: Final = 9.0
_CLEAR: Final = 0.56  # half of a box
_WORK: Final = 8e6  # pairs of edges looked at from each start
_STARTS: Final = 5
_WARMTH: Final = 4.0

_Places = Float[np.ndarray, "nodes 2"]
_Floats = npt.NDArray[np.float64]  # without axes: what runs thousands of times is checked less


def ranked_places(rows: list[list[int]], edges: Int[np.ndarray, "edges 2"]) -> _Places:
    """Return places for the nodes 0 … n - 1, row by row upwards, found by a fixed random search.

    Moves of one box, of a row, or of two boxes are kept if they make edges shorter, cross less,
    and stay clear of boxes.

    Parameters
    ----------
    rows : list of lists of int
        Nodes of each row, from below.
    edges : numpy.ndarray
        [edges, 2].

    Returns
    -------
    numpy.ndarray
        [nodes, 2]; rows are one apart, and so are boxes of one row, at least.
    """
    places = np.empty((sum(len(row) for row in rows), 2))
    for height, row in enumerate(rows):
        middle = (len(row) - 1) / 2
        places[row] = [[k - middle, height] for k in range(len(row))]
    _sort_by_neighbours(rows, edges, places)
    movable = [np.array(row) for row in rows[1:-1]]  # the ends, most often alone, stay
    if not movable:
        return places
    half = (max(len(row) for row in rows) - 1) / 2 + 1.5
    proposals = int(np.clip(_WORK / (len(edges) * (len(edges) + len(places))), 100, 3000))
    trials = [_searched(places, edges, movable, half, proposals, seed) for seed in range(_STARTS)]
    return min(trials, key=lambda trial: _cost(trial, edges))


def _searched(
    places: _Places,
    edges: Int[np.ndarray, "edges 2"],
    movable: list[Int[np.ndarray, " _"]],
    half: float,
    proposals: int,
    seed: int,
) -> _Places:
    """Return the places after a random search among rows of at most twice some half width."""
    generator = np.random.default_rng(seed)
    kept = places
    best = current = _cost(places, edges)
    for proposal in range(proposals):
        row = movable[int(generator.integers(len(movable)))]
        across = _moved(places[row, 0], proposal % 3, generator)
        if np.abs(across).max() > half or not _apart(across):
            continue
        trial = places.copy()
        trial[row, 0] = across
        cost = _cost(trial, edges)
        # worse is allowed early on, so that the search leaves poor corners
        warmth = _WARMTH * (1 - proposal / proposals) ** 3
        if cost < current + warmth * generator.exponential():
            current, places = cost, trial
        if cost < best:
            best, kept = cost, trial
    return kept


def _moved(across: _Floats, kind: int, generator: np.random.Generator) -> _Floats:
    """Return the places of a row after one move: of a box, of all, or an exchange of two."""
    moved = across.copy()
    one, other = generator.integers(len(across), size=2)
    steps = generator.integers(-6, 7) * 0.25
    if kind == 0:
        moved[one] += steps
    elif kind == 1:
        moved += steps
    else:
        moved[[one, other]] = moved[[other, one]]
    return moved


def _apart(across: _Floats) -> bool:
    """Return whether boxes of one row do not touch."""
    return len(across) < 2 or bool(np.diff(np.sort(across)).min() > 1 - 1e-9)


def _sort_by_neighbours(
    rows: list[list[int]], edges: Int[np.ndarray, "edges 2"], places: _Places
) -> None:
    """Sort each row, a few times, by the mean place of the neighbours in other rows."""
    for sweep in range(8):
        for row in rows if sweep % 2 else rows[::-1]:
            means = []
            for node in row:
                near = [*edges[edges[:, 0] == node, 1], *edges[edges[:, 1] == node, 0]]
                means.append(places[near, 0].mean() if near else places[node, 0])
            across = np.sort(places[row, 0])
            for rank, k in enumerate(np.argsort(means, kind="stable")):
                places[row[k], 0] = across[rank]


def _cost(places: _Floats, edges: npt.NDArray[np.int64]) -> float:
    """Return how unpleasant a picture is: crossings, hidden edges, length across."""
    starts, ends = places[edges[:, 0]], places[edges[:, 1]]
    across = np.abs(starts[:, 0] - ends[:, 0])
    hidden = _passing(places, edges, _CLEAR).sum()
    return float(
        across.sum() * 0.1
        + _CROSSING * _crossings(starts, ends)
        + _PASSING * hidden
        + 0.1 * np.abs(places[:, 0]).sum()
    )


def passing(
    places: _Places, edges: Int[np.ndarray, "edges 2"], clear: float
) -> Bool[np.ndarray, "edges nodes"]:
    """Return which edges pass a node of a row between their ends nearer than a distance."""
    return _passing(places, edges, clear)


def _passing(places: _Floats, edges: npt.NDArray[np.int64], clear: float) -> npt.NDArray[np.bool_]:
    starts, ends = places[edges[:, 0]], places[edges[:, 1]]
    rise = ends[:, 1] - starts[:, 1]
    part = (places[None, :, 1] - starts[:, 1:]) / rise[:, None]
    at = starts[:, :1] + part * (ends[:, :1] - starts[:, :1])
    between = (part > 1e-9) & (part < 1 - 1e-9)
    return np.asarray(between & (np.abs(at - places[None, :, 0]) < clear), dtype=bool)


def _crossings(starts: _Floats, ends: _Floats) -> int:
    """Return how many pairs of edges cross."""
    along = (ends - starts)[:, None]
    to_start, to_end = starts[None] - starts[:, None], ends[None] - starts[:, None]
    one = along[..., 0] * to_start[..., 1] - along[..., 1] * to_start[..., 0]
    other = along[..., 0] * to_end[..., 1] - along[..., 1] * to_end[..., 0]
    parted = one * other < -1e-12  # the ends of the second edge lie on two sides of the first
    return int((parted & parted.T).sum()) // 2
