"""CIFAR-10 from the user's own files, the python or the binary version."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch

from groupkit_torch.experiments.data.files import first_of, read
from groupkit_torch.experiments.data.labelled import Labelled, checked
from groupkit_torch.experiments.data.pickles import read_arrays
from groupkit_torch.experiments.errors import DataFileError

PER_BATCH: Final = 10_000
"""Images in each of the six files."""

_PIXELS: Final = 3 * 32 * 32


def read_cifar10(folder: Path) -> tuple[Labelled, Labelled]:
    """Return the images of ``data_batch_1`` to ``data_batch_5``, and those of ``test_batch``.

    Parameters
    ----------
    folder : Path
        ``cifar-10-batches-py`` or ``cifar-10-batches-bin``.

    Raises
    ------
    DataFileError
        If a file is missing or damaged.
    UnsafePickleError
        If a pickle holds anything but arrays, numbers and text.

    References
    ----------
    A. Krizhevsky (2009), "Learning multiple layers of features from tiny images".
    """
    parts = [_batch(folder, f"data_batch_{i}") for i in range(1, 6)]
    train = Labelled(
        torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])
    )
    return train, _batch(folder, "test_batch")


def _batch(folder: Path, name: str) -> Labelled:
    path = first_of(folder, (name, f"{name}.bin"))
    raw = read(path)
    pixels, labels = _binary(raw, path) if path.suffix == ".bin" else _pickled(raw, path)
    if len(pixels) != PER_BATCH:
        raise DataFileError(
            f"{path} has {len(pixels):,} images, not {PER_BATCH:,}; obtain it again",
            witness=str(path),
        )
    images = torch.from_numpy(pixels.astype(np.float32) / 255).view(-1, 3, 32, 32)
    return Labelled(images, checked(images, labels, path))


def _binary(raw: bytes, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Records of a byte, the label, and 3,072 bytes, the planes of red, green and blue."""
    if not raw or len(raw) % (_PIXELS + 1):
        raise DataFileError(
            f"{path} has {len(raw):,} bytes, no whole number of records of {_PIXELS + 1:,}; obtain "
            "it again",
            witness=str(path),
        )
    records = np.frombuffer(raw, np.uint8).reshape(-1, _PIXELS + 1)
    return records[:, 1:], records[:, 0]


def _pickled(raw: bytes, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pickles of a dict with ``data``, [n, 3072] unsigned bytes, and ``labels``, a list."""
    held = read_arrays(raw, path, encoding="bytes")
    held = held if isinstance(held, dict) else {}
    entries = {k.decode("latin1") if isinstance(k, bytes) else k: v for k, v in held.items()}
    data, labels = entries.get("data"), entries.get("labels")
    if (
        not isinstance(data, np.ndarray)
        or data.dtype != np.uint8
        or data.ndim != 2
        or data.shape[1] != _PIXELS
        or not isinstance(labels, list)
        or not all(type(label) is int for label in labels)
    ):
        raise DataFileError(
            f"{path} has no data, [n, {_PIXELS:,}] bytes, with a list of labels; it is no batch of "
            "CIFAR-10",
            witness=str(path),
        )
    return data, np.array(labels, np.int64)
