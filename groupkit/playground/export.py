"""A planar group as plain numbers: what the page needs, taken from the library's own arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groupkit.errors import DimensionError, TooLargeError, WindowError, brief
from groupkit.graphs import cayley_graph, subgroup_lattice
from groupkit.groups import catalog
from groupkit.page import cell, page_basis, page_matrices
from groupkit.playground.places import places
from groupkit.playground.torus import neighbours, torus_points
from groupkit.split_group import SplitGroup
from groupkit.window import Window

SIDE: Final = 33
"""Sides of the torus; odd, so that a cell is in the middle."""

MOST_ELEMENTS: Final = 48
_SIZES: Final = (3, 5)


def export_group(group: SplitGroup) -> dict[str, Any]:
    """Return a group of dimension 2 as a dictionary that JSON holds without loss.

    Feature maps live on the torus Z²/nZ², n = 33, where every element of G acts without an edge
    effect, (L_(t,s) f)(s'H, x) = f(s⁻¹s'H, M(s)⁻¹(x − t)), and a layer is

        y[s', x] = Σ_s Σ_w weight[index[s', s, w]] f[s, x + w].

    Parameters
    ----------
    group : SplitGroup

    Returns
    -------
    dict
        ``name``, ``declaration`` (a Python expression), ``lattice``, ``side`` n; ``basis`` [2, 2],
        ``cell`` [corners, 2], ``neighbours`` [vectors, 2] and ``points`` [points, 2], which draw
        the torus; ``elements``, each with ``label``, ``matrix``, ``page`` (the orthogonal map of
        the page) and ``order``; ``cayley``, ``inverses``, ``identity``; ``generators``, each with
        ``name``, ``element`` and ``motion`` in words; ``windows``, each with ``name``, ``kernel``
        (a Python expression), ``padding``, ``points`` relative to its centre, and the index arrays
        ``lifting`` [|S|, 1, points] and ``regular`` [|S|, |S|, points] of `FilterBank`; ``types``,
        one for each subgroup H, with ``label``, ``members`` of H, ``cosets``, ``action``
        [|S|, |S/H|] and ``places`` [|S/H|, 2].

    Raises
    ------
    DimensionError
        If the group is not planar.
    TooLargeError
        If S has more than 48 elements.

    References
    ----------
    Cohen & Welling (2016), equations 10 and 11; figures 1 and 2 for the layout.

    Examples
    --------
    >>> from groupkit import p6m
    >>> exported = export_group(p6m)
    >>> len(exported["elements"]), len(exported["types"]), len(exported["windows"][0]["points"])
    (12, 16, 7)
    """
    _check(group)
    stabilizer, lattice = group.stabilizer, group.lattice
    maps = page_matrices(stabilizer.matrices, lattice)
    generators = cayley_graph(stabilizer, side="left").graph["generators"]
    return {
        "name": group.name,
        "declaration": _declaration(group),
        "lattice": lattice.name,
        "side": SIDE,
        "basis": _rounded(page_basis(lattice)),
        "cell": _rounded(cell(lattice)),
        "neighbours": neighbours(lattice).tolist(),
        "points": torus_points(lattice, SIDE).tolist(),
        "elements": [
            {"label": label, "matrix": matrix, "page": _rounded(moved), "order": int(order)}
            for label, matrix, moved, order in zip(
                stabilizer.element_names,
                stabilizer.matrices.tolist(),
                maps,
                stabilizer.element_orders,
                strict=True,
            )
        ],
        "cayley": stabilizer.cayley_table.tolist(),
        "inverses": stabilizer.inverses.tolist(),
        "identity": stabilizer.identity,
        "generators": [
            {"name": name, "element": int(a), "motion": _motion(maps[a])}
            for name, a in generators.items()
        ],
        "windows": [_window(group, kernel, window) for kernel, window in _windows(group).items()],
        "types": _types(group),
    }


def _check(group: SplitGroup) -> None:
    """Raise unless the page can show the group."""
    if not isinstance(group, SplitGroup):
        raise DimensionError(
            f"{brief(group)} is no SplitGroup, which the playground shows; declare one, or take "
            "one of groupkit.catalog",
            witness=group,
        )
    if group.dimension != 2:
        raise DimensionError(
            f"the playground is planar, and {group.name} has dimension {group.dimension}; choose a "
            "group of dimension 2: groupkit.catalog.filter(dimension=2) are those of the catalogue",
            witness=group.dimension,
        )
    if group.order > MOST_ELEMENTS:
        raise TooLargeError(
            f"the stabilizer of {group.name} has {group.order} elements, and the playground has "
            f"room for {MOST_ELEMENTS} patches; choose a subgroup with group.restrict",
            witness=group.order,
        )


def _declaration(group: SplitGroup) -> str:
    """Return a Python expression for the group."""
    if group.name in catalog and catalog[group.name] == group:
        return f"gk.catalog[{group.name!r}]"
    return f"gk.SplitGroup.from_dict({group.to_dict()!r})"


def _windows(group: SplitGroup) -> dict[str, Window]:
    """Return windows by the Python expression for each: of sizes 3 and 5, where there are.

    In a skew basis, where no box has a stable subset that reaches its sides, the orbit of the
    first box.
    """
    found = {}
    for size in _SIZES:
        try:
            found[str(size)] = group.window(size)
        except WindowError:
            continue
    if found:
        return found
    box = np.array([[u, v] for u in (-1, 0, 1) for v in (-1, 0, 1)])
    orbit = np.unique((box @ group.stabilizer.matrices.swapaxes(1, 2)).reshape(-1, 2), axis=0)
    return {f"group.window_of_points({orbit.tolist()})": group.window_of_points(orbit)}


def _window(group: SplitGroup, kernel: str, window: Window) -> dict[str, Any]:
    """Return a window and its two filter banks; entries of the box outside it are left out."""
    centre = np.array([int(coordinate) for coordinate in window.centre])
    lifting = group.filter_bank(window, input_type="planar").index
    regular = group.filter_bank(window).index
    return {
        "name": "×".join(str(side) for side in window.box),
        "kernel": kernel,
        "padding": str(tuple(side // 2 for side in window.box)),  # sides are odd
        "points": (window.points - centre).tolist(),
        "lifting": lifting[..., window.mask].tolist(),
        "regular": regular[..., window.mask].tolist(),
    }


def _types(group: SplitGroup) -> list[dict[str, Any]]:
    """Return the functions on G/H, for every subgroup H; functions on G come first."""
    graph = subgroup_lattice(group.stabilizer)
    found = []
    for _, node in sorted(graph.nodes(data=True)):
        feature_type = group.feature_type(node["subgroup"])
        representatives = feature_type.cosets.representatives
        found.append(
            {
                "label": node["label"],
                "members": list(node["members"]),
                "cosets": [list(coset) for coset in feature_type.cosets.members],
                "action": feature_type.action.tolist(),
                "places": _rounded(
                    places(group.stabilizer, group.lattice, representatives.tolist())
                ),
            }
        )
    return found


def _motion(page: Any) -> str:
    """Return what an orthogonal map does to the page, in words."""
    if np.linalg.det(page) < 0:
        return "mirror"
    degrees = round(float(np.degrees(np.arctan2(page[1, 0], page[0, 0]))))
    return f"turn by {abs(degrees)}°" if degrees else "internal"


def _rounded(values: Any) -> Any:
    """Return drawing coordinates with nine decimals: they decide nothing about the group."""
    return (np.round(values, 9) + 0.0).tolist()
