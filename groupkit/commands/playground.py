"""``groupkit playground``: write the page that shows a group at work, and open it."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Final

from groupkit.commands.targets import HELP, TargetError, find_groups
from groupkit.playground import planar_groups, write_page
from groupkit.split_group import SplitGroup

DEFAULT_FILE: Final = "groupkit-playground.html"


def main(argv: Sequence[str]) -> int:
    """Write the playground, open it in the browser, and return 0.

    Parameters
    ----------
    argv : sequence of str
        Arguments after ``groupkit playground``.
    """
    parser = argparse.ArgumentParser(
        prog="groupkit playground",
        description="Write one HTML page that shows group convolutions live, and open it.",
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar="GROUP",
        help=f"the groups to show first: {HELP}; those of the catalogue are on the page too",
    )
    parser.add_argument(
        "--out", "-o", metavar="FILE", default=DEFAULT_FILE, help=f"{DEFAULT_FILE} by default"
    )
    parser.add_argument("--no-open", action="store_true", help="only write the page")
    arguments = parser.parse_args(argv)
    path = write_page(arguments.out, _groups(arguments.target)).resolve()
    sys.stdout.write(f"wrote {path}\n")
    if not arguments.no_open and not webbrowser.open(path.as_uri()):
        sys.stdout.write("no browser could be opened from here; open the file in one\n")
    return 0


def _groups(target: str | None) -> list[SplitGroup]:
    """Return the planar groups of a target, then those of the catalogue with other names."""
    known = list(planar_groups())
    if target is None:
        return known
    with redirect_stdout(sys.stderr):  # what the user's modules print is not our document
        located = find_groups(target)
    planar = [one.group for one in located if one.group.dimension == 2]
    if not planar:
        shown = ", ".join(f"{one.group.name} of dimension {one.group.dimension}" for one in located)
        raise TargetError(
            f"the playground is planar, and {target} has no group of dimension 2, only {shown}; "
            "name a planar one, such as p4m",
            witness=target,
        )
    first: dict[str, SplitGroup] = {}
    for group in planar:
        if first.setdefault(group.name, group) != group:
            raise TargetError(
                f"{target} has two planar groups called {group.name!r}, and the page tells them by "
                f"their names; name one of {', '.join(one.place for one in located)}",
                witness=group.name,
            )
    for one in located:
        if one.group.dimension != 2:
            sys.stderr.write(f"left out {one.place}: it has dimension {one.group.dimension}\n")
    return [*first.values(), *(group for group in known if group.name not in first)]
