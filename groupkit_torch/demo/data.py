"""The 1,797 handwritten digits that come with scikit-learn: real, and no download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from groupkit.errors import MissingExtraError

N_TRAIN: Final = 1200


@dataclass(frozen=True, eq=False)
class Digits:
    """Upright digits to train on, and others to test with.

    Parameters
    ----------
    train_images, test_images : Tensor
        [n, 1, 8, 8], ink between 0 and 1.
    train_labels, test_labels : Tensor
        [n], 0 to 9.

    References
    ----------
    E. Alpaydin, C. Kaynak (1998), "Optical recognition of handwritten digits", UCI repository.
    """

    train_images: Float[Tensor, "n 1 8 8"]
    train_labels: Int[Tensor, " n"]
    test_images: Float[Tensor, "k 1 8 8"]
    test_labels: Int[Tensor, " k"]


def load(seed: int, n_train: int = N_TRAIN) -> Digits:
    """Return the digits, split at random: `n_train` to train on, 597 to test with.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the demo reads its digits from scikit-learn, which is not installed; "
            'run pip install "groupkit[demo]"',
            witness=error.name,
        ) from error
    pixels, targets = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(pixels))
    images = torch.tensor(pixels[order] / 16, dtype=torch.float32).view(-1, 1, 8, 8)
    labels = torch.tensor(targets[order], dtype=torch.int64)
    return Digits(images[:n_train], labels[:n_train], images[N_TRAIN:], labels[N_TRAIN:])
