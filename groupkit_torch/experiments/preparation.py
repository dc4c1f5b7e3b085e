"""The images of an experiment, read, divided, rotated and standardised: once for all its seeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from groupkit_torch.experiments.data import (
    Labelled,
    divide,
    load,
    orient_at_random,
    rotate_at_random,
)
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.experiment import Experiment

ROTATED: Final = "{}, rotated here at random"
"""Title of the images of a source that are rotated."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a network is trained, validated and tested with.

    Parameters
    ----------
    title : str
        What the images are, for tables.
    train, test : Labelled
    validation : Labelled or None
        None if the network is trained with the validation images.
    classes : int
    black : Tensor
        [1, channels, 1, ...], what a pixel of value 0 is when it is standardised.
    digest : str
        Checksum of the images before they were rotated, which is the same on every machine.
    """

    title: str
    train: Labelled
    validation: Labelled | None
    test: Labelled
    classes: int
    black: Float[Tensor, "1 channels *ones"]
    digest: str

    def to(self, device: torch.device) -> Prepared:
        """Return the same on a device."""
        validation = None if self.validation is None else self.validation.to(device)
        return Prepared(
            self.title,
            self.train.to(device),
            validation,
            self.test.to(device),
            self.classes,
            self.black.to(device),
            self.digest,
        )


def prepare(experiment: Experiment) -> Prepared:
    """Read the images of an experiment and do to them what it says.

    Pixels are standardised: the mean and the standard deviation of each channel over all pixels of
    the images trained with are taken to 0 and 1.

    Parameters
    ----------
    experiment : Experiment
        What is to be run.

    Returns
    -------
    Prepared
        The images to train, to validate and to test with.

    Raises
    ------
    DataFileError
        If a file is missing or damaged.
    ExperimentError
        If the images do not fit the experiment.

    Examples
    --------
    >>> from groupkit_torch.experiments import Experiment
    >>> digits = prepare(Experiment("p4cnn", "digits", sizes=(100, 50, 200)))
    >>> len(digits.train), len(digits.test)
    (150, 200)
    """
    source = load(experiment.source)
    if source.rotated and experiment.transform == "rotated":
        raise ExperimentError(
            f"{source.title} is rotated as it is; ask for transform='upright'",
            witness=experiment.source,
        )
    n_train, n_validation, n_test = experiment.sizes or source.sizes
    splits = divide(source, (n_train, n_validation, n_test), experiment.data_seed)
    parts = [splits.train, splits.validation, splits.test]
    shape = tuple(parts[0].images.shape[1:])
    if shape != experiment.network.shape:
        raise ExperimentError(
            f"{experiment.network.title} takes images of {_times(experiment.network.shape)}, and "
            f"{source.title} has {_times(shape)}; choose a network or a source that fits",
            witness=shape,
        )
    digest = _digest(parts)
    title = source.title
    if experiment.transform == "rotated":
        seeds = [3 * experiment.data_seed + k for k in range(3)]
        turn = orient_at_random if experiment.network.of_volumes else rotate_at_random
        parts = [turn(part, seed) for part, seed in zip(parts, seeds, strict=True)]
        title = ROTATED.format(title)
    train, validation, test = parts
    if not experiment.hold_out:
        train = Labelled(
            torch.cat([train.images, validation.images]),
            torch.cat([train.labels, validation.labels]),
        )
    train = train.part(slice(max(1, round(experiment.fraction * len(train)))))
    pixels = [axis for axis in range(train.images.ndim) if axis != 1]
    mean = train.images.mean(pixels, keepdim=True)
    deviation = train.images.std(pixels, keepdim=True, correction=0).clamp(min=1e-8)

    def standardised(data: Labelled) -> Labelled:
        return Labelled((data.images - mean) / deviation, data.labels)

    return Prepared(
        title,
        standardised(train),
        standardised(validation) if experiment.hold_out else None,
        standardised(test),
        source.classes,
        -mean / deviation,
        digest,
    )


def _digest(parts: list[Labelled]) -> str:
    checksum = hashlib.sha256()
    for part in parts:
        checksum.update(part.images.numpy().tobytes())
        checksum.update(part.labels.numpy().tobytes())
    return checksum.hexdigest()


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
