"""groupkit check: every kind of target, every format, every exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import groupkit as gk
from groupkit import cli
from groupkit.commands import check
from groupkit.commands.targets import TargetError, find_groups

GOOD = """
import groupkit as gk

pm = gk.SplitGroup.from_generators("pm", {"m": [[-1, 0], [0, 1]]})
family = {"turns": gk.SplitGroup.from_generators("p3", {"r": [[0, -1], [1, -1]]})}
same = [pm]
print("a module may print")
"""

REFUTED = """
import groupkit as gk

fine = gk.p2
wrong = gk.SplitGroup(
    "wrong",
    axes={"r": 2},
    matrix=lambda r: [[1 - 2 * r, 0], [0, 1 - 2 * r]],
    compose=lambda a, b: {"r": a["r"] + b["r"]},
)
"""

NOT_CLOSED = """
import groupkit as gk


def declare():
    return gk.SplitGroup.from_matrices("half", [[[1, 0], [0, 1]], [[0, -1], [1, 0]]])


half = declare()
"""

TWINS = """
import groupkit as gk

one = gk.SplitGroup.from_generators("twin", {"r": [[-1, 0], [0, -1]]})
other = gk.SplitGroup.from_generators("twin", {"r": [[0, -1], [1, 0]]})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory with the user's modules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name, text in {
        "good.py": GOOD,
        "refuted.py": REFUTED,
        "not_closed.py": NOT_CLOSED,
        "twins.py": TWINS,
        "empty.py": "import math\nx = 1\n",
        "syntax.py": "def f(:\n",
        "raises.py": "import json\n\n\ndef read():\n    json.loads('{')\n\n\nread()\n",
        "leaves.py": "import sys\nsys.exit(0)\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    gk.p4m.save(tmp_path / "p4m.json")
    gk.p6.save(tmp_path / "p6.toml")
    half = {"name": "half", "matrices": [[[1, 0], [0, 1]], [[0, -1], [1, 0]]]}
    (tmp_path / "half.json").write_text(json.dumps(half))
    (tmp_path / "nonsense.json").write_text('{"name": "x"}')
    (tmp_path / "no_lattice.json").write_text(
        '{"name": "x", "matrices": [[[1, 0], [0, 1]]], "lattice": "hexagon"}'
    )
    check._found.cache_clear()
    yield tmp_path
    for name in ("good", "refuted", "twins"):
        sys.modules.pop(name, None)


TARGETS = {
    "p4": (0, "p4"),
    "p6mm": (0, "p6m"),
    "good.py": (0, "pm"),
    "good": (0, "p3"),
    "good:pm": (0, "good:pm"),
    "good.py:family": (0, "family['turns']"),
    "p4m.json": (0, "p4m"),
    "p6.toml": (0, "p6"),
    "groupkit.groups.planar": (0, "planar:p6m"),
    "P-4m2": (0, "P-4m2"),
    "groupkit.groups.planar:p4": (0, "p4"),
    "refuted.py": (1, "wrong"),
    "refuted:wrong": (1, "r=2, but it is r=0"),
    "not_closed.py": (1, "is none of the 2"),
    "half.json": (1, "closed under composition"),
    "syntax.py": (2, "SyntaxError: invalid syntax"),
    "raises.py": (2, "JSONDecodeError"),
    "leaves.py": (2, "SystemExit"),
    "empty.py": (2, "no SplitGroup among its 2 names (math, x)"),
    "good:nothing": (2, "good has no 'nothing'; its groups are pm"),
    "refuted.py:good": (2, "refuted.py has no 'good'; its groups are fine, wrong"),
    "empty:x": (2, "is int, not a SplitGroup"),
    "missing.py": (2, "no file missing.py"),
    "missing.json": (2, "no file missing.json in "),
    "missing": (2, "no module 'missing'"),
    "missing.part": (2, "no module"),
    "what is this?": (2, "no file 'what is this?'"),
    "P4M": (2, "has no group 'P4M'; did you mean 'p4m' or"),
    "nonsense.json": (2, "needs either matrices"),
    "no_lattice.json": (2, "hexagon"),
}


@pytest.mark.parametrize("target", TARGETS)
def test_target(target: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, shown = TARGETS[target]
    assert cli.main(["check", target]) == status
    assert shown in capsys.readouterr().out


def test_all_groups_are_found_once_in_the_order_of_the_module(folder: Path) -> None:
    found = find_groups("good.py")
    assert [located.place for located in found] == ["good.py:pm", "good.py:family['turns']"]
    assert [located.line for located in found] == [4, 5]


def test_two_groups_of_one_name_are_both_listed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "twins.py"]) == 0
    shown = capsys.readouterr().out
    assert "[twins.py:one]" in shown
    assert "[twins.py:other]" in shown


def test_the_traceback_is_that_of_the_users_code(folder: Path) -> None:
    with pytest.raises(TargetError) as caught:
        find_groups("raises.py")
    said = str(caught.value)
    assert "raises.py" in said
    assert "line 5, in read" in said
    assert "importlib" not in said
    assert "groupkit/commands" not in said


def test_what_a_module_prints_stays_out_of_the_document(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "good.py", "--format", "json"]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["groups"][0]["place"] == "good.py:pm"
    assert "a module may print" in output.err


def test_data_is_never_executed(folder: Path) -> None:
    (folder / "evil.json").write_text('{"name": "x", "matrix": "__import__(\'os\').abort()"}')
    assert cli.main(["check", "evil.json"]) == 2


