"""The published files of rotated MNIST: text, an image and its label in each line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch

from groupkit_torch.experiments.data.files import first_of, read
from groupkit_torch.experiments.data.labelled import Labelled, checked
from groupkit_torch.experiments.errors import DataFileError

_SIDE: Final = 28
LINES: Final = {
    "mnist_all_rotation_normalized_float_train_valid.amat": 12_000,
    "mnist_all_rotation_normalized_float_test.amat": 50_000,
}
"""The published files, and how many lines each has."""


def read_amat(path: Path) -> Labelled:
    """Return the images and labels of an ``.amat`` file: 784 numbers from 0 to 1 and a label.

    Raises
    ------
    DataFileError
        If a published file has another number of lines, a line has another number of entries, or a
        number is out of range.
    """
    rows = read(path).split(b"\n")
    while rows and not rows[-1].strip():
        rows.pop()
    expected = LINES.get(path.name, len(rows))
    if len(rows) != expected:
        raise _damaged(path, f"it has {len(rows):,} lines, not the published {expected:,}")
    try:
        table = np.array([np.array(row.split(), np.float32) for row in rows], np.float32)
    except ValueError as error:
        counts = [len(row.split()) for row in rows]
        odd = next((i for i, count in enumerate(counts) if count != _SIDE**2 + 1), None)
        where = f"line {odd + 1} has {counts[odd]} entries" if odd is not None else str(error)
        raise _damaged(path, where) from error
    if table.ndim != 2 or table.shape[1] != _SIDE**2 + 1:
        raise _damaged(path, f"its lines have {table.shape[-1] if table.size else 0} entries")
    pixels = table[:, :-1]
    if not ((pixels >= 0) & (pixels <= 1)).all():
        raise _damaged(path, "a pixel is not between 0 and 1")
    images = torch.from_numpy(pixels.copy()).view(-1, 1, _SIDE, _SIDE)
    return Labelled(images, checked(images, table[:, -1], path))


def read_amat_folder(folder: Path) -> tuple[Labelled, Labelled]:
    """Return the 12,000 images to train and validate with, and the 50,000 to test with.

    References
    ----------
    H. Larochelle, D. Erhan, A. Courville, J. Bergstra, Y. Bengio (2007), "An empirical evaluation
    of deep architectures on problems with many factors of variation".
    """
    train, test = (read_amat(first_of(folder, (name,))) for name in LINES)
    return train, test


def _damaged(path: Path, what: str) -> DataFileError:
    return DataFileError(
        f"{path}: {what}, where each line has {_SIDE**2} numbers from 0 to 1 and a label; obtain "
        "it again",
        witness=str(path),
    )
