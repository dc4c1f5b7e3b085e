"""Networks come back from folders as they were drawn and as they were trained."""

from pathlib import Path

import pytest
import torch

from groupkit_torch.experiments import CheckpointError, Experiment, ExperimentError, Recipe
from groupkit_torch.experiments.checkpoint import save
from groupkit_torch.experiments.preparation import prepare
from groupkit_torch.experiments.processes import Processes
from groupkit_torch.experiments.trained import read_trained
from groupkit_torch.experiments.training import Training
from tests.torch.experiments.tiny import SIZES, idx_folder

RECIPE = Recipe("adam", 0.01, 1, 20)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    folder = tmp_path_factory.mktemp("trained")
    source = f"idx:{idx_folder(folder / 'data')}"
    one = Experiment("p4cnn", source, recipe=RECIPE, width=2, seed=5, sizes=SIZES)
    (folder / "experiment.toml").write_text(one.to_toml())
    processes = Processes(torch.device("cpu"))
    return Training(one, prepare(one), processes, folder / "checkpoint.pt")


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    return [value.clone() for value in model.state_dict().values()]


def test_before_and_after(training: Training) -> None:
    begun = weights(training.model)
    training.run()
    assert training.path is not None
    found = read_trained(training.path.parent)
    assert found.experiment == training.experiment
    assert all(map(torch.equal, weights(found.before), begun))
    assert all(map(torch.equal, weights(found.after), weights(training.model)))
    assert not all(map(torch.equal, begun, weights(training.model)))


def folder_of(folder: Path, **changes: object) -> Path:
    """A folder with an experiment of no data, and a checkpoint that may be wrong."""
    one = Experiment("p4cnn", recipe=RECIPE, width=1)
    folder.mkdir(exist_ok=True)
    (folder / "experiment.toml").write_text(one.to_toml())
    state = {
        "digest": f"{one.digest}:of the data",
        "model": one.drawn().state_dict(),
        "position": {"epoch": 1},
    }
    save(folder / "checkpoint.pt", state | changes)
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"position": {"epoch": 0}}, "is of 0 epochs, of 1; give the command again"),
        ({"position": {}}, "has no weights of P4CNN, width 1 as it is built here"),
        ({"model": {}}, "has no weights of P4CNN, width 1 as it is built here; train it anew"),
        ({"model": 3}, "has no weights of P4CNN, width 1"),
        ({"digest": "0" * 64 + ":of the data"}, "is of another experiment"),
    ],
    ids=range(5),
)
def test_checkpoints_that_do_not_fit(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    assert read_trained(folder_of(tmp_path)).experiment.width == 1
    with pytest.raises(CheckpointError, match=said):
        read_trained(folder_of(tmp_path, **changes))


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    path = folder_of(tmp_path) / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"checkpoint\.pt is no whole checkpoint"):
        read_trained(tmp_path)
    path.unlink()
    with pytest.raises(CheckpointError, match=r"checkpoint\.pt is missing.*the command again"):
        read_trained(tmp_path)
    (tmp_path / "experiment.toml").unlink()
    with pytest.raises(ExperimentError, match=r"experiment\.toml cannot be read"):
        read_trained(tmp_path)
