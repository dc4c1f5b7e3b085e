"""Axes, what L_r does to an array, the hexagonal basis, orders and sides: docs/conventions.md."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

import groupkit as gk
from groupkit.plot.cells import Tiles
from groupkit.plot.style import ARROW, FRAME, INK, LINE, QUIET

PALE = Normalize(0, 18)


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow between two points of the page."""
    style = {"arrowstyle": "-|>", "color": ARROW, "linewidth": 1.6}
    axes.annotate("", end, start, arrowprops=style)


def array(axes: Axes, values: np.ndarray, title: str) -> None:
    """Draw an array with its numbers and its two axes."""
    tiles = Tiles.of(gk.p4.lattice, np.ones(values.shape, dtype=bool))
    tiles.draw(axes, values, PALE, edge=FRAME)
    for place, value in zip(tiles.corners.mean(axis=1), values.flat, strict=True):
        axes.text(*place, str(value), ha="center", va="center", fontsize=14, color=INK)
    arrow(axes, (-0.82, 0.7), (-0.82, -0.5))
    arrow(axes, (-0.7, 0.82), (0.5, 0.82))
    axes.text(-0.9, 0.1, "$u$, axis −2", rotation=90, ha="right", va="center", color=ARROW)
    axes.text(-0.1, 0.9, "$v$, axis −1", ha="center", va="bottom", color=ARROW)
    axes.text(0, -0.98, title, ha="center", va="center", fontsize=12, color=INK)
    axes.set(xlim=(-1.15, 0.8), ylim=(-1.1, 1.1), aspect="equal")
    axes.set_axis_off()


def hexagons(axes: Axes) -> None:
    """Draw the hexagonal window of size 5 with its coordinates and basis vectors."""
    window = gk.p6.window(5)
    points = window.points - 2
    tiles = Tiles.of(gk.p6.lattice, window.mask)
    tiles.draw(axes, np.where(window.mask, 2, 0), PALE, edge=QUIET)
    places = {
        tuple(point): place
        for point, place in zip(points.tolist(), tiles.corners.mean(axis=1), strict=True)
    }
    for (x, y), place in places.items():
        label = f"{x}, {y}".replace("-", "−")
        axes.text(*place, label, ha="center", va="center", fontsize=9, color=INK)
    for vector, name in (((1, 0), "$u$"), ((0, 1), "$v$")):
        start, end = places[0, 0], places[vector]
        arrow(axes, start + 0.26 * (end - start), start + 0.78 * (end - start))
        side = np.array([-(end - start)[1], (end - start)[0]]) * 0.22
        axes.text(
            *(start + 0.5 * (end - start) + side), name, color=ARROW, ha="center", va="center"
        )
    axes.text(0, -1.1, "hexagonal basis and window of size 5", ha="center", fontsize=12, color=INK)
    axes.set(xlim=(-1.05, 1.05), ylim=(-1.2, 1.0), aspect="equal")
    axes.set_axis_off()


FLAG = (
    np.array([(-3, 15), (-3, 50), (-8, 50), (-8, 95), (-28, 95), (-28, 50), (-8, 50), (-8, 15)])
    / 100
)
COLOURS = [ARROW, LINE, QUIET, "#d09a2c"]


def flags(axes: Axes, classes: Sequence[Sequence[int]], title: str) -> None:
    """Draw a flag moved by each element of p4m, with its index, in the colour of its class."""
    for colour, members in zip(COLOURS, classes, strict=False):
        for s in members:
            u, v = gk.p4m.stabilizer.matrices[s] @ FLAG.T
            axes.fill(v, -u, color=colour)
            u, v = gk.p4m.stabilizer.matrices[s] @ (-0.42, 0.72)
            axes.text(v, -u, str(s), ha="center", va="center", fontsize=14, color=INK)
    axes.text(0, -1.25, title, ha="center", fontsize=12, color=INK)
    axes.set(xlim=(-1.1, 1.1), ylim=(-1.3, 1.05), aspect="equal")
    axes.set_axis_off()


def orders_and_sides() -> Figure:
    """Draw the elements of p4m in their order, and the left and right cosets of a mirror."""
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    order, left, right = figure.subplots(1, 3)
    S, mirror = gk.p4m.stabilizer, gk.p4m.subgroup({"m": 1})
    flags(order, [range(4), range(4, 8)], "order: $r^0 \\ldots r^3$, then $m r^0 \\ldots m r^3$")
    flags(left, S.left_cosets(mirror).members, "left cosets $sH$ of $H = \\{e, m\\}$")
    flags(right, S.right_cosets(mirror).members, "right cosets $Hs$")
    return figure


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield the pictures of the page."""
    yield "conventions_orders.png", orders_and_sides()
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    before, after, window = figure.subplots(1, 3)
    f = np.arange(9).reshape(3, 3)
    r = gk.p4.stabilizer.index_of(r=1)
    array(before, f, "$f$")
    array(after, f.reshape(-1)[gk.p4.action(r, f.shape, "planar")], "$L_r f$ = np.rot90(f)")
    hexagons(window)
    yield "conventions.png", figure
