"""The catalogue: every split group in one to three dimensions, by name, and those of plug-ins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from groupkit.errors import NameClashError, UnknownNameError, brief
from groupkit.groups.embeddings import is_subgroup_in_some_basis
from groupkit.groups.overgroup import SplitOvergroup
from groupkit.groups.planar import p1, p2, p4, p4m, p6, p6m
from groupkit.groups.plugins import installed_groups
from groupkit.groups.records import (
    COUNTS,
    KINDS,
    GroupRecord,
    NonSymmorphicRecord,
    non_symmorphic_records,
    split_records,
)
from groupkit.groups.refusals import (
    refuse_name,
    refuse_number,
    refuse_to_split,
    refuse_unknown_class,
    whole,
)
from groupkit.groups.registered import record_of
from groupkit.integers import integer, listed
from groupkit.split_group import SplitGroup


class Catalog(Mapping[str, SplitGroup]):
    """A mapping from names to groups: 2 line, 13 wallpaper and 73 space groups, and plug-ins'.

    These are all groups Z^d ⋊ S for d ≤ 3, up to a change of basis, in primitive bases of ITA's
    standard settings.  Case matters: p4 is a wallpaper group, P4 a space group.  Groups are
    made when they are first asked for; `aliases` are found but not listed.

    References
    ----------
    International Tables for Crystallography, volume A (2016), chapters 2.2 and 2.3.

    Examples
    --------
    >>> catalog["Pm-3m"]
    SplitGroup('Pm-3m', dimension=3, order=48, axes {c: 6, m: 2, r: 4}, lattice cubic P)
    >>> catalog["p4mm"] is catalog["p4m"], catalog.space_group(221) is catalog["Oh^1"]
    (True, True)
    >>> list(catalog.filter(dimension=2, point_group="3m"))
    ['p3m1', 'p31m']
    """

    def __init__(self, made: Iterable[SplitGroup] = ()) -> None:
        self._made = {group.name: group for group in made}
        self._registered: dict[str, GroupRecord] = {}
        self._plugins_loaded = False

    @property
    def aliases(self) -> dict[str, str]:
        """Other names, and the names that they stand for (a copy)."""
        return {alias: name for name, record in self._all_records() for alias in record.aliases}

    def record(self, name: str) -> GroupRecord:
        """Return what is known of a group by its name or an alias, without making it.

        Parameters
        ----------
        name : str
            A name, or any of `aliases`.

        Returns
        -------
        GroupRecord

        Raises
        ------
        NotSplitError
            For a group that does not split, with the refinement on which it does.
        UnknownNameError
            With the nearest names.

        Examples
        --------
        >>> catalog.record("F-43m").number
        216
        """
        found = self._find(name)
        if found is None:
            self._load_plugins()
            found = self._find(name)
        if found is None:
            refuse_name(name, [*self, *self.aliases])
        if isinstance(found, NonSymmorphicRecord):
            refuse_to_split(found)
        return found

    def __getitem__(self, name: str) -> SplitGroup:
        record = self.record(name)
        if record.name not in self._made:
            self._made[record.name] = record.build()
        return self._made[record.name]

    def __contains__(self, name: object) -> bool:
        found = self._find(name)
        if found is None:
            self._load_plugins()
            found = self._find(name)
        return isinstance(found, GroupRecord)

    def __iter__(self) -> Iterator[str]:
        self._load_plugins()
        return iter([*split_records(), *self._registered])

    def __len__(self) -> int:
        self._load_plugins()
        return len(split_records()) + len(self._registered)

    def __repr__(self) -> str:
        return f"Catalog({len(self)} groups)"

    def line_group(self, number: int) -> SplitGroup:
        """Return a line group by its number: 1 for line-p1, 2 for line-pm.

        Parameters
        ----------
        number : int
            1 or 2.

        Returns
        -------
        SplitGroup

        Raises
        ------
        UnknownNameError
            For other numbers.
        """
        return self._numbered(1, number)

    def wallpaper_group(self, number: int) -> SplitGroup:
        """Return a wallpaper group by its number in ITA, 1 to 17.

        Parameters
        ----------
        number : int
            1 to 17.

        Returns
        -------
        SplitGroup

        Raises
        ------
        NotSplitError, UnknownNameError

        Examples
        --------
        >>> catalog.wallpaper_group(11).name
        'p4m'
        """
        return self._numbered(2, number)

    def space_group(self, number: int) -> SplitGroup:
        """Return a space group by its number in ITA, 1 to 230.

        Parameters
        ----------
        number : int
            1 to 230.

        Returns
        -------
        SplitGroup

        Raises
        ------
        NotSplitError, UnknownNameError

        Examples
        --------
        >>> catalog.space_group(221).name
        'Pm-3m'
        """
        return self._numbered(3, number)

    def filter(
        self,
        dimension: int | None = None,
        lattice: str | None = None,
        point_group: str | None = None,
        order: int | None = None,
        is_subgroup_of: str | None = None,
    ) -> dict[str, SplitGroup]:
        """Return the groups, by name, that have all these properties.

        Parameters
        ----------
        dimension, order : int, optional
            d, and the number of elements of S.
        lattice : str, optional
            A name or Pearson symbol, as `Lattice.named` takes it.
        point_group : str, optional
            Hermann-Mauguin or Schoenflies symbol of the class of the matrices of S.
        is_subgroup_of : str, optional
            A group whose subgroups Z^d ⋊ H they are, as the method of that name tells.

        Returns
        -------
        dict of str to SplitGroup

        Raises
        ------
        UnknownNameError
            For a lattice, class or group that there is not, with the nearest name, and for a
            dimension or order that is no integer.

        Examples
        --------
        >>> list(catalog.filter(dimension=2, lattice="square"))
        ['p4', 'p4m']
        """
        for what, number in (("dimension", dimension), ("order", order)):
            if number is not None and whole(number) is None:
                refuse_number(what, number)
        if point_group is not None:
            refuse_unknown_class(point_group, (r.classes for _, r in self._all_records()))
        large = None if is_subgroup_of is None else self.record(is_subgroup_of)
        names = [
            name
            for name, record in self._all_records()
            if (dimension is None or integer(dimension) == record.dimension)
            and (order is None or integer(order) == record.order)
            and (point_group is None or str(point_group) in record.classes)
            and (lattice is None or record.is_on_lattice(lattice))
            and (large is None or self._is_inside(record, large))
        ]
        return {name: self[name] for name in names}

    def is_subgroup_of(self, small: str, large: str) -> bool:
        """Return whether Z^d ⋊ H is ``small`` in some basis, H a subgroup of the S of ``large``.

        These are the subgroups with all translations (*translationengleiche*).  The basis may
        be another one, as when the axis of P2 is turned to that of P4; `embedding` finds
        elements where it is the same.  Of groups with internal symmetries only those are
        subgroups whose elements `embedding` finds.

        Parameters
        ----------
        small, large : str
            Names or aliases.

        Returns
        -------
        bool

        Raises
        ------
        NotSplitError, UnknownNameError
        TooLargeError
            For registered groups with more subgroups than are listed.

        Examples
        --------
        >>> catalog.is_subgroup_of("cm", "p4m"), catalog.is_subgroup_of("p3", "p4m")
        (True, False)
        """
        return self._is_inside(self.record(small), self.record(large))

    def _is_inside(self, small: GroupRecord, large: GroupRecord) -> bool:
        """Return whether one is a subgroup of the other: tabulated for the shipped groups."""
        if small.name in split_records() and large.name in split_records():
            return small.name in large.subgroups
        return is_subgroup_in_some_basis(self[small.name], self[large.name])

    def split_overgroup(self, name: str) -> SplitOvergroup:
        """Return the split group (1/m)Z^d ⋊ S that a group which does not split is part of.

        Parameters
        ----------
        name : str
            Of a group that does not split.

        Returns
        -------
        SplitOvergroup

        Raises
        ------
        UnknownNameError
            If there is no such group, or it splits.

        Examples
        --------
        >>> catalog.split_overgroup("P2_1/c").group.name
        'P2/m'
        """
        found = self._find(name)
        if isinstance(found, NonSymmorphicRecord):
            return SplitOvergroup.of(found, self[found.overgroup])
        split = self.record(name).name
        raise UnknownNameError(
            f"{split} splits already, on its own lattice; use catalog[{split!r}]", witness=name
        )

    def register(self, group: SplitGroup, aliases: Iterable[str] = ()) -> SplitGroup:
        """Add a group under its name, and return it; adding it once more changes nothing.

        Parameters
        ----------
        group : SplitGroup
            Yours.
        aliases : iterable of str
            Other names that find it.

        Returns
        -------
        SplitGroup
            The group.

        Raises
        ------
        NameClashError
            If its name, or an alias, is that of another group.
        """
        if not isinstance(group, SplitGroup):
            raise NameClashError(
                f"{brief(group)} is no SplitGroup; declare it with SplitGroup", witness=group
            )
        others: list[Any] = [aliases] if isinstance(aliases, str) else listed(aliases, "aliases")
        if not all(isinstance(alias, str) for alias in others):
            raise NameClashError(
                f"aliases are other names, strings, not {brief(aliases)}; give a list of them",
                witness=aliases,
            )
        record = record_of(group, tuple(others))
        if self._registered.get(group.name) == record and self._made[group.name] == group:
            return group
        for name in (group.name, *record.aliases):
            known = self._find(name)
            if known is not None:
                raise NameClashError(
                    f"the name {name!r} is that of a group that is in the catalogue already, "
                    f"{known.name} of dimension {known.dimension}; give the new group another",
                    witness=name,
                )
        self._registered[group.name] = record
        self._made[group.name] = group
        return group

    def registered(self) -> dict[str, SplitGroup]:
        """Return the groups, by name, that plug-ins and `register` added."""
        self._load_plugins()
        return {name: self._made[name] for name in self._registered}

    def _numbered(self, dimension: int, number: int) -> SplitGroup:
        wanted = whole(number)
        records: list[GroupRecord | NonSymmorphicRecord] = [
            *split_records().values(),
            *non_symmorphic_records().values(),
        ]
        for record in records:
            if record.dimension == dimension and record.number == wanted is not None:
                return self[record.name]
        raise UnknownNameError(
            f"no {KINDS[dimension]} group has the number {brief(number)}; they are numbered from "
            f"1 to {COUNTS[dimension]}",
            witness=number,
        )

    def _all_records(self) -> list[tuple[str, GroupRecord]]:
        self._load_plugins()
        return [*split_records().items(), *self._registered.items()]

    def _find(self, name: Any) -> GroupRecord | NonSymmorphicRecord | None:
        """Return the record of a name or alias among those loaded so far."""
        if not isinstance(name, str):
            return None
        tables: list[Mapping[str, GroupRecord | NonSymmorphicRecord]] = [
            split_records(),
            self._registered,
            non_symmorphic_records(),
        ]
        for table in tables:
            if name in table:
                return table[name]
        found = (r for table in tables for r in table.values() if name in r.aliases)
        return next(found, None)

    def _load_plugins(self) -> None:
        """Register what installed packages bring, once; names are refused as by `register`."""
        if self._plugins_loaded:
            return
        self._plugins_loaded = True  # a plug-in may look at the catalogue while it is imported
        try:
            for group, label in installed_groups():
                try:
                    self.register(group)
                except NameClashError as error:
                    raise NameClashError(f"{label}: {error}", witness=error.witness) from error
        except Exception:
            self._plugins_loaded = False
            raise


catalog: Final = Catalog((p1, p2, p4, p4m, p6, p6m))
