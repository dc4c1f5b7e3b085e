"""Colours of all pictures."""

from __future__ import annotations

from typing import Final

from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap, hsv_to_rgb

INK: Final = "#22252b"
QUIET: Final = "#8a8f98"
FRAME: Final = "#c9ccd1"

# Generators of the Cayley graph in the order of the axes: involutions are drawn as lines.
ARROW: Final = "#c2352b"
LINE: Final = "#2f6fb5"


def _ramp(name: str, *colours: str) -> Colormap:
    return LinearSegmentedColormap.from_list(name, colours)


SIGNED: Final = _ramp("signed", "#1d4e89", "#7fb0d6", "#f7f6f2", "#e79a6b", "#a4301f")
"""Filters and other signed values: blue below zero, white at zero, red above."""

POSITIVE: Final = _ramp("positive", "#f7f6f2", "#a9cdbf", "#3f8f8c", "#14485e", "#0b1f33")
"""Features after a ReLU, and images: light at zero."""


IMAGE: Final = _ramp("image", "#ffffff", "#22252b")
"""Input images: ink on paper."""


PROPER: Final = "#2f6fb5"
IMPROPER: Final = "#d9822b"
"""What keeps orientation, and what reverses it: blue and orange, which all eyes tell apart."""

STROKES: Final = (
    ("#c2352b", "-"),
    ("#2f6fb5", "--"),
    ("#3b8f6b", "-."),
    ("#8a5aa8", ":"),
    ("#b8860b", (0, (5, 1, 1, 1, 1, 1))),
)
"""Colours of generators, each with a line style of its own."""

TINTS: Final = (
    "#f2c9b4", "#b9d3ea", "#f5e6a6", "#c5dfc8", "#dcc7e3", "#e3e3e3", "#f0b7b1", "#a9cfd1",
    "#e6d3ae", "#c9c3e6", "#d8e8a8", "#f4c6d7",
)  # fmt: skip
"""Light fills for parts that carry a number too; they repeat after twelve."""

ELEMENTS: Final = colormaps["cividis"]
"""Many elements in order: from dark blue to yellow, the same for most colour-blind eyes."""


def wheel(angle: float, ring: int) -> tuple[float, float, float]:
    """Return the colour of the element drawn at an angle: one hue an angle, darker on ring 1."""
    turn = (angle / 6.283185307179586 - 0.25) % 1.0
    red, green, blue = hsv_to_rgb(((turn + 0.03) % 1.0, 0.62, 0.82 if ring == 0 else 0.5))
    return float(red), float(green), float(blue)
