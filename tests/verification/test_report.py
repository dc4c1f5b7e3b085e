"""The report: frozen, ordered, true or false, printed and exported, raised."""

import dataclasses
import json
import pickle
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import groupkit as gk
from groupkit.errors import RefutedError, UnknownNameError
from groupkit.verification import Law, Report
from groupkit.verification.law import Finding, claim, judge
from groupkit.verification.prove import prove
from tests.known_groups import SHIPPED
from tests.verification.subjects import OCTAHEDRAL, subject_of, with_entry

GOOD = gk.p4m.verify()
BAD = prove(with_entry(subject_of(gk.p4m), 1, 2, 0))


def test_sections_are_in_order() -> None:
    sections = list(dict.fromkeys(law.section for law in GOOD))
    assert sections == [
        "the stabilizer S",
        "the group G = Z^d ⋊ S, for all translations at once",
        "the indices",
        "what the layers rely on",
    ]
    assert len(GOOD) == len({law.name for law in GOOD}) == len(GOOD.laws)


@pytest.mark.parametrize("group", [*SHIPPED, OCTAHEDRAL], ids=lambda g: g.name)
def test_shipped_groups_are_proved(group: gk.SplitGroup) -> None:
    report = group.verify()
    assert report
    report.raise_if_refuted()
    rest = [law.name for law in report if law.status != "proved"]
    assert rest == ["index map", "composition of indices", "closed form"]


def test_a_refuted_report_is_false_and_raises() -> None:
    assert not BAD
    with pytest.raises(RefutedError, match=r"p4m breaks Cayley table, associative") as caught:
        BAD.raise_if_refuted()
    assert isinstance(caught.value.witness, Law)
    assert caught.value.witness.name == "Cayley table"


def test_what_rests_on_a_refuted_law_is_not_proved() -> None:
    assert BAD["composition"].status == "not applicable"
    assert "rests on Cayley table" in BAD["composition"].method
    assert not any(law.section == "what the layers rely on" for law in BAD)


def test_frozen_picklable_and_equal_whatever_the_times() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        GOOD.group = "p5"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        GOOD.laws[0].status = "refuted"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(GOOD)) == GOOD == gk.p4m.verify()
    assert hash(GOOD) == hash(gk.p4m.verify())
    assert GOOD != BAD


def test_laws_by_name() -> None:
    assert GOOD["closed"].name == "closed"
    with pytest.raises(UnknownNameError, match="no law 'close'"):
        GOOD["close"]


@pytest.mark.parametrize("report", [GOOD, BAD], ids=["good", "bad"])
def test_text_shows_every_law(report: Report) -> None:
    shown = str(report)
    for law in report:
        assert law.name in shown
        assert law.statement in shown
        assert law.witness is None or law.witness in shown


@pytest.mark.parametrize("report", [GOOD, BAD], ids=["good", "bad"])
def test_markdown_is_a_table(report: Report) -> None:
    rows = [line for line in report.to_markdown().splitlines() if line.startswith("| ")]
    assert len(rows) == len(report) + 2
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


@pytest.mark.parametrize("report", [GOOD, BAD], ids=["good", "bad"])
def test_json_says_what_the_report_says(report: Report) -> None:
    document = json.loads(report.to_json())
    assert document["proved"] == bool(report)
    assert [law["name"] for law in document["laws"]] == [law.name for law in report]
    assert [law["witness"] for law in document["laws"]] == [law.witness for law in report]


@pytest.mark.parametrize("report", [GOOD, BAD], ids=["good", "bad"])
def test_junit_counts(report: Report) -> None:
    (suite,) = ET.fromstring(report.to_junit())
    assert int(suite.get("failures", "")) == len(report.refuted) == len(suite.findall("*/failure"))
    assert int(suite.get("tests", "")) == len(report)


def test_junit_replaces_what_xml_cannot_hold() -> None:
    strange = dataclasses.replace(BAD, group="p4m\x00<&>")
    (suite,) = ET.fromstring(strange.to_junit())
    assert suite.get("name") == "p4m\ufffd<&>"


@pytest.mark.parametrize("report", [GOOD, BAD, OCTAHEDRAL.verify()], ids=["good", "bad", "m-3m"])
def test_latex_is_balanced_and_ascii(report: Report) -> None:
    shown = report.to_latex()
    body = re.sub(r"\\[\\{}$%&#_]", "", shown)
    assert body.count("{") == body.count("}")
    assert body.count("$") % 2 == 0
    begun, ended = (re.findall(rf"\\{kind}\{{(\w+\*?)\}}", shown) for kind in ("begin", "end"))
    assert sorted(begun) == sorted(ended)
    assert shown.isascii(), sorted({c for c in shown if not c.isascii()})


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(tmp_path: Path) -> None:
    text = "\\documentclass{article}\\usepackage{amsmath,amssymb}\\begin{document}\n"
    (tmp_path / "proof.tex").write_text(text + GOOD.to_latex() + "\\end{document}\n")
    run = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=batchmode", "proof.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, (tmp_path / "proof.log").read_text()


def test_proofs_say_why() -> None:
    for law in GOOD:
        if law.status == "proved":
            assert law.formula
            assert law.proof, law.name


def test_a_claim_waits_for_those_it_needs() -> None:
    @claim("s", "first", "1 = 2", "")
    def first() -> Finding:
        return Finding("refuted", "arithmetic", witness="1 ≠ 2")

    @claim("s", "second", "2 = 3", "", needs=("first",))
    def second() -> Finding:
        raise AssertionError("is not called")

    assert [law.status for law in judge([(first, ()), (second, ())])] == [
        "refuted",
        "not applicable",
    ]
