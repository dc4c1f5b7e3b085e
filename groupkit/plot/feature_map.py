"""A function on a planar split group, as its planar patches on the Cayley graph of S."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from groupkit.action import stable_mask
from groupkit.errors import DimensionError, brief
from groupkit.graphs.orientations import orientations
from groupkit.page import page_matrices
from groupkit.plot.cells import Tiles
from groupkit.plot.layout import Edges, edges, labels
from groupkit.plot.planar import check_planar
from groupkit.plot.style import ARROW, IMAGE, INK, LINE, QUIET, wheel
from groupkit.split_group import SplitGroup

_GAP = 0.7  # between neighbouring patches, in patch radii


def plot_function(
    group: SplitGroup,
    values: Shaped[np.ndarray, "order rows columns"],
    *,
    planar: Shaped[np.ndarray, "rows_in columns_in"] | None = None,
    moved_by: int = 0,
    norm: Normalize | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw f: G → R as |S| planar patches, joined by the generators s → a s.

    L_a f takes the patch at s to a s and turns it by M(a): along the arrow of a.  The frame
    and the flag of a patch go with it, so they tell in a picture of L_a f where a patch came
    from and how it was turned.

    Parameters
    ----------
    group : SplitGroup
        A group of dimension 2.
    values : numpy.ndarray
        [|S|, rows, columns], in storage order.
    planar : numpy.ndarray, optional
        [rows, columns], an image to show in the middle.
    moved_by : int
        The element a, where the values are those of L_a f for an f drawn beside.
    norm : matplotlib.colors.Normalize, optional
        The colour scale; from 0 or the least value to the greatest by default.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    DimensionError
        If the group is not planar or the values are not those of a function on it.

    References
    ----------
    Cohen & Welling (2016), figures 1 and 2.
    """
    stabilizer, lattice = group.stabilizer, group.lattice
    _check(group, values)
    norm = norm or Normalize(min(0.0, float(values.min())), float(values.max()) or 1.0)
    turn, ring = orientations(stabilizer, lattice)
    on_ring = int((ring == 0).sum())
    inner = max(2 + _GAP if planar is not None else 1.2, 1.45 / np.sin(np.pi / max(on_ring, 2)))
    # the rotations go outside, as the paper draws them, the reflections inside
    radius = inner + (2 + _GAP) * (ring.max() - ring)
    if planar is None and stabilizer.order == 1:
        radius = np.zeros(1)
    places = radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    low, high = _extent(places, planar is not None)
    if axes is None:
        size = 6 * (high - low) / float((high - low).max())
        axes = Figure(figsize=(float(size[0]), float(size[1])), layout="constrained").add_subplot()

    for edge in edges(stabilizer):
        _draw_edges(axes, edge, places)
    tiles = _tiles(group, values.shape[1:])
    maps = page_matrices(stabilizer.matrices, lattice)
    sources = stabilizer.cayley_table[stabilizer.inverses[moved_by]]
    for s, name in enumerate(labels(stabilizer)):
        source = int(sources[s])
        colour = wheel(float(turn[source]), int(ring[source]))
        tiles.draw(axes, values[s], norm, at=tuple(places[s]), frame=colour, frame_width=2.4)
        flag = places[s] + maps[moved_by] @ _flag(tiles)
        axes.add_patch(Circle(tuple(flag), 0.11, facecolor=colour, edgecolor="white", zorder=4))
        _write_label(axes, name, places[s] + _on_frame(tiles, float(turn[s])), float(turn[s]))
    if planar is not None:
        image = Normalize(float(planar.min()), float(planar.max()))
        middle = _tiles(group, planar.shape)
        middle.draw(axes, planar, image, cmap=IMAGE, frame=QUIET, frame_width=1.0)
        flag = maps[moved_by] @ _flag(middle)
        axes.add_patch(Circle(tuple(flag), 0.11, facecolor=INK, edgecolor="white", zorder=4))
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    axes.set_axis_off()
    return axes


def plot_motion(
    group: SplitGroup,
    element: int | Mapping[str, int],
    before: Shaped[np.ndarray, "order rows columns"],
    after: Shaped[np.ndarray, "order rows_out columns_out"] | None = None,
    *,
    planar: Shaped[np.ndarray, "*two rows_in columns_in"] | None = None,
    titles: tuple[str, str] = ("$f$", "$L_a f$"),
    caption: str = "",
) -> Figure:
    """Draw f and L_a f side by side: each patch follows its arrow and is turned by M(a).

    Parameters
    ----------
    group : SplitGroup
        A group of dimension 2.
    element : int or mapping of str to int
        The element a of the stabilizer, by its number or as {axis: index}.
    before, after : numpy.ndarray
        [|S|, rows, columns], the feature maps of an image and of the transformed image;
        without the second one, L_a f itself is drawn.
    planar : numpy.ndarray, optional
        [2, rows, columns], the two images; or [rows, columns], the first one.
    titles : pair of str
        Over the two halves.
    caption : str
        Under both.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DimensionError
        If the group is not planar or the values are not those of a function on it.
    ElementError
        If a is no element of the stabilizer.
    """
    _check(group, before)
    of_s = group.stabilizer
    a = of_s.index_of(**element) if isinstance(element, Mapping) else of_s.number(element)
    if after is None:
        after = np.append(before, 0)[group.action(a, before.shape[1:])]
    if planar is not None and planar.ndim == 2:
        moved = np.append(planar, 0)[group.action(a, planar.shape, "planar")]
        images: Sequence[Shaped[np.ndarray, "..."] | None] = (planar, moved)
    else:
        images = (None, None) if planar is None else tuple(planar)
    height = 5.6 if (np.linalg.det(group.stabilizer.matrices) > 0).all() else 7.4  # one ring or two
    figure = Figure(figsize=(2 * height, height * 1.08), layout="constrained")
    both = np.concatenate([before.ravel(), after.ravel()])
    norm = Normalize(min(0.0, float(both.min())), float(both.max()) or 1.0)
    for number, panel in enumerate(figure.subplots(1, 2)):
        plot_function(
            group,
            after if number else before,
            planar=images[number],
            moved_by=a if number else of_s.identity,
            norm=norm,
            axes=panel,
        )
        top = panel.get_ylim()[1]
        panel.set_ylim(top=top * 1.12)
        panel.text(0, top * 1.06, titles[number], ha="center", fontsize=13, color=INK)
    if caption:
        figure.supxlabel(caption, fontsize=10.5, color=INK)
    return figure


def _extent(
    places: Float[np.ndarray, "order 2"], with_middle: bool
) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]]:
    """Return the corners of the picture: patches have radius 1, names stand outside them."""
    drawn = np.concatenate([places, np.zeros((1, 2))]) if with_middle else places
    return drawn.min(axis=0) - 1.45, drawn.max(axis=0) + 1.45


def _check(group: SplitGroup, values: Shaped[np.ndarray, "..."]) -> None:
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


def _tiles(group: SplitGroup, shape: tuple[int, ...]) -> Tiles:
    """Return the cells of an array that hold features."""
    mask = stable_mask(group.stabilizer, shape)
    return Tiles.of(group.lattice, np.ones(shape, dtype=bool) if mask is None else mask)


def _flag(tiles: Tiles) -> Float[np.ndarray, " 2"]:
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
