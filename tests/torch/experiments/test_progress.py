"""Progress is a bar on a terminal, lines elsewhere, and nothing in processes but the first."""

import io
from typing import Any

import pytest

from groupkit_torch.experiments.progress import Progress
from groupkit_torch.experiments.training import Position

ROW: dict[str, Any] = {
    "loss": 0.25,
    "train_error": 12.5,
    "validation_error": 14.0,
    "seconds": 3.0,
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def train(progress: Progress) -> None:
    with progress:
        for epoch in range(2):
            rows = [ROW] * epoch
            progress.step(Position(epoch, 0, rows=rows), 4)
            progress.step(Position(epoch, 2, rows=rows), 4)


def test_a_terminal_shows_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("tqdm.std.sys.stderr", terminal)
    train(Progress("P4CNN, seed 0", 2))
    shown = terminal.getvalue()
    assert "P4CNN, seed 0" in shown
    assert "6/8" in shown.rpartition("\r")[2]
    assert "loss 0.2500, 12.50 % wrong, 14.00 % in validation" in shown
    assert not capsys.readouterr().out


def test_elsewhere_there_is_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    train(Progress("P4CNN, seed 0", 2))
    line = "P4CNN, seed 0: epoch 1, loss 0.2500, 12.50 % wrong, 14.00 % in validation, 3.0 s\n"
    assert capsys.readouterr() == (line, "")


def test_other_processes_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    train(Progress("P4CNN, seed 0", 2, quiet=True))
    assert capsys.readouterr() == ("", "")
