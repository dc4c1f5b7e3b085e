"""The catalogue: shipped groups by their names and long names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from groupkit.errors import UnknownNameError, brief
from groupkit.groups.planar import p1, p2, p4, p4m, p6, p6m
from groupkit.split_group import SplitGroup

NON_SYMMORPHIC: Final = ("pg", "pmg", "p2mg", "pgg", "p2gg", "p4g", "p4gm")
"""The wallpaper groups that do not split, by short and long names."""


class Catalog(Mapping[str, SplitGroup]):
    """A read-only mapping from names to groups; long names are found but not listed.

    Examples
    --------
    >>> list(catalog)
    ['p1', 'p2', 'p4', 'p4m', 'p6', 'p6m']
    >>> catalog["p4mm"] is catalog["p4m"]
    True
    """

    def __init__(self, groups: tuple[SplitGroup, ...], aliases: Mapping[str, str]) -> None:
        self._groups = {group.name: group for group in groups}
        self._aliases = dict(aliases)

    @property
    def aliases(self) -> dict[str, str]:
        """Long names, and the names that they stand for (a copy)."""
        return dict(self._aliases)

    def __getitem__(self, name: str) -> SplitGroup:
        if isinstance(name, str):
            known = self._aliases.get(name, name)
            if known in self._groups:
                return self._groups[known]
        if name in NON_SYMMORPHIC:
            raise UnknownNameError(
                f"{name} does not split into translations and a stabilizer: it has glide "
                "reflections by half a lattice vector, whatever the origin (it is not "
                "symmorphic); on the lattice refined by m = 2, (1/2)Z^2, it is a subgroup of a "
                "group that does split, which can be declared instead",
                witness=name,
            )
        names = [*self._groups, *self._aliases]
        near = get_close_matches(str(name).lower(), names, n=1, cutoff=0.7)
        hint = f"did you mean {near[0]!r}?" if near else "that is not shipped"
        raise UnknownNameError(
            f"the catalogue has no group {brief(name)}; {hint} (there are {', '.join(self)}; "
            "declare others with SplitGroup)",
            witness=name,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __repr__(self) -> str:
        return f"Catalog({', '.join(self)})"


catalog: Final = Catalog((p1, p2, p4, p4m, p6, p6m), {"p4mm": "p4m", "p6mm": "p6m"})
