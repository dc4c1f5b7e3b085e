"""Cayley tables as coloured grids."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupkit.algebra.finite_part import finite_part
from groupkit.errors import TooLargeError
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.graphs.names import element_names
from groupkit.plot.style import ELEMENTS, INK
from groupkit.split_group import SplitGroup

_MOST_NAMES = 16
_MOST_ROWS = 1200


def plot_cayley_table(
    group: FiniteGroup | SplitGroup,
    subgroup: Subgroup | Iterable[int] | None = None,
    *,
    axes: Axes | None = None,
) -> Axes:
    """Draw the Cayley table: row a and column b meet in the colour, and the name, of ab.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        For Z^d ⋊ S, the table of S.
    subgroup : Subgroup or iterable of int, optional
        H: rows and columns then run coset by coset, with lines between the left cosets aH.
        For a normal subgroup each block has the colours of one coset.
    axes : matplotlib.axes.Axes, optional
        Where to draw; on a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    NotASubgroupError, ElementError
    TooLargeError
        At more than 1,200 elements.

    Examples
    --------
    >>> from groupkit import p4m
    >>> picture = plot_cayley_table(p4m, p4m.subgroup({"r": 2}))
    """
    finite = finite_part(group)
    n = finite.order
    if n > _MOST_ROWS:
        raise TooLargeError(
            f"the Cayley table of {finite!r} has {n} rows, more than {_MOST_ROWS}, which is the "
            "limit of a picture; draw that of a subgroup, H.as_group()",
            witness=n,
        )
    cosets = finite.left_cosets(range(n) if subgroup is None else subgroup)
    order = np.concatenate([list(coset) for coset in cosets])
    rank = np.argsort(order)
    values = rank[finite.cayley_table[np.ix_(order, order)]]
    if axes is None:
        side = min(0.38 * n + 1.0, 7.0)
        axes = Figure(figsize=(side, side), layout="constrained").add_subplot()
    picture = axes.imshow(
        values, cmap=ELEMENTS, vmin=-0.12 * n, vmax=n - 1, interpolation="nearest"
    )
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    names = element_names(finite)
    if n <= _MOST_NAMES:
        shown = [names[a] for a in order]
        axes.set_xticks(range(n), shown, fontsize=10, color=INK)
        axes.set_yticks(range(n), shown, fontsize=10, color=INK)
        for (i, j), value in np.ndenumerate(values):
            light = max(np.asarray(picture.to_rgba(value))[:3]) > 0.52
            axes.text(
                j, i, shown[value], ha="center", va="center", fontsize=9,
                color=INK if light else "white",
            )  # fmt: skip
    else:
        axes.set_xticks([])
        axes.set_yticks([])
    for edge in np.cumsum([len(coset) for coset in cosets])[:-1] - 0.5:
        axes.axhline(edge, color="white", linewidth=2.5)
        axes.axvline(edge, color="white", linewidth=2.5)
    return axes
