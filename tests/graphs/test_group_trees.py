import networkx as nx
import numpy as np
import pytest

import groupkit as gk
from groupkit.algebra import maximal_subgroups
from groupkit.errors import DimensionError, ElementError, GeneratorsError
from groupkit.graphs import group_tree

WALLPAPER = gk.catalog.filter(dimension=2)
TREE = group_tree(WALLPAPER.values())


def test_the_types_below_each_group_are_those_of_the_tables() -> None:
    closure = nx.transitive_closure(TREE, reflexive=True)
    for large in WALLPAPER:
        assert set(closure.predecessors(large)) == set(gk.catalog.record(large).subgroups)


def test_maximal_subgroups_of_each_group_as_printed_in_ita() -> None:
    printed = {  # International Tables A, the t-subgroups of the plane groups
        "p2": {"p1": 2}, "pm": {"p1": 2}, "cm": {"p1": 2}, "p3": {"p1": 3},
        "p2mm": {"p2": 2, "pm": 2}, "c2mm": {"p2": 2, "cm": 2}, "p4": {"p2": 2},
        "p4m": {"p4": 2, "p2mm": 2, "c2mm": 2}, "p3m1": {"p3": 2, "cm": 3},
        "p31m": {"p3": 2, "cm": 3}, "p6": {"p3": 2, "p2": 3},
        "p6m": {"p6": 2, "p3m1": 2, "p31m": 2, "c2mm": 3}, "p1": {},
    }  # fmt: skip
    found = {
        name: {below: TREE.edges[below, name]["index"] for below in TREE.predecessors(name)}
        for name in TREE
    }
    assert found == printed


def test_edges_say_where_the_subgroup_is() -> None:
    for below, above, data in TREE.edges(data=True):
        inner = TREE.nodes[below]["group"].stabilizer.matrices
        outer = TREE.nodes[above]["group"].stabilizer
        p = np.array(data["basis"])
        inverse = np.rint(np.linalg.inv(p)).astype(int)
        assert abs(round(np.linalg.det(p))) == 1
        moved = {matrix.tobytes() for matrix in p @ inner @ inverse}
        assert moved == {outer.matrices[s].tobytes() for s in data["members"]}
        assert data["index"] * len(inner) == outer.order
    for name in TREE:
        counts = sum(count for _, _, count in TREE.in_edges(name, data="count"))
        proper = maximal_subgroups(WALLPAPER[name].stabilizer)
        assert counts == len(proper)


def test_groups_that_are_not_given_leave_no_trace() -> None:
    tree = group_tree([gk.p4m, gk.p4])
    assert list(tree.edges) == [("p4", "p4m")]
    assert group_tree([]).number_of_nodes() == 0


def test_cubic_groups() -> None:
    names = ["Pm-3m", "P-43m", "P432", "Pm-3", "P23", "P4/mmm", "R-3m"]
    tree = group_tree(gk.catalog[name] for name in names)
    assert set(tree.predecessors("Pm-3m")) == {"P-43m", "P432", "Pm-3", "P4/mmm", "R-3m"}
    assert tree.edges["R-3m", "Pm-3m"]["index"] == 4
    assert set(tree.predecessors("P432")) == {"P23"}


def test_bad_requests_are_refused() -> None:
    with pytest.raises(DimensionError, match="dimensions 2 and 3"):
        group_tree([gk.p4, gk.catalog["P4"]])
    with pytest.raises(GeneratorsError, match="called p4;"):
        group_tree([gk.p4, gk.p4])
    other = gk.SplitGroup.from_generators("other", {"m": [[1, 0], [0, -1]]})
    with pytest.raises(GeneratorsError, match="pm and other are one group in two bases"):
        group_tree([WALLPAPER["pm"], other])
    with pytest.raises(ElementError, match="fix every point"):
        group_tree([gk.p4, gk.p4.with_internal({"swap": 2})])


@pytest.mark.untyped
def test_what_is_no_group_is_refused() -> None:
    with pytest.raises(ElementError, match="no SplitGroup"):
        group_tree(["p4"])  # type: ignore[list-item]
