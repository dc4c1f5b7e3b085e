"""Patterns: each copy of the motif is where an element of the group puts it."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_rgba

import groupkit as gk
from groupkit.errors import DimensionError, MotifError
from groupkit.page import page_basis, page_matrices, positions, roomiest_point
from groupkit.plot import plot_pattern
from groupkit.plot.motif import clearance_of, motif_path
from groupkit.plot.style import IMPROPER, PROPER
from tests.known_groups import declared

WALLPAPER = gk.catalog.filter(dimension=2)
FLAG = [(0, 0), (2, 0), (0, 1)]

all_groups = pytest.mark.parametrize("group", WALLPAPER.values(), ids=list(WALLPAPER))


@all_groups
def test_copies_are_the_images_of_the_first(group: gk.SplitGroup, tmp_path: Path) -> None:
    axes = plot_pattern(group, FLAG, cells=2)
    (shapes,) = [part for part in axes.collections if isinstance(part, PathCollection)]
    (outlines,) = [part for part in axes.collections if type(part) is PolyCollection]
    assert len(shapes.get_paths()) == 4 * group.order
    assert len(outlines.get_paths()) == 4
    corners = [path.vertices[:3] for path in shapes.get_paths()]
    first = corners[0]  # that of the identity
    maps = page_matrices(group.stabilizer.matrices, group.lattice)
    inverse = np.linalg.inv(page_basis(group.lattice))
    found = set()
    for copy in corners:
        for s, matrix in enumerate(maps):
            shift = copy - first @ matrix.T
            steps = shift[0] @ inverse.T
            if np.allclose(shift, shift[0]) and np.allclose(steps, np.round(steps)):
                found.add((s, *np.round(steps).astype(int).tolist()))
    assert len(found) == len(corners)  # each by an element of its own
    axes.figure.savefig(tmp_path / "pattern.svg")


@all_groups
def test_the_pattern_is_whole_and_apart(group: gk.SplitGroup) -> None:
    """Any element maps the pattern to itself modulo the cells; copies do not touch."""
    axes = plot_pattern(group, FLAG, cells=1)
    (shapes,) = [part for part in axes.collections if isinstance(part, PathCollection)]
    inverse = np.linalg.inv(page_basis(group.lattice))
    middles = np.array([path.vertices[:3].mean(axis=0) for path in shapes.get_paths()])
    cells = middles @ inverse.T
    for matrix in group.stabilizer.matrices:
        moved = cells @ matrix.T
        apart = moved[:, None] - cells
        assert (np.abs(apart - np.round(apart)).max(axis=-1).min(axis=1) < 1e-9).all()
    point, nearest = roomiest_point(group.stabilizer.matrices, group.lattice)
    assert clearance_of(group, point)[1] == pytest.approx(nearest)
    assert nearest > 0.2


def test_mirror_images_have_a_colour_of_their_own() -> None:
    axes = plot_pattern(gk.p4m, "R", cells=1)
    (shapes,) = [part for part in axes.collections if isinstance(part, PathCollection)]
    colours = [tuple(colour) for colour in shapes.get_facecolor()]
    assert colours == [to_rgba(PROPER)] * 4 + [to_rgba(IMPROPER)] * 4


@pytest.mark.parametrize("image", [np.eye(3), np.zeros((2, 4, 3)), np.ones((2, 2, 4))])
def test_images_are_placed_by_elements(image: np.ndarray) -> None:
    axes = plot_pattern(gk.p6m, image, cells=(1, 2))
    assert len(axes.images) == 24
    low, high = axes.get_xlim()
    for drawn in axes.images:
        move = drawn.get_transform().frozen().get_matrix()
        inside = axes.transData.frozen().inverted().get_matrix() @ move
        linear = inside[:2, :2]
        np.testing.assert_allclose(
            linear @ linear.T, np.eye(2) * (linear[0] @ linear[0]), atol=1e-9
        )
        assert low < inside[0, 2] < high


def test_the_motif_of_the_identity_is_upright_where_it_was_put() -> None:
    axes = plot_pattern(gk.p6, FLAG, cells=1, at=(0.5, 0.25), size=0.5)
    (shapes,) = [part for part in axes.collections if isinstance(part, PathCollection)]
    corners = shapes.get_paths()[0].vertices[:3]
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    np.testing.assert_allclose(middle, positions(np.array([0.5, 0.25]), gk.p6.lattice), atol=1e-9)
    sides = corners[1] - corners[0], corners[2] - corners[0]
    np.testing.assert_allclose([sides[0][1], sides[1][0]], 0, atol=1e-12)
    assert sides[0][0] == pytest.approx(2 * sides[1][1])


def test_motifs_are_scaled_to_a_circle() -> None:
    for motif in ("R", "wide text", FLAG):
        path = motif_path(motif)
        ends = path.vertices[path.codes != path.CLOSEPOLY]
        assert np.linalg.norm(ends, axis=1).max() == pytest.approx(1)


def test_bad_motifs_are_refused() -> None:
    with pytest.raises(MotifError, match="empty text"):
        plot_pattern(gk.p4, " ")
    with pytest.raises(MotifError, match="no motif"):
        plot_pattern(gk.p4, [(0, 0), (1, 1)])
    with pytest.raises(MotifError, match="no extent"):
        plot_pattern(gk.p4, [(1, 1), (1, 1), (1, 1)])
    with pytest.raises(MotifError, match=r"fixed by an element of p4 with M = \[\[0, -1\]"):
        plot_pattern(gk.p4, "R", at=(0.5, 0.5))
    with pytest.raises(MotifError, match="two lattice coordinates"):
        plot_pattern(gk.p4, "R", at=(0.1, float("nan")))
    for cells in (0, 10_000, (2, 0)):
        with pytest.raises(MotifError, match="cannot be drawn"):
            plot_pattern(gk.p4, "R", cells=cells)
    with pytest.raises(DimensionError, match="dimension 3"):
        plot_pattern(declared("P4"), "R")


@pytest.mark.untyped
def test_what_is_no_motif_is_refused() -> None:
    with pytest.raises(MotifError, match="no motif"):
        plot_pattern(gk.p4, [("a", "b")] * 3)  # type: ignore[list-item]
    with pytest.raises(MotifError, match="no motif"):
        plot_pattern(gk.p4, 7)  # type: ignore[arg-type]
