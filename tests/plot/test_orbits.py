from fractions import Fraction

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

import groupkit as gk
from groupkit.algebra import GSet
from groupkit.errors import DimensionError, WindowError
from groupkit.page import positions
from groupkit.plot import plot_orbits
from tests.known_groups import declared

WALLPAPER = gk.catalog.filter(dimension=2)


@pytest.mark.parametrize("group", WALLPAPER.values(), ids=list(WALLPAPER))
def test_each_cell_has_the_number_and_colour_of_its_orbit(group: gk.SplitGroup) -> None:
    window = group.window(5)
    axes = plot_orbits(group, 5)
    (cells,) = [part for part in axes.collections if isinstance(part, PolyCollection)]
    orbit_of = GSet.of_window(window).orbit_of
    places = positions(window.points, group.lattice)
    assert [text.get_text() for text in axes.texts] == [str(orbit) for orbit in orbit_of]
    np.testing.assert_allclose([text.get_position() for text in axes.texts], places)
    colours = [tuple(colour) for colour in cells.get_facecolor()]
    assert len(set(zip(colours, orbit_of.tolist(), strict=True))) == orbit_of.max() + 1
    assert axes.get_title() == (f"{group.name}: {len(window)} points, {orbit_of.max() + 1} orbits")


def test_a_window_about_another_centre() -> None:
    group = WALLPAPER["p3"]
    third = (Fraction(1, 3), Fraction(2, 3))
    window = group.window_of_points([(0, 0), (0, 1), (1, 1)], third)
    axes = plot_orbits(group, window)
    assert axes.get_title() == "p3: 3 points, 1 orbit"
    (cross,) = axes.lines
    np.testing.assert_allclose(
        cross.get_xydata()[0], positions(np.array([1 / 3, 2 / 3]), group.lattice)
    )


def test_what_is_no_planar_window_is_refused() -> None:
    with pytest.raises(WindowError, match="another group than p4"):
        plot_orbits(gk.p4, gk.p6.window(3))
    with pytest.raises(DimensionError):
        plot_orbits(declared("P4"), 3)
