"""A quick form of the demo: what must be true of it, whatever was trained."""

from pathlib import Path

import pytest
import torch

import groupkit as gk
from groupkit_torch.demo import data, example, main
from groupkit_torch.demo.networks import CONTENDERS, network
from groupkit_torch.demo.report import Result, conclusion, table
from groupkit_torch.demo.training import compete
from groupkit_torch.models import n_parameters
from groupkit_torch.testing import assert_equivariant


@pytest.fixture(scope="module")
def digits() -> data.Digits:
    return data.load(seed=0, n_train=600)


@pytest.fixture(scope="module")
def results(digits: data.Digits) -> dict[str, Result]:
    return {name: compete(name, digits, epochs=8, seed=0)[1] for name in CONTENDERS}


def test_digits_are_split_without_overlap() -> None:
    digits = data.load(seed=0)
    assert digits.train_images.shape == (1200, 1, 8, 8)
    assert digits.test_images.shape == (597, 1, 8, 8)
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 1
    both = torch.cat([digits.train_images, digits.test_images]).flatten(1)
    assert len(both) == 1797


def test_networks_have_nearly_equal_numbers_of_parameters() -> None:
    counts = [n_parameters(network(*contender)) for contender in CONTENDERS.values()]
    assert max(counts) / min(counts) < 1.01


def test_the_network_is_invariant_before_training() -> None:
    net = network(*CONTENDERS["p4"]).double()
    assert_equivariant(net, gk.p4, (2, 1, 8, 8), output_type="invariant")
    assert_equivariant(net.eval(), gk.p4, (2, 1, 8, 8), output_type="invariant")


def test_p4_is_as_good_on_rotated_digits_as_on_upright_ones(results: dict[str, Result]) -> None:
    p4 = results["p4"]
    assert p4.error <= 1e-5
    assert set(p4.accuracies) == {p4.accuracies[0]}
    assert p4.accuracies[0] > 0.85


def test_the_planar_network_is_not(results: dict[str, Result]) -> None:
    planar = results["planar"]
    assert planar.error > 0.05
    assert planar.accuracies[0] > 0.85
    assert planar.rotated < planar.accuracies[0] - 0.3


def test_training_is_reproducible(digits: data.Digits, results: dict[str, Result]) -> None:
    _, again = compete("planar", digits, epochs=8, seed=0)
    assert again.accuracies == results["planar"].accuracies


def test_the_sentence_fits_the_numbers(results: dict[str, Result]) -> None:
    said = conclusion(results["p4"], results["planar"], 597)
    assert "the same accuracy in all four positions" in " ".join(said.split())
    uneven = Result("p4", 1, (0.9, 0.8, 0.9, 0.9), 0.1, 1.0)
    assert "varies by 10.0 points" in " ".join(conclusion(uneven, results["planar"], 9).split())


def test_the_table_lines_up(results: dict[str, Result]) -> None:
    lines = table(list(results.values())).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_the_command_proves_trains_and_saves_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--output", str(tmp_path / "pictures"), "--seed", "1"]) == 0
    shown = capsys.readouterr().out
    for name in (*gk.catalog.filter(dimension=2), "p3m1", "planar", "equivariance error"):
        assert name in shown
    pictures = sorted(path.name for path in (tmp_path / "pictures").glob("*.png"))
    assert pictures == [
        "feature_map_rotation.png",
        "filters_first_layer.png",
        "filters_p3m1.png",
        "filters_second_layer.png",
    ]
    assert all(name in shown for name in pictures)
    assert str(tmp_path) in shown


def test_without_the_examples_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(example, "find", lambda: None)
    monkeypatch.setattr("groupkit_torch.demo.command.QUICK_EPOCHS", 1)
    assert main(["--quick", "--output", str(tmp_path)]) == 0
    assert "the examples are not installed" in capsys.readouterr().out


def test_the_example_is_found() -> None:
    path = example.find()
    assert path is not None
    assert example.declared(path).order == 6
