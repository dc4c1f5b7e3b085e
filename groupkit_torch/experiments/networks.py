"""The networks of the tables by name: those of the papers, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from torch import nn

from groupkit import SplitGroup, p1, p4, p4m
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.models import P4CNN, Z2CNN, AllCNNC, P4CNNRotationPooling, ResNet44

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


def _resnet44(
    group: SplitGroup, published: tuple[int, int, int], share: str | None = None
) -> Callable[[int], nn.Module]:
    """Return what builds the network from the width of its first stage, w: (w, 2w, 4w) else."""

    def build(width: int) -> nn.Module:
        widths = published if width == published[0] else (width, 2 * width, 4 * width)
        return ResNet44(group, widths, share=share)

    return build


NETWORKS: Final[dict[str, Network]] = {
    "z2cnn": Network("Z2CNN", "rotmnist", Z2CNN, 20),
    "z2cnn-without-dropout": Network(
        "Z2CNN without dropout", "rotmnist", lambda width: Z2CNN(width, dropout=0.0), 20
    ),
    "p4cnn": Network("P4CNN", "rotmnist", lambda width: P4CNN(p4, width), 10),
    "p4cnn-rotation-pooling": Network(
        "P4CNNRotationPooling", "rotmnist", lambda width: P4CNNRotationPooling(p4, width), 20
    ),
    "g-p4cnn": Network("g-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="g"), 17),
    "gc-p4cnn": Network("gc-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="gc"), 30),
    "c-z2cnn": Network("c-Z2CNN", "rotmnist", lambda width: Z2CNN(width, separable=True), 57),
    "p4mcnn": Network("P4MCNN", "rotmnist", lambda width: P4CNN(p4m, width), 7),
    "allcnnc": Network("All-CNN-C", "cifar10", lambda width: AllCNNC(p1, width), 96),
    "p4-allcnnc": Network("p4-All-CNN-C", "cifar10", lambda width: AllCNNC(p4, width), 48),
    "p4m-allcnnc": Network("p4m-All-CNN-C", "cifar10", lambda width: AllCNNC(p4m, width), 32),
    "resnet44": Network("ResNet44", "cifar10", _resnet44(p1, (32, 64, 128)), 32),
    "p4m-resnet44": Network("p4m-ResNet44", "cifar10", _resnet44(p4m, (11, 23, 45)), 11),
    "g-p4m-resnet44": Network("g-p4m-ResNet44", "cifar10", _resnet44(p4m, (19, 38, 76), "g"), 19),
    "gc-p4m-resnet44": Network(
        "gc-p4m-ResNet44", "cifar10", _resnet44(p4m, (28, 56, 112), "gc"), 28
    ),
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
