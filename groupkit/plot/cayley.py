"""Pictures of Cayley graphs and coset graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from groupkit.errors import DimensionError
from groupkit.page import positions, roomiest_point
from groupkit.plot.cycles import cycle_places
from groupkit.plot.panel import (
    check_graph,
    draw_arrow,
    draw_box,
    draw_field,
    draw_key,
    draw_loop,
    panel,
    stroke,
)
from groupkit.plot.style import IMPROPER, INK, QUIET, TINTS
from groupkit.split_group import SplitGroup

_MOST_LABELS = 64
_MOST_ARROWS = 200  # drawn one by one; more are a field of arrows


def plot_cayley_graph(graph: Any, *, axes: Axes | None = None) -> Axes:
    """Draw a Cayley graph, or a ball of that of a line or wallpaper group.

    Elements of a finite group stand on the cycles of the generator of greatest order.  An
    element g of Z^d ⋊ S stands at g·x, for the x that keeps them farthest apart.  Generators of
    order two are lines, others arrows.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `groupkit.graphs.cayley_graph` or `groupkit.graphs.cayley_ball`.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GraphError
        For anything else than such a graph.
    DimensionError
        For a ball in three dimensions or more.

    Examples
    --------
    >>> from groupkit import graphs, p4m
    >>> picture = plot_cayley_graph(graphs.cayley_graph(p4m.stabilizer))
    """
    check_graph(graph, "Cayley graph")
    group = graph.graph["group"]
    if isinstance(group, SplitGroup):
        places = _ball_places(graph, group)
        spread = max(np.ptp(list(places.values()), axis=0).max(), 1.0)
        size = 7.5
        room = 72 * size / spread * _nearest(places)  # points between neighbours
    else:
        places = _finite_places(graph)
        size = 5.0 if len(graph) <= 16 else 7.5
        room = 72 * size / 3.0 * _nearest(places)
    axes = panel(axes, (size, size))
    longest = max(len(label) for _, label in graph.nodes(data="label"))
    labelled = len(graph) <= _MOST_LABELS and room > 18 + 7 * longest
    gap = min(4 + 3.2 * longest, 0.42 * room) if labelled else min(3.5, 0.3 * room)
    pens = {name: stroke(number) for number, name in enumerate(graph.graph["generators"])}
    directed = {
        name: any(not graph.has_edge(end, start) for start, end in _edges_of(graph, name))
        for name in pens
    }
    shown = [
        (places[start], places[end], name)
        for start, end, name in graph.edges(data="generator")
        if directed[name] or not graph.has_edge(end, start) or start < end
    ]
    if len(shown) <= _MOST_ARROWS:
        for start, end, name in shown:
            draw_arrow(axes, start, end, pens[name], gap=gap, head=directed[name])
    else:
        for name, pen in pens.items():
            ends = np.array([(start, end) for start, end, own in shown if own == name])
            draw_field(axes, ends, pen, head=directed[name])
    for node, label in graph.nodes(data="label"):
        if labelled:
            fill = TINTS[2] if label == "e" or node == getattr(group, "identity", None) else "white"
            draw_box(axes, places[node], label, size=9.5, fill=fill)
        else:
            own = label == "e" or node == getattr(group, "identity", None)
            axes.plot(
                *places[node], "o", zorder=3, markersize=min(5.0, 0.3 * room) * (1.6 if own else 1),
                color=IMPROPER if own else INK,
            )  # fmt: skip
    _frame(axes, np.array(list(places.values())))
    draw_key(
        axes, {name: (pen[0], "-" if directed[name] else pen[1]) for name, pen in pens.items()}
    )
    return axes


def plot_coset_graph(graph: Any, *, axes: Axes | None = None) -> Axes:
    """Draw a Schreier coset graph: cosets on a circle, what a generator fixes as a loop.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Of `groupkit.graphs.coset_graph`.
    axes : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GraphError
        For anything else than such a graph.

    Examples
    --------
    >>> from groupkit import graphs, p4m
    >>> mirror = p4m.subgroup({"m": 1})
    >>> picture = plot_coset_graph(graphs.coset_graph(p4m.stabilizer, mirror))
    """
    check_graph(graph, "coset graph")
    axes = panel(axes, (6.4, 6.0))
    count = len(graph)
    turns = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    outward = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    places = dict(zip(graph, outward if count > 1 else np.zeros((1, 2)), strict=True))
    pens = {name: stroke(number) for number, name in enumerate(graph.graph["generators"])}
    names = list(pens)
    swaps = {
        name: all(graph.has_edge(end, start, name) for start, end in _edges_of(graph, name))
        for name in names
    }
    for start, end, name in graph.edges(data="generator"):
        rank = names.index(name)
        if start == end:
            outwards = outward[list(graph).index(start)]
            draw_loop(axes, places[start], outwards, 0.17 + 0.05 * rank, pens[name])
        elif not swaps[name] or start < end:
            bend = 0.12 * (rank + (0 if swaps[name] else 1))
            head = not swaps[name]
            draw_arrow(axes, places[start], places[end], pens[name], gap=16.0, bend=bend, head=head)
    for node, label in graph.nodes(data="label"):
        shown = label if len(label) < 22 else f"{label[:20]}…"
        draw_box(axes, places[node], shown, size=9.5, edge=QUIET)
    _frame(axes, 1.18 * outward, margin=0.28)
    draw_key(axes, {name: (pen[0], pen[1] if swaps[name] else "-") for name, pen in pens.items()})
    return axes


def _finite_places(graph: Any) -> dict[Any, Float[np.ndarray, " 2"]]:
    """Return places on the cycles of the generator of greatest order."""
    group, side = graph.graph["group"], graph.graph["side"]
    generators = graph.graph["generators"]
    longest = max(generators.values(), key=lambda a: group.element_orders[a], default=None)
    table = group.cayley_table
    cycles: list[list[int]] = []
    left = set(group)
    for start in group:
        if start not in left:
            continue
        cycle = []
        while start in left:
            cycle.append(start)
            left.remove(start)
            if longest is not None:
                start = int(table[start, longest] if side == "right" else table[longest, start])  # noqa: PLW2901
        cycles.append(cycle)
    across = [(s, t) for s, t, a in graph.edges(data="element") if a != longest]
    joins = np.array(across, dtype=np.int64).reshape(-1, 2)
    return dict(enumerate(cycle_places(cycles, joins)))


def _ball_places(graph: Any, group: SplitGroup) -> dict[Any, Float[np.ndarray, " 2"]]:
    """Return g·x for each element g, with reflections of a line on a row of their own."""
    matrices = group.stabilizer.matrices
    if group.dimension == 1:
        return {
            (t, s): np.array([t[0] + 0.2 * matrices[s, 0, 0], 0.6 * matrices[s, 0, 0]])
            for t, s in graph
        }
    if group.dimension > 2:
        raise DimensionError(
            f"pictures are planar, and {group.name} has dimension {group.dimension}; draw the "
            "Cayley graph of its stabilizer",
            witness=group.dimension,
        )
    point, _ = roomiest_point(matrices, group.lattice)
    nodes = list(graph)
    points = np.array([matrices[s] @ point + t for t, s in nodes])
    return dict(zip(nodes, positions(points, group.lattice), strict=True))


def _nearest(places: dict[Any, Float[np.ndarray, " 2"]]) -> float:
    """Return the least distance of two places."""
    points = np.array(list(places.values()))
    if len(points) == 1:
        return 1.0
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    return float(distances[~np.eye(len(points), dtype=bool)].min())


def _edges_of(graph: Any, name: str) -> list[tuple[Any, Any]]:
    return [(start, end) for start, end, own in graph.edges(data="generator") if own == name]


def _frame(axes: Axes, points: Float[np.ndarray, "points 2"], margin: float = 0.16) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    pad = margin * max(float((high - low).max()), 1.0)
    axes.set(xlim=(low[0] - pad, high[0] + pad), ylim=(low[1] - pad, high[1] + pad), aspect="equal")
