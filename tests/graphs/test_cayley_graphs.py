import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit.errors import ElementError, GeneratorsError, InfiniteRequestError, TooLargeError
from groupkit.graphs import cayley_graph
from tests.algebra.groups_for_algebra import QUATERNIONS, cyclic, subgroups_of_s6, symmetric
from tests.known_groups import NAMES, declared


def test_known_graphs() -> None:
    def undirected(group: gk.FiniteGroup, generators: object = None) -> nx.Graph:
        return cayley_graph(group, generators).to_undirected()

    assert nx.is_isomorphic(undirected(cyclic(7), [1]), nx.cycle_graph(7))
    assert nx.is_isomorphic(undirected(gk.p6m.stabilizer), nx.circular_ladder_graph(6))
    cube = declared("Pmmm").stabilizer
    assert nx.is_isomorphic(undirected(cube), nx.hypercube_graph(3))
    assert nx.is_isomorphic(undirected(cyclic(9), range(1, 9)), nx.complete_graph(9))
    a4 = gk.FiniteGroup.from_generators([(1, 2, 0, 3), (1, 0, 3, 2)])
    three = next(a for a in a4 if a4.element_orders[a] == 3)
    two = next(a for a in a4 if a4.element_orders[a] == 2)
    assert nx.is_isomorphic(undirected(a4, [three, two]), nx.truncated_tetrahedron_graph())


@pytest.mark.parametrize("name", NAMES)
def test_attributes_and_degrees(name: str) -> None:
    group = declared(name).stabilizer
    graph = cayley_graph(group)
    k = len(graph.graph["generators"])
    assert graph.number_of_nodes() == group.order
    assert graph.number_of_edges() == k * group.order
    assert {*dict(graph.in_degree()).values(), *dict(graph.out_degree()).values()} == {k}
    for s, data in graph.nodes(data=True):
        assert data["order"] == group.element_orders[s]
        np.testing.assert_array_equal(data["matrix"], group.matrices[s])
    for s, t, data in graph.edges(data=True):
        a = data["element"]
        assert graph.graph["generators"][data["generator"]] == a
        np.testing.assert_array_equal(group.matrices[s] @ group.matrices[a], group.matrices[t])
    assert nx.is_weakly_connected(graph)
    labels = list(nx.get_node_attributes(graph, "label").values())
    assert len(set(labels)) == group.order


@settings(max_examples=20)
@given(subgroups_of_s6, st.data())
def test_connected_exactly_when_generated(group: gk.FiniteGroup, data: st.DataObject) -> None:
    others = [a for a in group if a != group.identity] or None
    if others is None:
        return
    chosen = data.draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
    side = data.draw(st.sampled_from(["left", "right"]))
    graph = cayley_graph(group, chosen, side)
    assert nx.is_strongly_connected(graph) == (len(group.subgroup(chosen)) == group.order)
    parts = {frozenset(part) for part in nx.weakly_connected_components(graph)}
    generated = group.subgroup(chosen)
    cosets = group.left_cosets(generated) if side == "right" else group.right_cosets(generated)
    assert parts == {frozenset(coset) for coset in cosets}


@pytest.mark.parametrize("group", [gk.p4m.stabilizer, QUATERNIONS, symmetric(4)])
def test_the_other_side_acts_by_automorphisms(group: gk.FiniteGroup) -> None:
    right, left = cayley_graph(group), cayley_graph(group, side="left")
    for a in group:
        for graph, moved in ((right, group.cayley_table[a]), (left, group.cayley_table[:, a])):
            assert all(graph.has_edge(moved[s], moved[t]) for s, t in graph.edges)
    assert all(
        left.edges[s, t]["element"] == group.cayley_table[t, group.inverses[s]]
        for s, t in left.edges
    )


def test_generators_by_name_and_by_indices() -> None:
    s = gk.p4m.stabilizer
    graph = cayley_graph(s, {"half": {"r": 2}, "flip": 4})
    assert graph.graph["generators"] == {"half": 2, "flip": 4}
    assert cayley_graph(s, [{"r": 2}, 4]).graph["generators"] == {"r²": 2, "m": 4}
    assert nx.number_weakly_connected_components(graph) == 2
    assert cayley_graph(s, []).number_of_edges() == 0


def test_bad_requests_are_refused() -> None:
    s = gk.p4m.stabilizer
    with pytest.raises(GeneratorsError, match="'e' is the identity"):
        cayley_graph(s, [1, 0])
    with pytest.raises(GeneratorsError, match="'r' and 'turn' are the same") as caught:
        cayley_graph(s, {"r": 1, "turn": {"r": 1}})
    assert caught.value.witness == ("r", "turn")
    with pytest.raises(ElementError, match="8 is not an element"):
        cayley_graph(s, [8])
    with pytest.raises(InfiniteRequestError, match="cayley_ball"):
        cayley_graph(gk.p4m)
    with pytest.raises(TooLargeError, match="500000"):
        cayley_graph(cyclic(1024), range(1, 600))


@pytest.mark.untyped
def test_a_side_is_left_or_right() -> None:
    with pytest.raises(GeneratorsError, match="'up' is no side"):
        cayley_graph(gk.p4m.stabilizer, side="up")  # type: ignore[arg-type]
    with pytest.raises(ElementError, match="no group"):
        cayley_graph(3)  # type: ignore[arg-type]


def test_networkx_is_imported_when_used() -> None:
    script = "import sys, groupkit.graphs; sys.exit(int('networkx' in sys.modules))"
    subprocess.run([sys.executable, "-c", script], check=True)
