"""Pictures: cells, places and names are right; what is drawn is what was given."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

import groupkit as gk
from groupkit.errors import DimensionError
from groupkit.graphs.orientations import orientations
from groupkit.page import cell, outline, page_matrices, positions
from groupkit.plot import plot_filters, plot_function, plot_motion
from groupkit.plot.layout import edges, labels

PM = gk.SplitGroup.from_generators("pm", {"m": [[-1, 0], [0, 1]]})
P3M1 = gk.SplitGroup.from_generators("p3m1", {"m": [[0, -1], [-1, 0]], "r": [[0, -1], [1, -1]]})
C2MM = gk.SplitGroup.from_generators("c2mm", [[[0, 1], [1, 0]], [[0, -1], [-1, 0]]])
PLANAR = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, PM, P3M1, C2MM]

planar_groups = pytest.mark.parametrize("group", PLANAR, ids=lambda group: group.name)


def area(corners: np.ndarray) -> float:
    """Return the area of a polygon, positive for counter-clockwise corners."""
    x, y = corners.T
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2)


@planar_groups
def test_cells_tile_the_plane_and_keep_the_symmetry(group: gk.SplitGroup) -> None:
    corners = cell(group.lattice)
    assert area(corners) == pytest.approx(abs(np.linalg.det(group.lattice.basis)))
    maps = page_matrices(group.stabilizer.matrices, group.lattice)
    np.testing.assert_allclose(
        maps @ maps.swapaxes(1, 2), np.broadcast_to(np.eye(2), maps.shape), atol=1e-9
    )
    for matrix in maps:
        distances = np.linalg.norm((corners @ matrix.T)[:, None] - corners, axis=-1)
        np.testing.assert_allclose(distances.min(axis=1), 0, atol=1e-6)


def test_cells_of_a_skewed_basis() -> None:
    skewed = gk.Lattice.from_gram("skewed", [[1, 5], [5, 26]])  # the square lattice in disguise
    assert len(cell(skewed)) == 4
    assert area(cell(skewed)) == pytest.approx(1)


def test_the_first_axis_runs_down_the_page() -> None:
    hexagonal = gk.Lattice.named("hexagonal", 2)
    places = positions(np.array([[1, 0], [0, 1]]), hexagonal)
    np.testing.assert_allclose(places, [[0, -1], [np.sqrt(3) / 2, 0.5]], atol=1e-12)


def test_outline_drops_what_lies_inside_or_on_a_side() -> None:
    points = np.array([[0.0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [1, 1]])
    assert outline(points).tolist() == [[0, 0], [2, 0], [2, 2], [0, 2]]


@planar_groups
def test_elements_have_places_of_their_own(group: gk.SplitGroup) -> None:
    turn, ring = orientations(group.stabilizer, group.lattice)
    radius = 2.0 - ring
    places = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    distances = np.linalg.norm(places[:, None] - places, axis=-1)
    assert (distances + np.eye(group.order) > 0.5).all()


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m, P3M1], ids=lambda group: group.name)
def test_reflections_stand_beside_their_rotations(group: gk.SplitGroup) -> None:
    turn, ring = orientations(group.stabilizer, group.lattice)
    mirror = next(edge for edge in edges(group.stabilizer) if edge.name == "m")
    assert not mirror.directed
    np.testing.assert_allclose(turn[mirror.targets], turn, atol=1e-12)
    assert (ring[mirror.targets] != ring).all()


@planar_groups
def test_rotations_turn_the_outer_ring_rigidly(group: gk.SplitGroup) -> None:
    turn, ring = orientations(group.stabilizer, group.lattice)
    table = group.stabilizer.cayley_table
    for a in np.flatnonzero(ring == 0):
        for s in np.flatnonzero(ring == 0):
            steps = turn[table[a, s]] - turn[s] - (turn[a] - np.pi / 2)
            assert np.cos(steps) == pytest.approx(1)


def test_labels() -> None:
    assert labels(gk.p1.stabilizer) == ("$e$",)
    assert labels(gk.p4m.stabilizer)[-1] == "$mr^{3}$"
    assert labels(C2MM.stabilizer) == ("$0$", "$1$", "$2$", "$3$")  # one axis, not of powers


def test_edges_without_axes_are_generators() -> None:
    found = edges(C2MM.stabilizer)
    assert [edge.generator for edge in found] == list(C2MM.stabilizer.generators)


@planar_groups
def test_a_function_is_drawn_patch_by_patch(group: gk.SplitGroup, tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((group.order, 5, 5))
    axes = plot_function(group, values)
    patches = [drawn for drawn in axes.collections if isinstance(drawn, PolyCollection)]
    assert len(patches) == group.order
    if group.stabilizer.is_signed_permutation:
        for drawn, patch in zip(patches, values, strict=True):
            np.testing.assert_array_equal(drawn.get_array(), patch.reshape(-1))
    axes.figure.savefig(tmp_path / "function.png", dpi=40)


def test_only_the_stable_window_of_a_hexagonal_map_is_drawn() -> None:
    values = np.random.default_rng(0).random((6, 5, 5))
    first = plot_function(gk.p6, values).collections[0]
    np.testing.assert_array_equal(first.get_array(), values[0][gk.p6.window(5).mask])


def test_motion_moves_patches_to_where_the_arrows_point(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    f, x = rng.random((8, 4, 4)), rng.random((4, 4))
    a = gk.p4m.stabilizer.index_of(r=1)
    moved = f.reshape(-1)[gk.p4m.action(a, (4, 4))]
    turned = np.rot90(x)
    figure = plot_motion(gk.p4m, a, f, moved, planar=np.stack([x, turned]), caption="words")
    left, right = figure.axes
    table = gk.p4m.stabilizer.cayley_table
    for s in range(8):
        before, after = left.collections[s], right.collections[int(table[a, s])]
        np.testing.assert_array_equal(
            np.rot90(before.get_array().reshape(4, 4)), after.get_array().reshape(4, 4)
        )
    # the frame of a patch keeps its colour on the way
    frames = [
        [p.get_edgecolor() for p in axes.patches if p.get_fill() is False] for axes in (left, right)
    ]
    for s in range(8):
        assert frames[0][s] == frames[1][int(table[a, s])]
    figure.savefig(tmp_path / "motion.png", dpi=40)


def test_filters_make_a_table(tmp_path: Path) -> None:
    bank = gk.p6.filter_bank(3, input_type="planar")
    weight = np.append(np.random.default_rng(0).normal(size=7), 0.0)
    figure = plot_filters(
        gk.p6.lattice,
        weight[bank.index],
        mask=bank.window.mask,
        row_labels=labels(gk.p6.stabilizer),
        title="p6",
    )
    assert isinstance(figure, Figure)
    tables = [drawn for drawn in figure.axes[0].collections if isinstance(drawn, PolyCollection)]
    assert len(tables) == 6
    for drawn in tables:
        assert sorted(drawn.get_array()) == sorted(weight[:7])
        assert drawn.norm.vmin == -drawn.norm.vmax
    figure.savefig(tmp_path / "filters.png", dpi=40)


def test_a_filter_of_zeros_can_be_drawn() -> None:
    plot_filters(gk.p4.lattice, np.zeros((1, 1, 3, 3)))


def test_wrong_shapes_and_dimensions_are_refused() -> None:
    with pytest.raises(DimensionError, match=r"shape \(4, rows, columns\)"):
        plot_function(gk.p4, np.zeros((5, 3, 3)))
    line = gk.SplitGroup.from_generators("line-pm", {"m": [[-1]]})
    with pytest.raises(DimensionError, match="dimension 1"):
        plot_function(line, np.zeros((2, 3, 3)))


def test_without_matplotlib_the_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from groupkit.errors import MissingExtraError\n"
        "try:\n    import groupkit.plot\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert 'pip install "groupkit[plot]"' in run.stdout


def test_groupkit_itself_does_not_import_matplotlib() -> None:
    script = "import sys, groupkit; sys.exit(int('matplotlib' in sys.modules))"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_second_half_of_a_motion_is_computed_where_it_is_not_given() -> None:
    rng = np.random.default_rng(0)
    for group in gk.catalog.filter(dimension=2).values():
        f, x = rng.random((group.order, 5, 5)), rng.random((5, 5))
        a = group.order - 1
        moved = np.append(f, 0)[group.action(a, (5, 5))]
        turned = np.append(x, 0)[group.action(a, (5, 5), "planar")]
        given = plot_motion(group, a, f, moved, planar=np.stack([x, turned]))
        found = plot_motion(group, a, f, planar=x)
        for one, other in zip(given.axes, found.axes, strict=True):
            for drawn, again in zip(one.collections, other.collections, strict=True):
                np.testing.assert_array_equal(drawn.get_array(), again.get_array())


def test_an_element_by_its_indices_and_a_map_with_unequal_sides() -> None:
    f = np.random.default_rng(0).random((8, 3, 4))
    figure = plot_motion(gk.p4m, {"r": 1}, f)
    first = figure.axes[1].collections[gk.p4m.stabilizer.index_of(r=1)]
    np.testing.assert_array_equal(first.get_array(), np.rot90(f[0]).reshape(-1))
    with pytest.raises(DimensionError, match=r"shape \(8, rows, columns\)"):
        plot_motion(gk.p4m, 1, f[:4])
