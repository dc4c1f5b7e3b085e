r"""Linear interpolation between lattices, as one sparse matrix.

On a lattice with basis B, f is interpolated at the place :math:`B x` by the products of linear
hats in the coordinates x, :math:`\hat f(Bx) = \sum_p f(p)\, h(x - p)` with
:math:`h(z) = \prod_i \max(0, 1 - |z_i|)`: bilinear in two dimensions, trilinear in three. This is
as symmetric as the basis, not as the lattice: a mirror of the hexagonal lattice maps the
parallelogram of the basis to another one. So h is averaged over the bases BM that the isometries
M of the lattice, P, map the basis to,

.. math:: h_P(z) = |P|^{-1} \sum_{M \in P} h(M^{-1} z),

which commutes with P, still passes through the samples and still is exact on linear functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

_CHUNK: Final = 2**20
_ROUNDING: Final = 1e-9  # of a pixel: below what any image shows, above what sums of floats lose

_Array: TypeAlias = Shaped[np.ndarray, " nonzero"]
Sparse: TypeAlias = tuple[Int[np.ndarray, "terms out"], Float[np.ndarray, "terms out"]]
"""Columns and weights of every row; column ``n_in`` with weight 0 where a row has fewer."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The entries of an array, at places of a Euclidean space, its centre at the origin.

    Parameters
    ----------
    basis : numpy.ndarray
        B, the basis vectors as columns.
    frames : numpy.ndarray
        int64 [frames, d, d], the M over which interpolation is averaged.
    shape : tuple of int
        The sides of the array.
    real : numpy.ndarray or None
        bool [*shape], which entries are samples; all by default.
    """

    basis: Float[np.ndarray, "d d"]
    frames: Int[np.ndarray, "frames d d"]
    shape: tuple[int, ...]
    real: Bool[np.ndarray, "*shape"] | None = None

    @cached_property
    def places(self) -> Float[np.ndarray, "entries d"]:
        """Where the entries lie, row-major."""
        points = np.indices(self.shape).reshape(len(self.shape), -1).T
        places: Float[np.ndarray, "entries d"] = (points - self.centre) @ self.basis.T
        return places

    @property
    def centre(self) -> Float[np.ndarray, " d"]:
        """The centre of the array in its own coordinates, (n - 1)/2."""
        return (np.array(self.shape) - 1) / 2

    @property
    def spread(self) -> Float[np.ndarray, "d d"]:
        """The covariance of the hat h_P, up to the factor 1/6 of the hat in one dimension."""
        bases = self.basis @ self.frames
        spread: Float[np.ndarray, "d d"] = (bases @ bases.swapaxes(-1, -2)).mean(axis=0)
        return spread

    def terms(
        self, places: Float[np.ndarray, "points d"]
    ) -> tuple[Int[np.ndarray, "points terms"], Float[np.ndarray, "points terms"]]:
        """Return the entries and hats that interpolate at some places; entry -1 is no sample."""
        shape = np.array(self.shape)
        local = places @ np.linalg.inv(self.basis).T
        start = (shape - 1) // 2  # frames turn about the array's centre, where it is a point
        entries, hats = [], []
        for frame in self.frames:
            inside = (local + (self.centre - start)) @ np.linalg.inv(frame).T
            low = np.floor(inside)
            for corner in product((0, 1), repeat=len(shape)):
                point = (low + corner).astype(np.int64) @ frame.T + start
                known = ((point >= 0) & (point < shape)).all(axis=1)
                flat = np.ravel_multi_index(tuple(np.where(known[:, None], point, 0).T), self.shape)
                if self.real is not None:
                    known &= self.real.reshape(-1)[flat]
                entries.append(np.where(known, flat, -1))
                hats.append(np.where(corner, inside - low, 1 - (inside - low)).prod(axis=1))
        return np.stack(entries, axis=1), np.stack(hats, axis=1) / len(self.frames)


def distinct_frames(matrices: Int[np.ndarray, "order d d"]) -> Int[np.ndarray, "frames d d"]:
    """Return one matrix for each set {±column} of axes: signs and order do not change a hat.

    Examples
    --------
    >>> import groupkit as gk
    >>> len(distinct_frames(gk.p4m.stabilizer.matrices))
    1
    >>> len(distinct_frames(gk.p6m.stabilizer.matrices))
    3
    """
    found: dict[tuple[tuple[int, ...], ...], Int[np.ndarray, "d d"]] = {}
    for matrix in matrices:
        axes = [max(column, [-entry for entry in column]) for column in matrix.T.tolist()]
        found.setdefault(tuple(sorted(map(tuple, axes))), matrix)
    return np.stack(list(found.values()))


def resampling_matrix(source: Grid, target: Grid, antialias: bool) -> Sparse:
    """Return the weights of the source's samples in every entry of the target.

    Where some of the entries that interpolate at a place are no samples, the others are weighed
    up, so that constants stay; where none is a sample, the nearest samples count alike. Entries
    of the target that are no samples themselves get no weights.

    Parameters
    ----------
    source, target : Grid
        In one Euclidean space.
    antialias : bool
        Whether to average over the target's cells first where they are larger.
    """
    n_in = int(np.prod(source.shape))
    places = target.places
    wanted = np.arange(len(places)) if target.real is None else np.flatnonzero(target.real)
    offsets, shares = _cell(source, target) if antialias else _point(len(source.shape))
    parts: list[tuple[_Array, _Array, _Array]] = []
    for rows in _chunks(wanted, len(offsets) * len(source.frames) * 2 ** len(source.shape)):
        around = (places[rows, None] + offsets).reshape(-1, len(source.shape))
        entries, hats = source.terms(around)
        share = (hats.reshape(len(rows), len(offsets), -1) * shares[:, None]).reshape(-1)
        known = (entries.reshape(-1) >= 0) & (share > _ROUNDING)
        keys = np.repeat(rows, len(offsets) * entries.shape[1]) * n_in + entries.reshape(-1)
        distinct, where = np.unique(keys[known], return_inverse=True)
        totals = np.bincount(where, share[known], len(distinct))
        parts.append((distinct // n_in, distinct % n_in, totals))
        for row in np.setdiff1d(rows, distinct // n_in):
            nearest = _nearest(source, places[row])
            parts.append((np.full(len(nearest), row), nearest, np.ones(len(nearest))))
    if not parts:
        return np.full((1, len(places)), n_in), np.zeros((1, len(places)))
    rows, columns, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _pad(rows, columns, weights, len(places), n_in)


def _point(dimension: int) -> tuple[Float[np.ndarray, "1 d"], Float[np.ndarray, " 1"]]:
    return np.zeros((1, dimension)), np.ones(1)


def _cell(
    source: Grid, target: Grid
) -> tuple[Float[np.ndarray, "points d"], Float[np.ndarray, " points"]]:
    """Return steps about an entry of the target, and weights, that average over its cell.

    The weights are the target's own hat on its lattice, refined until its steps are as small as
    the source's. Interpolation of the source has averaged already, by the source's hat; as
    covariances add, the steps are scaled to those that are missing: nothing is averaged where
    the cells are equal, and the result has the target's hat where they are much larger.
    """
    missing, axes = np.linalg.eigh(target.spread - source.spread)
    scale = target.spread.max()
    if missing.max() < _ROUNDING * scale:
        return _point(len(target.shape))
    root = (axes * np.sqrt(np.maximum(missing, 0))) @ axes.T
    values, vectors = np.linalg.eigh(target.spread)
    shrink = root @ (vectors / np.sqrt(values)) @ vectors.T
    ratio = np.linalg.eigvals(np.linalg.solve(source.spread, target.spread)).real.max()
    fine = int(np.ceil(np.sqrt(ratio) - _ROUNDING))
    d = len(target.shape)
    steps = np.array(list(product(range(1 - fine, fine), repeat=d)))
    hats = (1 - np.abs(steps) / fine).prod(axis=1)
    all_steps = (steps @ target.frames.swapaxes(-1, -2)).reshape(-1, d)
    distinct, where = np.unique(all_steps, axis=0, return_inverse=True)
    shares = np.bincount(where.reshape(-1), np.tile(hats, len(target.frames)))
    return (distinct / fine) @ (shrink @ target.basis).T, shares / shares.sum()


def _nearest(source: Grid, place: Float[np.ndarray, " d"]) -> Int[np.ndarray, " nearest"]:
    """Return the samples nearest to a place: all that are equally near."""
    squares = ((source.places - place) ** 2).sum(axis=1)
    if source.real is not None:
        squares = np.where(source.real.reshape(-1), squares, np.inf)
    return np.flatnonzero(squares <= squares.min() + _ROUNDING)


def _chunks(rows: Int[np.ndarray, " rows"], width: int) -> Iterator[Int[np.ndarray, " part"]]:
    """Yield parts of the rows that are small enough to hold ``width`` terms for each."""
    step = max(_CHUNK // width, 1)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _pad(
    rows: Int[np.ndarray, " nonzero"],
    columns: Int[np.ndarray, " nonzero"],
    weights: Float[np.ndarray, " nonzero"],
    n_out: int,
    n_in: int,
) -> Sparse:
    """Return a sparse matrix, each row scaled to sum 1, as arrays of equally many terms a row."""
    order = np.argsort(rows, kind="stable")
    rows, columns, weights = rows[order], columns[order], weights[order]
    counts = np.bincount(rows, minlength=n_out)
    totals = np.bincount(rows, weights, n_out)
    term = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    index = np.full((counts.max(), n_out), n_in)
    value = np.zeros(index.shape)
    index[term, rows], value[term, rows] = columns, weights / totals[rows]
    return index, value
