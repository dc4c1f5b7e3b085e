"""``groupkit list``, ``show`` and ``export``: what a group is, for people and for files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from itertools import combinations
from pathlib import Path
from typing import Final

from groupkit.algebra import all_subgroups
from groupkit.commands.targets import DATA, HELP, Located, find_groups
from groupkit.declaration import document_text
from groupkit.errors import WindowError
from groupkit.finite_group import Subgroup
from groupkit.graphs import cayley_graph
from groupkit.groups import catalog
from groupkit.split_group import SplitGroup

_SIZES: Final = range(1, 8)
_PICTURES: Final = (".svg", ".png", ".pdf")
_WIDEST_TABLE: Final = 24


def list_groups(argv: Sequence[str]) -> int:
    """Print the groups of the catalogue that have some properties, one a line; 1 if none has."""
    parser = argparse.ArgumentParser(
        prog="groupkit list", description="List the groups of the catalogue: all, or some."
    )
    parser.add_argument("--dimension", type=int, choices=(1, 2, 3), help="of the lattice")
    parser.add_argument("--order", type=int, metavar="N", help="elements of the stabilizer")
    parser.add_argument("--lattice", metavar="NAME", help='such as square, "cubic F" or cF')
    parser.add_argument("--point-group", metavar="SYMBOL", help="such as 4mm, m-3m or Oh")
    parser.add_argument(
        "--subgroup-of",
        metavar="NAME",
        dest="is_subgroup_of",
        help="a group that has them as subgroups with all translations, in some basis",
    )
    wanted = vars(parser.parse_args(argv))
    asked = any(value is not None for value in wanted.values())
    found = list(catalog.filter(**wanted)) if asked else list(catalog)  # records make no groups
    if not found:
        sys.stderr.write("no group of the catalogue has all these properties\n")
        return 1
    rows = [("name", "dimension", "order", "class", "axes", "lattice", "also")]
    for name in found:
        record = catalog.record(name)
        axes = ", ".join(f"{axis}: {size}" for axis, size in record.axes.items())
        rows.append(
            (
                name,
                str(record.dimension),
                str(record.order),
                record.point_group,
                axes,
                record.lattice,
                ", ".join(record.aliases),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
    return 0


def show(argv: Sequence[str]) -> int:
    """Print a group: elements, Cayley table, subgroups, windows, how to use it."""
    parser = argparse.ArgumentParser(
        prog="groupkit show", description="Show a group: table, subgroups, windows, use."
    )
    parser.add_argument("target", metavar="NAME", help=HELP)
    parser.add_argument(
        "--picture",
        metavar="FILE",
        help="also draw the pattern of a planar group, or the Cayley graph of S: .svg, .png or "
        '.pdf (needs pip install "groupkit[plot]")',
    )
    arguments = parser.parse_args(argv)
    found = _groups_of(arguments.target)
    if arguments.picture is not None:
        if len(found) > 1:
            names = ", ".join(located.place for located in found)
            parser.error(f"{arguments.target} has {len(found)} groups; name one of {names}")
        if Path(arguments.picture).suffix not in _PICTURES:
            parser.error(f"{arguments.picture} is no picture; end it in {', '.join(_PICTURES)}")
        _draw(found[0].group, arguments.picture)
    for located in found:
        sys.stdout.write("\n".join(_description(located)) + "\n")
    return 0


def export(argv: Sequence[str]) -> int:
    """Print or write the declaration of a group as plain integers, in JSON or TOML."""
    parser = argparse.ArgumentParser(
        prog="groupkit export", description="Write a group's declaration as plain integers."
    )
    parser.add_argument("target", metavar="NAME", help=HELP)
    parser.add_argument("--format", choices=("json", "toml"), help="json unless -o says otherwise")
    parser.add_argument("--output", "-o", metavar="FILE", help="standard output by default")
    arguments = parser.parse_args(argv)
    found = _groups_of(arguments.target)
    if len(found) > 1:
        names = ", ".join(located.place for located in found)
        parser.error(f"{arguments.target} has {len(found)} groups; name one of {names}")
    end = Path(arguments.output or "").suffix
    if end and end not in DATA and not arguments.format:
        parser.error(f"{arguments.output} is no declaration; end it in {' or '.join(DATA)}")
    kind = arguments.format or ("toml" if end == ".toml" else "json")
    text = document_text(found[0].group.to_dict(), kind)
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        Path(arguments.output).write_text(text, encoding="utf-8")
    return 0


def _draw(group: SplitGroup, path: str) -> None:
    """Draw the pattern of a planar group, the Cayley graph of the stabilizer of another."""
    from groupkit import plot  # noqa: PLC0415 - matplotlib is an extra, and takes its time

    if group.dimension == 2:
        axes = plot.plot_pattern(group)
    else:
        axes = plot.plot_cayley_graph(cayley_graph(group.stabilizer))
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig(path, facecolor="white")


def _groups_of(target: str) -> list[Located]:
    """Return the groups of a target; what its module prints is not our document."""
    with redirect_stdout(sys.stderr):
        return find_groups(target)


def _description(located: Located) -> Iterator[str]:
    """Yield the lines that `show` prints."""
    group, stabilizer = located.group, located.group.stabilizer
    yield repr(group)
    yield f"found in {located.place}"
    yield ""
    yield "elements of the stabilizer (number: indices, matrix, order, inverse)"
    for s in stabilizer:
        yield (
            f"  {s:>3}: {stabilizer.label(s)}  {stabilizer.matrices[s].tolist()}  order "
            f"{stabilizer.element_orders[s]}, inverse {stabilizer.inverses[s]}"
        )
    yield ""
    if stabilizer.order <= _WIDEST_TABLE:
        yield "Cayley table (entry [a, b] is the number of ab)"
        width = len(str(stabilizer.order - 1))
        for row in stabilizer.cayley_table:
            yield "  " + " ".join(f"{entry:>{width}}" for entry in row)
    else:
        yield f"Cayley table: {stabilizer.order}×{stabilizer.order}, group.stabilizer.cayley_table"
    yield ""
    found = all_subgroups(stabilizer)
    yield f"{len(found)} subgroups of the stabilizer (order: generators)"
    for subgroup in found:
        generators = ", ".join(f"({stabilizer.label(s)})" for s in _generators(subgroup))
        yield f"  {len(subgroup):>3}: ⟨{generators}⟩"
    yield ""
    yield "windows (kernel size: points)"
    for size in _SIZES:
        yield f"  {size}: {_points(group, size)}"
    yield ""
    yield "its proof"
    yield f"  groupkit check {located.place.removeprefix('catalogue:')}"
    yield ""
    yield "its layers, in Python"
    name = "group"
    if located.place.startswith("catalogue:"):
        yield "  import groupkit as gk, groupkit_torch as gt"
        name = f'gk.catalog["{group.name}"]'
    yield f"  gt.layers({name}).LiftingConv(1, 8, 3)"


def _generators(subgroup: Subgroup) -> tuple[int, ...]:
    """Return a smallest generating set, the first in lexicographic order."""
    for count in range(len(subgroup)):
        for chosen in combinations(subgroup.members, count):
            if subgroup.parent.subgroup(chosen).members == subgroup.members:
                return chosen
    return subgroup.members


def _points(group: SplitGroup, size: int) -> str:
    try:
        return str(len(group.window(size)))
    except WindowError:
        return "none is stable"
