"""One planar array, drawn cell by cell: squares, hexagons, whatever its lattice has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Polygon

from groupkit.lattice import Lattice
from groupkit.page import cell, outline, positions
from groupkit.plot.style import POSITIVE


@dataclass(frozen=True, eq=False)
class Tiles:
    """The cells of an array on the page, about the array's centre, in a circle of radius 1.

    Parameters
    ----------
    corners : numpy.ndarray
        [cells, corners, 2], one polygon for each entry of the mask, row-major.
    mask : numpy.ndarray
        [rows, columns], which entries are drawn.
    outline : numpy.ndarray
        [corners, 2], the convex hull of all cells.
    """

    corners: Float[np.ndarray, "cells corners 2"]
    mask: Bool[np.ndarray, "rows columns"]
    outline: Float[np.ndarray, "hull 2"]

    @classmethod
    def of(cls, lattice: Lattice, mask: Bool[np.ndarray, "rows columns"]) -> Tiles:
        """Return the cells of the entries where the mask holds."""
        points = np.argwhere(mask) - (np.array(mask.shape) - 1) / 2
        corners = positions(points, lattice)[:, None] + cell(lattice)
        radius = np.linalg.norm(corners, axis=-1).max()
        corners = corners / radius
        return cls(corners, mask, outline(corners.reshape(-1, 2)))

    def draw(
        self,
        axes: Axes,
        values: Shaped[np.ndarray, "rows columns"],
        norm: Normalize,
        *,
        at: tuple[float, float] = (0.0, 0.0),
        radius: float = 1.0,
        cmap: Colormap = POSITIVE,
        edge: str = "none",
        frame: str | tuple[float, float, float] = "none",
        frame_width: float = 1.5,
    ) -> PolyCollection:
        """Draw the array at a place of the page, in a circle of the given radius."""
        cells = PolyCollection(
            list(self.corners * radius + at),
            array=np.asarray(values, dtype=np.float64)[self.mask],
            cmap=cmap,
            norm=norm,
            edgecolors="face" if edge == "none" else edge,  # "face" leaves no seams
            linewidths=0.3,
        )
        axes.add_collection(cells)
        axes.add_patch(
            Polygon(
                self.outline * (radius * 1.02) + at,
                closed=True,
                fill=False,
                edgecolor=frame,
                linewidth=frame_width,
                joinstyle="round",
            )
        )
        return cells
