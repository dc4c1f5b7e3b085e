from pathlib import Path
from time import process_time

import networkx as nx
import numpy as np
import pytest

import groupkit as gk
from groupkit.graphs import group_tree, subgroup_lattice
from groupkit.plot import plot_group_tree, plot_subgroup_lattice
from groupkit.plot.ranked import passing, ranked_places
from tests.known_groups import declared

TREE = group_tree(gk.catalog.filter(dimension=2).values())


@pytest.mark.parametrize("name", ["p1", "p4mm", "p6mm", "P-43m"])
@pytest.mark.parametrize("up_to_conjugacy", [False, True])
def test_boxes_and_lines_of_a_subgroup_lattice(
    name: str, up_to_conjugacy: bool, tmp_path: Path
) -> None:
    graph = subgroup_lattice(declared(name).stabilizer, up_to_conjugacy)
    axes = plot_subgroup_lattice(graph)
    boxes = [text for text in axes.texts if text.get_bbox_patch() is not None]
    orders = {order for _, order in graph.nodes(data="order")}
    assert len(boxes) == graph.number_of_nodes()
    assert len(axes.texts) == len(boxes) + len(orders)
    assert len(axes.lines) == graph.number_of_edges()
    for line in axes.lines:
        assert line.get_ydata()[0] < line.get_ydata()[1]
    axes.figure.savefig(tmp_path / "lattice.svg")


def test_what_boxes_say() -> None:
    axes = plot_subgroup_lattice(subgroup_lattice(gk.p4m.stabilizer, up_to_conjugacy=True))
    said = {text.get_text(): text for text in axes.texts}
    assert {"C1", "D4\n⟨r, m⟩", "2 · C2\n⟨m⟩", "C2\n⟨r²⟩"} <= set(said)
    normal = said["C2\n⟨r²⟩"].get_bbox_patch()
    other = said["2 · C2\n⟨m⟩"].get_bbox_patch()
    assert normal is not None
    assert other is not None
    assert normal.get_facecolor() != other.get_facecolor()
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["index 2", "normal"]


def test_wide_lattices_are_drawn_as_dots() -> None:
    graph = subgroup_lattice(declared("Pm-3m").stabilizer)
    axes = plot_subgroup_lattice(graph)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == graph.number_of_nodes() == 98
    assert len(axes.lines) == 98 + graph.number_of_edges()


def test_the_group_tree() -> None:
    axes = plot_group_tree(TREE)
    said = {text.get_text() for text in axes.texts}
    assert {"p6m\nhexagonal", "cm\nrhombic", "order 12"} <= said
    assert len(axes.lines) == TREE.number_of_edges()


@pytest.mark.parametrize("graph", [TREE, subgroup_lattice(gk.p6m.stabilizer)], ids=["tree", "p6m"])
def test_no_line_passes_behind_a_box_where_it_could_be_taken_for_two(graph: nx.DiGraph) -> None:
    rows: dict[int, list[int]] = {}
    for number, (_, order) in enumerate(graph.nodes(data="order")):
        rows.setdefault(order, []).append(number)
    numbers = {node: number for number, node in enumerate(graph)}
    edges = np.array([(numbers[a], numbers[b]) for a, b in graph.edges])
    places = ranked_places([rows[order] for order in sorted(rows)], edges)
    assert not passing(places, edges, 0.45).any()


def test_a_graph_without_edges() -> None:
    axes = plot_group_tree(group_tree([gk.p4]))
    assert axes.get_legend() is None


@pytest.mark.untyped  # the checks of every call would be what is measured
def test_p6m_takes_a_second_or_two() -> None:
    start = process_time()
    plot_subgroup_lattice(subgroup_lattice(gk.p6m.stabilizer))
    assert process_time() - start < 6


def test_rows_keep_their_boxes_apart_and_the_drawing_is_the_same_each_time() -> None:
    rows = [[0], [1, 2, 3], [4, 5], [6]]
    edges = np.array([(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 5), (4, 6), (5, 6), (0, 6)])
    places = ranked_places(rows, edges)
    for height, row in enumerate(rows):
        assert (places[row, 1] == height).all()
        across = np.sort(places[row, 0])
        assert (np.diff(across) > 1 - 1e-9).all()
    np.testing.assert_array_equal(places, ranked_places(rows, edges))
    assert not passing(places, edges, 0.5).any()  # 0 and 6 are joined round the boxes between


def test_passing_is_noticed() -> None:
    places = np.array([[0.0, 0], [0.2, 1], [3, 1], [0, 2]])
    edges = np.array([(0, 3), (0, 1), (1, 3)])
    assert passing(places, edges, 0.5).tolist() == [
        [False, True, False, False],
        [False] * 4,
        [False] * 4,
    ]
