"""What the catalogue says of names that it does not have, and of groups that do not split."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from heapq import nlargest
from typing import Any, Final, NoReturn

import numpy as np

from groupkit.errors import NotSplitError, UnknownNameError, brief
from groupkit.groups.records import NonSymmorphicRecord, non_symmorphic_records
from groupkit.integers import integer

_LIKE: Final = 0.5


def refuse_to_split(record: NonSymmorphicRecord) -> NoReturn:
    """Raise NotSplitError with the refinement on which a group is part of one that splits."""
    m, d = record.refinement, record.dimension
    moves = "glide reflections" if d == 2 else "glide reflections or screw rotations"
    raise NotSplitError(
        f"{record.name} does not split into translations and a stabilizer: whatever the origin, "
        f"some of its elements move by fractions of lattice vectors (it is not symmorphic: it has "
        f"{moves}); on the lattice "
        f"refined by m = {m}, (1/{m})Z^{d}, it is a subgroup of a group that does split: "
        f"catalog.split_overgroup({record.name!r}) returns that, {record.overgroup} on the finer "
        "lattice",
        witness=record.name,
    )


def refuse_name(name: Any, known: Iterable[str]) -> NoReturn:
    """Raise UnknownNameError with the nearest names; case, which matters, does not hide them."""
    wanted = str(name)

    def likeness(one: str) -> float:
        folded = SequenceMatcher(None, wanted.lower(), one.lower()).ratio()
        exact = SequenceMatcher(None, wanted, one).ratio()
        return folded + exact / 3 if folded >= _LIKE else 0.0

    names = [
        one for one in nlargest(3, [*known, *non_symmorphic_records()], likeness) if likeness(one)
    ]
    hint = (
        f"did you mean {' or '.join(repr(one) for one in names)}?"
        if names
        else "list(catalog) has all names"
    )
    raise UnknownNameError(
        f"the catalogue has no group {brief(name)}; {hint} (p4 is a wallpaper group, P4 a space "
        "group; declare others with SplitGroup)",
        witness=name,
    )


def refuse_unknown_class(point_group: Any, known: Iterable[tuple[str, ...]]) -> None:
    """Raise UnknownNameError, with the nearest symbols, unless a class of groups is called that."""
    symbols = {symbol for classes in known for symbol in classes if symbol}
    if str(point_group) in symbols:
        return
    near = get_close_matches(str(point_group), sorted(symbols), n=3)
    raise UnknownNameError(
        f"no class of groups is called {brief(point_group)}; "
        + (f"near it are {', '.join(near)}" if near else "use symbols such as m-3m or Oh"),
        witness=point_group,
    )


def whole(number: Any) -> int | None:
    """Return an exact integer, None for what is none: True and False are answers, no numbers."""
    return None if isinstance(number, bool | np.bool_) else integer(number)


def refuse_number(what: str, number: Any) -> NoReturn:
    """Raise UnknownNameError for a dimension or an order that is no integer."""
    raise UnknownNameError(
        f"no group has {what} {brief(number)}, which is not an integer; give one", witness=number
    )
