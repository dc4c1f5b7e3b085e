import networkx as nx
import pytest

import groupkit as gk
from groupkit.algebra import all_subgroups, identify, is_normal, maximal_subgroups
from groupkit.errors import InfiniteRequestError, TooLargeError
from groupkit.graphs import subgroup_lattice
from tests.algebra.groups_for_algebra import SPECIAL, cyclic
from tests.known_groups import NAMES, RECORDS, declared


def covers(group: gk.FiniteGroup) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the pairs of the Hasse diagram by definition: nothing lies between."""
    sets = [frozenset(subgroup) for subgroup in all_subgroups(group)]
    return {
        (tuple(sorted(h)), tuple(sorted(k)))
        for h in sets
        for k in sets
        if h < k and not any(h < between < k for between in sets)
    }


@pytest.mark.parametrize("name", NAMES)
def test_counts_agree_with_gap(name: str) -> None:
    group, record = declared(name).stabilizer, RECORDS[name]
    lattice = subgroup_lattice(group)
    classes = subgroup_lattice(group, up_to_conjugacy=True)
    assert lattice.number_of_nodes() == record["n_subgroups"]
    assert classes.number_of_nodes() == record["n_subgroup_classes"]
    normal = sum(normal for _, normal in lattice.nodes(data="normal"))
    assert normal == record["n_normal_subgroups"]
    assert sum(count for _, count in classes.nodes(data="conjugates")) == record["n_subgroups"]
    top = lattice.number_of_nodes() - 1
    assert nx.descendants(lattice, 0) == set(lattice) - {0}
    assert nx.ancestors(lattice, top) == set(lattice) - {top}
    below = {lattice.nodes[n]["subgroup"] for n in lattice.predecessors(top)}
    assert below == set(maximal_subgroups(group))


@pytest.mark.parametrize("name", ["p6mm", "Pmmm", "P-43m", "P6/m"])
def test_edges_are_covers(name: str) -> None:
    group = declared(name).stabilizer
    lattice = subgroup_lattice(group)
    members = dict(lattice.nodes(data="members"))
    assert {(members[h], members[k]) for h, k in lattice.edges} == covers(group)
    for h, k, index in lattice.edges(data="index"):
        assert index * len(members[h]) == len(members[k])


@pytest.mark.parametrize("name", ["p6mm", "P-43m", "Pm-3m"])
def test_classes_are_the_quotient_of_the_lattice(name: str) -> None:
    group = declared(name).stabilizer
    lattice, classes = subgroup_lattice(group), subgroup_lattice(group, up_to_conjugacy=True)
    kind = dict(lattice.nodes(data="kind"))
    closure = nx.transitive_closure(lattice)
    ordered = nx.DiGraph({(kind[h], kind[k]) for h, k in closure.edges})
    assert set(classes.edges) == set(nx.transitive_reduction(ordered).edges)


def test_attributes() -> None:
    group = gk.p4m.stabilizer
    for _, data in subgroup_lattice(group).nodes(data=True):
        subgroup = data["subgroup"]
        assert data["members"] == subgroup.members
        assert data["order"] * data["index"] == 8
        assert data["normal"] == is_normal(group, subgroup)
        assert data["name"] == identify(subgroup.as_group())
        assert group.subgroup(data["generators"]) == subgroup


def test_of_cyclic_groups_is_the_lattice_of_divisors() -> None:
    lattice = subgroup_lattice(cyclic(48))
    divisors = nx.DiGraph((d, d * p) for d in range(1, 49) for p in (2, 3) if 48 % (d * p) == 0)
    assert nx.is_isomorphic(lattice, divisors)


@pytest.mark.parametrize("name", SPECIAL)
def test_other_groups(name: str) -> None:
    lattice = subgroup_lattice(SPECIAL[name])
    assert nx.is_directed_acyclic_graph(lattice)
    assert lattice.number_of_nodes() == len(all_subgroups(SPECIAL[name]))


def test_bad_requests_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InfiniteRequestError, match="its stabilizer"):
        subgroup_lattice(gk.p4m)
    monkeypatch.setattr("groupkit.graphs.subgroup_lattices.MOST_NODES", 9)
    with pytest.raises(TooLargeError, match="has 10 nodes, more than 9"):
        subgroup_lattice(gk.p4m.stabilizer)
    assert subgroup_lattice(gk.p4m.stabilizer, up_to_conjugacy=True).number_of_nodes() == 8
