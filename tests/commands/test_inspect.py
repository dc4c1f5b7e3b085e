"""groupkit list, show and export."""

import json
import sys
from pathlib import Path

import pytest

import groupkit as gk
from groupkit import cli
from tests.known_groups import SHIPPED_NAMES


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *gk.catalog]
    (line,) = (line for line in lines if line.startswith("p4m "))
    assert line.split() == [
        "p4m", "2", "8", "4mm", "m:", "2,", "r:", "4", "square", "p4mm,", "*442",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--dimension", "1"], ["line-p1", "line-pm"]),
        (["--lattice", "rhombic", "--order", "4"], ["c2mm"]),
        (["--point-group", "Oh"], ["Pm-3m", "Fm-3m", "Im-3m"]),
        (["--subgroup-of", "p4"], ["p1", "p2", "p4"]),
    ],
)
def test_list_a_part(
    options: list[str], names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["list", *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *names]


def test_list_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--order", "7"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "no group of the catalogue has all these properties" in shown.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lattice", "squar"], "did you mean 'square'"),
        (["--point-group", "m3m"], "near it are m-3m"),
        (["--subgroup-of", "p4g"], "does not split"),
    ],
)
def test_list_what_there_is_not(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["list", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", [*SHIPPED_NAMES, "R-3m"])
def test_show(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", name]) == 0
    shown = capsys.readouterr().out
    for part in ("elements", "Cayley table", "subgroups", "windows", "proof", "LiftingConv"):
        assert part in shown


def test_show_says_which_sizes_have_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", "p6"])
    assert "  2: none is stable\n  3: 7\n" in capsys.readouterr().out


def test_show_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "p7"]) == 2
    assert "did you mean 'p" in capsys.readouterr().err


def test_show_a_group_that_does_not_split(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "p4g"]) == 2
    assert "catalog.split_overgroup('p4gm')" in capsys.readouterr().err


# The numbers of subgroups of the cyclic and dihedral groups are known.
@pytest.mark.parametrize(
    ("name", "count"),
    [("p1", 1), ("p2", 2), ("p4", 3), ("p4m", 10), ("p6", 4), ("p6m", 16), ("Pm-3m", 98)],
)
def test_all_subgroups_are_shown(name: str, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", name]) == 0
    shown = capsys.readouterr().out
    assert f"{count} subgroups of the stabilizer" in shown
    assert shown.count("⟨") == count


@pytest.mark.parametrize("name", [*SHIPPED_NAMES, "R-3m"])
def test_export_to_json_and_toml(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", name]) == 0
    document = json.loads(capsys.readouterr().out)
    assert gk.SplitGroup.from_dict(document) == gk.catalog[name]
    for file in ("group.json", "group.toml"):
        assert cli.main(["export", name, "-o", str(tmp_path / file)]) == 0
        assert gk.SplitGroup.load(tmp_path / file) == gk.catalog[name]
        assert cli.main(["check", str(tmp_path / file)]) == 0


def test_export_writes_what_can_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["export", "p3", "-o", str(tmp_path / "p3.yaml")])
    assert "p3.yaml is no declaration; end it in .json or .toml" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert cli.main(["export", "p3", "--format", "json", "-o", str(tmp_path / "p3.txt")]) == 0


def test_show_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "p4m"]) == 0
    shown = capsys.readouterr().out
    assert "groupkit check p4m\n" in shown
    assert "import groupkit as gk, groupkit_torch as gt\n" in shown
    assert 'gt.layers(gk.catalog["p4m"]).LiftingConv(1, 8, 3)\n' in shown
    gk.p4m.save(tmp_path / "mine.toml")
    assert cli.main(["show", str(tmp_path / "mine.toml")]) == 0
    shown = capsys.readouterr().out
    assert f"groupkit check {tmp_path / 'mine.toml'}\n" in shown
    assert "gt.layers(group).LiftingConv(1, 8, 3)\n" in shown


def test_export_of_a_module_asks_which_group(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["export", "groupkit.groups.planar"])
    assert "planar:p4m" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["p31m", "line-pm", "P-43m"])
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_show_draws_a_picture(name: str, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"picture.{suffix}"
    assert cli.main(["show", name, "--picture", str(file)]) == 0
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[suffix]
    assert file.read_bytes().startswith(start)


def test_show_refuses_what_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["show", "p4", "--picture", "p4.docx"])
    assert "end it in .svg, .png, .pdf" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        cli.main(["show", "groupkit.groups.planar", "--picture", "p4.svg"])
    assert "name one of" in capsys.readouterr().err


def test_show_says_what_a_picture_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for module in [name for name in sys.modules if name.startswith("groupkit.plot")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr(gk, "plot", raising=False)
    assert cli.main(["show", "p4", "--picture", "p4.svg"]) == 2
    assert 'pip install "groupkit[plot]"' in capsys.readouterr().err
