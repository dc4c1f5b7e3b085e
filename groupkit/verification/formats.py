"""Reports as text, Markdown, JSON and JUnit XML: pure functions of laws."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from groupkit.verification.law import Law

_MARKS: Final = {"proved": "✓", "refuted": "✗", "not applicable": "–"}


def summary(group: str, laws: Sequence[Law]) -> str:
    """Return one line: "p4: 30 laws proved, 3 not applicable, 0.21 s"."""
    counts = {status: sum(law.status == status for law in laws) for status in _MARKS}
    parts = [
        f"{counts['proved']} laws proved",
        *(f"{counts[s]} {s}" for s in ("refuted", "not applicable") if counts[s]),
        f"{sum(law.seconds for law in laws):.2f} s",
    ]
    return f"{group}: {', '.join(parts)}"


def text(group: str, declaration: str, laws: Sequence[Law]) -> str:
    """Return a table for a terminal, one line a law, with the witness of each refuted law."""
    width = max((len(law.name) for law in laws), default=0)
    lines = [f"{group}  {declaration}"]
    for section, members in groupby(laws, key=lambda law: law.section):
        lines += ["", section]
        for law in members:
            head = f"  {_MARKS[law.status]} {law.name:<{width}}  {law.seconds * 1000:7.1f} ms"
            lines.append(f"{head}  {law.statement}")
            lines.append(f"{'':{width + 16}}  {law.status}: {law.method}")
            if law.witness is not None:
                lines.append(f"{'':{width + 16}}  witness: {law.witness}")
    return "\n".join([*lines, "", summary(group, laws)])


def markdown(group: str, declaration: str, laws: Sequence[Law]) -> str:
    """Return a section with one table row a law."""
    lines = [
        f"## {_cell(group)}",
        "",
        _cell(declaration),
        "",
        "| law | statement | status | method or witness | ms |",
        "| --- | --- | --- | --- | ---: |",
    ]
    for law in laws:
        how = law.method if law.witness is None else f"{law.method}; witness: {law.witness}"
        cells = (law.name, law.statement, law.status, how, f"{law.seconds * 1000:.1f}")
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join([*lines, "", _cell(summary(group, laws)), ""])


def _cell(content: str) -> str:
    """Escape what Markdown would read as a column or as emphasis."""
    flat = " ".join(content.split())
    for mark in "\\`*_|<[":
        flat = flat.replace(mark, "\\" + mark)
    return flat
