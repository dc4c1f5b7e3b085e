import networkx as nx
import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import ElementError, GeneratorsError, TooLargeError
from groupkit.graphs import cayley_ball
from tests.known_groups import NAMES, declared


@pytest.mark.parametrize("name", NAMES)
def test_edges_multiply_and_distances_are_shortest(name: str) -> None:
    group = declared(name)
    graph = cayley_ball(group, 2)
    steps = graph.graph["generators"]
    origin = ((0,) * group.dimension, group.stabilizer.identity)
    assert nx.single_source_shortest_path_length(graph.to_undirected(), origin) == dict(
        graph.nodes(data="distance")
    )
    for start, end, data in graph.edges(data=True):
        product = np.array(graph.nodes[start]["matrix"]) @ steps[data["generator"]].to_matrix()
        np.testing.assert_array_equal(product, graph.nodes[end]["matrix"])
    for (t, s), data in graph.nodes(data=True):
        element = group.from_matrix(data["matrix"])
        assert (tuple(element.translation.tolist()), int(element.index)) == (t, s)
    inner = [node for node, far in graph.nodes(data="distance") if far < 2]
    assert all(graph.out_degree(node) == graph.in_degree(node) == len(steps) for node in inner)


def test_the_lattice_alone() -> None:
    graph = cayley_ball(gk.p1, 3)
    assert graph.number_of_nodes() == 25  # 1 + 4 + 8 + 12
    assert list(graph.graph["generators"]) == ["u", "v"]
    line = cayley_ball(declared("line-p1"), 4)
    assert nx.is_isomorphic(line.to_undirected(), nx.path_graph(9))


def test_the_growth_of_the_infinite_dihedral_group() -> None:
    line = declared("line-pm")
    mirrors = {"a": line.element(s=1), "b": line.element(s=1, u=1)}
    graph = cayley_ball(line, 5, mirrors)
    assert nx.is_isomorphic(graph.to_undirected(), nx.path_graph(11))


def test_labels() -> None:
    graph = cayley_ball(gk.p4m, 2)
    named = {label: node for node, label in graph.nodes(data="label")}
    assert len(named) == graph.number_of_nodes()
    assert named["−u r"] == ((-1, 0), 1)
    assert named["u+v"] == ((1, 1), 0)
    assert named["e"] == ((0, 0), 0)


def test_in_four_dimensions() -> None:
    group = gk.SplitGroup.from_generators("four", {"i": -np.eye(4, dtype=int)})
    assert list(cayley_ball(group, 1).graph["generators"]) == ["i", "t0", "t1", "t2", "t3"]


def test_bad_requests_are_refused() -> None:
    with pytest.raises(GeneratorsError, match="-1 is no radius"):
        cayley_ball(gk.p4, -1)
    with pytest.raises(ElementError, match="no single element of p4"):
        cayley_ball(gk.p4, 1, [gk.p4m.element(r=1)])
    with pytest.raises(ElementError, match="no single element of p4"):
        cayley_ball(gk.p4, 1, [gk.p4.element(r=[1, 2])])
    with pytest.raises(GeneratorsError, match="'e' is the identity"):
        cayley_ball(gk.p4, 1, [gk.p4.identity()])
    with pytest.raises(GeneratorsError, match="'a' and 'b' are the same"):
        cayley_ball(gk.p4, 1, {"a": gk.p4.element(r=1), "b": gk.p4.element(r=1)})
    with pytest.raises(TooLargeError, match="choose a radius below"):
        cayley_ball(declared("Pm-3m"), 1000)
