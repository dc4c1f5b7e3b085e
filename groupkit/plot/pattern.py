"""Wallpaper patterns: a motif moved by all elements of a planar group."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from groupkit.errors import MotifError, brief
from groupkit.integers import integer
from groupkit.page import copies, page_matrices, positions, roomiest_point
from groupkit.plot.motif import (
    Motif,
    cell_corners,
    clearance_of,
    is_image,
    motif_path,
)
from groupkit.plot.panel import panel
from groupkit.plot.planar import check_planar
from groupkit.plot.style import FRAME, IMAGE, IMPROPER, PROPER
from groupkit.split_group import SplitGroup

_MOST_COPIES = 5000


def plot_pattern(
    group: SplitGroup,
    motif: Motif = "R",
    *,
    cells: int | tuple[int, int] = 3,
    at: tuple[float | int, float | int] | None = None,
    size: float | int = 0.92,
    axes: Axes | None = None,
) -> Axes:
    """Draw a motif, moved by every element of a wallpaper group that takes it into some cells.

    The element (t, s) moves the page by x → M(s) x + t, with the lengths and angles of
    ``group.lattice.gram``.  Copies that are turned are blue, mirror images orange.

    Parameters
    ----------
    group : SplitGroup
        Of dimension 2.
    motif : str, list of points, or numpy.ndarray
        A text, the corners (x, y) of a polygon, or an image [rows, columns], or with colours
        [rows, columns, 3 or 4]; drawn as given, x to the right and y up, for the identity.
    cells : int or pair of int
        How many cells to fill along the two axes of the lattice.
    at : pair of float, optional
        Lattice coordinates of its middle; by default those that leave most room.
    size : float
        The radius of the motif, as a part of that at which copies might touch.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    DimensionError
        If the group is not planar.
    MotifError
        If the motif cannot be drawn, its place is fixed by a symmetry, or cells are too many.

    Examples
    --------
    >>> from groupkit import p4m
    >>> picture = plot_pattern(p4m, "R", cells=1)
    """
    check_planar(group)
    counts = _counts(cells, group.order)
    point, nearest = (
        roomiest_point(group.stabilizer.matrices, group.lattice)
        if at is None
        else clearance_of(group, at)
    )
    radius = size * nearest / 2
    places, elements = copies(group.stabilizer.matrices, point, counts)
    middles = positions(places, group.lattice)
    maps = page_matrices(group.stabilizer.matrices, group.lattice)
    corners = cell_corners(group)
    steps = np.argwhere(np.ones(counts, dtype=bool))
    outlines = positions(steps, group.lattice)[:, None] + corners
    span = np.ptp(outlines.reshape(-1, 2), axis=0)
    scale = 6.0 / float(span.max())
    axes = panel(axes, (float(span[0]) * scale + 0.3, float(span[1]) * scale + 0.3))
    axes.add_collection(
        PolyCollection(
            list(outlines), facecolors="none", edgecolors=FRAME, linewidths=0.8, zorder=0
        )
    )
    if is_image(motif):
        for middle, s in zip(middles, elements, strict=True):
            _draw_image(axes, np.asarray(motif), maps[s] * radius, middle)
    else:
        path = motif_path(motif)
        shapes = [
            Path(path.vertices @ (maps[s] * radius).T + middle, path.codes)
            for middle, s in zip(middles, elements, strict=True)
        ]
        proper = np.linalg.det(maps) > 0
        colours = [PROPER if proper[s] else IMPROPER for s in elements]
        axes.add_collection(PathCollection(shapes, facecolors=colours, linewidths=0, zorder=2))
    low, high = outlines.reshape(-1, 2).min(axis=0), outlines.reshape(-1, 2).max(axis=0)
    pad = radius  # copies reach over the edge of the cells by no more
    axes.set(xlim=(low[0] - pad, high[0] + pad), ylim=(low[1] - pad, high[1] + pad), aspect="equal")
    return axes


def _draw_image(axes: Axes, image: Any, matrix: Any, middle: Any) -> None:
    """Draw an image about a place, after a linear map of the square of half-diagonal 1."""
    rows, columns = image.shape[:2]
    half = np.array([columns, rows]) / np.hypot(rows, columns)
    move = np.eye(3)
    move[:2, :2], move[:2, 2] = matrix, middle
    axes.imshow(
        image,
        cmap=IMAGE,
        extent=(-half[0], half[0], -half[1], half[1]),
        transform=Affine2D(move) + axes.transData,
        interpolation="nearest",
        zorder=2,
    )


def _counts(cells: Any, order: int) -> tuple[int, int]:
    """Return the numbers of cells along both axes, checked."""
    pair = cells if isinstance(cells, tuple) else (cells, cells)
    counts = [integer(count) for count in pair]
    known = tuple(count for count in counts if count is not None and count > 0)
    if len(known) != 2 or len(pair) != 2 or known[0] * known[1] * order > _MOST_COPIES:
        raise MotifError(
            f"{brief(cells)} cells cannot be drawn; give one or two positive integers, of at most "
            f"{_MOST_COPIES} copies in all ({order} to a cell)",
            witness=cells,
        )
    return known[0], known[1]
