from pathlib import Path

import matplotlib.text
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

import groupkit as gk
from groupkit.errors import DimensionError
from groupkit.graphs import cayley_ball, cayley_graph, coset_graph
from groupkit.plot import plot_cayley_graph, plot_coset_graph
from tests.algebra.groups_for_algebra import QUATERNIONS, cyclic, symmetric
from tests.known_groups import declared

GROUPS = {
    "p1": gk.p1.stabilizer,
    "p4m": gk.p4m.stabilizer,
    "p6m": gk.p6m.stabilizer,
    "C2": cyclic(2),
    "C12": cyclic(12),
    "Q8": QUATERNIONS,
    "S4": symmetric(4),
    "Pmmm": declared("Pmmm").stabilizer,
    "Pm-3m": declared("Pm-3m").stabilizer,
}


def arrows(axes: Axes) -> list[FancyArrowPatch]:
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def words(axes: Axes) -> dict[str, tuple[float, float]]:
    return {text.get_text(): text.get_position() for text in axes.texts}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_every_element_and_every_edge_is_drawn(name: str, side: str, tmp_path: Path) -> None:
    group = GROUPS[name]
    graph = cayley_graph(group, side=side)  # type: ignore[arg-type]
    axes = plot_cayley_graph(graph)
    orders = [int(group.element_orders[a]) for a in graph.graph["generators"].values()]
    expected = sum(group.order // 2 if order == 2 else group.order for order in orders)
    assert len(arrows(axes)) == expected
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) + len(axes.texts) == group.order
    if axes.texts:
        places = np.array([text.get_position() for text in axes.texts])
    else:
        places = np.array([line.get_xydata()[0] for line in dots])
    distances = np.linalg.norm(places[:, None] - places, axis=-1)
    assert (distances + np.eye(len(places)) > 0.05).all()
    legend = axes.get_legend()
    names = [] if legend is None else [text.get_text() for text in legend.get_texts()]
    assert names == list(graph.graph["generators"])
    axes.figure.savefig(tmp_path / "graph.svg")


def test_the_dihedral_group_is_two_rings() -> None:
    axes = plot_cayley_graph(cayley_graph(gk.p6m.stabilizer))
    places = words(axes)
    radii = {name: float(np.hypot(*place)) for name, place in places.items()}
    assert all(radii[name] == pytest.approx(1) for name in ("e", "r", "r²", "r³", "r⁴", "r⁵"))
    assert all(radii[name] < 0.7 for name in ("m", "mr", "mr²", "mr³", "mr⁴", "mr⁵"))
    assert places["m"][0] == pytest.approx(places["e"][0])  # em = m stands beside e


def test_a_ball_stands_where_its_elements_take_a_point() -> None:
    graph = cayley_ball(gk.p4, 2)
    axes = plot_cayley_graph(graph)
    dots = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) + len(axes.texts) == len(graph)


def test_a_ball_without_overlaps_is_labelled() -> None:
    group = declared("p1")
    axes = plot_cayley_graph(cayley_ball(group, 1))
    places = words(axes)
    assert set(places) == {"e", "u", "v", "−u", "−v"}
    e, u, v = (np.array(places[name]) for name in ("e", "u", "v"))
    np.testing.assert_allclose(np.array(places["−u"]) - e, e - u, atol=1e-12)
    gram = np.array(group.lattice.gram) / group.lattice.gram[0][0]
    steps = np.stack([u - e, v - e])
    np.testing.assert_allclose(steps @ steps.T, gram, atol=1e-9)


def test_many_arrows_are_drawn_as_fields() -> None:
    graph = cayley_ball(gk.p6m, 4)
    axes = plot_cayley_graph(graph)
    assert not arrows(axes)
    assert len(axes.collections) == 4
    drawn = sum(
        len(part.get_segments()) if hasattr(part, "get_segments") else part.N
        for part in axes.collections
    )
    mirrors = sum(name == "m" for *_, name in graph.edges(data="generator"))
    assert drawn == graph.number_of_edges() - mirrors // 2


def test_a_line_is_drawn_in_two_rows_and_space_is_not_drawn() -> None:
    axes = plot_cayley_graph(cayley_ball(declared("line-pm"), 3))
    assert {round(place[1], 3) for place in words(axes).values()} == {-0.6, 0.6}
    with pytest.raises(DimensionError, match="dimension 3"):
        plot_cayley_graph(cayley_ball(declared("P-1"), 1))


@pytest.mark.parametrize("side", ["left", "right"])
def test_coset_graphs(side: str, tmp_path: Path) -> None:
    graph = coset_graph(gk.p6m.stabilizer, [0, 6], side=side)  # type: ignore[arg-type]
    axes = plot_coset_graph(graph)
    assert set(words(axes)) == {label for _, label in graph.nodes(data="label")}
    loops = [patch for patch in axes.patches if isinstance(patch, Circle)]
    own = sum(start == end for start, end in graph.edges())
    assert len(loops) == own == 2
    assert len(arrows(axes)) == 6 + 2  # r turns all, m swaps two pairs
    assert all(isinstance(text, matplotlib.text.Text) for text in axes.texts)
    axes.figure.savefig(tmp_path / "cosets.svg")


def test_one_coset() -> None:
    axes = plot_coset_graph(coset_graph(gk.p4.stabilizer, range(4)))
    assert list(words(axes)) == ["{e, r, r², r³}"]


def test_given_axes_are_used() -> None:
    first = plot_cayley_graph(cayley_graph(gk.p4.stabilizer))
    graph = cayley_graph(gk.p4.stabilizer)
    assert plot_cayley_graph(graph, axes=first) is first
