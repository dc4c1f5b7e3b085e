"""Expanded filter banks, arranged by stabilizer elements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Shaped
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from groupkit.lattice import Lattice
from groupkit.plot.cells import Tiles
from groupkit.plot.style import FRAME, INK, QUIET, SIGNED


def plot_filters(
    lattice: Lattice,
    filters: Shaped[np.ndarray, "rows columns height width"],
    *,
    mask: Bool[np.ndarray, "height width"] | None = None,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    row_title: str = "",
    column_title: str = "",
    title: str = "",
) -> Figure:
    """Draw a table of planar filters on one symmetric colour scale.

    Parameters
    ----------
    lattice : Lattice
        Of dimension 2; its cells are the pixels.
    filters : numpy.ndarray
        [rows, columns, height, width].
    mask : numpy.ndarray, optional
        [height, width], the window; all of the box by default.
    row_labels, column_labels : sequence of str
        One for each row or column, or none.
    row_title, column_title, title : str
        What the rows are, what the columns are, what the table is.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from groupkit import p6
    >>> filters = np.random.default_rng(0).normal(size=(1, 2, 3, 3))
    >>> picture = plot_filters(p6.lattice, filters, mask=p6.window(3).mask)
    """
    rows, columns, *box = filters.shape
    tiles = Tiles.of(lattice, np.ones(box, dtype=bool) if mask is None else mask)
    low, high = tiles.outline.min(axis=0), tiles.outline.max(axis=0)
    step = (high - low) + 0.28
    limit = float(np.abs(filters).max()) or 1.0
    norm = Normalize(-limit, limit)

    scale = min(0.5, 9 / (columns * step[0]))  # inches a unit
    width, height = columns * step[0] * scale, rows * step[1] * scale
    figure = Figure(figsize=(width + 2.2, height + 1.5), layout="constrained")
    axes = figure.add_subplot()
    drawn = None
    for row in range(rows):
        for column in range(columns):
            place = (column * step[0], -row * step[1])
            drawn = tiles.draw(
                axes,
                filters[row, column],
                norm,
                at=place,
                cmap=SIGNED,
                edge=FRAME,
            )
    axes.set(
        xlim=(low[0] - 0.2, (columns - 1) * step[0] + high[0] + 0.2),
        ylim=(-(rows - 1) * step[1] + low[1] - 0.2, high[1] + 0.2),
        aspect="equal",
    )
    axes.set_xticks(np.arange(len(column_labels)) * step[0], column_labels, fontsize=11, color=INK)
    axes.set_yticks(-np.arange(len(row_labels)) * step[1], row_labels, fontsize=11, color=INK)
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(column_title, fontsize=10.5, color=INK, labelpad=8)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel(row_title, fontsize=10.5, color=INK, labelpad=8)
    if title:
        figure.suptitle(title, fontsize=12.5, color=INK)
    if drawn is not None:
        bar = figure.colorbar(drawn, ax=axes, shrink=min(1.0, 2.4 / height), aspect=18, pad=0.03)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=9, length=2, color=QUIET, labelcolor=INK)
    return figure
