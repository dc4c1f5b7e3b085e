"""The command line takes what the documentation says that it takes."""

import re
import shlex
from pathlib import Path

import pytest

from groupkit_torch.experiments.arguments import TASKS, parser
from groupkit_torch.experiments.networks import NETWORKS, SETS

PAGE = Path(__file__).parents[3] / "docs" / "experiments.md"
COMMANDS = re.findall(
    r"^(?:\$ )?(?:python|torchrun .*) -m groupkit_torch\.experiments (.*)$",
    PAGE.read_text("utf-8"),
    re.MULTILINE,
)


def test_there_are_commands_in_the_documentation() -> None:
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("words", COMMANDS)
def test_commands_of_the_documentation_are_understood(words: str) -> None:
    options = parser().parse_args(shlex.split(words, comments=True))
    for name in getattr(options, "model", ()):
        for network in SETS.get(name, (name,)):
            assert NETWORKS[network].task == options.command


@pytest.mark.parametrize(
    "words",
    [
        "rotmnist",
        "rotmnist --model p4cnn --precision float8",
        "compare a --against seeds",
        "filters",
        "nothing",
    ],
)
def test_others_are_not(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(words.split())
    assert left.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [*TASKS, "run", "compare", "filters"])
def test_all_commands_have_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args([command, "--help"])
    assert left.value.code == 0
    assert "--out" in capsys.readouterr().out
