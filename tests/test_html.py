"""What notebooks show: well-formed, escaped, and true; made without matplotlib."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import groupkit as gk
from groupkit import html
from groupkit.naming import axis_generators, product_names
from tests.algebra.groups_for_algebra import cyclic, symmetric
from tests.known_groups import NAMES, declared

SVG = "{http://www.w3.org/2000/svg}"


def parsed(shown: object) -> ET.Element:
    return ET.fromstring(shown._repr_html_())  # type: ignore[attr-defined]


def cells(table: ET.Element) -> list[list[str]]:
    return [[cell.text or "" for cell in row.findall("td")] for row in table.findall("tr")]


@pytest.mark.parametrize("name", NAMES)
def test_split_groups_and_their_stabilizers(name: str) -> None:
    group = declared(name)
    page = parsed(group)
    assert page.find("strong").text == name  # type: ignore[union-attr]
    drawings = page.findall(f"{SVG}svg")
    assert len(drawings) == (group.dimension == 2)
    for drawing in drawings:
        flags = [p for p in drawing.iter(f"{SVG}polygon") if p.get("fill") != "none"]
        assert len(flags) == 4 * group.order
        mirrored = sum(np.linalg.det(m) < 0 for m in group.stabilizer.matrices)
        assert sum(p.get("fill") == "#d9822b" for p in flags) == 4 * mirrored
        width, height = float(drawing.get("width", 0)), float(drawing.get("height", 0))
        for polygon in drawing.iter(f"{SVG}polygon"):
            for pair in polygon.get("points", "").split():
                x, y = map(float, pair.split(","))
                assert -1 <= x <= width + 1
                assert -1 <= y <= height + 1
    if group.order <= html.MOST_ROWS:
        shown = cells(page.findall("table")[-1])[1:]
        names = group.stabilizer.element_names
        assert shown == [[names[a] for a in row] for row in group.stabilizer.cayley_table]
    assert parsed(group.stabilizer).find("strong").text == "Stabilizer"  # type: ignore[union-attr]


def test_finite_groups() -> None:
    page = parsed(symmetric(3))
    facts, table = page.findall("table")
    assert [row[0] for row in cells(facts)] == [
        "6",
        "no",
        "1 of order 1, 3 of order 2, 2 of order 3",
    ]
    assert cells(table)[1:] == [[str(a) for a in row] for row in symmetric(3).cayley_table]
    assert "25 × 25" in cyclic(25)._repr_html_()


def test_subgroups_and_their_cosets() -> None:
    page = parsed(gk.p4m.subgroup({"r": 2}))
    facts, table = page.findall("table")
    assert [row[0] for row in cells(facts)] == ["2 of 8", "4", "yes"]
    assert cells(table) == [["e", "r²"], ["r", "r³"], ["m", "mr²"], ["mr", "mr³"]]
    flip = parsed(gk.p4m.subgroup({"m": 1}))
    assert [row[0] for row in cells(flip.findall("table")[0])] == ["2 of 8", "4", "no"]
    assert len(parsed(cyclic(600).subgroup([2])).findall("table")) == 1


def test_reports() -> None:
    report = gk.p4.verify()
    page = parsed(report)
    rows = cells(page.findall("table")[0])[1:]
    assert [row[1] for row in rows] == [law.name for law in report]
    assert {row[0] for row in rows} <= {"✓", "–"}


def test_names_are_escaped() -> None:
    name = "<b>&\"'"
    group = gk.SplitGroup.from_generators(name, {"r": [[-1, 0], [0, -1]]})
    assert parsed(group).find("strong").text == name  # type: ignore[union-attr]
    assert name in (parsed(group.verify()).find("strong").text or "")  # type: ignore[union-attr]


def test_matplotlib_is_not_needed() -> None:
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import groupkit as gk; print(gk.p4m._repr_html_()[:22])"
    )
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "<div class='groupkit'>"


@pytest.mark.parametrize("name", NAMES)
def test_names_say_what_elements_are(name: str) -> None:
    group = declared(name).stabilizer
    names = group.element_names
    assert len(set(names)) == group.order
    units = axis_generators(group.axes, group.cayley_table, group.identity)
    if units is None:
        assert names == tuple(str(s) for s in group)
        return
    assert names[group.identity] == "e"
    assert all(names[element] == axis for axis, element in units.items())


def test_long_axis_names_are_joined_by_dots() -> None:
    group = gk.SplitGroup.from_generators(
        "p2mm", {"flip": [[-1, 0], [0, 1]], "turn": [[-1, 0], [0, -1]]}
    ).stabilizer
    assert group.element_names == ("e", "turn", "flip", "flip·turn")
    assert product_names({}, np.zeros((1, 1), dtype=np.int64), 0) == ("e",)
