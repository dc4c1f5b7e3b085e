"""The subgroups of a finite group, ordered by inclusion: Hasse diagrams."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from jaxtyping import Bool

from groupkit.algebra.finite_part import finite_group
from groupkit.algebra.identify import identify
from groupkit.algebra.subgroups import SubgroupClass, subgroup_classes
from groupkit.errors import TooLargeError
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.graphs.names import element_names
from groupkit.split_group import SplitGroup

MOST_NODES: Final = 3000


def subgroup_lattice(group: FiniteGroup | SplitGroup, up_to_conjugacy: bool = False) -> Any:
    """Return the Hasse diagram of the subgroups: an edge H → K where H is maximal in K.

    Up to conjugacy, nodes are classes, and one is below another where some member of it lies in
    some member of the other; there is an edge where no class lies between them.

    Parameters
    ----------
    group : FiniteGroup
    up_to_conjugacy : bool

    Returns
    -------
    networkx.DiGraph
        Nodes are numbers, by ascending order of the subgroups; 0 is the trivial group, the last
        one the whole.  They have ``subgroup`` (of a class, its first), ``members``, ``order``,
        ``index``, ``normal``, ``name`` (such as "D4"), ``generators`` (numbers), ``label``
        (their names), ``kind`` (the number of the class) and ``conjugates`` (how many
        subgroups the class has).  Edges have ``index``, |K : H|.  The graph has
        ``group`` and ``up_to_conjugacy``.

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; ask for that of ``group.stabilizer``.
    TooLargeError
        At more than 3,000 nodes.

    Examples
    --------
    >>> from groupkit import p4m
    >>> lattice = subgroup_lattice(p4m.stabilizer)
    >>> lattice.number_of_nodes(), lattice.number_of_edges()
    (10, 15)
    >>> [lattice.nodes[n]["label"] for n in lattice.predecessors(9)]
    ['⟨r⟩', '⟨r², m⟩', '⟨r², mr⟩']
    >>> subgroup_lattice(p4m.stabilizer, up_to_conjugacy=True).number_of_nodes()
    8
    """
    import networkx as nx  # noqa: PLC0415 - imported when used

    finite = finite_group(group, "subgroup lattices")
    classes = subgroup_classes(finite)
    _check_size(len(classes) if up_to_conjugacy else sum(len(kind) for kind in classes), finite)
    nodes = _nodes(classes, up_to_conjugacy)
    names = element_names(finite)
    graph = nx.DiGraph(kind="subgroup lattice", group=finite, up_to_conjugacy=up_to_conjugacy)
    for number, (subgroup, kind) in enumerate(nodes):
        own = subgroup.as_group()
        generators = tuple(subgroup.members[a] for a in own.generators)
        graph.add_node(
            number,
            subgroup=subgroup,
            members=subgroup.members,
            order=len(subgroup),
            index=finite.order // len(subgroup),
            normal=len(classes[kind]) == 1,
            name=identify(own),
            generators=generators,
            label=f"⟨{', '.join(names[a] for a in generators)}⟩",
            kind=kind,
            conjugates=len(classes[kind]),
        )
    for below, above in np.argwhere(_covers(_below(finite, nodes, classes))).tolist():
        index = graph.nodes[above]["order"] // graph.nodes[below]["order"]
        graph.add_edge(below, above, index=index)
    return graph


def _nodes(classes: tuple[SubgroupClass, ...], up_to_conjugacy: bool) -> list[tuple[Subgroup, int]]:
    """Return the subgroups to show, each with the number of its class, by ascending order."""
    if up_to_conjugacy:
        return [(kind[0], number) for number, kind in enumerate(classes)]
    every = [(subgroup, number) for number, kind in enumerate(classes) for subgroup in kind]
    return sorted(every, key=lambda node: (len(node[0]), node[0].members))


def _below(
    group: FiniteGroup, nodes: list[tuple[Subgroup, int]], classes: tuple[SubgroupClass, ...]
) -> Bool[np.ndarray, "nodes nodes"]:
    """Return whether each node is strictly below each: it lies in that, or in a conjugate."""
    up_to_conjugacy = len(nodes) == len(classes)
    subgroups = [subgroup for subgroup, _ in nodes]
    lower = _masks(group, subgroups)
    sizes = lower.sum(axis=1)
    below = np.empty((len(nodes), len(nodes)), dtype=bool)
    for number, (subgroup, kind) in enumerate(nodes):
        upper = _masks(group, classes[kind] if up_to_conjugacy else [subgroup])
        below[:, number] = (lower @ upper.T == sizes[:, None]).any(axis=1)
    return np.asarray(below & (sizes[:, None] < sizes), dtype=bool)


def _masks(group: FiniteGroup, subgroups: Any) -> Any:
    """Return the members of subgroups as rows of zeros and ones; float32 counts to 2^24."""
    masks = np.zeros((len(subgroups), group.order), dtype=np.float32)
    for row, subgroup in zip(masks, subgroups, strict=True):
        row[list(subgroup.members)] = 1
    return masks


def _covers(below: Bool[np.ndarray, "nodes nodes"]) -> Bool[np.ndarray, "nodes nodes"]:
    """Return the pairs of an order with nothing between them: its transitive reduction."""
    steps = below.astype(np.float32)
    between = steps @ steps > 0
    return np.asarray(below & ~between, dtype=bool)


def _check_size(nodes: int, group: FiniteGroup) -> None:
    if nodes > MOST_NODES:
        raise TooLargeError(
            f"the subgroup lattice of {group!r} has {nodes} nodes, more than {MOST_NODES}, which "
            "is the limit; ask for it up_to_conjugacy, or for that of a subgroup",
            witness=nodes,
        )
