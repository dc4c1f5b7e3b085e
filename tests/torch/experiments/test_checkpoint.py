"""Files are the old or the new ones, whatever happens while they are written."""

from pathlib import Path

import pytest
import torch

from groupkit_torch.experiments import CheckpointError
from groupkit_torch.experiments.checkpoint import load, save, write_text, write_whole

CPU = torch.device("cpu")


def test_a_state_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    assert load(path, "x", CPU) is None
    state = {"digest": "x", "model": {"w": torch.rand(3)}, "rows": [{"loss": 0.5, "v": None}]}
    save(path, state)
    found = load(path, "x", CPU)
    assert found is not None
    assert torch.equal(found["model"]["w"], state["model"]["w"])
    assert found["rows"] == state["rows"]
    assert [file.name for file in tmp_path.iterdir()] == ["a.pt"]


def test_what_is_stopped_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def stopped(partial: Path) -> None:
        partial.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, stopped)
    assert path.read_text() == "old"
    write_text(path, "new")  # over what was left
    assert path.read_text() == "new"


@pytest.mark.parametrize("keep", [0, 1, 100, -1, -200])
def test_damaged_files_are_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.pt"
    save(path, {"digest": "x", "w": torch.rand(100)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"a\.pt is no whole checkpoint.*remove it"):
        load(path, "x", CPU)


def test_checkpoints_of_other_experiments_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    save(path, {"digest": "y"})
    with pytest.raises(CheckpointError, match="is of another experiment, or of other data"):
        load(path, "x", CPU)
    torch.save([1], path)
    with pytest.raises(CheckpointError, match="is of another experiment"):
        load(path, "x", CPU)


class Malicious:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


def test_a_checkpoint_that_runs_something_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"digest": "x", "a": Malicious()}, tmp_path / "a.pt")
    with pytest.raises(CheckpointError, match="is no whole checkpoint: UnpicklingError"):
        load(tmp_path / "a.pt", "x", CPU)
    assert capsys.readouterr().out == ""
