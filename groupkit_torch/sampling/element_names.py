"""Elements of a stabilizer in words: half turns, mirrors along a line, rotations about an axis."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import sympy
from jaxtyping import Int

from groupkit import SplitGroup


def name_element(group: SplitGroup, s: int) -> str:
    """Return what an element is geometrically, and its index.

    Parameters
    ----------
    group : SplitGroup
        G.
    s : int
        Number of the element.

    Examples
    --------
    >>> import groupkit as gk
    >>> [name_element(gk.p4m, s) for s in (0, 1, 2, 4)]
    ['the identity', 'the 4-fold rotation r=1', 'the half turn r=2', 'the mirror m=1 along (0, 1)']
    """
    stabilizer = group.stabilizer
    if s == stabilizer.identity:
        return "the identity"
    kind, where = _describe(stabilizer.matrices[s])
    label = ", ".join(
        f"{name}={int(index)}" for name, index in stabilizer.axis_indices(s).items() if index
    )
    return " ".join(part for part in (f"the {kind}", label, where) if part)


def name_elements(group: SplitGroup, elements: Iterable[int], most: int = 4) -> str:
    """Return which elements of a group there are, in words.

    Parameters
    ----------
    group : SplitGroup
        G.
    elements : iterable of int
        Numbers of elements, the identity among them.
    most : int
        How many are named before the rest is counted.

    Examples
    --------
    >>> import groupkit as gk
    >>> name_elements(gk.p4m, [0, 6])
    'only the mirror m=1, r=2 along (1, 0) of p4m'
    >>> name_elements(gk.p4, range(4)), name_elements(gk.p4, [0])
    ('all 4 elements of p4', 'only the identity of p4')
    """
    kept = sorted(set(elements))
    stabilizer = group.stabilizer
    if len(kept) == stabilizer.order:
        return f"all {len(kept)} elements of {group.name}"
    others = [s for s in kept if s != stabilizer.identity] or [stabilizer.identity]
    names = [name_element(group, s) for s in others[:most]]
    if len(others) > most:
        names.append(f"{len(others) - most} more")
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"only {listed} of {group.name}"


def _describe(matrix: Int[np.ndarray, "d d"]) -> tuple[str, str]:
    """Return the kind of an isometry, and the line or direction that shows it."""
    d, order, power = len(matrix), 1, matrix
    while (power != np.eye(d)).any():
        order, power = order + 1, power @ matrix
    if order == 1:
        return "internal symmetry", ""
    turns = round(float(np.linalg.det(matrix))) == 1
    if d == 2:
        if turns:
            return ("half turn" if order == 2 else f"{order}-fold rotation"), ""
        return "mirror", f"along {_fixed(matrix)}"
    if d == 3 and turns:
        return f"{order}-fold rotation", f"about {_fixed(matrix)}"
    if d in (1, 3) and (matrix == -np.eye(d)).all():
        return ("reflection" if d == 1 else "inversion"), ""
    if d == 3:
        return ("mirror" if order == 2 else f"{order}-fold rotoinversion"), (
            f"that reverses {_fixed(-matrix)}" if order == 2 else f"about {_fixed(-matrix)}"
        )
    return "element", f"with M = {matrix.tolist()}"


def _fixed(matrix: Int[np.ndarray, "d d"]) -> str:
    """Return the primitive lattice vector that a matrix keeps."""
    (vector, *_) = sympy.Matrix(matrix.tolist() - np.eye(len(matrix), dtype=int)).nullspace()
    scaled = vector * sympy.ilcm(*(entry.q for entry in vector))
    whole = [int(entry) for entry in scaled / sympy.igcd(*scaled)]
    if next(x for x in whole if x) < 0:
        whole = [-x for x in whole]
    return f"({', '.join(map(str, whole))})"
