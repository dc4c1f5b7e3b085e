"""Images rotated about their centres, by any angle."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from groupkit_torch.experiments.data.labelled import Labelled

_AT_ONCE: Final = 2000


def rotate(
    images: Float[Tensor, "n channels side side"], angles: Float[Tensor, " n"]
) -> Float[Tensor, "n channels side side"]:
    r"""(R f)(x) = f(R⁻¹ x), f between pixels by bilinear interpolation, zero outside.

    Parameters
    ----------
    images : Tensor
        [n, channels, side, side].
    angles : Tensor
        [n], in radians; π/2 turns as `torch.rot90` does.

    Examples
    --------
    >>> image = torch.rand(1, 1, 5, 5)
    >>> turned = rotate(image, torch.tensor([torch.pi / 2]))
    >>> torch.allclose(turned, torch.rot90(image, 1, (-2, -1)), atol=1e-6)
    True
    """
    cos, sin = torch.cos(angles), torch.sin(angles)
    zero = torch.zeros_like(cos)
    rows = [torch.stack([cos, -sin, zero], -1), torch.stack([sin, cos, zero], -1)]
    matrices = torch.stack(rows, 1).to(images.dtype)
    grid = nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, mode="bilinear", align_corners=False)


def rotate_at_random(data: Labelled, seed: int) -> Labelled:
    """Rotate each image once by an angle drawn uniformly from [0, 2π): the recipe of rotated MNIST.

    Parameters
    ----------
    data : Labelled
    seed : int
        Of the angles, which are the same on every machine.

    References
    ----------
    H. Larochelle, D. Erhan, A. Courville, J. Bergstra, Y. Bengio (2007), "An empirical evaluation
    of deep architectures on problems with many factors of variation".
    """
    angles = np.random.default_rng(seed).uniform(0, 2 * math.pi, len(data))
    parts = zip(data.images.split(_AT_ONCE), torch.from_numpy(angles).split(_AT_ONCE), strict=True)
    return Labelled(torch.cat([rotate(part, turn) for part, turn in parts]), data.labels)
