"""CIFAR-10 in both of its formats, on a tiny fixture."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from groupkit_torch.experiments import DataFileError, UnsafePickleError
from groupkit_torch.experiments.data import cifar, divide, load
from groupkit_torch.experiments.data.cifar import read_cifar10
from tests.torch.experiments.tiny import cifar_folder


@pytest.fixture(autouse=True)
def _small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "PER_BATCH", getattr(request, "param", 4))


def test_both_formats_hold_the_same(tmp_path: Path) -> None:
    pickled = read_cifar10(cifar_folder(tmp_path / "py"))
    binary = read_cifar10(cifar_folder(tmp_path / "bin", binary=True))
    for one, other in zip(pickled, binary, strict=True):
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)
    train, test = pickled
    assert train.images.shape == (20, 3, 32, 32)
    assert len(test) == 4


@pytest.mark.parametrize("_small", [1], indirect=True)
def test_planes_are_red_green_blue_row_by_row(tmp_path: Path) -> None:
    folder = cifar_folder(tmp_path / "bin", 1, binary=True)
    pixels = np.zeros(3072, np.uint8)
    pixels[1024 + 32 + 2] = 255  # green, second row, third pixel
    (folder / "test_batch.bin").write_bytes(b"\x07" + pixels.tobytes())
    _, test = read_cifar10(folder)
    assert test.images.nonzero().tolist() == [[0, 1, 1, 2]]
    assert test.labels.tolist() == [7]


def test_a_source_keeps_its_own_test_images_and_order(tmp_path: Path) -> None:
    source = load(f"cifar10:{cifar_folder(tmp_path / 'py')}")
    assert source.sizes == (16, 4, 4)
    splits = divide(source, source.sizes, seed=0)
    assert torch.equal(
        torch.cat([splits.train.labels, splits.validation.labels]), source.pool.labels
    )


class Malicious:
    def __reduce__(self) -> Any:
        return print, ("run",)


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ({b"data": Malicious()}, r"asks for __builtin__\.print"),
        ([1], "is no batch of CIFAR-10"),
        ({b"data": np.zeros((2, 3072), np.uint8)}, "is no batch of CIFAR-10"),
        ({b"data": np.zeros((2, 3071), np.uint8), b"labels": [1, 2]}, r"no data, \[n, 3,072\]"),
        ({b"data": np.zeros((2, 3072)), b"labels": [1, 2]}, "is no batch of CIFAR-10"),
        ({b"data": np.zeros((4, 3072), np.uint8), b"labels": [1]}, "1 labels for 4 images"),
        ({b"data": np.zeros((4, 3072), np.uint8), b"labels": [-1, 0, 0, 0]}, "label 0 is -1"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": ["a"]}, "is no batch"),
        (
            {b"data": np.zeros((1, 3072), np.uint8), b"fine_labels": [99], b"coarse_labels": [1]},
            "is no batch of CIFAR-10",
        ),
    ],
    ids=["malicious", "list", "bare", "size", "floats", "count", "label", "text", "cifar100"],
)
def test_damage_is_refused_by_name(tmp_path: Path, held: Any, text: str) -> None:
    folder = cifar_folder(tmp_path / "py")
    path = folder / "data_batch_3"
    path.write_bytes(pickle.dumps(held, 2))
    with pytest.raises(DataFileError, match=text) as caught:
        read_cifar10(folder)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, UnsafePickleError) == ("asks for" in text)


def test_cut_and_missing_files_are_refused(tmp_path: Path) -> None:
    folder = cifar_folder(tmp_path / "bin", binary=True)
    path = folder / "data_batch_2.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataFileError, match=r"data_batch_2\.bin has 12,291 bytes, no whole number"):
        read_cifar10(folder)
    path.write_bytes(path.read_bytes()[: -3073 + 1])
    with pytest.raises(DataFileError, match=r"data_batch_2\.bin has 3 images, not 4"):
        read_cifar10(folder)
    path.unlink()
    with pytest.raises(DataFileError, match=r"no file data_batch_2 or data_batch_2\.bin"):
        read_cifar10(folder)
