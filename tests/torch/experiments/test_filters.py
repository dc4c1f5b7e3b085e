"""What is written of filters before and after training is what the filters say."""

import json
import math
from pathlib import Path

import pytest
import torch

from groupkit_torch.analysis import filter_variance
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.experiments import Experiment, ExperimentError, Recipe
from groupkit_torch.experiments.checkpoint import save
from groupkit_torch.experiments.command import main
from groupkit_torch.experiments.filters import learned_filters


def trained(folder: Path, seed: int = 0, model: str = "p4cnn", rate: float = 0.01) -> Experiment:
    """A folder of an experiment whose training made all kernels of a filter multiples of one."""
    recipe = Recipe("adam", rate, 4, 256)
    one = Experiment(model, recipe=recipe, width=2, seed=seed)
    net = one.drawn()
    with torch.no_grad():
        for layer in net.modules():
            if type(layer) is GroupConv and layer.input_type.size == 4:
                kernels = layer.weight.unflatten(-1, (4, -1))
                kernels.copy_(kernels[:, :, :1] * torch.arange(1, 5).view(4, 1))
    folder.mkdir(parents=True)
    (folder / "experiment.toml").write_text(one.to_toml())
    state = {"digest": f"{one.digest}:", "model": net.state_dict(), "position": {"epoch": 4}}
    save(folder / "checkpoint.pt", state)
    return one


def test_seeds_are_taken_together(tmp_path: Path) -> None:
    one, other = (trained(tmp_path / f"seed{seed}", seed) for seed in (1, 0))
    (found,) = learned_filters([tmp_path])
    assert found.seeds == (0, 1)
    assert found.title == "P4CNN, width 2, 4 epochs, seed 0, 1"
    parts = [filter_variance(experiment.drawn()).layers for experiment in (other, one)]
    for layer, *of_seeds in zip(found.before.layers, *parts, strict=True):
        assert torch.equal(layer.first, torch.cat([part.first for part in of_seeds]))
    assert all(layer.mean == pytest.approx(1) for layer in found.after.layers)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = trained(tmp_path / "in" / "a")
    trained(tmp_path / "in" / "b", model="g-p4cnn")
    out = tmp_path / "out"
    assert main(["filters", str(tmp_path / "in"), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    layers = filter_variance(one.drawn()).layers
    low, middle, high = (f"{part:.3f}" for part in layers[0].quartiles)
    before = f"| `features.3` | 4 | {layers[0].mean:.3f} | {low} {middle} {high} "
    assert f"{before}| 1.000 | 1.000 1.000 1.000 |" in printed
    assert "g-P4CNN, width 2, 4 epochs, seed 0: the first component's part" in printed
    assert len(list(out.glob("*.png"))) == len(list(out.glob("*.json"))) == 2
    entries = json.loads((out / f"{one.slug}.json").read_text())
    assert entries["experiment"]["model"] == "p4cnn"
    assert entries["seeds"] == [0]
    assert entries["command"].startswith("python -m groupkit_torch.experiments filters ")
    assert {"when", "machine", "versions"} <= entries.keys()
    assert [layer["name"] for layer in entries["layers"]] == [
        *(layer.name for layer in layers),
        "all",
    ]
    firsts = torch.cat([layer.first for layer in layers])
    assert entries["layers"][-1]["filters"] == len(firsts) == 24
    assert entries["layers"][-1]["before"]["mean"] == pytest.approx(firsts.mean().item())
    written = [part for layer in entries["layers"][:-1] for part in layer["before"]["first"]]
    assert written == pytest.approx(firsts.tolist(), abs=1e-4)
    assert (out / f"{one.slug}.png").read_bytes().startswith(b"\x89PNG")


def test_filters_that_do_not_vary_have_no_number(tmp_path: Path) -> None:
    trained(tmp_path / "a")
    (found,) = learned_filters([tmp_path])
    for layer in found.after.layers:
        layer.parts.fill_(math.nan)
    assert "| - | - - - |" in found.table()
    _, numbers = found.write(tmp_path / "out", "")
    assert json.loads(numbers.read_text())["layers"][0]["after"]["mean"] is None


def test_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["filters", str(tmp_path)]) == 2
    assert f"there is no experiment.toml below {tmp_path}" in capsys.readouterr().err
    trained(tmp_path / "a")
    trained(tmp_path / "b", rate=0.02)  # which the names of files do not tell
    with pytest.raises(ExperimentError, match=r"a and .*b are both of p4cnn_.*give one of them"):
        learned_filters([tmp_path])
    trained(tmp_path / "c")
    with pytest.raises(ExperimentError, match="do not differ by their seeds alone"):
        learned_filters([tmp_path / "a", tmp_path / "c"])
    (tmp_path / "file").touch()
    assert main(["filters", str(tmp_path / "a"), "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    (tmp_path / "a" / "checkpoint.pt").unlink()
    assert main(["filters", str(tmp_path / "a")]) == 2
    assert "CheckpointError: " in capsys.readouterr().err
