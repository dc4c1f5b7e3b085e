"""The patches of a function on a planar group: their places, cells, flags, names and joins."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from groupkit.action import stable_mask
from groupkit.errors import DimensionError, brief
from groupkit.graphs.orientations import orientations
from groupkit.plot.cells import Tiles
from groupkit.plot.layout import Edges, edges, labels
from groupkit.plot.planar import check_planar
from groupkit.plot.style import ARROW, INK, LINE, wheel
from groupkit.split_group import SplitGroup

_GAP = 0.7  # between neighbouring patches, in patch radii


def patch_places(group: SplitGroup, *, with_middle: bool) -> Float[np.ndarray, "order 2"]:
    """Return where the patch of each element stands: radius 1 each, about an image or about none.

    The rotations go outside, as the paper draws them, the reflections inside.
    """
    turn, ring = orientations(group.stabilizer, group.lattice)
    if not with_middle and group.order == 1:
        return np.zeros((1, 2))
    on_ring = int((ring == 0).sum())
    inner = max(2 + _GAP if with_middle else 1.2, 1.45 / np.sin(np.pi / max(on_ring, 2)))
    radius = inner + (2 + _GAP) * (ring.max() - ring)
    places: Float[np.ndarray, "order 2"] = radius[:, None] * np.stack(
        [np.cos(turn), np.sin(turn)], axis=1
    )
    return places


def colours(group: SplitGroup) -> list[tuple[float, float, float]]:
    """Return the colour of each element: one hue an angle, darker for reflections."""
    turn, ring = orientations(group.stabilizer, group.lattice)
    return [wheel(float(angle), int(which)) for angle, which in zip(turn, ring, strict=True)]


def draw_joins(
    axes: Axes, group: SplitGroup, places: Float[np.ndarray, "order 2"], tiles: Tiles
) -> None:
    """Draw the generators from place to place, and the names of the elements beside patches."""
    for edge in edges(group.stabilizer):
        _draw_edges(axes, edge, places)
    turn, _ = orientations(group.stabilizer, group.lattice)
    for name, place, angle in zip(labels(group.stabilizer), places, turn, strict=True):
        _write_label(axes, name, place + _on_frame(tiles, float(angle)), float(angle))


def extent(
    places: Float[np.ndarray, "order 2"], with_middle: bool
) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]]:
    """Return the corners of the picture: patches have radius 1, names stand outside them."""
    drawn = np.concatenate([places, np.zeros((1, 2))]) if with_middle else places
    return drawn.min(axis=0) - 1.45, drawn.max(axis=0) + 1.45


def check_function(group: SplitGroup, values: Shaped[np.ndarray, "..."]) -> None:
    """Raise DimensionError unless the values are a function on a planar group."""
    check_planar(group)
    if not isinstance(values, np.ndarray):
        raise DimensionError(
            f"a function on {group.name} is an array, not {brief(values)}; make one with np.array",
            witness=values,
        )
    if values.ndim != 3 or len(values) != group.stabilizer.order:
        raise DimensionError(
            f"a function on {group.name} has shape ({group.stabilizer.order}, rows, columns), not "
            f"{values.shape}; give one patch for each element of the stabilizer",
            witness=values.shape,
        )


def tiles_of(group: SplitGroup, shape: tuple[int, ...]) -> Tiles:
    """Return the cells of an array that hold features."""
    mask = stable_mask(group.stabilizer, shape)
    return Tiles.of(group.lattice, np.ones(shape, dtype=bool) if mask is None else mask)


def flag_of(tiles: Tiles) -> Float[np.ndarray, " 2"]:
    """Return a point of the frame that no symmetry fixes: left of the middle of its top."""
    return _on_frame(tiles, np.pi / 2 + 0.38)


def _on_frame(tiles: Tiles, angle: float) -> Float[np.ndarray, " 2"]:
    """Return the point where a ray from the middle of a patch meets its frame."""
    out = np.array([np.cos(angle), np.sin(angle)])
    sides = np.roll(tiles.outline, -1, axis=0) - tiles.outline
    normals = np.stack([sides[:, 1], -sides[:, 0]], axis=1)
    nearest: Float[np.ndarray, " 2"] = (
        out / ((normals @ out) / (normals * tiles.outline).sum(1)).max()
    )
    return 1.02 * nearest


def _draw_edges(axes: Axes, edge: Edges, places: Float[np.ndarray, "order 2"]) -> None:
    """Draw a generator: an arrow s → a s, or one line for both where a is an involution."""
    for s, target in enumerate(edge.targets):
        start, end = places[s], places[target]
        if not edge.directed:
            if s < target:
                axes.plot(*np.stack([start, end]).T, color=LINE, linewidth=2.2, zorder=0)
            continue
        step = (end - start) / np.linalg.norm(end - start)
        clockwise = start[0] * end[1] - start[1] * end[0] < 0
        axes.add_patch(
            FancyArrowPatch(
                tuple(start + 1.0 * step),
                tuple(end - 1.0 * step),
                connectionstyle=f"arc3,rad={-0.16 if clockwise else 0.16}",
                arrowstyle="-|>,head_length=7,head_width=3.5",
                color=ARROW,
                linewidth=1.8,
                shrinkA=2,
                shrinkB=2,
                zorder=0,
            )
        )


def _write_label(axes: Axes, name: str, place: Float[np.ndarray, " 2"], angle: float) -> None:
    """Write the name of an element outside its patch, on the side away from the middle."""
    out = np.array([np.cos(angle), np.sin(angle)])
    axes.annotate(
        name,
        tuple(place),
        xytext=(17 * out[0], 12 * out[1]),  # points: letters keep their size whatever the scale
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=11,
        color=INK,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        zorder=3,
    )
