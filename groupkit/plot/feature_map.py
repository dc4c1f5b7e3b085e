"""A function on a planar split group, as its planar patches on the Cayley graph of S."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Shaped
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from groupkit.page import page_matrices
from groupkit.plot.patches import (
    check_function,
    colours,
    draw_joins,
    extent,
    flag_of,
    patch_places,
    tiles_of,
)
from groupkit.plot.style import IMAGE, INK, QUIET
from groupkit.split_group import SplitGroup


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

    Examples
    --------
    >>> import numpy as np
    >>> from groupkit import p4
    >>> picture = plot_function(p4, np.random.default_rng(0).random((4, 3, 3)))

    References
    ----------
    Cohen & Welling (2016), figures 1 and 2.
    """
    stabilizer, lattice = group.stabilizer, group.lattice
    check_function(group, values)
    norm = norm or Normalize(min(0.0, float(values.min())), float(values.max()) or 1.0)
    places = patch_places(group, with_middle=planar is not None)
    low, high = extent(places, planar is not None)
    if axes is None:
        size = 6 * (high - low) / float((high - low).max())
        axes = Figure(figsize=(float(size[0]), float(size[1])), layout="constrained").add_subplot()

    tiles = tiles_of(group, values.shape[1:])
    draw_joins(axes, group, places, tiles)
    maps = page_matrices(stabilizer.matrices, lattice)
    sources = stabilizer.cayley_table[stabilizer.inverses[moved_by]]
    paints = colours(group)
    for s, source in enumerate(sources):
        paint = paints[source]
        tiles.draw(axes, values[s], norm, at=tuple(places[s]), frame=paint, frame_width=2.4)
        flag = places[s] + maps[moved_by] @ flag_of(tiles)
        axes.add_patch(Circle(tuple(flag), 0.11, facecolor=paint, edgecolor="white", zorder=4))
    if planar is not None:
        image = Normalize(float(planar.min()), float(planar.max()))
        middle = tiles_of(group, planar.shape)
        middle.draw(axes, planar, image, cmap=IMAGE, frame=QUIET, frame_width=1.0)
        flag = maps[moved_by] @ flag_of(middle)
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

    Examples
    --------
    >>> import numpy as np
    >>> from groupkit import p4
    >>> picture = plot_motion(p4, {"r": 1}, np.random.default_rng(0).random((4, 3, 3)))

    References
    ----------
    Cohen & Welling (2016), figures 1 and 2.
    """
    check_function(group, before)
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
