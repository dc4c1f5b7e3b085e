"""NIfTI-1 files of bytes are read as they are stored, and others refused by name."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groupkit_torch.experiments import DataFileError
from groupkit_torch.experiments.data.nifti import parse_nifti
from tests.torch.experiments.tiny import nifti

VOLUME = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
HERE = Path("some/brain.nii")


def test_entries_have_their_places() -> None:
    assert np.array_equal(parse_nifti(bytes(nifti(VOLUME)), HERE), VOLUME)


def test_data_may_begin_later() -> None:
    raw = nifti(VOLUME)
    struct.pack_into("<f", raw, 108, 400)
    raw[352:352] = bytes(48)  # an extension of the header
    assert np.array_equal(parse_nifti(bytes(raw), HERE), VOLUME)


def write(form: str, place: int, *values: float) -> Callable[[bytearray], None]:
    """Return what puts entries into a header."""
    return lambda raw: struct.pack_into(form, raw, place, *values)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (bytearray.clear, "is no NIfTI-1 file with little-endian numbers"),
        (write(">i", 0, 348), "is no NIfTI-1 file with little-endian numbers"),
        (write("<i", 344, 0), "has the mark b'.*', not b'n"),
        (write("<h", 40, 4), r"holds an array with 4 axes of \[2, 3, 4, 1, 1, 1, 1\] points"),
        (write("<h", 44, 0), r"holds an array with 3 axes of \[2, 0, 4"),
        (write("<h", 70, 4), "holds entries of type 4, scaled by 1 and 0"),
        (write("<f", 112, 2), "holds entries of type 2, scaled by 2 and 0"),
        (write("<f", 116, 1), "holds entries of type 2, scaled by 1 and 1"),
        (write("<f", 112, float("nan")), "scaled by nan"),
        (write("<f", 108, 100), "says 2 × 3 × 4 = 24 from 100 on"),
        (write("<f", 108, float("nan")), "from nan on"),
        (write("<f", 108, float("inf")), "from inf on"),
        (write("<h", 42, 5), "has 376 bytes, where its header says 5 × 3 × 4 = 60 from 352 on"),
        (lambda raw: raw.append(0), "has 377 bytes"),
    ],
    ids=range(14),
)
def test_other_files_are_refused_by_name(spoil: Callable[[bytearray], None], said: str) -> None:
    raw = nifti(VOLUME)
    spoil(raw)
    with pytest.raises(DataFileError, match=said) as caught:
        parse_nifti(bytes(raw), HERE)
    assert str(HERE) in str(caught.value)
