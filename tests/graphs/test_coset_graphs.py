import networkx as nx
import pytest

import groupkit as gk
from groupkit.algebra import GSet, all_subgroups
from groupkit.errors import InfiniteRequestError, NotASubgroupError
from groupkit.graphs import cayley_graph, coset_graph
from tests.algebra.groups_for_algebra import symmetric

GROUPS = [gk.p4m.stabilizer, gk.p6m.stabilizer, symmetric(4)]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"order {group.order}")
def test_all_subgroups(group: gk.FiniteGroup) -> None:
    for subgroup in all_subgroups(group):
        graph = coset_graph(group, subgroup)
        k = len(graph.graph["generators"])
        assert graph.number_of_nodes() * len(subgroup) == group.order
        assert set(dict(graph.out_degree()).values()) == {k}
        assert set(dict(graph.in_degree()).values()) == {k}
        assert nx.is_strongly_connected(graph)
        for number, data in graph.nodes(data=True):
            assert data["representative"] == data["members"][0]
            assert set(data["members"]) == {
                int(group.cayley_table[h, data["representative"]]) for h in subgroup
            }, number
        for start, end, data in graph.edges(data=True):
            a = data["element"]
            moved = {int(group.cayley_table[s, a]) for s in graph.nodes[start]["members"]}
            assert moved == set(graph.nodes[end]["members"])


def test_left_cosets_are_the_points_of_a_g_set() -> None:
    group = gk.p6m.stabilizer
    subgroup = group.subgroup([{"m": 1}])
    graph = coset_graph(group, subgroup, side="left")
    points = GSet.of_cosets(group, subgroup)
    for start, end, data in graph.edges(data=True):
        assert points.permutations[data["element"], start] == end


def test_of_the_trivial_subgroup_is_the_cayley_graph() -> None:
    group = symmetric(4)
    for side in ("left", "right"):
        graph = coset_graph(group, [group.identity], side=side)
        assert set(graph.edges()) == set(cayley_graph(group, side=side).edges())


def test_of_the_whole_group_is_a_bouquet() -> None:
    graph = coset_graph(gk.p4m.stabilizer, range(8))
    assert sorted(graph.edges(keys=True)) == [(0, 0, "m"), (0, 0, "r")]


def test_long_labels_are_cut() -> None:
    label = coset_graph(gk.p6m.stabilizer, range(12)).nodes[0]["label"]
    assert label == "{e, r, r², r³, r⁴, r⁵, m, mr, …}"


def test_bad_requests_are_refused() -> None:
    with pytest.raises(NotASubgroupError):
        coset_graph(gk.p4m.stabilizer, [0, 1])
    with pytest.raises(InfiniteRequestError):
        coset_graph(gk.p4m, [0])
