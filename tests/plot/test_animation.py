"""Animations: at rest they are the pictures of L_a f, on the way they are turned patches of f."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.collections import PolyCollection
from PIL import Image

import groupkit as gk
from groupkit.errors import DimensionError, ElementError
from groupkit.page import page_matrices
from groupkit.plot import animate_function, plot_function
from groupkit.plot.animation import _part

PLANAR = list(gk.catalog.filter(dimension=2).values())

planar_groups = pytest.mark.parametrize("group", PLANAR, ids=lambda group: group.name)


def show(animation: FuncAnimation, frame: int) -> list[PolyCollection]:
    """Draw one frame, and return the cells of each patch."""
    animation._func(frame)
    animation._draw_was_started = True  # it is never saved, and would warn of that when deleted
    (axes,) = animation._fig.axes
    return [drawn for drawn in axes.collections if isinstance(drawn, PolyCollection)]


def cells(patches: list[PolyCollection]) -> np.ndarray:
    """Return place and value of all cells, sorted: however a patch numbers its cells."""
    rows = [
        (*np.round(path.vertices[:-1].mean(axis=0), 6) + 0.0, value)
        for drawn in patches
        for path, value in zip(drawn.get_paths(), drawn.get_array(), strict=True)
    ]
    return np.array(sorted(rows))


@planar_groups
def test_at_rest_it_is_the_picture_of_the_moved_function(group: gk.SplitGroup) -> None:
    rng = np.random.default_rng(0)
    f, x = rng.random((group.order, 5, 5)), rng.random((5, 5))
    animation = animate_function(group, f, planar=x, frames=2)  # a step is 2 frames and 2 of rest
    for step, a in enumerate([*group.stabilizer, 0]):
        frame = max(4 * step - 1, 0)
        moved = np.append(f, 0)[group.action(a, (5, 5))]
        turned = np.append(x, 0)[group.action(a, (5, 5), "planar")]
        still = plot_function(group, moved, planar=turned, moved_by=a)
        drawn = [part for part in still.collections if isinstance(part, PolyCollection)]
        np.testing.assert_allclose(cells(show(animation, frame)), cells(drawn), atol=1e-5)


@pytest.mark.parametrize("group", [gk.p4, gk.p6m], ids=lambda group: group.name)
def test_on_the_way_patches_keep_their_values_and_their_distance(group: gk.SplitGroup) -> None:
    f = np.random.default_rng(0).random((group.order, 3, 3))
    animation = animate_function(group, f, frames=3, elements=[{"r": 1}])
    before = [drawn.get_array().copy() for drawn in show(animation, 0)]
    for frame in range(2 * 6):
        patches = show(animation, frame)
        assert len(patches) == group.order
        for drawn, kept in zip(patches, before, strict=True):
            np.testing.assert_array_equal(drawn.get_array(), kept)
        middles = np.array([cells([drawn])[:, :2].mean(axis=0) for drawn in patches])
        distances = np.linalg.norm(middles[:, None] - middles, axis=-1)
        assert (distances + 9 * np.eye(group.order)).min() > 1.5


def test_parts_of_an_isometry_begin_at_rest_and_end_with_it() -> None:
    for group in PLANAR:
        for matrix in page_matrices(group.stabilizer.matrices, group.lattice):
            np.testing.assert_allclose(_part(matrix, 0.0), np.eye(2), atol=1e-12)
            np.testing.assert_allclose(_part(matrix, 1.0), matrix, atol=1e-12)
    half = page_matrices(gk.p4.stabilizer.matrices, gk.p4.lattice)[1]
    np.testing.assert_allclose(_part(half, 0.5) @ _part(half, 0.5), half, atol=1e-12)


def test_chosen_elements_come_in_their_order_and_titles_name_them() -> None:
    f = np.zeros((8, 3, 3))
    animation = animate_function(gk.p4m, f, elements=[{"m": 1}, 2], frames=1)
    titles = []
    for frame in range(3 * 2):
        show(animation, frame)
        titles.append(animation._fig.axes[0].texts[-1].get_text())
    assert titles[1::2] == ["$L_{m} f$", "$L_{r^{2}} f$", "$f$"]
    assert animation._save_count == 6


def test_it_is_saved_as_a_moving_picture(tmp_path: Path) -> None:
    f = np.random.default_rng(0).random((4, 3, 3))
    animate_function(gk.p4, f, frames=2).save(tmp_path / "p4.gif", writer="pillow", dpi=30)
    with Image.open(tmp_path / "p4.gif") as saved:
        assert saved.n_frames > 4


def test_bad_requests_are_refused() -> None:
    with pytest.raises(DimensionError, match=r"shape \(4, rows, columns\)"):
        animate_function(gk.p4, np.zeros((5, 3, 3)))
    with pytest.raises(ElementError, match="give a positive integer"):
        animate_function(gk.p4, np.zeros((4, 3, 3)), frames=0)
    with pytest.raises(ElementError):
        animate_function(gk.p4, np.zeros((4, 3, 3)), elements=[4])
