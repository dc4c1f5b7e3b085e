"""Pictures of what lies below what: subgroup lattices, groups among groups."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from groupkit.plot.panel import check_graph, draw_box, draw_key, panel
from groupkit.plot.ranked import ranked_places
from groupkit.plot.style import INK, QUIET, TINTS

_PENS = {2: (QUIET, "-"), 3: ("#c2352b", "--"), 4: ("#2f6fb5", "-."), 5: ("#8a5aa8", ":")}
_MOST_LONG = 8  # boxes on a row that leave room for generators
_MOST_BOXES = 20  # boxes on a row; where there are more, all are dots
_WIDEST = 13.0  # inches


def plot_subgroup_lattice(graph: Any, *, axes: Axes | None = None) -> Axes:
    """Draw a Hasse diagram of subgroups: by order upwards, normal ones tinted.

    Boxes hold the structure and, where there is room, generators; up to conjugacy, also how
    many subgroups a class has.  Strokes tell the index of one subgroup in the next.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `groupkit.graphs.subgroup_lattice`.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GraphError
        For anything else than such a graph.

    Examples
    --------
    >>> from groupkit import graphs, p4
    >>> picture = plot_subgroup_lattice(graphs.subgroup_lattice(p4.stabilizer))
    """
    check_graph(graph, "subgroup lattice")
    texts, fills = {}, {}
    long = max(len(row) for row in _rows(graph).values()) <= _MOST_LONG
    for node, data in graph.nodes(data=True):
        count = data["conjugates"] if graph.graph["up_to_conjugacy"] else 1
        name = data["name"] if count == 1 else f"{count} · {data['name']}"
        texts[node] = f"{name}\n{data['label']}" if long and data["generators"] else name
        fills[node] = TINTS[2] if data["normal"] else "white"
    return _draw(graph, texts, fills, axes, "normal")


def plot_group_tree(graph: Any, *, axes: Axes | None = None) -> Axes:
    """Draw groups among groups: by the order of S upwards, each lattice in a tint.

    Parameters
    ----------
    graph : networkx.DiGraph
        Of `groupkit.graphs.group_tree`.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GraphError
        For anything else than such a graph.

    Examples
    --------
    >>> from groupkit import catalog, graphs
    >>> tree = graphs.group_tree(catalog.filter(dimension=2, lattice="square").values())
    >>> picture = plot_group_tree(tree)
    """
    check_graph(graph, "group tree")
    lattices = sorted(set(dict(graph.nodes(data="lattice")).values()))
    texts = {node: f"{node}\n{lattice}" for node, lattice in graph.nodes(data="lattice")}
    fills = {
        node: TINTS[lattices.index(lattice) % len(TINTS)]
        for node, lattice in graph.nodes(data="lattice")
    }
    return _draw(graph, texts, fills, axes, "")


def _draw(
    graph: Any, texts: dict[Any, str], fills: dict[Any, str], axes: Axes | None, note: str
) -> Axes:
    """Draw the nodes of a graph in rows by their order, and its edges as lines between them."""
    rows = _rows(graph)
    wide = 0.085 * max(len(line) for text in texts.values() for line in text.split("\n")) + 0.3
    most = max(len(row) for row in rows.values())
    shrink = min(1.0, _WIDEST / (most * wide))
    number = {node: k for k, node in enumerate(graph)}
    edges = np.array([(number[a], number[b]) for a, b in graph.edges], dtype=np.int64)
    found = ranked_places(
        [[number[node] for node in row] for row in rows.values()], edges.reshape(-1, 2)
    )
    places = dict(zip(graph, found, strict=True))
    left, right = found[:, 0].min() - 0.5, found[:, 0].max() + 0.5
    lines = max(text.count("\n") + 1 for text in texts.values())
    axes = panel(
        axes, ((right - left) * wide * shrink + 1.0, len(rows) * (0.5 + 0.22 * lines) + 0.4)
    )
    for low, high, index in graph.edges(data="index"):
        colour, style = _PENS.get(index, (INK, ":"))
        ends = np.stack([places[low], places[high]])
        axes.plot(*ends.T, color=colour, linestyle=style, linewidth=1.1, zorder=1)
    for node, text in texts.items():
        if most > _MOST_BOXES:
            axes.plot(*places[node], "o", color=fills[node], markeredgecolor=INK, markersize=5)
        else:
            draw_box(axes, places[node], text, size=9.5 * shrink, fill=fills[node], edge=QUIET)
    for height, order in enumerate(rows):
        axes.text(left, height, f"order {order}", ha="right", va="center", fontsize=9, color=QUIET)
    margin = 1.0 / (wide * shrink)
    axes.set(xlim=(left - 0.6 * margin, right), ylim=(-0.5, max(len(rows) - 0.5, 0.5)))
    indices = sorted({index for *_, index in graph.edges(data="index")})
    key = {f"index {index}": _PENS.get(index, (INK, ":")) for index in indices}
    draw_key(axes, key, patches={note: TINTS[2]} if note else {})
    return axes


def _rows(graph: Any) -> dict[int, list[Any]]:
    """Return the nodes by their order, ascending."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for node, order in sorted(graph.nodes(data="order"), key=lambda pair: pair[1]):
        rows[order].append(node)
    return dict(rows)
