"""The 1,797 handwritten digits that come with scikit-learn, at the size of MNIST's."""

from __future__ import annotations

from typing import Final

import torch
from torch import nn

from groupkit.errors import MissingExtraError
from groupkit_torch.experiments.data.labelled import Labelled

_INK, _BORDER = 20, 4  # MNIST has digits of 20×20 pixels in images of 28×28
_GREATEST: Final = 16


def read_digits() -> Labelled:
    """Return the digits, resized from 8×8 to 20×20 pixels, in images of 28×28.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.

    References
    ----------
    E. Alpaydin, C. Kaynak (1998), "Optical recognition of handwritten digits", UCI repository.
    """
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the embedded digits are scikit-learn's, which is not installed; "
            'run pip install "groupkit[experiments]"',
            witness=error.name,
        ) from error
    pixels, digits = load_digits(return_X_y=True)
    small = torch.tensor(pixels / _GREATEST, dtype=torch.float32).view(-1, 1, 8, 8)
    large = nn.functional.interpolate(small, size=(_INK, _INK), mode="bilinear")
    return Labelled(
        nn.functional.pad(large, 4 * [_BORDER]), torch.tensor(digits, dtype=torch.int64)
    )
