"""The elements of p4m, acting on a function one after the other: docs/gallery.md."""

from collections.abc import Iterator

import numpy as np
from matplotlib.animation import FuncAnimation

import groupkit as gk
from groupkit import plot

LETTER = np.array(
    [[0, 0, 0, 0, 0], [0, 2, 2, 2, 0], [0, 2, 0, 0, 0], [0, 2, 1, 0, 0], [0, 2, 0, 0, 0]]
)


def pictures() -> Iterator[tuple[str, FuncAnimation]]:
    """Yield the function of the page, on p4m."""
    f = np.zeros((8, 5, 5))
    for s in gk.p4m.stabilizer:
        f[s].flat[np.arange(s + 1) * 7 % 25] = 1.0
    yield "motion_p4m.gif", plot.animate_function(gk.p4m, f, planar=LETTER, frames=6)
