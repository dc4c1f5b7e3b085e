"""IDX files are read as they are, and refused by name when they are damaged or exchanged."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from groupkit_torch.experiments import DataFileError
from groupkit_torch.experiments.data.idx import read_idx, read_idx_folder
from tests.torch.experiments.tiny import idx, idx_folder

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def test_an_array_comes_back(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    (tmp_path / "a").write_bytes(idx(values))
    (tmp_path / "b.gz").write_bytes(gzip.compress(idx(values)))
    assert np.array_equal(read_idx(tmp_path / "a", 3), values)
    assert np.array_equal(read_idx(tmp_path / "b.gz", 3), values)


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    data = read_idx_folder(idx_folder(tmp_path, 12))
    assert data.images.shape == (24, 1, 28, 28)
    assert data.labels.dtype == torch.int64
    assert data.labels[:10].tolist() == data.labels[12:22].tolist() == list(range(10))
    assert data.images.min() >= 0
    assert data.images.max() == pytest.approx(250 / 255)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6])


def exchange(path: Path) -> None:
    other = path.with_name(LABELS if path.name == IMAGES else IMAGES)
    path.write_bytes(other.read_bytes())


def other_format(path: Path) -> None:
    path.write_bytes(b"\x89PNG" + bytes(100))


def fewer_labels(path: Path) -> None:
    path.write_bytes(idx(np.zeros(11)))


def label_of_another_set(path: Path) -> None:
    path.write_bytes(idx(np.full(12, 10)))


@pytest.mark.parametrize(
    ("damage", "name", "text"),
    [
        (cut, IMAGES, "its header says 12 × 28 × 28 = 9,408"),
        (lengthen, IMAGES, "9,409 bytes of data"),
        (cut, LABELS, "11 bytes of data"),
        (empty, IMAGES, "is no IDX file"),
        (header_only, IMAGES, "ends within its header"),
        (exchange, IMAGES, "holds labels, where images are expected"),
        (exchange, LABELS, "holds images, where labels are expected"),
        (other_format, IMAGES, "is no IDX file of bytes"),
        (fewer_labels, LABELS, "has 11 labels for 12 images"),
        (label_of_another_set, LABELS, "label 0 is 10, none of 0 to 9"),
        (Path.unlink, LABELS, "nothing is downloaded"),
    ],
)
def test_damage_is_refused_by_name(
    tmp_path: Path, damage: Callable[[Path], None], name: str, text: str
) -> None:
    folder = idx_folder(tmp_path, 12)
    damage(folder / name)
    with pytest.raises(DataFileError, match=text) as caught:
        read_idx_folder(folder)
    assert str(folder / name) == caught.value.witness
    assert name in str(caught.value)


@pytest.mark.parametrize("keep", [3, 20, -5])
def test_a_damaged_archive_is_refused(tmp_path: Path, keep: int) -> None:
    path = idx_folder(tmp_path, 12) / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataFileError, match=r"t10k-images-idx3-ubyte\.gz is no whole gzip file"):
        read_idx_folder(tmp_path)


def test_parts_of_different_sizes_are_refused(tmp_path: Path) -> None:
    folder = idx_folder(tmp_path, 12)
    (folder / IMAGES).write_bytes(idx(np.zeros((12, 8, 8))))
    with pytest.raises(DataFileError, match="images of 8×8 and 28×28 pixels"):
        read_idx_folder(folder)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_idx(tmp_path / "nothing", 3)
    with pytest.raises(DataFileError, match="nothing has no file"):
        read_idx_folder(tmp_path / "nothing")
