"""Experiments as data: to TOML and back, refused before anything is read."""

from pathlib import Path

import pytest
import torch

from groupkit_torch.experiments import Experiment, ExperimentError
from groupkit_torch.experiments.experiment import from_dict, from_toml, read_toml
from groupkit_torch.experiments.networks import NETWORKS, SETS
from groupkit_torch.experiments.recipe import CIFAR10
from groupkit_torch.models import n_parameters

FULL = Experiment(
    "gc-p4cnn",
    "idx:some/where",
    "upright",
    "rotations",
    CIFAR10,
    seed=4,
    width=12,
    hold_out=True,
    fraction=0.1,
    sizes=(1, 2, 3),
    data_seed=9,
)


@pytest.mark.parametrize("one", [Experiment("z2cnn"), FULL], ids=["defaults", "everything"])
def test_toml_and_back(one: Experiment, tmp_path: Path) -> None:
    assert from_toml(one.to_toml()) == one
    (tmp_path / "a.toml").write_text(one.to_toml())
    assert read_toml(tmp_path / "a.toml") == one
    assert from_dict(one.as_dict()).digest == one.digest


def test_a_short_file_is_enough() -> None:
    one = from_toml('model = "p4cnn"\n[recipe]\nepochs = 3\nmilestones = [2]')
    assert one.recipe.epochs == 3
    assert one.recipe.rate == 0.01


def test_labels_and_folders_tell_experiments_apart() -> None:
    assert FULL.label == "gc-P4CNN, width 12, with rotations, 10 % of the data"
    assert FULL.slug == "gc-p4cnn_idx-upright_300epochs_width12_rotations_fraction0.1_hold-out"
    assert Experiment("z2cnn").digest != Experiment("z2cnn", seed=1).digest
    there, here = (Experiment("z2cnn", f"idx:{place}") for place in ("there", "here"))
    assert there.digest == here.digest  # the data themselves have a checksum


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_build_at_any_width(name: str) -> None:
    one = Experiment(name, width=3)
    assert sum(parameter.numel() for parameter in one.build().parameters()) > 0


@pytest.mark.parametrize(
    ("name", "count"), [("wide-resnet26", 7_231_573), ("p4m-wide-resnet26", 7_164_535)]
)
def test_wide_networks_are_those_of_the_authors_program(name: str, count: int) -> None:
    with torch.device("meta"):
        assert n_parameters(Experiment(name).build()) == count


def test_sets_are_of_networks_that_there_are() -> None:
    assert {name for names in SETS.values() for name in names} <= set(NETWORKS)


@pytest.mark.parametrize("name", SETS["guard"])
def test_the_guard_knows_which_of_its_networks_are_exact(name: str) -> None:
    net = Experiment(name).build().double().eval()
    images = torch.rand(3, 1, 28, 28, dtype=torch.float64)
    difference = (net(images.rot90(1, (-2, -1))) - net(images)).abs().max().item()
    kept = name in ("p4cnn", "p4cnn-29-pool3", "p4cnn-34-stride3")
    assert (difference < 1e-13) == kept
    assert kept or difference > 1e-5


def test_hexagonal_networks_have_about_as_many_parameters() -> None:
    numbers = [
        sum(parameter.numel() for parameter in Experiment(name).build().parameters())
        for name in SETS["hexagonal"]
    ]
    assert max(numbers) / min(numbers) < 1.13


def test_networks_for_volumes_have_about_as_many_parameters() -> None:
    numbers = [
        sum(parameter.numel() for parameter in Experiment(name).build().parameters())
        for name in SETS["volumes"]
    ]
    assert max(numbers) / min(numbers) < 1.08


def test_the_five_have_the_published_numbers_of_parameters() -> None:
    numbers = [
        sum(parameter.numel() for parameter in Experiment(name).build().parameters())
        for name in SETS["five"]
    ]
    assert numbers == [25_210, 24_810, 25_210, 25_255, 24_640]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model = 3", "model=3 is of another type than str"),
        ('model = "p4cn"', "did you mean p4cnn?"),
        ('model = "resnet"', "'resnet' is no network"),
        ("seed = 1", "an experiment needs a model"),
        ('model = "p4cnn"\nseed = true', "seed=True is of another type than int"),
        ('model = "p4cnn"\nseed = -1', "seed=-1 is out of bounds"),
        ('model = "p4cnn"\nwidth = 0', "width=0 is out of bounds"),
        ('model = "p4cnn"\nfraction = 0', "fraction=0.0 is out of bounds"),
        ('model = "p4cnn"\nsizes = [1, 2]', r"sizes=\(1, 2\) is out of bounds"),
        ('model = "p4cnn"\nsizes = [1, 2.5, 1]', "sizes=.* is of another type"),
        ('model = "p4cnn"\nepochs = 2', "there is no entry epochs; there are model, "),
        ('model = "p4cnn"\nrecipe = 2', r"recipe=2 is no table; write \[recipe\]"),
        ('model = "p4cnn"\n[recipe]\nrates = 2', "there is no entry recipe.rates"),
        ('model = "p4cnn"\n[recipe]\nrate = "a"', "recipe.rate='a' is of another type than float"),
        ('model = "p4cnn"\ntransform = "x"', "transform='x' is none of rotated, upright"),
        ('model = "p4cnn"\naugmentation = "x"', "augmentation='x' is none of none, rotations"),
        ('model = "p4cnn"\nsource = "x"', "'x' is no data source"),
        (
            'model = "o-volumenet"\naugmentation = "flips-and-shifts"',
            "augmentation='flips-and-shifts' is for images, and O-VolumeNet takes volumes",
        ),
        ("model =", "is no TOML"),
    ],
    ids=range(19),
)
def test_junk_is_refused_early(text: str, said: str) -> None:
    with pytest.raises(ExperimentError, match=said) as caught:
        from_toml(text, "a.toml")
    assert "a.toml" in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"none\.toml cannot be read"):
        read_toml(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ExperimentError, match=r"latin\.toml cannot be read"):
        read_toml(tmp_path / "latin.toml")
