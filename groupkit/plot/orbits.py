"""Windows with their orbits: the free parameters of a filter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from groupkit.algebra.gset import GSet
from groupkit.errors import WindowError
from groupkit.page import cell, positions
from groupkit.plot.panel import panel
from groupkit.plot.planar import check_planar
from groupkit.plot.style import INK, TINTS
from groupkit.split_group import SplitGroup
from groupkit.window import Window


def plot_orbits(
    group: SplitGroup, window: int | Sequence[int] | Window, *, axes: Axes | None = None
) -> Axes:
    """Draw the points of a window as cells, each with the number and the colour of its orbit.

    The orbits of S about the window's centre, which a cross marks, are the free parameters of a
    filter that all of S leaves as it is.

    Parameters
    ----------
    group : SplitGroup
        Of dimension 2.
    window : int, pair of int, or Window
        A kernel size, or a window of this group.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    DimensionError
        If the group is not planar.
    WindowError
        If the window is that of another group, or there is none of this size.

    Examples
    --------
    >>> from groupkit import p6m
    >>> picture = plot_orbits(p6m, 5)
    """
    check_planar(group)
    chosen = window if isinstance(window, Window) else group.window(window)
    if chosen.stabilizer != group.stabilizer:
        raise WindowError(
            f"{chosen!r} is a window of another group than {group.name}; make one with "
            f"{group.name}.window(size)",
            witness=chosen,
        )
    orbit_of = GSet.of_window(chosen).orbit_of
    places = positions(chosen.points, group.lattice)
    corners = places[:, None] + cell(group.lattice)
    span = np.ptp(corners.reshape(-1, 2), axis=0)
    scale = min(0.62, 6.0 / float(span.max()))
    axes = panel(axes, (float(span[0]) * scale + 0.4, float(span[1]) * scale + 0.7))
    colours = [TINTS[orbit % len(TINTS)] for orbit in orbit_of]
    axes.add_collection(
        PolyCollection(list(corners), facecolors=colours, edgecolors="white", linewidths=1.2)
    )
    size = min(11.0, 30 * scale)
    for place, orbit in zip(places, orbit_of, strict=True):
        axes.text(
            place[0], place[1], str(orbit), ha="center", va="center", fontsize=size, color=INK
        )
    centre = positions(np.array([float(x) for x in chosen.centre]), group.lattice)
    if np.linalg.norm(places - centre, axis=1).min() > 1e-9:  # no number stands there
        axes.plot(
            *centre, "+", color=INK, markersize=24 * scale + 8, markeredgewidth=0.8, alpha=0.5
        )
    low, high = corners.reshape(-1, 2).min(axis=0), corners.reshape(-1, 2).max(axis=0)
    axes.set(xlim=(low[0] - 0.1, high[0] + 0.1), ylim=(low[1] - 0.1, high[1] + 0.1), aspect="equal")
    count = int(orbit_of.max()) + 1
    axes.set_title(
        f"{group.name}: {len(chosen)} points, {count} orbit{'s' * (count != 1)}",
        fontsize=11,
        color=INK,
    )
    return axes
