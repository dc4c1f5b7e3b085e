"""Sources by name, their division, rotation and augmentation."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from groupkit_torch.experiments import ExperimentError
from groupkit_torch.experiments.augment import augment
from groupkit_torch.experiments.data import Labelled, Source, divide, load, rotate, rotate_at_random
from groupkit_torch.experiments.data.sources import FASHION, parse
from tests.torch.experiments.tiny import idx_folder


def numbered(n: int) -> Labelled:
    """Images that hold their number."""
    images = torch.arange(n, dtype=torch.float32).view(n, 1, 1, 1).expand(n, 1, 2, 2)
    return Labelled(images, torch.arange(n) % 10)


def test_digits_are_embedded() -> None:
    source = load("digits")
    assert source.pool.images.shape == (1797, 1, 28, 28)
    assert sum(source.sizes) == 1797
    assert source.pool.images[:, :, :4].abs().max() == 0  # a border, as MNIST's digits have


@pytest.mark.skipif(not FASHION.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_fashion_is_debians() -> None:
    source = load("fashion")
    assert source.sizes == (10_000, 2_000, 50_000)
    assert source.pool.labels.bincount().tolist() == 10 * [7000]


def test_sizes_of_fewer_images_are_in_proportion(tmp_path: Path) -> None:
    source = load(f"idx:{idx_folder(tmp_path / 'folder', 62)}")
    assert source.sizes == (20, 4, 100)
    assert source.title == "the images of folder"


def test_other_images_do_not_pass_for_fashion(tmp_path: Path) -> None:
    folder = idx_folder(tmp_path / "folder", 62)
    with pytest.raises(ExperimentError, match=r"is not Fashion-MNIST, which has 7,000 .* use idx:"):
        load(f"fashion:{folder}")


@pytest.mark.parametrize("name", ["mnist", "", "idx", "idx:", "digits:here", "cifar10"])
def test_unknown_sources_are_refused(name: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape("there are digits, fashion, idx:PATH")):
        parse(name)


def test_a_pool_is_divided_at_random_without_overlap() -> None:
    source = Source("numbers", numbered(70), None, (10, 2, 50))
    splits = divide(source, source.sizes, seed=0)
    parts = [part.images[:, 0, 0, 0].tolist() for part in (splits.train, splits.validation)]
    parts.append(splits.test.images[:, 0, 0, 0].tolist())
    assert [len(part) for part in parts] == [10, 2, 50]
    assert len({number for part in parts for number in part}) == 62
    again = divide(source, source.sizes, seed=0)
    assert torch.equal(again.test.images, splits.test.images)
    other = divide(source, source.sizes, seed=1)
    assert not torch.equal(other.test.images, splits.test.images)
    assert (splits.train.images[:, 0, 0, 0] % 10 == splits.train.labels).all()


@pytest.mark.parametrize("test", [None, numbered(4)], ids=["pool", "own test images"])
def test_too_many_images_are_refused(test: Labelled | None) -> None:
    source = Source("numbers", numbered(10), test, (5, 1, 4))
    divide(source, source.sizes, 0)
    with pytest.raises(ExperimentError, match=r"numbers has 10.* not the 5 \+ 2 \+ 5"):
        divide(source, (5, 2, 5), 0)


@pytest.mark.parametrize("turns", range(4))
def test_quarter_turns_are_those_of_torch(turns: int) -> None:
    images = torch.rand(3, 2, 28, 28, dtype=torch.float64)
    angles = torch.full((3,), turns * math.pi / 2, dtype=torch.float64)
    turned = rotate(images, angles)
    assert torch.allclose(turned, torch.rot90(images, turns, (-2, -1)), atol=1e-12)


def test_rotation_is_bilinear_about_the_centre() -> None:
    images, angle = torch.rand(1, 1, 5, 5, dtype=torch.float64), 0.3
    turned = rotate(images, torch.tensor([angle], dtype=torch.float64))
    cos, sin = math.cos(angle), math.sin(angle)
    for row in range(5):
        for column in range(5):
            u, v = row - 2, column - 2
            at = (cos * u + sin * v + 2, -sin * u + cos * v + 2)  # R⁻¹ x
            value = 0.0
            for i in range(5):
                for j in range(5):
                    weight = max(0, 1 - abs(at[0] - i)) * max(0, 1 - abs(at[1] - j))
                    value += weight * images[0, 0, i, j].item()
            assert turned[0, 0, row, column].item() == pytest.approx(value, abs=1e-12)


def test_random_angles_are_uniform_and_repeat() -> None:
    data = numbered(5000)
    data = Labelled(torch.rand(5000, 1, 4, 4), data.labels)
    once, again = rotate_at_random(data, 3), rotate_at_random(data, 3)
    assert torch.equal(once.images, again.images)
    angles = torch.from_numpy(np.random.default_rng(3).uniform(0, 2 * math.pi, 5000))
    assert torch.equal(once.images[4321:4322], rotate(data.images[4321:4322], angles[4321:4322]))


def test_augmentation_rotates_as_images_that_are_rotated_once() -> None:
    images, mean, deviation = torch.rand(6, 2, 9, 9), torch.rand(1, 2, 1, 1), torch.rand(1, 2, 1, 1)
    torch.manual_seed(1)
    turned = augment((images - mean) / deviation, "rotations", -mean / deviation)
    torch.manual_seed(1)
    expected = (rotate(images, 2 * math.pi * torch.rand(6)) - mean) / deviation
    torch.testing.assert_close(turned, expected)
    assert (turned[..., 0, 0] != 0).all()  # of the corners, most come in: black, not the mean


def test_augmentation_moves_images_as_it_says() -> None:
    images = torch.rand(200, 3, 12, 12)
    black = torch.zeros(1, 3, 1, 1)
    assert augment(images, "none", black) is images
    moved = augment(images, "flips-and-shifts", black)
    padded = torch.nn.functional.pad(images, 4 * [4])
    seen = set()
    for k in range(200):
        found = [
            (flip, i, j)
            for flip in (False, True)
            for i in range(9)
            for j in range(9)
            if torch.equal(
                (padded[k].flip(-1) if flip else padded[k])[:, i : i + 12, j : j + 12], moved[k]
            )
        ]
        assert found
        seen |= set(found)
    assert len({flip for flip, _, _ in seen}) == 2
    assert len({i for _, i, _ in seen}) == len({j for _, _, j in seen}) == 9


def test_validation_images_of_their_own() -> None:
    pool, validation, test = numbered(10), numbered(5), numbered(4)
    source = Source("numbers", pool, test, (6, 3, 4), validation=validation)
    splits = divide(source, source.sizes, seed=0)
    assert torch.equal(splits.train.images, pool.images[:6])
    assert torch.equal(splits.validation.images, validation.images[:3])
    assert torch.equal(splits.test.images, test.images)
    with pytest.raises(
        ExperimentError, match=r"has 10 and 5 to validate with and 4 to test with images, not"
    ):
        divide(source, (6, 6, 4), seed=0)


def test_unknown_augmentation_is_refused() -> None:
    with pytest.raises(ExperimentError, match="noise"):
        augment(torch.rand(1, 1, 4, 4), "noise", torch.zeros(1, 1, 1, 1))
