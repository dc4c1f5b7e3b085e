"""IDX files, the format of MNIST and Fashion-MNIST."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Final

import numpy as np
import torch

from groupkit_torch.experiments.data.files import first_of, read
from groupkit_torch.experiments.data.labelled import Labelled, checked
from groupkit_torch.experiments.errors import DataFileError

_PARTS: Final = ("train", "t10k")
_BYTES: Final = 8  # the code of unsigned bytes
_KINDS: Final = {1: "labels", 3: "images"}


def read_idx(path: Path, axes: int) -> np.ndarray:
    """Return the array of unsigned bytes in an IDX file.

    The format is: two zero bytes, the code of the type (8), the number of axes, the size of each as
    a big-endian 32-bit integer, then the entries in row-major order.

    Parameters
    ----------
    path : Path
        Gzipped if it ends in ``.gz``.
    axes : int
        How many the array should have: 3 for images, 1 for labels.

    Raises
    ------
    DataFileError
        If the file is not an IDX file of bytes with these axes, or not as long as it says.

    References
    ----------
    Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """
    raw = read(path)
    if raw[:3] != bytes((0, 0, _BYTES)) or len(raw) < 4:
        raise DataFileError(
            f"{path} is no IDX file of bytes: it begins with {raw[:4]!r}, not 00 00 08; obtain it "
            "again",
            witness=str(path),
        )
    if raw[3] != axes:
        held = _KINDS.get(raw[3], f"an array with {raw[3]} axes")
        raise DataFileError(
            f"{path} holds {held}, where {_KINDS.get(axes, axes)} are expected; files seem to be "
            "exchanged",
            witness=str(path),
        )
    start = 4 + 4 * axes
    if len(raw) < start:
        raise DataFileError(f"{path} ends within its header; obtain it again", witness=str(path))
    shape = struct.unpack(f">{axes}I", raw[4:start])
    if len(raw) - start != math.prod(shape):
        raise DataFileError(
            f"{path} has {len(raw) - start:,} bytes of data, where its header says "
            f"{' × '.join(map(str, shape))} = {math.prod(shape):,}; obtain it again",
            witness=str(path),
        )
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def read_idx_folder(folder: Path) -> Labelled:
    """Return the images and labels of the four files of MNIST, the training images first.

    Parameters
    ----------
    folder : Path
        With ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, and ``t10k-`` likewise,
        each gzipped (``.gz``) or not.

    Raises
    ------
    DataFileError
        If a file is missing, damaged or not what its name says.
    """
    images, labels = [], []
    for part in _PARTS:
        stems = (f"{part}-images-idx3-ubyte", f"{part}-images.idx3-ubyte")
        pixels = read_idx(first_of(folder, _names(stems)), 3)
        images.append(torch.from_numpy(pixels.astype(np.float32) / 255).unsqueeze(1))
        stems = (f"{part}-labels-idx1-ubyte", f"{part}-labels.idx1-ubyte")
        path = first_of(folder, _names(stems))
        labels.append(checked(images[-1], read_idx(path, 1), path))
    if images[0].shape[1:] != images[1].shape[1:]:
        sizes = " and ".join("×".join(map(str, part.shape[2:])) for part in images)
        raise DataFileError(
            f"{folder} has images of {sizes} pixels; its files are not of one data set",
            witness=str(folder),
        )
    return Labelled(torch.cat(images), torch.cat(labels))


def _names(stems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{stem}{suffix}" for stem in stems for suffix in ("", ".gz"))
