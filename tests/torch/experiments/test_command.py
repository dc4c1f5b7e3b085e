"""The whole program on tiny data: what it writes, says, refuses and goes on with."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from groupkit_torch.experiments import Experiment, Recipe
from groupkit_torch.experiments.command import main
from groupkit_torch.experiments.data import cifar
from groupkit_torch.experiments.result import read
from tests.torch.experiments.tiny import cifar_folder, idx_folder
from tests.torch.launch import ROOT, torchrun

Run = Callable[..., int]
SLUG = "p4cnn_idx-rotated_{}epochs_width2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return idx_folder(tmp_path_factory.mktemp("data"))


def words(folder: Path, out: Path, *more: str, epochs: int = 2) -> list[str]:
    sizes = ["--sizes", "40", "10", "20"]
    return [
        *("rotmnist", "--model", "p4cnn", "--width", "2", "--data", f"idx:{folder}", *sizes),
        *("--epochs", str(epochs), "--threads", "1", "--out", str(out), *more),
    ]


def test_what_is_written_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(folder, tmp_path, "--seeds", "2", "--hold-out")) == 0
    out = capsys.readouterr().out
    assert "P4CNN, width 2, seed 1: epoch 2, loss" in out
    assert "| P4CNN, width 2 | " in out
    assert "| 40 | 2 | 2 | " in out
    assert " ± " in out
    one = tmp_path / f"{SLUG.format(2)}_hold-out" / "seed0"
    assert sorted(path.name for path in one.iterdir()) == [
        "checkpoint.pt",
        "confusion.csv",
        "confusion.png",
        "curves.png",
        "experiment.toml",
        "log.csv",
        "result.json",
    ]
    rows = list(csv.DictReader((one / "log.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert 0 <= float(rows[1]["validation_error"]) <= 100
    entries = json.loads((one / "result.json").read_text())
    assert sum(map(sum, entries["confusion"])) == 20
    assert entries["command"].startswith("python -m groupkit_torch.experiments rotmnist --model")
    assert entries["n_train"] == 40
    for picture in ("curves.png", "confusion.png"):
        assert (one / picture).read_bytes().startswith(b"\x89PNG")

    before = (one / "result.json").stat().st_mtime_ns
    assert main(words(folder, tmp_path, "--seeds", "2", "--hold-out")) == 0  # all is there
    assert (one / "result.json").stat().st_mtime_ns == before
    table = tmp_path / "table.md"
    assert main(["compare", str(tmp_path), "--out", str(table)]) == 0
    assert table.read_text().strip() in capsys.readouterr().out

    assert main(["run", str(one / "experiment.toml"), "--out", str(tmp_path / "again")]) == 0
    (again,) = (tmp_path / "again").rglob("result.json")
    assert read(again).confusion == read(one / "result.json").confusion


def test_positions_and_upright_images(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(folder, tmp_path, "--upright", "--turns", "4", epochs=1)) == 0
    assert "turned by 90°, 180°, 270°" in capsys.readouterr().out
    (found,) = tmp_path.rglob("result.json")
    one = read(found)
    assert one.turned == 3 * [one.confusion]  # P4CNN on 28 pixels is invariant
    assert one.data.startswith("the images of data")
    assert "rotated" not in one.data


def test_cifar_on_a_tiny_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "PER_BATCH", 4)
    files = cifar_folder(tmp_path / "py")
    arguments = ["--width", "1", "--epochs", "1", "--augment", "flips-and-shifts"]
    place = ["--data", f"cifar10:{files}", "--out", str(tmp_path / "out")]
    assert main(["cifar10", "--model", "allcnnc", *arguments, *place]) == 0
    (found,) = (tmp_path / "out").rglob("result.json")
    assert read(found).data == "CIFAR-10"
    assert read(found).n_train == 20


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--model", "p4cn"], "did you mean p4cnn"),
        (["--model", "resnet44"], "resnet44 is a network for cifar10, not for rotmnist"),
        (["--data", "idx:/nowhere"], "/nowhere has no file train-images-idx3-ubyte"),
        (["--data", "mnist"], "there are digits, fashion, idx:PATH"),
        (["--epochs", "0"], "epochs=0 is out of bounds"),
        (["--sizes", "90", "90", "90"], "100 images, not the 90 + 90 + 90"),
        (["--device", "nothing"], "device='nothing' cannot be used here"),
        (["--out", "/proc/nothing"], "/proc/nothing/p4cnn_idx-rotated_2epochs_width2/seed0 cannot"),
    ],
    ids=range(8),
)
def test_refusals_are_a_line(
    folder: Path,
    tmp_path: Path,
    more: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(words(folder, tmp_path, *more)) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_published_files_are_not_rotated_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rotmnist", "--model", "p4cnn", "--data", f"amat:{tmp_path}"]) == 2
    assert "has no file mnist_all_rotation_normalized_float_train_valid.amat" in (
        capsys.readouterr().err
    )


def test_results_of_others_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(folder, tmp_path, epochs=1)) == 0
    other = idx_folder(tmp_path / "other", n=60)
    assert main(words(other, tmp_path, epochs=1)) == 2
    assert "is of another experiment, or of other data" in capsys.readouterr().err
    (found,) = tmp_path.rglob("result.json")
    found.write_text("{")
    assert main(words(folder, tmp_path, epochs=1)) == 2
    assert "is no result: JSONDecodeError" in capsys.readouterr().err
    found.unlink()
    assert main(["compare", str(tmp_path)]) == 2
    assert "there is no result.json below" in capsys.readouterr().err


# Kills itself, which no process can prevent, when all of its fourth file is written but its name.
KILLED_AT_THE_FOURTH_FILE = """
import os, signal, sys
from groupkit_torch.experiments.command import main

