"""Labelled images or volumes, and their division: to train, to validate and to test with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from groupkit_torch.experiments.errors import DataFileError, ExperimentError

Sizes = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images, or volumes, and the class of each.

    Parameters
    ----------
    images : Tensor
        [n, channels, *space], float32; between 0 and 1 as they are read.
    labels : Tensor
        [n], int64.
    """

    images: Float[Tensor, "n channels *space"]
    labels: Int[Tensor, " n"]

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, index: slice | Int[Tensor, " k"]) -> Labelled:
        """Return some of the images, with their labels."""
        return Labelled(self.images[index], self.labels[index])

    def to(self, device: torch.device) -> Labelled:
        """Return the same on a device."""
        return Labelled(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True, eq=False)
class Source:
    """What a data source holds, before it is divided.

    Parameters
    ----------
    title : str
        What it is, for tables.
    pool : Labelled
        What the training and validation images are taken from, and, if ``test`` is None, the
        test images too.
    test : Labelled or None
        The test images of data sets that have their own; these are divided in their order.
    sizes : tuple of int
        How many images there are to train, validate and test with, unless told otherwise.
    classes : int
        Number of classes.
    rotated : bool
        Whether the images are rotated as they are.
    validation : Labelled or None
        The validation images of data sets that have their own, and test images of their own.
    """

    title: str
    pool: Labelled
    test: Labelled | None
    sizes: Sizes
    classes: int = 10
    rotated: bool = False
    validation: Labelled | None = None


@dataclass(frozen=True, eq=False)
class Splits:
    """Images to train, to validate and to test with; no image is in two of them."""

    train: Labelled
    validation: Labelled
    test: Labelled

    def to(self, device: torch.device) -> Splits:
        """Return the same on a device."""
        return Splits(self.train.to(device), self.validation.to(device), self.test.to(device))


def divide(source: Source, sizes: Sizes, seed: int) -> Splits:
    """Divide a source: at random if it is one pool, in its own order if it has test images.

    Parameters
    ----------
    source : Source
    sizes : tuple of int
        How many to train, validate and test with.
    seed : int
        Of the random division, the same on every machine.

    Raises
    ------
    ExperimentError
        If there are fewer images.
    """
    n_train, n_validation, n_test = sizes
    pool, validation, test = source.pool, source.validation, source.test
    wanted = n_train
    wanted += n_validation if validation is None else 0
    wanted += n_test if test is None else 0
    own = {"validate": (validation, n_validation), "test": (test, n_test)}
    if wanted > len(pool) or any(part is not None and n > len(part) for part, n in own.values()):
        there = f"{len(pool):,}" + "".join(
            f" and {len(part):,} to {use} with" for use, (part, _) in own.items() if part
        )
        raise ExperimentError(
            f"{source.title} has {there} images, not the {n_train:,} + {n_validation:,} + "
            f"{n_test:,} that are asked for; ask for fewer with sizes",
            witness=sizes,
        )
    if test is None:
        order = torch.from_numpy(np.random.default_rng(seed).permutation(len(pool)))
        return Splits(
            pool.part(order[:n_train]),
            pool.part(order[n_train : n_train + n_validation]),
            pool.part(order[n_train + n_validation : wanted]),
        )
    if validation is None:
        validation = pool.part(slice(n_train, wanted))
    return Splits(
        pool.part(slice(n_train)), validation.part(slice(n_validation)), test.part(slice(n_test))
    )


def checked(
    images: Float[Tensor, "n channels *space"] | None,
    labels: np.ndarray,
    path: Path,
    classes: int = 10,
) -> Int[Tensor, " n"]:
    """Return labels as int64; refuse those outside the classes, and a number unlike the images'.

    Raises
    ------
    DataFileError
        Naming the file.
    """
    if images is not None and len(images) != len(labels):
        raise DataFileError(
            f"{path} has {len(labels):,} labels for {len(images):,} images, and each image has "
            "one; the two files are not of one data set, or one of them is not whole",
            witness=str(path),
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= classes) | (labels != np.floor(labels)))
    if len(wrong):
        raise DataFileError(
            f"{path}: label {wrong[0]:,} is {labels[wrong[0]]}, none of 0 to {classes - 1}; "
            "the file is damaged or of another data set",
            witness=str(path),
        )
    return torch.from_numpy(labels.astype(np.int64))
