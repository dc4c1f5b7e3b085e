"""The console command ``groupkit``: a table of commands, and those that other packages bring.

A command is a function of its arguments that returns an exit status.  Built-in ones stand in
`BUILT_IN`; packages add theirs by entry points of the group ``groupkit.commands``, which are
listed with the first line of their module's docstring and loaded when asked for: listing commands
imports none of them.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points, version
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from groupkit.errors import GroupkitError, MissingExtraError, UnknownNameError

ENTRY_POINTS: Final = "groupkit.commands"

Run = Callable[[Sequence[str]], int]
"""A command: arguments after its name → exit status."""


@dataclass(frozen=True)
class Command:
    """A line of ``groupkit --help``, and how to get the function behind it."""

    summary: str
    load: Callable[[], Run]


def _built_in(module: str, function: str) -> Run:
    run: Run = getattr(import_module(f"groupkit.commands.{module}"), function)
    return run


BUILT_IN: Final[Mapping[str, Command]] = {
    "check": Command("prove the groups of modules and files", partial(_built_in, "check", "main")),
    "list": Command(
        "the catalogue, or part of it",
        partial(_built_in, "inspect", "list_groups"),
    ),
    "show": Command("a group: table, subgroups, windows", partial(_built_in, "inspect", "show")),
    "export": Command("a group as JSON or TOML", partial(_built_in, "inspect", "export")),
    "playground": Command("a page to play with a group", partial(_built_in, "playground", "main")),
}
"""Commands of groupkit itself, by name."""


def commands() -> dict[str, Command]:
    """Return every command by name, built-in ones first; nothing is loaded.

    Examples
    --------
    >>> "demo" in commands()
    True
    """
    found = {
        point.name: Command(_summary(point), partial(_load, point))
        for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    }
    return {**BUILT_IN, **found, **BUILT_IN}  # ours first, and never replaced


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0, the command's own status, or 2 for an error of ours.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after ``groupkit``; those of the process by default.

    Examples
    --------
    >>> main(["--version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without ℤ or ✓ shows ? there
            stream.reconfigure(errors="replace")
    known = commands()
    parser = _parser(known)
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        status = _find(known, arguments.command).load()(arguments.arguments)
        sys.stdout.flush()
        return status
    except GroupkitError as error:
        print(f"groupkit: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"groupkit: {error.filename} cannot be used: {error.strerror}", file=sys.stderr)
        return 2


def _parser(known: Mapping[str, Command]) -> argparse.ArgumentParser:
    width = max((len(name) for name in known), default=0)
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in known.items()]
    parser = argparse.ArgumentParser(
        prog="groupkit",
        description="Symmetry groups of lattices: declare, check, and build layers.",
        epilog="\n".join(["commands:", *lines, "", "groupkit COMMAND --help tells more."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version("groupkit"))
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="one of those below")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    return parser


def _find(known: Mapping[str, Command], name: str) -> Command:
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"
    raise UnknownNameError(f"there is no command {name!r}; {hint}", witness=name)


def _summary(point: EntryPoint) -> str:
    """Return what the docstring of a command's module says of it in its first line.

    The module is read, not imported.  "``groupkit demo``: groups checked" gives "groups checked".
    """
    lines = (_docstring(point.module) or "").splitlines()
    said = (lines[0] if lines else "").removeprefix(f"``groupkit {point.name}``:").strip()
    return said.removesuffix(".") or f"from {point.module}"


def _docstring(module: str) -> str | None:
    """Return the docstring of a module that is not imported, None if it cannot be read."""
    top, *inside = module.split(".")
    try:
        spec = find_spec(top)
        for part in inside:
            if spec is None:
                return None
            spec = PathFinder.find_spec(f"{spec.name}.{part}", spec.submodule_search_locations)
        if spec is None or spec.origin is None:
            return None
        return ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))
    except (ImportError, OSError, SyntaxError, ValueError):  # no source, or none that is Python
        return None


def _load(point: EntryPoint) -> Run:
    """Return the function of an entry point; say what to install where an import fails.

    A package that brings a command has an extra of the same name, if the command needs more.
    """
    try:
        run: Run = point.load()
    except (ModuleNotFoundError, MissingExtraError) as error:
        missing = error.witness if isinstance(error, MissingExtraError) else error.name
        package = point.dist.name if point.dist else "groupkit"
        raise MissingExtraError(
            f"the command {point.name!r} needs {missing}, which is not installed; "
            f'run pip install "{package}[{point.name}]"',
            witness=missing,
        ) from error
    return run
