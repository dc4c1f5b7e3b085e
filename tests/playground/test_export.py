"""What the page is given is what the library has."""

import json
import re

import networkx as nx
import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import DimensionError, TooLargeError
from groupkit.graphs import cayley_graph, coset_graph
from groupkit.playground import export_group
from tests.playground.planar import GROUPS, SKEW

each_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


@each_group
def test_arrays_are_those_of_the_library(group: gk.SplitGroup) -> None:
    exported = export_group(group)
    stabilizer = group.stabilizer
    assert exported["cayley"] == stabilizer.cayley_table.tolist()
    assert exported["inverses"] == stabilizer.inverses.tolist()
    assert exported["identity"] == stabilizer.identity
    assert [e["matrix"] for e in exported["elements"]] == stabilizer.matrices.tolist()
    assert [e["label"] for e in exported["elements"]] == list(stabilizer.element_names)
    for window in exported["windows"]:
        own = eval(window["kernel"], {"group": group})
        own = own if isinstance(own, gk.Window) else group.window(own)
        bank = group.filter_bank(own)
        lifting = group.filter_bank(own, input_type="planar")
        assert np.array_equal(window["regular"], bank.index[..., own.mask])
        assert np.array_equal(window["lifting"], lifting.index[..., own.mask])
        points = np.array(window["points"])
        assert np.array_equal(points, own.points - np.array(own.centre, dtype=float))
        for matrix in stabilizer.matrices:  # about 0, as the torus is
            assert {tuple(p) for p in points @ matrix.T} == {tuple(p) for p in points}


@each_group
def test_types_are_functions_on_cosets(group: gk.SplitGroup) -> None:
    types = export_group(group)["types"]
    assert len(types[0]["cosets"]) == group.order
    assert len(types[-1]["cosets"]) == 1
    for kind in types:
        own = group.feature_type(group.stabilizer.as_subgroup(kind["members"]))
        assert kind["action"] == own.action.tolist()
        assert kind["cosets"] == [list(coset) for coset in own.cosets.members]
        assert len(kind["places"]) == len(kind["cosets"])


@each_group
def test_arrows_are_the_edges_of_the_graphs(group: gk.SplitGroup) -> None:
    exported = export_group(group)
    generators = exported["generators"]
    for kind in exported["types"]:
        graph = coset_graph(group.stabilizer, kind["members"], side="left")
        drawn = {
            (start, kind["action"][a["element"]][start], a["name"])
            for a in generators
            for start in range(len(kind["cosets"]))
        }
        assert drawn == set(graph.edges(data="generator"))
    if group.order > 1:
        assert nx.is_strongly_connected(cayley_graph(group.stabilizer, side="left"))


@each_group
def test_the_declaration_is_one_of_the_group(group: gk.SplitGroup) -> None:
    assert eval(export_group(group)["declaration"], {"gk": gk}) == group


@each_group
def test_json_loses_nothing(group: gk.SplitGroup) -> None:
    exported = export_group(group)
    assert json.loads(json.dumps(exported)) == exported


def test_a_skew_basis_has_the_orbit_of_a_box_for_a_window() -> None:
    (window,) = export_group(SKEW)["windows"]
    assert {(u, v) for u in (-1, 0, 1) for v in (-1, 0, 1)} <= set(map(tuple, window["points"]))


def test_motions_in_words() -> None:
    def motions(group: gk.SplitGroup) -> list[str]:
        return [a["motion"] for a in export_group(group)["generators"]]

    assert motions(gk.p6m) == ["mirror", "turn by 60°"]
    assert motions(gk.catalog["p3"]) == ["turn by 120°"]
    assert motions(gk.p4.with_internal({"swap": 2})) == ["turn by 90°", "internal"]


@pytest.mark.parametrize("name", ["line-pm", "Pm-3m"])
def test_other_dimensions_are_refused(name: str) -> None:
    group = gk.catalog[name]
    expected = f"{name} has dimension {group.dimension}; choose a group of dimension 2"
    with pytest.raises(DimensionError, match=re.escape(expected)) as caught:
        export_group(group)
    assert caught.value.witness == group.dimension


@pytest.mark.untyped
def test_what_is_no_group_is_refused() -> None:
    with pytest.raises(DimensionError, match=r"'p4' is no SplitGroup.*one of groupkit.catalog"):
        export_group("p4")


def test_large_groups_are_refused() -> None:
    with pytest.raises(TooLargeError, match=r"has 56 elements.*group\.restrict"):
        export_group(gk.p4m.with_internal({"c": 7}))
