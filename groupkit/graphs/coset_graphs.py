"""Schreier coset graphs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from groupkit.algebra.finite_part import finite_group
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.graphs.generators import (
    Generators,
    Side,
    check_side,
    check_size,
    read_generators,
)
from groupkit.graphs.names import element_names
from groupkit.split_group import SplitGroup


def coset_graph(
    group: FiniteGroup | SplitGroup,
    subgroup: Subgroup | Iterable[int],
    generators: Generators = None,
    side: Side = "right",
) -> Any:
    """Return the Schreier graph of H ≤ G: an edge Hs → Hsa for every right coset and generator a.

    For the trivial subgroup it is the Cayley graph.  Edges may be loops, and several may join
    the same cosets.

    Parameters
    ----------
    group : FiniteGroup
    subgroup : Subgroup or iterable of int
        H, or all its elements.
    generators : mapping of str to element, or iterable of elements, optional
        As `cayley_graph` takes them.
    side : {"right", "left"}
        Whether edges are Hs → Hsa, or sH → asH on left cosets: the points of G/H, on which
        feature maps of that type live.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are the numbers of cosets, with ``label``, ``members``, ``representative``.  Edges
        have the generator's name as key and as ``generator``, and its number as ``element``.
        The graph has ``group``, ``generators``, ``side`` and ``subgroup``.

    Raises
    ------
    ElementError, NotASubgroupError, GeneratorsError
    InfiniteRequestError
        For Z^d ⋊ S; ask for that of ``group.stabilizer``.
    TooLargeError
        At more than 500,000 edges.

    Examples
    --------
    >>> from groupkit import p4m
    >>> graph = coset_graph(p4m.stabilizer, [0, 4])
    >>> [graph.nodes[n]["label"] for n in graph]
    ['{e, m}', '{r, mr}', '{r², mr²}', '{r³, mr³}']
    >>> sorted(end for _, end in graph.out_edges(1))
    [2, 3]
    """
    import networkx as nx  # noqa: PLC0415 - imported when used

    finite = finite_group(group, "coset graphs")
    check_side(side)
    chosen = read_generators(finite, generators)
    inside = finite.as_subgroup(subgroup)
    cosets = finite.right_cosets(inside) if side == "right" else finite.left_cosets(inside)
    check_size(len(chosen) * len(cosets), f"this coset graph of {finite!r}")
    names, first = element_names(finite), cosets.representatives
    graph = nx.MultiDiGraph(
        kind="coset graph", group=finite, generators=chosen, side=side, subgroup=inside
    )
    for number, members in enumerate(cosets):
        shown = [names[a] for a in members[:8]] + ["…"] * (len(members) > 8)
        graph.add_node(
            number,
            label=f"{{{', '.join(shown)}}}",
            members=members,
            representative=int(first[number]),
        )
    for name, a in chosen.items():
        moved = finite.cayley_table[first, a] if side == "right" else finite.cayley_table[a, first]
        for start, end in enumerate(cosets.index_of[moved].tolist()):
            graph.add_edge(start, end, key=name, generator=name, element=a)
    return graph
