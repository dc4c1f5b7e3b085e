"""Colours of all pictures."""

from __future__ import annotations

from typing import Final

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


def wheel(angle: float, ring: int) -> tuple[float, float, float]:
    """Return the colour of the element drawn at an angle: one hue an angle, darker on ring 1."""
    turn = (angle / 6.283185307179586 - 0.25) % 1.0
    red, green, blue = hsv_to_rgb(((turn + 0.03) % 1.0, 0.62, 0.82 if ring == 0 else 0.5))
    return float(red), float(green), float(blue)
