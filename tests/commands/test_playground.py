"""groupkit playground: which groups, where to, and whether it is opened."""

import json
import re
import webbrowser
from pathlib import Path

import pytest

import groupkit as gk
from groupkit import cli
from groupkit.playground import planar_groups


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Stand in for the browser, in an empty folder; hold what it was asked to open."""
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or True)
    monkeypatch.chdir(tmp_path)
    return asked


def names_on(path: Path) -> list[str]:
    (data,) = re.findall(r'id="groups">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    return [group["name"] for group in json.loads(data)]


def test_the_catalogue(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["playground"]) == 0
    path = Path("groupkit-playground.html").resolve()
    assert capsys.readouterr().out == f"wrote {path}\n"
    assert opened == [path.as_uri()]
    names = names_on(path)
    assert names[0] == "p4m"  # not p1, whose feature map has one patch
    assert names == [group.name for group in planar_groups()]


def test_a_group_comes_first_and_nothing_opens(opened: list[str], tmp_path: Path) -> None:
    assert cli.main(["playground", "p6mm", "--out", "here.html", "--no-open"]) == 0
    assert opened == []
    names = names_on(tmp_path / "here.html")
    assert names[0] == "p6m"
    assert sorted(names) == sorted(group.name for group in planar_groups())


def test_a_declared_group_from_a_file(
    opened: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = gk.SplitGroup.from_generators("hexagons", {"r": [[0, -1], [1, 1]]})
    declared.save(tmp_path / "hexagons.toml")
    assert cli.main(["playground", "hexagons.toml", "-o", "page.html"]) == 0
    assert names_on(tmp_path / "page.html")[:2] == ["hexagons", "p4m"]
    (tmp_path / "mine.py").write_text(
        "import groupkit as gk\nprint('hello')\nsolid = gk.catalog['P4']\nflat = gk.p4\n"
        "same = gk.SplitGroup.from_generators('p4', {'r': [[0, -1], [1, 0]]}, lattice='square')\n"
    )
    capsys.readouterr()
    assert cli.main(["playground", "mine.py", "-o", "page.html"]) == 0
    assert names_on(tmp_path / "page.html")[0] == "p4"
    said = capsys.readouterr()
    assert "left out mine.py:solid: it has dimension 3" in said.err
    assert said.out.startswith("wrote ")
    assert len(opened) == 2


def test_where_no_browser_opens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert cli.main(["playground", "--out", str(tmp_path / "page.html")]) == 0
    assert "no browser could be opened from here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("P4/m", "P4/m has no group of dimension 2, only P4/m of dimension 3; name a planar one"),
        ("p7", "the catalogue has no group 'p7'"),
        ("p4g", "split_overgroup"),
        ("missing.json", "missing.json"),
    ],
)
def test_refusals(
    target: str, message: str, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["playground", target]) == 2
    assert message in capsys.readouterr().err
    assert opened == []
    assert not Path("groupkit-playground.html").exists()


def test_two_groups_of_one_name(
    opened: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "twice.py").write_text(
        "import groupkit as gk\n"
        "a = gk.p4.restrict([0], 'mine')\n"
        "b = gk.p4.restrict([0, 2], 'mine')\n"
    )
    assert cli.main(["playground", "twice.py"]) == 2
    assert "two planar groups called 'mine'" in capsys.readouterr().err


def test_a_folder_that_is_not_there(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["playground", "--out", "nowhere/page.html"]) == 2
    assert "nowhere/page.html cannot be used" in capsys.readouterr().err
