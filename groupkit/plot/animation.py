"""A function on a planar group while the elements of the stabilizer act on it, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int, Shaped
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon
from matplotlib.text import Text

from groupkit.errors import ElementError
from groupkit.integers import integer
from groupkit.page import page_matrices
from groupkit.plot.cells import Tiles
from groupkit.plot.layout import labels
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

_REST: Final = 0.75  # of the time of a step, before the next one
_INTERVAL: Final = 60  # milliseconds a frame


def animate_function(
    group: SplitGroup,
    values: Shaped[np.ndarray, "order rows columns"],
    *,
    planar: Shaped[np.ndarray, "rows_in columns_in"] | None = None,
    elements: Iterable[int | Mapping[str, int]] | None = None,
    frames: int = 12,
) -> FuncAnimation:
    """Animate L_a f for one element a after the other, and back to f.

    From L_a f to L_b f the patch of each element s goes to b a⁻¹ s and moves by M(b a⁻¹): it is
    turned by a rotation, and turned over by a reflection.

    Parameters
    ----------
    group : SplitGroup
        A group of dimension 2.
    values : numpy.ndarray
        [|S|, rows, columns], f in storage order.
    planar : numpy.ndarray, optional
        [rows, columns], an image to show in the middle, which moves too.
    elements : iterable of int or mapping of str to int, optional
        The elements a, by number or as {axis: index}; all of S in storage order by default.
    frames : int
        How many pictures a step takes, at least 1; a rest of three quarters as many follows.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        It has ``.save("p4.gif", writer="pillow")`` and, in notebooks, ``.to_jshtml()``.

    Raises
    ------
    DimensionError
        If the group is not planar or the values are not those of a function on it.
    ElementError
        If an element is none of the stabilizer, or the number of frames is not positive.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from groupkit import p4
    >>> f = np.random.default_rng(0).random((4, 3, 3))
    >>> motion = animate_function(p4, f, frames=2)
    >>> with TemporaryDirectory() as folder:
    ...     motion.save(f"{folder}/p4.gif", writer="pillow", dpi=30)

    References
    ----------
    Cohen & Welling (2016), section 4.4, figures 1 and 2.
    """
    check_function(group, values)
    count = integer(frames)
    if count is None or count < 1:
        raise ElementError(
            f"a step cannot take {frames!r} frames; give a positive integer", witness=frames
        )
    of_s = group.stabilizer
    chosen = of_s if elements is None else elements
    stops = [of_s.index_of(**a) if isinstance(a, Mapping) else of_s.number(a) for a in chosen]
    walk = [of_s.identity, *(a for a in stops if a != of_s.identity), of_s.identity]
    stage = _Stage.of(group, values, planar)
    names = labels(of_s)
    rest = int(np.ceil(_REST * count))

    def show(frame: int) -> None:
        step, part = divmod(frame, count + rest)
        share = max(0, part - rest + 1) / count
        start, end = walk[step], walk[step + 1]
        stage.move(start, end, share)
        shown = start if share < 1 else end
        name = names[shown].strip("$")
        stage.title.set_text("$f$" if shown == of_s.identity else f"$L_{{{name}}} f$")

    show(0)
    return FuncAnimation(
        stage.figure, show, frames=(len(walk) - 1) * (count + rest), interval=_INTERVAL
    )


@dataclass(frozen=True, eq=False)
class _Actor:
    """One patch: its cells about its middle, and what draws them."""

    tiles: Tiles
    flag: Float[np.ndarray, " 2"]
    cells: PolyCollection
    frame: Polygon
    dot: Circle

    def put(self, place: Float[np.ndarray, " 2"], turned: Float[np.ndarray, "2 2"]) -> None:
        """Draw the patch about a place, after a linear map of the page."""
        self.cells.set_verts(list(self.tiles.corners @ turned.T + place))
        self.frame.set_xy(1.02 * self.tiles.outline @ turned.T + place)
        self.dot.set_center(tuple(turned @ self.flag + place))


@dataclass(frozen=True, eq=False)
class _Stage:
    """The patches of f, and the image in the middle, of a figure."""

    group: SplitGroup
    figure: Figure
    places: Float[np.ndarray, "order 2"]
    maps: Float[np.ndarray, "order 2 2"]
    patches: list[_Actor]
    middle: _Actor | None
    title: Text

    @classmethod
    def of(
        cls,
        group: SplitGroup,
        values: Shaped[np.ndarray, "order rows columns"],
        planar: Shaped[np.ndarray, "rows_in columns_in"] | None,
    ) -> _Stage:
        places = patch_places(group, with_middle=planar is not None)
        low, high = extent(places, planar is not None)
        low -= np.array([0.5, 0.3])  # for names
        high += np.array([0.5, 0.8])  # for names, and a title
        width, height = 4.5 * (high - low) / (high - low).max()
        figure = Figure(figsize=(float(width), float(height)))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        axes.set_axis_off()
        tiles = tiles_of(group, values.shape[1:])
        draw_joins(axes, group, places, tiles)
        norm = Normalize(min(0.0, float(values.min())), float(values.max()) or 1.0)
        patches = []
        for patch, colour in zip(values, colours(group), strict=True):
            drawn = tiles.draw(axes, patch, norm, frame=colour, frame_width=2.0)
            patches.append(_actor(axes, tiles, drawn, colour))
        middle = None
        if planar is not None:
            image = tiles_of(group, planar.shape)
            scale = Normalize(float(planar.min()), float(planar.max()))
            drawn = image.draw(axes, planar, scale, cmap=IMAGE, frame=QUIET, frame_width=1.0)
            middle = _actor(axes, image, drawn, INK)
        title = axes.text(0, high[1] - 0.4, "", ha="center", va="center", fontsize=13, color=INK)
        maps = page_matrices(group.stabilizer.matrices, group.lattice)
        return cls(group, figure, places, maps, patches, middle, title)

    def move(self, start: int, end: int, share: float) -> None:
        """Show what lies between L_start f and L_end f."""
        table, inverses = self.group.stabilizer.cayley_table, self.group.stabilizer.inverses
        step = int(table[end, inverses[start]])
        eased = share * share * (3 - 2 * share)
        turned = _part(self.maps[step], eased) @ self.maps[start]
        for patch, place in zip(
            self.patches, self._between(table[start], table[end], eased), strict=True
        ):
            patch.put(place, turned)
        if self.middle is not None:
            self.middle.put(np.zeros(2), turned)

    def _between(
        self, start: Int[np.ndarray, " order"], end: Int[np.ndarray, " order"], share: float
    ) -> Float[np.ndarray, "order 2"]:
        """Return points between places, on arcs about the middle."""
        here, there = (self.places @ [1, 1j])[start], (self.places @ [1, 1j])[end]
        angles = np.angle(np.divide(there, here, out=np.ones_like(here), where=here != 0))
        angles[angles < 1e-9 - np.pi] += 2 * np.pi  # half turns all go one way
        radius = (1 - share) * np.abs(here) + share * np.abs(there)
        points = radius * np.exp(1j * (np.angle(here) + share * angles))
        return np.stack([points.real, points.imag], axis=1)


def _actor(
    axes: Axes, tiles: Tiles, drawn: PolyCollection, colour: str | tuple[float, float, float]
) -> _Actor:
    flag = flag_of(tiles)
    dot = Circle((0, 0), 0.11, facecolor=colour, edgecolor="white", zorder=4)
    axes.add_patch(dot)
    (frame,) = (patch for patch in axes.patches[-2:-1] if isinstance(patch, Polygon))
    return _Actor(tiles, flag, drawn, frame, dot)


def _part(matrix: Float[np.ndarray, "2 2"], share: float) -> Float[np.ndarray, "2 2"]:
    """Return the map a share of the way from the identity to an isometry: 1 - 2 nnᵀ turns over."""
    if np.linalg.det(matrix) < 0:
        along = (np.eye(2) - matrix) / 2  # nnᵀ, onto the line that is reversed
        return np.asarray(np.eye(2) - (1 - np.cos(np.pi * share)) * along, dtype=np.float64)
    angle = float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    angle = share * (angle + 2 * np.pi if angle < 1e-9 - np.pi else angle)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