def test_the_worst_status_wins(folder: Path) -> None:
    assert cli.main(["check", "p4", "refuted.py"]) == 1
    assert cli.main(["check", "p4", "refuted.py", "missing.py"]) == 2


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "refuted.py", "half.json", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == 1
    fine, wrong, half = document["groups"]
    assert fine["report"]["proved"] is True
    assert wrong["line"] == 5
    (law,) = [law for law in wrong["report"]["laws"] if law["status"] == "refuted"]
    assert law["name"] == "composition of indices"
    assert "r=2" in law["witness"]
    assert half["report"] is None
    assert "not closed" in half["problem"]


def test_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = ["p4", "refuted.py:wrong", "half.json", "missing.py"]
    assert cli.main(["check", *targets, "--format", "junit"]) == 2
    root = ET.fromstring(capsys.readouterr().out)
    assert root.tag == "testsuites"
    assert (root.get("failures"), root.get("errors")) == ("2", "1")
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["p4", "wrong", "half.json", "missing.py"]
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(kind, "")) == len(suite.findall(f"testcase/{tag}"))
    (failure,) = suites["wrong"].findall("testcase/failure")
    assert "witness" in str(failure.text)


def test_github(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "refuted.py", "not_closed.py", "syntax.py", "--format=github"]) == 2
    lines = capsys.readouterr().out.splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert errors[0].startswith("::error file=refuted.py,line=5,title=wrong is refuted::compos")
    assert errors[1].startswith("::error file=not_closed.py,line=6,title=not_closed.py is refuted")
    assert errors[2].startswith("::error file=syntax.py,line=1,title=syntax.py cannot be read::")
    assert "%0A" in errors[2]


def test_github_annotations_are_relative_to_the_checkout(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "groups.py").write_text(REFUTED)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    monkeypatch.chdir(folder / "src")
    assert cli.main(["check", "groups.py", "--format=github"]) == 1
    assert f"file=src{os.sep}groups.py,line=5" in capsys.readouterr().out


def test_markdown_and_latex(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "p4", "half.json", "--format", "markdown"]) == 1
    shown = capsys.readouterr().out
    assert "## p4" in shown
    assert "| closed |" in shown
    assert "not closed" in shown
    assert cli.main(["check", "p4", "half.json", "--format", "latex"]) == 1
    shown = capsys.readouterr().out
    assert r"\section*{The group p4}" in shown
    assert "% half: not closed" in shown


def test_output_goes_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "p4", "--format", "junit", "-o", "report.xml"]) == 0
    assert ET.parse(folder / "report.xml").getroot().tag == "testsuites"
    assert "1 checked: 1 proved" in capsys.readouterr().out


def test_kernel_sizes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "p6", "-k", "3", "-k", "5x5"]) == 0
    assert "window 5×5" in capsys.readouterr().out
    assert cli.main(["check", "p6", "-k", "4"]) == 1


@pytest.mark.parametrize("wrong", [["-k", "three"], ["-j", "0"], ["-j", "x"], []])
def test_wrong_arguments_exit_with_2(wrong: list[str], folder: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["check", *wrong, *(["p4"] if wrong else [])])


def test_jobs_give_the_same_outcomes_in_order(folder: Path) -> None:
    targets = ["good.py", "refuted.py", "missing.py", "p4"]
    alone, together = (check.check(targets, jobs=jobs) for jobs in (1, 2))
    assert alone == together
    assert [outcome.status for outcome in alone] == [0, 0, 0, 1, 2, 0]


def test_a_progress_bar_is_drawn_only_if_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check.check(["p1", "p2"], progress=True)
    assert "2/2" in capsys.readouterr().err
    assert cli.main(["check", "p1", "p2"]) == 0
    assert capsys.readouterr().err == ""


def test_the_console_command(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "groupkit", "check", "good", "refuted.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert "4 checked: 3 proved, 1 refuted" in run.stdout
    assert "\r" not in run.stderr


def test_help_says_that_python_targets_are_imported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["check", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "these are imported, so their code runs" in shown
    assert "nothing in it is executed" in shown
    assert "exit status: 0 all laws proved, 1 a law is refuted, 2" in shown


def test_prints_of_modules_stay_out_of_documents_of_many_processes(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    command = [
        sys.executable,
        "-m",
        "groupkit",
        "check",
        "good.py",
        "--jobs",
        "2",
        "--format",
        "json",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert len(json.loads(run.stdout)) > 0, run.stderr


def test_a_file_that_cannot_be_written_is_an_error_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "p1", "-o", str(tmp_path / "missing" / "x.xml")]) == 2
    assert cli.main(["export", "p1", "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("cannot be used") == 2


def test_a_terminal_without_unicode_shows_what_it_can(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "groupkit", "check", "p1", "--verbose"],
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert b"?" in run.stdout


def test_a_file_of_a_package_imports_its_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "turning_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "mats.py").write_text("R = [[0, -1], [1, 0]]\n")
    (package / "groups.py").write_text(
        "import groupkit as gk\nfrom .mats import R\n"
        "mine = gk.SplitGroup.from_generators('mine', {'r': R})\n"
    )
    assert cli.main(["check", str(package / "groups.py")]) == 0
    assert "mine" in capsys.readouterr().out


def test_suffixes_of_files_may_be_capitals(tmp_path: Path) -> None:
    gk.p4.save(tmp_path / "P4.JSON")
    assert find_groups(str(tmp_path / "P4.JSON"))[0].group == gk.p4


@pytest.mark.parametrize("target", ["lazy.py", "lazy.py:broken"])
def test_objects_that_raise_when_looked_at_are_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lazy.py").write_text(
        "class Lazy(dict):\n    def items(self):\n        raise RuntimeError('not yet')\n"
        "lazy = Lazy()\ndef __getattr__(name):\n    raise ValueError(name)\n"
    )
    with pytest.raises(TargetError, match=r"not yet|broken"):
        find_groups(target)
