"""What is done to the images of each batch, anew in each epoch."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from groupkit_torch.experiments.data.orientation import ORIENTATIONS, orient
from groupkit_torch.experiments.data.rotation import rotate
from groupkit_torch.experiments.errors import ExperimentError

_SHIFT = 4


def augment(
    images: Float[Tensor, "n channels *space"],
    kind: str,
    black: Float[Tensor, "1 channels *ones"],
) -> Float[Tensor, "n channels *space"]:
    """Return the images moved at random, by torch's generator.

    Parameters
    ----------
    images : Tensor
    kind : {"none", "rotations", "flips-and-shifts"}
        Rotations by any angle, of volumes the 24 of a cube; or a mirror image with probability ½,
        then a shift by up to 4 pixels along each axis, as for CIFAR10+, zeros coming in.
    black : Tensor
        [1, channels, 1, 1], the value of the pixels that come in with a rotation, as with those
        that are drawn once: images are standardised here, and zero is the mean.

    Raises
    ------
    ExperimentError
        If there is no such kind.
    """
    if kind == "none":
        return images
    if kind == "rotations" and images.ndim == 5:
        return orient(
            images, torch.randint(len(ORIENTATIONS), (len(images),), device=images.device)
        )
    if kind == "rotations":
        angles = 2 * math.pi * torch.rand(len(images), device=images.device)
        return rotate(images - black, angles) + black
    if kind == "flips-and-shifts" and images.ndim == 4:
        return _shifted(_flipped(images))
    raise ExperimentError(
        f"augmentation={kind!r} is none that there is for images with {images.ndim - 2} axes",
        witness=kind,
    )


def _flipped(images: Tensor) -> Tensor:
    mirrored = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return torch.where(mirrored, images.flip(-1), images)


def _shifted(images: Tensor) -> Tensor:
    """Shift every image by its own vector; zeros come in."""
    n, channels, side, _ = images.shape
    device = images.device
    padded = nn.functional.pad(images, 4 * [_SHIFT])
    up, left = torch.randint(2 * _SHIFT + 1, (2, n, 1), device=device)
    points = torch.arange(side, device=device)
    rows = (up + points)[:, None, :, None].expand(n, channels, side, padded.shape[-1])
    columns = (left + points)[:, None, None, :].expand(n, channels, side, side)
    return padded.gather(2, rows).gather(3, columns)
