"""The page itself: template, style, program and groups in one HTML file that needs no other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from groupkit.errors import NameClashError
from groupkit.groups import catalog, p4m
from groupkit.integers import listed
from groupkit.playground.export import export_group
from groupkit.split_group import SplitGroup

SCRIPTS: Final = ("torus.js", "pictures.js", "images.js", "filters.js", "patches.js", "page.js")


def planar_groups() -> tuple[SplitGroup, ...]:
    """Return the groups of dimension 2 in the catalogue: 13 wallpaper groups, and plug-ins'.

    p4m comes first, since a page opens with it: of p1, one would see an ordinary convolution.

    Returns
    -------
    tuple of SplitGroup

    Examples
    --------
    >>> planar_groups()[0].name, len(planar_groups()) >= 13
    ('p4m', True)
    """
    known = catalog.filter(dimension=2).values()
    return p4m, *(group for group in known if group is not p4m)


def page(groups: SplitGroup | Iterable[SplitGroup] | None = None) -> str:
    """Return the playground as HTML; nothing in it is fetched from anywhere.

    Parameters
    ----------
    groups : SplitGroup or iterable of SplitGroup, optional
        Groups of dimension 2, the first of which is shown first; `planar_groups` by default.

    Returns
    -------
    str

    Raises
    ------
    DimensionError, TooLargeError
        If a group cannot be shown, as `export_group` says.
    NameClashError
        If two groups have one name, or there is none.

    Examples
    --------
    >>> from groupkit import p4, p6m
    >>> text = page([p4, p6m])
    >>> len(text.encode()) < 1_000_000, "://" in text
    (True, False)
    """
    chosen = _read(groups)
    data = json.dumps([export_group(group) for group in chosen], separators=(",", ":"))
    text = _source("page.html")
    scripts = "\n".join(f"<script>\n{_source(name)}</script>" for name in SCRIPTS)
    for marker, part in (
        ("<!-- style -->", f"<style>\n{_source('page.css')}</style>"),
        # "<" would let a name end the element that holds it
        ("[/* groups */]", data.replace("<", "\\u003c")),
        ("<!-- scripts -->", scripts),
    ):
        assert text.count(marker) == 1, marker
        text = text.replace(marker, part)
    return text


def write_page(path: str | Path, groups: SplitGroup | Iterable[SplitGroup] | None = None) -> Path:
    """Write the playground to a file, and return its path.

    Parameters
    ----------
    path : str or Path
    groups : SplitGroup or iterable of SplitGroup, optional
        As `page` takes them.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DimensionError, TooLargeError, NameClashError
        As `page` does.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from groupkit import p4
    >>> with TemporaryDirectory() as folder:
    ...     write_page(f"{folder}/p4.html", p4).name
    'p4.html'
    """
    target = Path(path)
    target.write_text(page(groups), encoding="utf-8")
    return target


def _read(groups: SplitGroup | Iterable[SplitGroup] | None) -> Sequence[SplitGroup]:
    """Return the groups as a sequence of different names."""
    if groups is None:
        return planar_groups()
    chosen = [groups] if isinstance(groups, SplitGroup) else listed(groups, "groups")
    names = [group.name for group in chosen if isinstance(group, SplitGroup)]
    for name in names:
        if names.count(name) > 1:
            raise NameClashError(
                f"two groups of the page are called {name!r}, and it tells them by their names; "
                "give one of them another name",
                witness=name,
            )
    if not chosen:
        raise NameClashError(
            "a page shows at least one group, and there is none; leave the groups out to have "
            "those of the catalogue",
            witness=chosen,
        )
    return chosen


def _source(name: str) -> str:
    return (files("groupkit.playground") / name).read_text(encoding="utf-8")
