"""Axes to draw on, and boxes, arrows and keys that all graphs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, Patch

from groupkit.errors import GraphError, brief
from groupkit.plot.style import INK, QUIET, STROKES

Place = Float[np.ndarray, " 2"]


def check_graph(graph: Any, kind: str) -> None:
    """Check that something is a graph of `groupkit.graphs`, of the kind that is drawn.

    Raises
    ------
    GraphError
        Naming the function that makes such a graph.
    """
    found = getattr(graph, "graph", None)
    if not isinstance(found, dict) or found.get("kind") != kind:
        maker = kind.lower().replace(" ", "_")
        raise GraphError(
            f"{brief(graph)} is no {kind}; make one with groupkit.graphs.{maker}", witness=graph
        )


def panel(axes: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the axes given, or those of a new figure of this size in inches, without a frame."""
    if axes is None:
        axes = Figure(figsize=size, layout="constrained").add_subplot()
    axes.set_axis_off()
    return axes


def stroke(number: int) -> tuple[str, Any]:
    """Return the colour and the line style of a generator."""
    return STROKES[number % len(STROKES)]


def draw_box(
    axes: Axes,
    place: Place,
    text: str,
    *,
    size: float = 9.5,
    fill: str = "white",
    edge: str = QUIET,
) -> None:
    """Write a text in a rounded box about a place."""
    axes.text(
        float(place[0]),
        float(place[1]),
        text,
        ha="center",
        va="center",
        fontsize=size,
        color=INK,
        linespacing=1.25,
        bbox={"boxstyle": "round,pad=0.28", "facecolor": fill, "edgecolor": edge},
        zorder=3,
    )


def draw_arrow(
    axes: Axes,
    start: Place,
    end: Place,
    pen: tuple[str, Any],
    *,
    gap: float = 12.0,
    bend: float = 0.0,
    width: float = 1.6,
    head: bool = True,
) -> None:
    """Draw an arrow, or a line without a head, that stops short of both ends by some points."""
    colour, style = pen
    axes.add_patch(
        FancyArrowPatch(
            (float(start[0]), float(start[1])),
            (float(end[0]), float(end[1])),
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>,head_length=5,head_width=2.6" if head else "-",
            color=colour,
            linestyle="-" if head else style,
            linewidth=width,
            shrinkA=gap,
            shrinkB=gap,
            zorder=1,
        )
    )


def draw_field(
    axes: Axes, ends: Float[np.ndarray, "arrows 2 2"], pen: tuple[str, Any], *, head: bool
) -> None:
    """Draw many arrows, or lines without heads, at once: from ends[:, 0] to ends[:, 1]."""
    colour, style = pen
    if not len(ends):
        return
    if not head:
        lines = LineCollection(
            list(ends), colors=colour, linestyles=style, linewidths=1.1, zorder=1
        )
        axes.add_collection(lines)
        return
    steps = ends[:, 1] - ends[:, 0]
    starts = ends[:, 0] + 0.06 * steps
    axes.quiver(
        *starts.T, *(0.88 * steps).T, color=colour, angles="xy", scale_units="xy", scale=1,
        width=0.0022, headwidth=4, headlength=6, headaxislength=6, zorder=1,
    )  # fmt: skip


def draw_loop(
    axes: Axes, place: Place, outward: Place, radius: float, pen: tuple[str, Any]
) -> None:
    """Draw a loop at a place, on the side of a direction."""
    colour, style = pen
    middle = place + radius * outward
    loop = Circle(
        (float(middle[0]), float(middle[1])),
        radius,
        fill=False,
        edgecolor=colour,
        linestyle=style,
        linewidth=1.6,
        zorder=1,
    )
    axes.add_patch(loop)


def draw_key(
    axes: Axes, pens: Mapping[str, tuple[str, Any]], patches: Mapping[str, str] | None = None
) -> None:
    """Write under a picture what its strokes and fills mean."""
    keys: list[Any] = [
        Line2D([], [], color=colour, linestyle=style, linewidth=1.8)
        for colour, style in pens.values()
    ]
    fills = patches or {}
    keys += [Patch(facecolor=fill, edgecolor=QUIET) for fill in fills.values()]
    if not keys:
        return
    axes.legend(
        keys,
        [*pens, *fills],
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=min(len(keys), 6),
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        handlelength=2.4,
    )
