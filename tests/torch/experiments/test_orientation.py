"""Volumes are put into the 24 orientations of a cube, exactly."""

import numpy as np
import pytest
import torch

import groupkit as gk
from groupkit_torch.experiments import ExperimentError
from groupkit_torch.experiments.augment import augment
from groupkit_torch.experiments.data import Labelled, orient, orient_at_random
from groupkit_torch.experiments.data.orientation import ORIENTATIONS

SIDE = 3
VOLUME = torch.arange(2.0 * SIDE**3).view(1, 2, SIDE, SIDE, SIDE)
BLACK = torch.zeros(1, 2, 1, 1, 1)


def all_of(volume: torch.Tensor) -> list[bytes]:
    number = len(ORIENTATIONS)
    repeated = volume.expand(number, *volume.shape[1:])
    return [one.numpy().tobytes() for one in orient(repeated, torch.arange(number))]


def test_they_are_the_rotations_of_the_catalogue() -> None:
    points = np.indices(3 * (SIDE,)).reshape(3, -1)
    expected = set()
    for matrix in gk.catalog["P432"].stabilizer.matrices:
        x, y, z = matrix.T @ (points - 1) + 1  # (L_g f)(x) = f(g⁻¹ x), about the middle
        expected.add(VOLUME[0, :, x, y, z].numpy().tobytes())
    found = all_of(VOLUME)
    assert len(set(found)) == 24
    assert set(found) == expected


def test_a_mirror_image_is_none_of_them() -> None:
    assert VOLUME.flip(2)[0].contiguous().numpy().tobytes() not in all_of(VOLUME)


def test_each_volume_is_turned_by_its_own_rotation() -> None:
    volumes = torch.rand(50, 1, 4, 4, 4)
    which = torch.arange(50) % 24
    turned = orient(volumes, which)
    for k in range(50):
        assert torch.equal(turned[k : k + 1], orient(volumes[k : k + 1], which[k : k + 1]))


def test_random_orientations_are_uniform_and_repeat() -> None:
    data = Labelled(VOLUME.repeat(2400, 1, 1, 1, 1), torch.arange(2400) % 5)
    turned = orient_at_random(data, 3)
    assert torch.equal(turned.images, orient_at_random(data, 3).images)
    assert not torch.equal(turned.images, orient_at_random(data, 4).images)
    assert torch.equal(turned.labels, data.labels)
    counts = dict.fromkeys(all_of(VOLUME), 0)
    for one in turned.images:
        counts[one.numpy().tobytes()] += 1
    assert min(counts.values()) > 60


def test_augmentation_of_volumes_turns_each() -> None:
    torch.manual_seed(0)
    turned = augment(VOLUME.repeat(300, 1, 1, 1, 1), "rotations", BLACK)
    assert {one.numpy().tobytes() for one in turned} == set(all_of(VOLUME))
    with pytest.raises(ExperimentError, match=r"'flips-and-shifts' is none .* images with 3 axes"):
        augment(VOLUME, "flips-and-shifts", BLACK)
