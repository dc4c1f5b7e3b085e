"""The networks of the tables by name: those of the papers, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from torch import nn

from groupkit import p4, p4m
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.models import P4CNN, Z2CNN, P4CNNRotationPooling

SHAPES: Final = {"rotmnist": (1, 28, 28), "cifar10": (3, 32, 32)}
"""Channels, height and width of the images of each task."""


@dataclass(frozen=True)
class Network:
    """A network with its width.

    Parameters
    ----------
    title : str
        Its name in tables.
    task : {"rotmnist", "cifar10"}
        Which images it takes.
    build : callable
        Width → new module, drawn at random.
    width : int
        Unless another one is asked for.
    """

    title: str
    task: str
    build: Callable[[int], nn.Module]
    width: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Channels, height and width of its images."""
        return SHAPES[self.task]


NETWORKS: Final[dict[str, Network]] = {
    "z2cnn": Network("Z2CNN", "rotmnist", Z2CNN, 20),
    "p4cnn": Network("P4CNN", "rotmnist", lambda width: P4CNN(p4, width), 10),
    "p4cnn-rotation-pooling": Network(
        "P4CNNRotationPooling", "rotmnist", lambda width: P4CNNRotationPooling(p4, width), 20
    ),
    "g-p4cnn": Network("g-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="g"), 17),
    "gc-p4cnn": Network("gc-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="gc"), 30),
    "c-z2cnn": Network("c-Z2CNN", "rotmnist", lambda width: Z2CNN(width, separable=True), 57),
    "p4mcnn": Network("P4MCNN", "rotmnist", lambda width: P4CNN(p4m, width), 7),
}
"""Names that an experiment may give its model."""

FIVE: Final = ("z2cnn", "p4cnn", "p4cnn-rotation-pooling", "g-p4cnn", "gc-p4cnn")
"""The networks of the published tables on rotated MNIST."""


def find(name: str) -> Network:
    """Return a network by name.

    Raises
    ------
    ExperimentError
        If there is none, naming the nearest.

    Examples
    --------
    >>> find("p4cn")
    Traceback (most recent call last):
    groupkit_torch.experiments.errors.ExperimentError: 'p4cn' is no network; did you mean p4cnn?
    There are z2cnn, ...
    """
    if name not in NETWORKS:
        near = get_close_matches(name, NETWORKS, 1)
        hint = f"did you mean {near[0]}? There are" if near else "there are"
        raise ExperimentError(f"{name!r} is no network; {hint} {', '.join(NETWORKS)}", witness=name)
    return NETWORKS[name]
