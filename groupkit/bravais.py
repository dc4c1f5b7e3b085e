"""The Bravais lattices of one, two and three dimensions, as integers: data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Form = tuple[tuple[int, ...], ...]
"""A symmetric integer matrix."""

# Conventional cells: the forms of the family and the coefficients of one member for pictures.
CELLS: Final[Mapping[str, tuple[tuple[Form, int], ...]]] = MappingProxyType(
    {
        "line": ((((1,),), 1),),
        "oblique": ((((1, 0), (0, 0)), 4), (((0, 1), (1, 0)), 1), (((0, 0), (0, 1)), 3)),
        "rectangular": ((((1, 0), (0, 0)), 4), (((0, 0), (0, 1)), 9)),
        "rhombic": ((((1, 0), (0, 1)), 3), (((0, 1), (1, 0)), 1)),
        "square": ((((1, 0), (0, 1)), 1),),
        "hexagonal": ((((2, -1), (-1, 2)), 1),),
        "triclinic": (
            (((1, 0, 0), (0, 0, 0), (0, 0, 0)), 6),
            (((0, 1, 0), (1, 0, 0), (0, 0, 0)), 1),
            (((0, 0, 1), (0, 0, 0), (1, 0, 0)), 2),
            (((0, 0, 0), (0, 1, 0), (0, 0, 0)), 7),
            (((0, 0, 0), (0, 0, 1), (0, 1, 0)), 3),
            (((0, 0, 0), (0, 0, 0), (0, 0, 1)), 9),
        ),
        "monoclinic": (
            (((1, 0, 0), (0, 0, 0), (0, 0, 0)), 6),
            (((0, 0, 1), (0, 0, 0), (1, 0, 0)), -1),
            (((0, 0, 0), (0, 1, 0), (0, 0, 0)), 4),
            (((0, 0, 0), (0, 0, 0), (0, 0, 1)), 9),
        ),
        "orthorhombic": (
            (((1, 0, 0), (0, 0, 0), (0, 0, 0)), 4),
            (((0, 0, 0), (0, 1, 0), (0, 0, 0)), 6),
            (((0, 0, 0), (0, 0, 0), (0, 0, 1)), 9),
        ),
        "tetragonal": (
            (((1, 0, 0), (0, 1, 0), (0, 0, 0)), 4),
            (((0, 0, 0), (0, 0, 0), (0, 0, 1)), 9),
        ),
        "rhombohedral": (
            (((1, 0, 0), (0, 1, 0), (0, 0, 1)), 3),
            (((0, 1, 1), (1, 0, 1), (1, 1, 0)), 1),
        ),
        "hexagonal 3-D": (
            (((2, -1, 0), (-1, 2, 0), (0, 0, 0)), 2),
            (((0, 0, 0), (0, 0, 0), (0, 0, 1)), 9),
        ),
        "cubic": ((((1, 0, 0), (0, 1, 0), (0, 0, 1)), 1),),
    }
)

# Twice the primitive basis vectors, as columns, in the conventional basis (ITA, table 1.5.1.1).
TWICE_PRIMITIVE: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "P": ((2, 0, 0), (0, 2, 0), (0, 0, 2)),
        "S": ((1, 1, 0), (-1, 1, 0), (0, 0, 2)),
        "A": ((2, 0, 0), (0, 1, -1), (0, 1, 1)),  # the lattice of S, as ITA has it in Amm2
        "I": ((-1, 1, 1), (1, -1, 1), (1, 1, -1)),
        "F": ((0, 1, 1), (1, 0, 1), (1, 1, 0)),
    }
)

# Primitive vectors in other conventional cells, times an integer: columns, and that integer.  Those
# of "rhombohedral P" stand in the hexagonal cell, obverse (ITA, table 1.5.1.1).
CONVENTIONAL: Final[Mapping[str, tuple[Form, int]]] = MappingProxyType(
    {
        "rhombic": (((1, -1), (1, 1)), 2),
        "rhombohedral P": (((2, -1, -1), (1, 1, -2), (1, 1, 1)), 3),
    }
)

# Pearson symbol -> (cell, centring); lattices of one and two dimensions are listed primitive.
PEARSON: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "lp": ("line", None),
        "mp": ("oblique", None),
        "op": ("rectangular", None),
        "oc": ("rhombic", None),
        "tp": ("square", None),
        "hp": ("hexagonal", None),
        "aP": ("triclinic", "P"),
        "mP": ("monoclinic", "P"),
        "mS": ("monoclinic", "S"),
        "oP": ("orthorhombic", "P"),
        "oS": ("orthorhombic", "S"),
        "oA": ("orthorhombic", "A"),
        "oI": ("orthorhombic", "I"),
        "oF": ("orthorhombic", "F"),
        "tP": ("tetragonal", "P"),
        "tI": ("tetragonal", "I"),
        "hR": ("rhombohedral", "P"),
        "hP": ("hexagonal 3-D", "P"),
        "cP": ("cubic", "P"),
        "cI": ("cubic", "I"),
        "cF": ("cubic", "F"),
    }
)
