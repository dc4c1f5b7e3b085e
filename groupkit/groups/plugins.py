"""Groups that installed packages bring, by entry points of the group ``groupkit.groups``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from groupkit.errors import PluginError, brief
from groupkit.split_group import SplitGroup

ENTRY_POINTS: Final = "groupkit.groups"


def installed_groups() -> Iterator[tuple[SplitGroup, str]]:
    """Yield the groups of all installed packages, each with the name of its entry point.

    An entry point names a SplitGroup, or a list or mapping of them.

    Raises
    ------
    PluginError
        If one cannot be imported, or names something else.
    """
    for point in sorted(entry_points(group=ENTRY_POINTS), key=_label):
        label = _label(point)
        try:
            found = point.load()
        except Exception as error:  # the code of another package may raise anything
            raise PluginError(
                f"{label} cannot be loaded: {type(error).__name__}: {error}; repair or uninstall "
                "that package",
                witness=point.value,
            ) from error
        for group in _groups_in(found):
            if not isinstance(group, SplitGroup):
                raise PluginError(
                    f"{label} brings {brief(group)}, which is no SplitGroup; name a SplitGroup, "
                    "or a list or mapping of them",
                    witness=point.value,
                )
            yield group, label


def _label(point: EntryPoint) -> str:
    package = point.dist.name if point.dist else "an unknown package"
    return f"the entry point {point.name} = {point.value} of {package}"


def _groups_in(found: Any) -> Iterable[Any]:
    if isinstance(found, Mapping):
        return list(found.values())
    if isinstance(found, Iterable) and not isinstance(found, str):
        return list(found)
    return [found]
