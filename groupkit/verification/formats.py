"""Reports as text, Markdown, HTML, JSON and JUnit XML: pure functions of laws."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

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


def html(group: str, declaration: str, laws: Sequence[Law]) -> str:
    """Return a table for notebooks, one row a law."""
    heads = "".join(f"<th>{head}</th>" for head in ("", "law", "statement", "how", "ms"))
    rows = []
    for law in laws:
        how = law.method if law.witness is None else f"{law.method}; witness: {law.witness}"
        cells = (_MARKS[law.status], law.name, law.statement, how, f"{law.seconds * 1000:.1f}")
        weight = "bold" if law.status == "refuted" else "normal"
        tags = "".join(f"<td style='text-align:left'>{escape(_xml(cell))}</td>" for cell in cells)
        rows.append(f"<tr style='font-weight:{weight}'>{tags}</tr>")
    return (
        f"<div class='groupkit'><strong>{escape(_xml(summary(group, laws)))}</strong>"
        f"<p>{escape(_xml(declaration))}</p><table><tr>{heads}</tr>{''.join(rows)}</table></div>"
    )


def plain(group: str, declaration: str, laws: Sequence[Law]) -> dict[str, Any]:
    """Return a report as data that JSON holds."""
    return {
        "group": group,
        "declaration": declaration,
        "proved": all(law.status != "refuted" for law in laws),
        "laws": [
            {
                "section": law.section,
                "name": law.name,
                "statement": law.statement,
                "status": law.status,
                "method": law.method,
                "witness": law.witness,
                "seconds": round(law.seconds, 6),
            }
            for law in laws
        ],
    }


def to_json(document: Any) -> str:
    """Return data as indented JSON with a final newline."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def junit_suite(group: str, laws: Sequence[Law]) -> Element:
    """Return a JUnit test suite: a test case a law, failed if refuted, skipped if it says nothing.

    References
    ----------
    The schema of the Jenkins xUnit plugin, which CI services read.
    """
    suite = Element(
        "testsuite",
        name=_xml(group),
        tests=str(len(laws)),
        failures=str(sum(law.status == "refuted" for law in laws)),
        errors="0",
        skipped=str(sum(law.status == "not applicable" for law in laws)),
        time=f"{sum(law.seconds for law in laws):.6f}",
    )
    for law in laws:
        case = SubElement(
            suite,
            "testcase",
            classname=f"groupkit.{_xml(group)}",
            name=_xml(law.name),
            time=f"{law.seconds:.6f}",
        )
        if law.status == "refuted":
            failure = SubElement(case, "failure", type="refuted", message=_xml(law.witness or ""))
            failure.text = _xml(f"{law.statement}\n{law.method}\nwitness: {law.witness}")
        elif law.status == "not applicable":
            SubElement(case, "skipped", message=_xml(law.method))
    return suite


def junit(suites: Sequence[Element]) -> str:
    """Return test suites as a JUnit XML document."""
    root = Element("testsuites", name="groupkit")
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _xml(content: str) -> str:
    """Replace the control characters that XML 1.0 cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", content)


def _cell(content: str) -> str:
    """Escape what Markdown would read as a column or as emphasis."""
    flat = " ".join(content.split())
    for mark in "\\`*_|<[":
        flat = flat.replace(mark, "\\" + mark)
    return flat
