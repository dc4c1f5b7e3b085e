"""The bytes of a data file, gzipped or not, with errors that name it."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from groupkit_torch.experiments.errors import DataFileError


def read(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if its name ends in ``.gz``.

    Raises
    ------
    DataFileError
        If it cannot be read, is cut off or damaged.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataFileError(
            f"{path} cannot be read: {error.strerror}; give the place of the files, which are "
            "never downloaded",
            witness=str(path),
        ) from error
    return unpack(raw, path) if path.suffix == ".gz" else raw


def unpack(raw: bytes, path: Path) -> bytes:
    """Return gzipped bytes unpacked.

    Raises
    ------
    DataFileError
        If they are cut off or damaged.
    """
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(
            f"{path} is no whole gzip file: {error}; obtain it again", witness=str(path)
        ) from error


def first_of(folder: Path, names: tuple[str, ...]) -> Path:
    """Return the first of some files that is in a folder.

    Raises
    ------
    DataFileError
        If none is.
    """
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataFileError(
        f"{folder} has no file {' or '.join(names)}; name the folder that has it, nothing is "
        "downloaded",
        witness=str(folder / names[0]),
    )
