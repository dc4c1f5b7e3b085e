"""Groups as HTML for notebooks: facts, coloured tables, and patterns as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

import numpy as np
from jaxtyping import Int

from groupkit.lattice import Lattice
from groupkit.page import copies, page_basis, page_matrices, positions, roomiest_point

MOST_ROWS: Final = 24
_PROPER: Final = "#2f6fb5"
_IMPROPER: Final = "#d9822b"
_LINE: Final = "#8a8f98"
_CELLS: Final = 2
# A flag: no symmetry of the plane but the identity maps it to itself.
_FLAG: Final = np.array(
    [[-0.5, 0.85], [0.8, 0.35], [-0.2, 0.05], [-0.2, -0.85], [-0.5, -0.85]], dtype=np.float64
)


def block(title: str, facts: Mapping[str, object], *parts: str) -> str:
    """Return a title, facts line by line, and parts of HTML under them."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(str(name))}</th>"
        f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    head = f"<strong>{escape(title)}</strong>"
    return f"<div class='groupkit'>{head}<table>{rows}</table>{''.join(parts)}</div>"


def cayley_table(table: Int[np.ndarray, "order order"], names: Sequence[str]) -> str:
    """Return a Cayley table, each element with a tint of its own; words for a large one."""
    if len(table) > MOST_ROWS:
        return f"<em>Cayley table of {len(table)} × {len(table)} entries</em>"
    return coloured_table([(names[a], row) for a, row in enumerate(table.tolist())], names, names)


def coloured_table(
    rows: Iterable[tuple[str, Sequence[int]]], columns: Sequence[str], names: Sequence[str]
) -> str:
    """Return a table of elements, each with its name and tint; columns may have no heads."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = [f"<tr><th></th>{heads}</tr>"] if columns else []
    for name, row in rows:
        cells = "".join(
            f"<td style='background:{_tint(a, len(names))};color:#22252b;text-align:center'>"
            f"{escape(names[a])}</td>"
            for a in row
        )
        lines.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def pattern(matrices: Int[np.ndarray, "order 2 2"], lattice: Lattice) -> str:
    """Return an SVG of four cells with a flag in every place that the group takes one to.

    Flags that are turned are blue, mirror images orange; (t, s) moves the page by
    x → M(s) x + t.
    """
    point, nearest = roomiest_point(matrices, lattice)
    radius = 0.46 * nearest
    maps = page_matrices(matrices, lattice)
    places, numbers = copies(matrices, point, (_CELLS, _CELLS))
    middles = positions(places, lattice)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ page_basis(lattice).T
    steps = positions(np.argwhere(np.ones((_CELLS, _CELLS))), lattice)
    outlines = steps[:, None] + corners
    low, high = outlines.min(axis=(0, 1)) - radius, outlines.max(axis=(0, 1)) + radius
    scale = 220 / float((high - low).max())

    def polygon(shape: np.ndarray, style: str) -> str:
        across = (shape - low) * scale
        across[:, 1] = (high - low)[1] * scale - across[:, 1]  # SVG counts downwards
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in across)
        return f"<polygon points='{points}' {style}/>"

    cells = [polygon(cell, f"fill='none' stroke='{_LINE}' stroke-width='0.6'") for cell in outlines]
    flags = []
    for middle, s in zip(middles, numbers, strict=True):
        colour = _PROPER if np.linalg.det(maps[s]) > 0 else _IMPROPER
        flags.append(polygon(_FLAG @ (radius * maps[s]).T + middle, f"fill='{colour}'"))
    width, height = (high - low) * scale
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0f}' height='{height:.0f}' "
        f"viewBox='0 0 {width:.1f} {height:.1f}' role='img'>"
        f"<title>a flag moved by the group</title>{''.join(cells)}{''.join(flags)}</svg>"
    )


def _tint(number: int, count: int) -> str:
    """Return a light colour, from blue over white to yellow, which all eyes tell apart."""
    part = number / max(count - 1, 1)
    blue, white, yellow = (150, 185, 225), (244, 243, 238), (242, 205, 90)
    ends = (blue, white) if part < 0.5 else (white, yellow)
    share = 2 * part if part < 0.5 else 2 * part - 1
    mixed = (round(a + share * (b - a)) for a, b in zip(*ends, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)
