"""Cayley graphs of finite groups."""

from __future__ import annotations

from typing import Any

from groupkit.algebra.finite_part import finite_group
from groupkit.errors import InfiniteRequestError
from groupkit.finite_group import FiniteGroup
from groupkit.graphs.generators import (
    Generators,
    Side,
    check_side,
    check_size,
    read_generators,
)
from groupkit.graphs.names import element_names
from groupkit.split_group import SplitGroup
from groupkit.stabilizer import Stabilizer


def cayley_graph(
    group: FiniteGroup | SplitGroup, generators: Generators = None, side: Side = "right"
) -> Any:
    """Return the graph with an edge s → sa for every element s and generator a.

    It is connected exactly when the generators generate the group.  Multiplication from the
    other side is an automorphism of the graph; one of order two has edges both ways.

    Parameters
    ----------
    group : FiniteGroup
    generators : mapping of str to element, or iterable of elements, optional
        Elements are numbers, or {axis: index} for a stabilizer.  By default those of index 1
        on each axis, where elements are products of their powers, or else
        ``group.generators``.
    side : {"right", "left"}
        Whether edges are s → sa or s → as; L_a moves the patches of a feature map along s → as.

    Returns
    -------
    networkx.DiGraph
        Nodes are the numbers 0 … order - 1, with ``label``, ``order`` (of the element) and, for
        a stabilizer, ``matrix`` (nested tuples).  Edges have ``generator`` (its name) and
        ``element`` (its number).  The graph has ``group``, ``generators`` and
        ``side``.

    Raises
    ------
    ElementError
        If a generator is no element of the group.
    GeneratorsError
        If one is the identity, or two are equal.
    InfiniteRequestError
        For Z^d ⋊ S; ask for `cayley_ball`, or for that of ``group.stabilizer``.
    TooLargeError
        At more than 500,000 edges.

    Examples
    --------
    >>> from groupkit import p4m
    >>> graph = cayley_graph(p4m.stabilizer)
    >>> graph.number_of_nodes(), graph.number_of_edges(), graph.graph["generators"]
    (8, 16, {'m': 4, 'r': 1})
    >>> graph.edges[4, 5]["generator"], graph.nodes[5]["label"]
    ('r', 'mr')
    """
    import networkx as nx  # noqa: PLC0415 - imported when used

    if isinstance(group, SplitGroup):
        raise InfiniteRequestError(
            f"{group.name} = Z^{group.dimension} ⋊ S is infinite, and so is its Cayley graph; ask "
            "for a ball about the identity, cayley_ball(group, radius), or for the graph of its "
            f"stabilizer S, {group.name}.stabilizer",
            witness=group.name,
        )
    finite = finite_group(group, "Cayley graphs")
    check_side(side)
    chosen = read_generators(finite, generators)
    check_size(len(chosen) * finite.order, f"this Cayley graph of {finite!r}")
    graph = nx.DiGraph(kind="Cayley graph", group=finite, generators=chosen, side=side)
    for element, label in enumerate(element_names(finite)):
        graph.add_node(element, label=label, order=int(finite.element_orders[element]))
        if isinstance(finite, Stabilizer):
            graph.nodes[element]["matrix"] = nested(finite.matrices[element])
    for name, a in chosen.items():
        ends = finite.cayley_table[:, a] if side == "right" else finite.cayley_table[a]
        graph.add_edges_from(enumerate(ends.tolist()), generator=name, element=a)
    return graph


def nested(matrix: Any) -> tuple[tuple[int, ...], ...]:
    """Return a matrix as tuples of plain integers."""
    return tuple(tuple(int(entry) for entry in row) for row in matrix)
