"""Motifs of wallpaper patterns, and where their copies fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from groupkit.errors import MotifError, brief
from groupkit.page import page_basis, positions
from groupkit.split_group import SplitGroup

Motif = str | Sequence[Sequence[float | int]] | Shaped[np.ndarray, "rows columns *channels"]
"""A text, the corners of a polygon, or an image as an array."""


def clearance_of(group: SplitGroup, point: Any) -> tuple[Float[np.ndarray, " 2"], float]:
    """Return a user's point, checked, and the distance of its nearest image that is another.

    Raises
    ------
    MotifError
        If it is no pair of numbers, or a symmetry fixes it, so that copies would overlap.
    """
    place = np.asarray(point, dtype=np.float64) if np.ndim(point) == 1 else np.zeros(0)
    if place.shape != (2,) or not np.isfinite(place).all():
        raise MotifError(
            f"{brief(point)} is no place; give two lattice coordinates, such as (0.3, 0.1)",
            witness=point,
        )
    steps = np.array(list(product(range(-2, 3), repeat=2)))
    apart = (group.stabilizer.matrices - np.eye(2, dtype=np.int64)) @ place
    apart = (apart - np.round(apart))[:, None] + steps
    lengths = np.linalg.norm(positions(apart, group.lattice), axis=-1)
    own = (group.stabilizer.matrices == np.eye(2)).all(axis=(1, 2))
    lengths[own, len(steps) // 2] = np.inf
    nearest = float(lengths.min())
    if nearest < 1e-6:
        s = int(np.argmin(lengths.min(axis=1)))
        raise MotifError(
            f"the place {place.tolist()} is fixed by an element of {group.name} with M = "
            f"{group.stabilizer.matrices[s].tolist()}, so copies of the motif would lie on each "
            "other; move it, or leave it out to have a roomy one found",
            witness=place.tolist(),
        )
    return place, nearest


def motif_path(motif: Motif) -> Path:
    """Return a text or a polygon as a path about the origin, in a circle of radius 1.

    Raises
    ------
    MotifError
        If a text is empty, or points are no polygon.
    """
    if isinstance(motif, str):
        if not motif.strip():
            raise MotifError("an empty text cannot be drawn; give a letter", witness=motif)
        path: Path = TextPath((0, 0), motif, size=10)
    else:
        corners = np.asarray(motif, dtype=np.float64) if _is_numbers(motif) else np.zeros(0)
        if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
            raise MotifError(
                f"{brief(motif)} is no motif; give a text, a list of at least three points (x, y), "
                "or an image as a numpy array",
                witness=motif,
            )
        path = Path(corners[[*range(len(corners)), 0]], closed=True)
    vertices, codes = np.asarray(path.vertices), np.asarray(path.codes)
    ends = vertices[codes != Path.CLOSEPOLY]
    middle = (ends.min(axis=0) + ends.max(axis=0)) / 2
    radius = np.linalg.norm(ends - middle, axis=1).max()
    if not radius:
        raise MotifError(f"{brief(motif)} has no extent; give points apart", witness=motif)
    return Path((vertices - middle) / radius, codes)


def is_image(motif: Motif) -> bool:
    """Return whether a motif is an image: an array [rows, columns], with colours perhaps."""
    return isinstance(motif, np.ndarray) and (
        motif.ndim == 2 or (motif.ndim == 3 and motif.shape[2] in (3, 4))
    )


def cell_corners(group: SplitGroup) -> Float[np.ndarray, "4 2"]:
    """Return the corners of the cell of the basis, on the page."""
    corners: Float[np.ndarray, "4 2"] = (
        np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ page_basis(group.lattice).T
    )
    return corners


def _is_numbers(values: Any) -> bool:
    try:
        return bool(np.isfinite(np.asarray(values, dtype=np.float64)).all())
    except (TypeError, ValueError):
        return False
