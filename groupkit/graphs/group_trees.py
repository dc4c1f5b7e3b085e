"""Groups among groups: which are maximal subgroups of which, on the same lattice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from groupkit.algebra.arithmetic import change_of_basis
from groupkit.algebra.subgroups import maximal_subgroups
from groupkit.errors import DimensionError, ElementError, GeneratorsError, brief
from groupkit.finite_group import Subgroup
from groupkit.graphs.cayley_graphs import nested
from groupkit.integers import listed
from groupkit.split_group import SplitGroup
from groupkit.stabilizer import Stabilizer


def group_tree(groups: Iterable[SplitGroup]) -> Any:
    """Return the graph with an edge H → G where H is a maximal subgroup of G with all translations.

    That is: the stabilizer of G has a maximal subgroup conjugate in GL(d, Z) to that of H, so
    that Z^d ⋊ S_H, in another basis of Z^d perhaps, is part of Z^d ⋊ S_G and no group lies
    between (crystallographers: a maximal *translationengleiche* subgroup).  Lattices with
    fewer translations are not compared, and lengths and angles play no part.

    Parameters
    ----------
    groups : iterable of SplitGroup
        Of one dimension, without internal symmetries, no two of them one group in two bases;
        such as ``catalog.filter(dimension=2).values()``.

    Returns
    -------
    networkx.DiGraph
        Nodes are names, with ``group``, ``order`` (of S) and ``lattice``.  Edges have ``index``
        |G : H|, ``count`` (how many maximal subgroups of S_G are such), ``members`` (of the
        first of them) and ``basis``, a P ∈ GL(d, Z) (nested tuples) with P S_H P⁻¹ equal to it.

    Raises
    ------
    DimensionError
        For groups of several dimensions.
    GeneratorsError
        If two groups have one name, or are one group in two bases.
    ElementError
        If something is no SplitGroup, or has internal symmetries.

    References
    ----------
    International Tables for Crystallography, volume A1 (2010), chapter 2.4.

    Examples
    --------
    >>> from groupkit import catalog
    >>> tree = group_tree(catalog.filter(dimension=2).values())
    >>> sorted(tree.predecessors("p6m"))
    ['c2mm', 'p31m', 'p3m1', 'p6']
    >>> tree.edges["c2mm", "p6m"]["index"], tree.edges["c2mm", "p6m"]["count"]
    (3, 3)
    """
    import networkx as nx  # noqa: PLC0415 - imported when used

    chosen = _checked(groups)
    graph = nx.DiGraph(kind="group tree")
    for group in chosen:
        graph.add_node(group.name, group=group, order=group.order, lattice=group.lattice.name)
    for group in chosen:
        for subgroup in maximal_subgroups(group.stabilizer):
            below, basis = _type_of(subgroup, group.stabilizer, chosen)
            if below is None:
                continue
            if graph.has_edge(below.name, group.name):
                graph.edges[below.name, group.name]["count"] += 1
                continue
            graph.add_edge(
                below.name,
                group.name,
                index=group.order // len(subgroup),
                count=1,
                members=subgroup.members,
                basis=nested(basis),
            )
    return graph


def _type_of(
    subgroup: Subgroup, stabilizer: Stabilizer, groups: list[SplitGroup]
) -> tuple[SplitGroup | None, Any]:
    """Return which of some groups a subgroup is, and the basis in which it is; None for none."""
    own = _stabilizer(stabilizer.matrices[list(subgroup.members)])
    for group in groups:
        if group.order == own.order:
            basis = change_of_basis(group.stabilizer, own)
            if basis is not None:
                return group, basis
    return None, None


def _stabilizer(matrices: np.ndarray) -> Stabilizer:
    return Stabilizer({"s": len(matrices)}, matrices)


def _checked(groups: Iterable[SplitGroup]) -> list[SplitGroup]:
    """Return the groups as a list: of one dimension, faithful, pairwise different."""
    chosen = listed(groups, "groups")
    for group in chosen:
        if not isinstance(group, SplitGroup):
            raise ElementError(f"{brief(group)} is no SplitGroup; give a list of them", group)
        if not group.stabilizer.is_faithful:
            raise ElementError(
                f"{group.name} has internal symmetries, which fix every point; leave it out",
                group,
            )
    dimensions = sorted({group.dimension for group in chosen})
    if len(dimensions) > 1:
        raise DimensionError(
            f"groups of dimensions {' and '.join(map(str, dimensions))} are not compared; give "
            "groups of one dimension",
            witness=dimensions,
        )
    for number, group in enumerate(chosen):
        for other in chosen[:number]:
            if group.name == other.name:
                raise GeneratorsError(
                    f"two groups are called {group.name}; give them different names", group.name
                )
            basis = change_of_basis(other.stabilizer, group.stabilizer)
            if basis is not None:
                raise GeneratorsError(
                    f"{other.name} and {group.name} are one group in two bases: P = "
                    f"{basis.tolist()} takes one to the other; leave one out",
                    witness=(other.name, group.name),
                )
    return chosen
