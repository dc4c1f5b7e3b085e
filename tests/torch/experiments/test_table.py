"""Means and deviations over seeds, with the papers' numbers where the images are theirs."""

from pathlib import Path
from statistics import fmean, stdev

from groupkit_torch.experiments import Experiment, Result
from groupkit_torch.experiments.networks import NETWORKS
from groupkit_torch.experiments.published import CIFAR10, ROTATED_MNIST
from groupkit_torch.experiments.result import read
from groupkit_torch.experiments.table import table

MNIST = "MNIST, rotated here at random"


def result(
    wrong: int,
    seed: int,
    model: str = "p4cnn",
    data: str = MNIST,
    turned: list[list[list[int]]] | None = None,
    **more: int,
) -> Result:
    experiment = Experiment(model, seed=seed, **more)
    return Result(
        experiment=experiment.as_dict(),
        data=data,
        data_digest="",
        parameters=24_810,
        n_train=12_000,
        confusion=[[1000 - wrong, wrong], [0, 1000]],
        turned=turned or [],
        rows=[],
        machine="",
        versions={},
        processes=1,
        threads=1,
        command="",
    )


def test_a_line_holds_the_seeds_of_one_network() -> None:
    errors = [40, 50, 45]
    results = [result(wrong, seed) for seed, wrong in enumerate(errors)]
    text = table([*results, result(104, 0, "z2cnn"), result(60, 0, width=12)])
    lines = text.splitlines()
    mean, spread = fmean(errors) / 20, stdev(errors) / 20
    assert f"| P4CNN | 24,810 | 12,000 | 50 | 3 | {mean:.2f} ± {spread:.2f} |" in text
    assert "2.28 (Cohen & Welling 2016); 2.23 ± 0.06 (Lengyel & van Gemert 2021) |" in text
    assert "| 5.20 | 5.03 (Cohen & Welling 2016) |" in text
    assert "| P4CNN, width 12 | 24,810 | 12,000 | 50 | 1 | 3.00 |  |" in text
    networks = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert networks == ["network", "Z2CNN", "P4CNN", "P4CNN, width 12"]
    assert "This is *a* rotated MNIST, not the published file" in text


def test_networks_without_dropout_stand_beside_what_was_published_of_such() -> None:
    text = table([result(104, 0, "z2cnn-without-dropout")])
    assert "| Z2CNN without dropout |" in text
    assert "| 5.20 | 5.20 ± 0.11 (Lengyel & van Gemert 2021) |" in text


def test_other_images_have_a_table_of_their_own_without_the_papers_numbers() -> None:
    text = table([result(40, 0), result(40, 0, data="Fashion-MNIST, rotated here at random")])
    fashion, mnist = text.split("MNIST, rotated here at random; 2,000 test images.")[1:]
    assert "Cohen" not in fashion
    assert "Cohen" in mnist
    assert "*a* rotated MNIST" not in fashion


def test_turned_images_have_their_column() -> None:
    turned = [[[100 - wrong, wrong], [0, 100]] for wrong in (2, 4, 6)]
    text = table([result(40, 0, turned=turned, turns=4)])
    assert "| test error, % | turned by 90°, 180°, 270° |" in text
    assert "| 2.00 | 1.00, 2.00, 3.00 |" in text


def test_results_come_back_from_their_files(tmp_path: Path) -> None:
    one = result(40, 3, turned=[[[1, 2], [3, 4]]], turns=2)
    one.write(tmp_path / "a.json")
    assert read(tmp_path / "a.json") == one
    assert '"test_error": 2.0,' in (tmp_path / "a.json").read_text()


def test_published_numbers_are_of_networks_that_there_are() -> None:
    titles = {network.title for network in NETWORKS.values()}
    for label in (*ROTATED_MNIST, *CIFAR10):
        assert label.split(",")[0] in titles