def sync(file, files=[]):
    files.append(file)
    if len(files) == 4:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = sync
main(sys.argv[1:])
"""


def weights(path: Path) -> dict[str, torch.Tensor]:
    state = torch.load(path, weights_only=True)["model"]
    assert isinstance(state, dict)
    return state


def logged(path: Path) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k != "seconds"} for row in read(path).rows]


@pytest.mark.program
def test_killed_and_taken_up_again_to_the_same_bits(folder: Path, tmp_path: Path) -> None:
    epochs = 4
    arguments = words(folder, tmp_path / "killed", "--save-every", "1", epochs=epochs)
    place = tmp_path / "killed" / SLUG.format(epochs) / "seed0"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    for epoch, partial in ((1, ".checkpoint.partial.pt"), (2, ".log.partial.csv")):
        command = [sys.executable, "-c", KILLED_AT_THE_FOURTH_FILE, *arguments]
        run = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        assert run.returncode == -signal.SIGKILL
        assert (place / partial).exists()  # killed while it was written
        assert not (place / "result.json").exists()
        checkpoint = torch.load(place / "checkpoint.pt", weights_only=True)
        assert checkpoint["position"]["epoch"] == epoch

    assert main(arguments) == 0
    assert main(words(folder, tmp_path / "whole", epochs=epochs)) == 0
    other = tmp_path / "whole" / SLUG.format(epochs) / "seed0"
    killed, whole = weights(place / "checkpoint.pt"), weights(other / "checkpoint.pt")
    assert all(torch.equal(killed[name], whole[name]) for name in whole)
    assert logged(place / "result.json") == logged(other / "result.json")
    assert read(place / "result.json").confusion == read(other / "result.json").confusion


@pytest.mark.slow
@pytest.mark.program
def test_two_processes_train_as_one(folder: Path, tmp_path: Path) -> None:
    recipe = Recipe("sgd", 0.02, 2, 16, (1,), momentum=0.9)  # Adam makes steps of rounding errors
    experiment = Experiment(
        "p4cnn", f"idx:{folder}", recipe=recipe, width=2, hold_out=True, sizes=(40, 10, 20)
    )
    (tmp_path / "a.toml").write_text(experiment.to_toml())
    arguments = ["run", str(tmp_path / "a.toml"), "--save-every", "2", "--out"]
    out = torchrun("-m", "groupkit_torch.experiments", *arguments, tmp_path / "two")
    assert out.count("epoch 2, loss") == 1  # the first process alone speaks
    assert main([*arguments, str(tmp_path / "one")]) == 0
    places = [tmp_path / name / experiment.slug / "seed0" for name in ("one", "two")]
    one, two = (read(place / "result.json") for place in places)
    assert (one.processes, two.processes) == (1, 2)
    assert sum(map(sum, two.confusion)) == 20
    for mine, theirs in zip(one.rows, two.rows, strict=True):
        assert theirs["loss"] == pytest.approx(mine["loss"], rel=1e-4)
    first, second = (weights(place / "checkpoint.pt") for place in places)
    for name, value in first.items():
        assert torch.allclose(value.double(), second[name].double(), atol=1e-3), name
