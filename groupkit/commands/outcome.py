"""What ``groupkit check`` found for one group or target, and how each format shows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from groupkit.verification import Report, formats


@dataclass(frozen=True)
class Outcome:
    """A report, or the reason why there is none.

    Parameters
    ----------
    place : str
        Where the group was found.
    report : Report or None
    broken : str or None
        The declaration was refused with this message: a law is broken.
    unread : str or None
        The target could not be read, for this reason.
    file, line
        Where it is declared, if that is known.
    """

    place: str
    report: Report | None = None
    broken: str | None = None
    unread: str | None = None
    file: str | None = None
    line: int = 1

    @property
    def status(self) -> int:
        """Exit status: 0 proved, 1 refuted, 2 could not be read."""
        if self.unread is not None:
            return 2
        return int(self.broken is not None or not self.report)

    @property
    def problem(self) -> str | None:
        """What is wrong, in words; None if everything is proved."""
        if self.report is None:
            return self.broken if self.broken is not None else self.unread
        broken = [f"{law.name}: {law.statement}; but {law.witness}" for law in self.report.refuted]
        return "\n".join(broken) or None


def as_text(outcomes: Sequence[Outcome], verbose: bool = False) -> str:
    """Return a table for a single group or if verbose, one line a group otherwise."""
    parts: list[str] = []
    for outcome in outcomes:
        if outcome.report is None:
            word = "REFUTED" if outcome.unread is None else "NOT READ"
            parts.append(f"{word}  {outcome.place}: {outcome.problem}")
        elif verbose or len(outcomes) == 1 or not outcome.report:
            parts.append(f"{outcome.report}  [{outcome.place}]")
        else:
            parts.append(f"{outcome.report.summary()}  [{outcome.place}]")
    return "\n".join([*parts, "", _total(outcomes)]) + "\n"


def as_markdown(outcomes: Sequence[Outcome]) -> str:
    """Return a Markdown section a group."""
    parts = [
        outcome.report.to_markdown()
        if outcome.report is not None
        else f"## {outcome.place}\n\n```\n{outcome.problem}\n```\n"
        for outcome in outcomes
    ]
    return "\n".join([*parts, _total(outcomes)]) + "\n"


def as_latex(outcomes: Sequence[Outcome]) -> str:
    """Return a LaTeX section a group; what could not be read becomes a comment."""
    parts = []
    for outcome in outcomes:
        if outcome.report is not None:
            parts.append(outcome.report.to_latex())
        else:
            said = "\n".join(f"% {line}" for line in (outcome.problem or "").splitlines())
            parts.append(f"% {outcome.place}\n{said}\n")
    return "\n".join(parts)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Return one JSON document: status, and a list of groups."""
    return formats.to_json(
        {
            "status": max((outcome.status for outcome in outcomes), default=2),
            "groups": [
                {
                    "place": outcome.place,
                    "file": outcome.file,
                    "line": outcome.line,
                    "status": outcome.status,
                    "problem": outcome.problem,
                    "report": None if outcome.report is None else outcome.report.to_dict(),
                }
                for outcome in outcomes
            ],
        }
    )


def as_junit(outcomes: Sequence[Outcome]) -> str:
    """Return JUnit XML: a suite a group, a test case a law."""
    return formats.junit([_suite(outcome) for outcome in outcomes])


def as_github(outcomes: Sequence[Outcome]) -> str:
    """Return workflow commands of GitHub Actions that annotate the declarations, and a summary.

    References
    ----------
    GitHub documentation, "Workflow commands for GitHub Actions".
    """
    lines = []
    for outcome in outcomes:
        if outcome.status == 0 and outcome.report is not None:
            lines.append(f"{outcome.report.summary()}  [{outcome.place}]")
            continue
        where = ""
        if outcome.file is not None:
            where = f"file={_property(_relative(outcome.file))},line={outcome.line},"
        kind = "cannot be read" if outcome.unread is not None else "is refuted"
        name = outcome.place if outcome.report is None else outcome.report.group
        title = _property(f"{name} {kind}")
        lines.append(f"::error {where}title={title}::{_message(outcome.problem or '')}")
    return "\n".join([*lines, _total(outcomes)]) + "\n"


FORMATS: Final[dict[str, Callable[[Sequence[Outcome]], str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "latex": as_latex,
    "json": as_json,
    "junit": as_junit,
    "github": as_github,
}


def _total(outcomes: Sequence[Outcome]) -> str:
    counts = [sum(outcome.status == status for outcome in outcomes) for status in range(3)]
    words = ("proved", "refuted", "could not be read")
    listed = [f"{n} {word}" for n, word in zip(counts, words, strict=True) if n or word == "proved"]
    return f"{len(outcomes)} checked: {', '.join(listed)}"


def _suite(outcome: Outcome) -> Element:
    if outcome.report is not None:
        return formats.junit_suite(outcome.report.group, outcome.report.laws)
    refused = outcome.unread is None
    counts = {"failures": str(int(refused)), "errors": str(int(not refused)), "skipped": "0"}
    suite = Element("testsuite", {"name": outcome.place, "tests": "1", **counts, "time": "0"})
    case = SubElement(suite, "testcase", classname="groupkit", name="declaration", time="0")
    kind = "failure" if refused else "error"
    text = outcome.problem or ""
    SubElement(case, kind, type=kind, message=text.splitlines()[0]).text = text
    return suite


def _relative(file: str) -> str:
    """Return a path as annotations need it: from the root of the checkout."""
    root = Path(os.environ.get("GITHUB_WORKSPACE", Path.cwd())).resolve()
    path = Path(file).resolve()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _message(content: str) -> str:
    return content.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(content: str) -> str:
    return _message(content).replace(":", "%3A").replace(",", "%2C")
