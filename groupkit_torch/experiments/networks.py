"""The networks of the tables by name: those of the papers, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from torch import nn

from groupkit import SplitGroup, catalog, p1, p4, p4m, p6, p6m
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.images.resample import Resampling
from groupkit_torch.models import (
    P4CNN,
    Z2CNN,
    AllCNNC,
    P4CNNRotationPooling,
    ResNet44,
    VolumeNet,
    WideResNet26,
    equal_parameters,
)

SHAPES: Final = {"rotmnist": (1, 28, 28), "cifar10": (3, 32, 32), "volumes": (1, 12, 12, 12)}
"""Channels and sides of the images of each task."""


@dataclass(frozen=True)
class Network:
    """A network with its width.

    Parameters
    ----------
    title : str
        Its name in tables.
    task : {"rotmnist", "cifar10", "volumes"}
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
        """Channels and sides of its images."""
        return SHAPES[self.task]

    @property
    def of_volumes(self) -> bool:
        """Whether its images have three axes."""
        return len(self.shape) == 4


def _resnet44(
    group: SplitGroup, published: tuple[int, int, int], share: str | None = None
) -> Callable[[int], nn.Module]:
    """Return what builds the network from the width of its first stage, w: (w, 2w, 4w) else."""

    def build(width: int) -> nn.Module:
        widths = published if width == published[0] else (width, 2 * width, 4 * width)
        return ResNet44(group, widths, share=share)

    return build


def _wide_resnet26(group: SplitGroup) -> Callable[[int], nn.Module]:
    """Return what builds the network from the width of its first stage."""
    return lambda width: WideResNet26(group, (width, 2 * width, 4 * width))


def _hexagonal(group: SplitGroup, width: int) -> nn.Module:
    """Return `P4CNN` of a hexagonal group, on as much of the image as a circle in it.

    29 points a side, 8/7 pixels apart: a hexagon of 631 points, in which that circle just fits.
    """
    resample = Resampling(group, 28, spacing=8 / 7, sides=29)
    return nn.Sequential(resample, P4CNN(group, width, image_size=29))


def _sampled(side: int, pool_size: int, stride: int = 2) -> Callable[[int], nn.Module]:
    """Return what builds `P4CNN` for a size, with a pooling that keeps p4 there, or breaks it."""

    def build(width: int) -> nn.Module:
        net = P4CNN(
            p4, width, image_size=side, pool_size=pool_size, pool_stride=stride, exact="ignore"
        )
        return nn.Sequential(nn.Upsample(side, mode="bilinear"), net)

    return build


