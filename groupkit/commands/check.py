"""``groupkit check``: prove every group in some targets; the exit status says whether they are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from groupkit.commands.outcome import FORMATS, Outcome, as_text
from groupkit.commands.targets import (
    HELP,
    INSTALLED,
    BrokenDeclarationError,
    Located,
    TargetError,
    find_groups,
)

Size = int | tuple[int, ...]
_BAR: Final = 24


def main(argv: Sequence[str]) -> int:
    """Check targets; return 0 if all is proved, 1 if a law is refuted, 2 if one is unreadable.

    Parameters
    ----------
    argv : sequence of str
        Arguments after ``groupkit check``.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.installed:
        arguments.targets.append(INSTALLED)
    if not arguments.targets:
        parser.error("give a target, or --installed")
    sizes = tuple(arguments.kernel_size) if arguments.kernel_size else None
    with redirect_stdout(sys.stderr):  # what the user's modules print is not our document
        outcomes = check(arguments.targets, sizes, arguments.jobs, sys.stderr.isatty())
    render: Callable[[Sequence[Outcome]], str] = FORMATS[arguments.format]
    if arguments.format == "text":
        render = partial(as_text, verbose=arguments.verbose)
    document = render(outcomes)
    if arguments.output is None:
        sys.stdout.write(document)
    else:
        Path(arguments.output).write_text(document, encoding="utf-8")
        sys.stdout.write(as_text(outcomes))
    return max((outcome.status for outcome in outcomes), default=2)


def check(
    targets: Sequence[str],
    kernel_sizes: Sequence[Size] | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> list[Outcome]:
    """Return an outcome for each group in the targets, in their order.

    Parameters
    ----------
    targets : sequence of str
    kernel_sizes : sequence, optional
        As `SplitGroup.verify` takes them.
    jobs : int
        Processes; each imports the targets again, as functions do not travel.
    progress : bool
        Draw a bar on standard error.
    """
    outcomes: list[Outcome | None] = []
    tasks: list[tuple[int, str, int]] = []  # place among the outcomes, target, number in it
    for target in targets:
        try:
            found = _found(target)
        except BrokenDeclarationError as error:
            outcomes.append(Outcome(target, broken=error.message, file=error.file, line=error.line))
        except TargetError as error:
            outcomes.append(Outcome(target, unread=error.message, file=error.file, line=error.line))
        else:
            tasks += [(len(outcomes) + i, target, i) for i in range(len(found))]
            outcomes += [None] * len(found)
    prove = partial(_prove, kernel_sizes=kernel_sizes)
    work = [(target, number) for _, target, number in tasks]
    if jobs > 1 and len(work) > 1:
        # spawned, not forked: a fork of a process with threads may hang
        workers = min(jobs, len(work))
        with ProcessPoolExecutor(workers, get_context("spawn"), _print_to_stderr) as pool:
            proved = list(_with_bar(pool.map(prove, work), len(work), progress))
    else:
        proved = list(_with_bar(map(prove, work), len(work), progress))
    for (place, _, _), outcome in zip(tasks, proved, strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _print_to_stderr() -> None:
    """Keep what the user's modules print in this process out of the document."""
    sys.stdout = sys.stderr


@lru_cache
def _found(target: str) -> tuple[Located, ...]:
    return tuple(find_groups(target))


def _prove(task: tuple[str, int], kernel_sizes: Sequence[Size] | None) -> Outcome:
    target, number = task
    located = _found(target)[number]
    report = located.group.verify(kernel_sizes)
    return Outcome(located.place, report, file=located.file, line=located.line)


def _with_bar(outcomes: Iterable[Outcome], total: int, progress: bool) -> Iterator[Outcome]:
    """Yield outcomes as they come, with a progress bar if asked for."""
    for done, outcome in enumerate(outcomes, 1):
        if progress:
            filled = "#" * (_BAR * done // total)
            sys.stderr.write(f"\r[{filled:<{_BAR}}] {done}/{total} ")
            sys.stderr.flush()
        yield outcome
    if progress and total:
        sys.stderr.write("\r" + " " * (_BAR + 24) + "\r")


def _size(text: str) -> Size:
    """Read a kernel size: "3" or "3x3x1"."""
    try:
        sides = tuple(int(side) for side in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no kernel size; give 3 or 3x3x1") from None
    return sides[0] if len(sides) == 1 else sides


def _jobs(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; give 1 or more")
    return count


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="groupkit check",
        description="Prove that every SplitGroup in the targets is a group, law by law.",
        epilog="exit status: 0 all laws proved, 1 a law is refuted, 2 a target could not be read",
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=HELP)
    parser.add_argument(
        INSTALLED,
        action="store_true",
        help="also the groups that installed packages add to the catalogue",
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--output", "-o", metavar="FILE", help="write there, and text here")
    parser.add_argument(
        "--kernel-size",
        "-k",
        type=_size,
        action="append",
        metavar="N",
        help="also prove windows, filter banks and L_g for this size (3, or 3x3x1); repeatable",
    )
    parser.add_argument("--jobs", "-j", type=_jobs, default=1, metavar="N", help="processes")
    parser.add_argument(
        "--verbose", "-v", action="store_true", help="text: show all laws of every group"
    )
    return parser
