"""What is known of the shipped groups: plain data, read when it is first needed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from groupkit.errors import DimensionError
from groupkit.lattice import Lattice
from groupkit.split_group import SplitGroup

KINDS: Final = {1: "line", 2: "wallpaper", 3: "space"}
"""What groups of one, two and three dimensions are called, and how many there are."""
COUNTS: Final = {1: 2, 2: 17, 3: 230}
_DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True)
class GroupRecord:
    """What the catalogue knows of a group without making it.

    Parameters
    ----------
    name : str
    dimension, order : int
    axes : mapping of str to int
        Index axes of S, in storage order.
    lattice : str
        Of a primitive basis, as `Lattice.named` takes it.
    number : int or None
        In the International Tables for Crystallography, volume A: 1 to 17, or 1 to 230.
    symbol, full_symbol : str
        Hermann-Mauguin symbols, short and full.
    point_group, schoenflies : str
        The class of the matrices of S, in Hermann-Mauguin's and Schoenflies' symbols; empty beyond
        three dimensions.
    aliases : tuple of str
        Other names: Schoenflies and full symbols; orbifold symbols of wallpaper groups; the
        class alone for the groups of the primitive cubic lattice, such as Oh.
    subgroups : tuple of str
        The shipped groups Z^d ⋊ H, H ≤ S, each up to a change of basis.

    Examples
    --------
    >>> from groupkit import catalog
    >>> record = catalog.record("Pm-3m")
    >>> record.number, record.full_symbol, record.schoenflies, record.lattice
    (221, 'P 4/m -3 2/m', 'Oh', 'cubic P')
    """

    name: str
    dimension: int
    order: int
    axes: Mapping[str, int] = field(hash=False)
    lattice: str
    number: int | None = None
    symbol: str = ""
    full_symbol: str = ""
    point_group: str = ""
    schoenflies: str = ""
    aliases: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    generators: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    @property
    def classes(self) -> tuple[str, str]:
        """The symbols of the class of S: Hermann-Mauguin's and Schoenflies'."""
        return self.point_group, self.schoenflies

    def is_on_lattice(self, name: str) -> bool:
        """Return whether the lattice is that of a name or Pearson symbol.

        Raises
        ------
        UnknownNameError
            If no lattice is called that.
        """
        try:
            return Lattice.named(name, self.dimension).name == self.lattice
        except DimensionError:  # a lattice of another dimension
            return False

    def build(self) -> SplitGroup:
        """Declare the group from its generators."""
        return SplitGroup.from_generators(
            self.name,
            self.generators,
            self.lattice,
            self.dimension if not self.generators else None,
        )


@dataclass(frozen=True)
class NonSymmorphicRecord:
    """A group that does not split, and the split group on a finer lattice that it is part of.

    Parameters
    ----------
    name : str
    dimension, number : int
    aliases : tuple of str
    refinement : int
        The least m for which an origin makes all its translations those of (1/m)Z^d.
    overgroup : str
        The shipped group with the same point group and lattice.
    translations : tuple of tuples of int
        m times the translation of the coset representative of each element of S, in the
        overgroup's storage order.
    """

    name: str
    dimension: int
    number: int
    aliases: tuple[str, ...]
    refinement: int
    overgroup: str
    translations: tuple[tuple[int, ...], ...] = field(repr=False)


@cache
def split_records() -> Mapping[str, GroupRecord]:
    """Return the records of the 88 groups that split, by name: lines, wallpapers, space groups."""
    return {
        entry["name"]: GroupRecord(
            **{**entry, "aliases": tuple(entry["aliases"]), "subgroups": tuple(entry["subgroups"])},
            dimension=dimension,
            order=math.prod(entry["axes"].values()),
        )
        for dimension, kind in KINDS.items()
        for entry in _read(kind)
    }


@cache
def non_symmorphic_records() -> Mapping[str, NonSymmorphicRecord]:
    """Return the records of the 4 wallpaper and 157 space groups that do not split, by name."""
    return {
        entry["name"]: NonSymmorphicRecord(
            **{
                **entry,
                "aliases": tuple(entry["aliases"]),
                "translations": tuple(tuple(vector) for vector in entry["translations"]),
            },
            dimension=split_records()[entry["overgroup"]].dimension,
        )
        for entry in _read("non_symmorphic")
    }


def _read(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((_DATA / f"{name}.json").read_text("utf-8"))
    return entries