def _volumes(name: str) -> Callable[[int], nn.Module]:
    """Return what builds `VolumeNet` of a group from the first width of the plain one.

    Both have about as many parameters. The classes are the five of the patches of a brain.
    """

    def build(width: int) -> nn.Module:
        group = catalog[name]
        widths = [equal_parameters(group, times * width) for times in (1, 2, 4)]
        return VolumeNet(group, widths, n_classes=5)

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
    "p4cnn-rotation-pooling-without-dropout": Network(
        "P4CNNRotationPooling without dropout",
        "rotmnist",
        lambda width: P4CNNRotationPooling(p4, width, dropout=0.0),
        20,
    ),
    "g-p4cnn": Network("g-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="g"), 17),
    "gc-p4cnn": Network("gc-P4CNN", "rotmnist", lambda width: P4CNN(p4, width, share="gc"), 30),
    "c-z2cnn": Network("c-Z2CNN", "rotmnist", lambda width: Z2CNN(width, separable=True), 57),
    "p4mcnn": Network("P4MCNN", "rotmnist", lambda width: P4CNN(p4m, width), 7),
    "p6cnn": Network("P6CNN, hexagonal", "rotmnist", lambda width: _hexagonal(p6, width), 9),
    "p6mcnn": Network("P6MCNN, hexagonal", "rotmnist", lambda width: _hexagonal(p6m, width), 6),
    "p4cnn-28-pool3": Network("P4CNN, 28 pixels, pooling 3", "rotmnist", _sampled(28, 3), 10),
    "p4cnn-29-pool3": Network("P4CNN, 29 pixels, pooling 3", "rotmnist", _sampled(29, 3), 10),
    "p4cnn-29-pool2": Network("P4CNN, 29 pixels, pooling 2", "rotmnist", _sampled(29, 2), 10),
    "p4cnn-34-stride3": Network(
        "P4CNN, 34 pixels, stride 3", "rotmnist", _sampled(34, 3, stride=3), 10
    ),
    "p4cnn-35-stride3": Network(
        "P4CNN, 35 pixels, stride 3", "rotmnist", _sampled(35, 3, stride=3), 10
    ),
    "allcnnc": Network("All-CNN-C", "cifar10", lambda width: AllCNNC(p1, width), 96),
    "p4-allcnnc": Network("p4-All-CNN-C", "cifar10", lambda width: AllCNNC(p4, width), 48),
    "p4m-allcnnc": Network("p4m-All-CNN-C", "cifar10", lambda width: AllCNNC(p4m, width), 32),
    "resnet44": Network("ResNet44", "cifar10", _resnet44(p1, (32, 64, 128)), 32),
    "p4m-resnet44": Network("p4m-ResNet44", "cifar10", _resnet44(p4m, (11, 23, 45)), 11),
    "g-p4m-resnet44": Network("g-p4m-ResNet44", "cifar10", _resnet44(p4m, (19, 38, 76), "g"), 19),
    "gc-p4m-resnet44": Network(
        "gc-p4m-ResNet44", "cifar10", _resnet44(p4m, (28, 56, 112), "gc"), 28
    ),
    "wide-resnet26": Network("WideResNet26", "cifar10", _wide_resnet26(p1), 71),
    "p4m-wide-resnet26": Network("p4m-WideResNet26", "cifar10", _wide_resnet26(p4m), 25),
    "volumenet": Network("VolumeNet", "volumes", _volumes("P1"), 8),
    "c4h-volumenet": Network("C4h-VolumeNet", "volumes", _volumes("P4/m"), 8),
    "d4h-volumenet": Network("D4h-VolumeNet", "volumes", _volumes("P4/mmm"), 8),
    "o-volumenet": Network("O-VolumeNet", "volumes", _volumes("P432"), 8),
    "oh-volumenet": Network("Oh-VolumeNet", "volumes", _volumes("Pm-3m"), 8),
}
"""Names that an experiment may give its model."""

SETS: Final[dict[str, tuple[str, ...]]] = {
    "five": ("z2cnn", "p4cnn", "p4cnn-rotation-pooling", "g-p4cnn", "gc-p4cnn"),
    "hexagonal": ("p4cnn", "p6cnn", "p4mcnn", "p6mcnn"),
    "guard": (
        "p4cnn",
        "p4cnn-28-pool3",
        "p4cnn-29-pool3",
        "p4cnn-29-pool2",
        "p4cnn-34-stride3",
        "p4cnn-35-stride3",
    ),
    "cifar10": (
        "allcnnc",
        "p4-allcnnc",
        "p4m-allcnnc",
        "resnet44",
        "p4m-resnet44",
        "g-p4m-resnet44",
        "gc-p4m-resnet44",
        "wide-resnet26",
        "p4m-wide-resnet26",
    ),
    "volumes": ("volumenet", "c4h-volumenet", "d4h-volumenet", "o-volumenet", "oh-volumenet"),
}
"""Networks that are compared: those of the published tables on rotated MNIST; square and hexagonal
lattices with about as many parameters; poolings that keep p4 (of 2 points on 28 pixels, of 3 on
29, and of 3 with a stride of 3 on 34) and that break it; those of the published tables on CIFAR-10;
groups of three dimensions with about as many parameters.
"""


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
