"""The console command: a table, entry points loaded when asked for, errors in one line."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from groupkit import cli
from groupkit.errors import UnknownNameError

calls: list[list[str]] = []


def hello(argv: Sequence[str]) -> int:
    """Stand in for the command of another package."""
    calls.append(list(argv))
    return 7


def refuse(argv: Sequence[str]) -> int:
    """Stand in for a command that meets a user's mistake."""
    raise UnknownNameError("there is no group 'p5'; did you mean 'p4'?", witness="p5")


@pytest.fixture
def _plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install three commands of other packages."""
    monkeypatch.setitem(sys.modules, "a_plugin", sys.modules[__name__])
    found = [
        EntryPoint("hello", "a_plugin:hello", cli.ENTRY_POINTS),
        EntryPoint("refuse", "a_plugin:refuse", cli.ENTRY_POINTS),
        EntryPoint("broken", "no_such_module_here:main", cli.ENTRY_POINTS),
    ]
    monkeypatch.setattr(cli, "entry_points", lambda **_: found)
    calls.clear()


@pytest.mark.usefixtures("_plugins")
def test_a_command_gets_its_arguments_and_gives_its_status() -> None:
    assert cli.main(["hello", "--loud", "-n", "3", "world"]) == 7
    assert calls == [["--loud", "-n", "3", "world"]]


@pytest.mark.usefixtures("_plugins")
@pytest.mark.parametrize("argv", [[], ["--help"]])
def test_help_lists_commands_and_loads_none(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    if argv:
        with pytest.raises(SystemExit, match="0"):
            cli.main(argv)
    else:
        assert cli.main(argv) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("hello", "refuse", "broken"))


def module(path: Path, text: str) -> None:
    """Write a module, and the packages that it is in."""
    path.parent.mkdir(parents=True)
    (path.parent / "__init__.py").write_text("raise ImportError('imported')\n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"""``groupkit wave``: waves to its user."""\n', "waves to its user"),
        ('"""Waves.\n\nAnd more."""\n', "Waves"),
        ("raise ImportError('imported')\n", "from hands.waving"),
        ("this is no Python\n", "from hands.waving"),
        (None, "from hands.waving"),
    ],
)
def test_a_command_is_told_by_its_docstring_and_not_imported(
    text: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        module(tmp_path / "hands" / "waving.py", text)
    monkeypatch.syspath_prepend(tmp_path)
    found = [EntryPoint("wave", "hands.waving:main", cli.ENTRY_POINTS)]
    monkeypatch.setattr(cli, "entry_points", lambda **_: found)
    assert cli.commands()["wave"].summary == said
    assert "hands" not in sys.modules


@pytest.mark.usefixtures("_plugins")
def test_an_error_of_ours_is_one_line_and_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["refuse"]) == 2
    assert capsys.readouterr().err == "groupkit: there is no group 'p5'; did you mean 'p4'?\n"


@pytest.mark.usefixtures("_plugins")
def test_an_unknown_command_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["helo"]) == 2
    assert "did you mean 'hello'?" in capsys.readouterr().err


@pytest.mark.usefixtures("_plugins")
def test_a_missing_dependency_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["broken"]) == 2
    assert "'broken' needs no_such_module_here" in capsys.readouterr().err


@pytest.mark.usefixtures("_plugins")
def test_built_in_commands_win(monkeypatch: pytest.MonkeyPatch) -> None:
    own = cli.Command("our own", lambda: lambda _: 0)
    monkeypatch.setattr(cli, "BUILT_IN", {"hello": own})
    assert cli.main(["hello"]) == 0
    assert calls == []


def test_listing_commands_does_not_import_torch() -> None:
    script = (
        "import sys; from groupkit.cli import main; main([]); sys.exit(int('torch' in sys.modules))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"^  demo +groups checked, networks trained", shown.stdout, re.MULTILINE)
    assert "from groupkit" not in shown.stdout  # each says what it does


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    code = "import sys; from groupkit import cli; sys.exit(cli.main(['list']))"
    reader, writer = os.pipe()
    os.close(reader)  # before anything is written
    try:
        run = subprocess.run(
            [sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert run.stderr == b""
    assert run.returncode == 1
