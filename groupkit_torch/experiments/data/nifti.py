"""NIfTI-1 volumes of unsigned bytes: as much of the format as the templates of a brain need."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Final

import numpy as np

from groupkit_torch.experiments.errors import DataFileError

_HEADER: Final = 348
_DIM, _DATATYPE, _PLACE, _MAGIC = 40, 70, 108, 344  # where these entries of the header begin
_BYTES: Final = 2  # the code of unsigned bytes


def parse_nifti(raw: bytes, path: Path) -> np.ndarray:
    """Return the volume in the bytes of a NIfTI-1 file, as it is stored: unsigned bytes.

    The format is: a header of 348 bytes, with the number of axes and the size of each, the code of
    the type, the place of the data and a scale; then the entries, the first axis fastest.

    Parameters
    ----------
    raw : bytes
        Of a single file (``.nii``), unpacked.
    path : Path
        Its name, for messages.

    Returns
    -------
    ndarray
        With three axes; axis i is that of the file.

    Raises
    ------
    DataFileError
        If it is no such file, holds another type, scaled entries or another number of axes, or is
        not as long as it says.

    References
    ----------
    R. W. Cox et al. (2004), "A (sort of) new image data format standard: NIfTI-1".
    """
    if len(raw) < _HEADER + 4 or struct.unpack_from("<i", raw)[0] != _HEADER:
        raise _refused(path, "is no NIfTI-1 file with little-endian numbers")
    if raw[_MAGIC : _MAGIC + 4] != b"n+1\0":
        raise _refused(path, f"has the mark {raw[_MAGIC : _MAGIC + 4]!r}, not b'n+1\\x00'")
    axes, *sizes = struct.unpack_from("<8h", raw, _DIM)
    (datatype,) = struct.unpack_from("<h", raw, _DATATYPE)
    start, slope, intercept = struct.unpack_from("<3f", raw, _PLACE)
    shape = tuple(sizes[:3])
    if axes != 3 or min(shape) < 1:
        raise _refused(path, f"holds an array with {axes} axes of {sizes} points, not a volume")
    if datatype != _BYTES or slope not in (0, 1) or intercept:
        raise _refused(
            path,
            f"holds entries of type {datatype}, scaled by {slope:g} and {intercept:g}, where "
            f"unsigned bytes as they are (type {_BYTES}) are expected",
        )
    if not start >= _HEADER + 4 or len(raw) - start != math.prod(shape):
        raise _refused(
            path,
            f"has {len(raw):,} bytes, where its header says {' × '.join(map(str, shape))} = "
            f"{math.prod(shape):,} from {start:g} on",
        )
    return np.frombuffer(raw, np.uint8, offset=int(start)).reshape(shape, order="F")


def _refused(path: Path, what: str) -> DataFileError:
    return DataFileError(f"{path} {what}; obtain it again", witness=str(path))
