"""Balls of the Cayley graphs of Z^d ⋊ S."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from groupkit.elements import Elements
from groupkit.errors import ElementError, GeneratorsError, TooLargeError, brief
from groupkit.graphs.cayley_graphs import nested
from groupkit.graphs.generators import check_distinct
from groupkit.graphs.names import axis_generators, element_names
from groupkit.integers import integer, listed
from groupkit.split_group import SplitGroup
from groupkit.stabilizer import TRANSLATION_NAMES

MOST_ELEMENTS: Final = 20_000

Node = tuple[tuple[int, ...], int]
"""An element (t, s), as a node: the translation and the number of s."""


def cayley_ball(
    group: SplitGroup,
    radius: int,
    generators: Mapping[str, Elements] | Iterable[Elements] | None = None,
) -> Any:
    """Return the Cayley graph of Z^d ⋊ S within some steps of the identity.

    Nodes are the elements that are products of at most ``radius`` generators and inverses;
    edges are g → ga between them, so that L_h moves the graph rigidly over the lattice.

    Parameters
    ----------
    group : SplitGroup
    radius : int
        Not negative.
    generators : mapping of str to Elements, or iterable of Elements, optional
        Single elements; by default those that `cayley_graph` takes of S, and one step along
        each axis of the lattice: u, v, w.

    Returns
    -------
    networkx.DiGraph
        Nodes are pairs (t, s), a tuple and a number, with ``label``, ``distance`` from the
        identity, and ``matrix`` [[M(s), t], [0, 1]] (nested tuples).  Edges have ``generator``
        (its name).  The graph has ``group``, ``generators`` and ``radius``.

    Raises
    ------
    ElementError
        If a generator is no single element of this group.
    GeneratorsError
        If one is the identity, two are equal, or the radius is no integer ≥ 0.
    TooLargeError
        At more than 20,000 elements.

    Examples
    --------
    >>> from groupkit import p4
    >>> [cayley_ball(p4, radius).number_of_nodes() for radius in range(4)]
    [1, 7, 24, 56]
    >>> cayley_ball(p4, 1).nodes[(0, 1), 0]["label"]
    'v'
    """
    import networkx as nx  # noqa: PLC0415 - imported when used

    steps = _read(group, generators)
    reach = integer(radius)
    if reach is None or reach < 0:
        raise GeneratorsError(
            f"{brief(radius)} is no radius; give the number of steps, an integer ≥ 0",
            witness=radius,
        )
    names = element_names(group.stabilizer)
    graph = nx.DiGraph(kind="Cayley graph", group=group, generators=steps, radius=reach)
    frontier = [_node(group.identity())]
    distance = {frontier[0]: 0}
    for far in range(1, reach + 1):
        ends = [
            end
            for step in (*steps.values(), *(step.inverse() for step in steps.values()))
            for end in _moved(group, frontier, step)
        ]
        frontier = [end for end in dict.fromkeys(ends) if end not in distance]
        distance.update((end, far) for end in frontier)
        if len(distance) > MOST_ELEMENTS:
            raise TooLargeError(
                f"the ball of radius {far} in {group.name} has more than {MOST_ELEMENTS} "
                f"elements, which is the limit; choose a radius below {far}",
                witness=far,
            )
    matrices = _elements(group, list(distance)).to_matrix()
    for (node, far), matrix in zip(distance.items(), matrices, strict=True):
        t, s = node
        label = _label(t, names[s] if s != group.stabilizer.identity else "")
        graph.add_node(node, label=label, distance=far, matrix=nested(matrix))
    for name, step in steps.items():
        for start, end in zip(distance, _moved(group, list(distance), step), strict=True):
            if end in distance:
                graph.add_edge(start, end, generator=name)
    return graph


def _read(
    group: SplitGroup, generators: Mapping[str, Elements] | Iterable[Elements] | None
) -> dict[str, Elements]:
    """Return the generators by name, checked."""
    names = element_names(group.stabilizer)
    if generators is None:
        of_s = axis_generators(group.stabilizer)
        if of_s is None:
            of_s = {names[a]: a for a in group.stabilizer.generators}
        units = np.eye(group.dimension, dtype=np.int64)
        zero = np.zeros(group.dimension, dtype=np.int64)
        identity = group.stabilizer.identity
        return {
            **{name: Elements(group.stabilizer, a, zero) for name, a in of_s.items()},
            **{
                _label(tuple(unit.tolist()), ""): Elements(group.stabilizer, identity, unit)
                for unit in units
            },
        }
    given: list[tuple[str | None, Any]]
    if isinstance(generators, Mapping):
        given = [(str(name), step) for name, step in generators.items()]
    else:
        given = [(None, step) for step in listed(generators, "generators")]
    pairs: list[tuple[str, Elements]] = []
    for known, step in given:
        alike = isinstance(step, Elements) and step.stabilizer == group.stabilizer
        if not alike or step.shape:
            raise ElementError(
                f"{brief(step)} is no single element of {group.name}; give elements such as "
                f"{group.name}.element(t={(1,) + (0,) * (group.dimension - 1)})",
                witness=step,
            )
        t, s = _node(step)
        name = _label(t, names[s] if s != group.stabilizer.identity else "")
        pairs.append((name if known is None else known, step))
    check_distinct([(name, _node(step)) for name, step in pairs], _node(group.identity()))
    return dict(pairs)


def _moved(group: SplitGroup, nodes: list[Node], step: Elements) -> list[Node]:
    """Return g a for every g."""
    if not nodes:
        return []
    moved = _elements(group, nodes) @ step
    return list(zip(map(tuple, moved.translation.tolist()), moved.index.tolist(), strict=True))


def _elements(group: SplitGroup, nodes: list[Node]) -> Elements:
    return Elements(group.stabilizer, [s for _, s in nodes], [list(t) for t, _ in nodes])


def _node(element: Elements) -> Node:
    return tuple(int(x) for x in element.translation), int(element.index)


def _label(t: tuple[int, ...], of_s: str) -> str:
    """Return the name of (t, s): "u", "2u−v·r", "e"."""
    known = TRANSLATION_NAMES if len(t) <= len(TRANSLATION_NAMES) else None
    terms: list[str] = []
    for axis, steps in enumerate(t):
        if steps:
            letter = known[axis] if known else f"t{axis}"
            count = "" if abs(steps) == 1 else str(abs(steps))
            sign = "−" if steps < 0 else "+" if terms else ""
            terms.append(f"{sign}{count}{letter}")
    return " ".join(part for part in ("".join(terms), of_s) if part) or "e"
