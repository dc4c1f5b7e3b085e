"""Which elements commute with a layer at a size, measured with random numbers, none spared."""

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

import groupkit as gk
from groupkit.action import array_action, image_shape
from groupkit.feature_type import FeatureType
from groupkit_torch.functional import act


@cache
def transform(
    stabilizer: gk.Stabilizer, s: int, size: tuple[int, ...], kind: FeatureType
) -> Tensor:
    return torch.tensor(array_action(stabilizer, s, size, kind))


@cache
def pairs(
    stabilizer: gk.Stabilizer, s: int, size: tuple[int, ...]
) -> tuple[Tensor, Tensor, tuple[int, ...]] | None:
    """Return flat positions x and M x about the centres; None if M x is no lattice point.

    Where S has no centre, x runs over what those elements of S keep in the array that have one.
    """
    image = image_shape(stabilizer, s, size)
    doubled = np.array(size) - 1
    points = 2 * np.argwhere(np.ones(size, dtype=bool)) - doubled
    for matrix in stabilizer.matrices:
        if stabilizer.is_signed_permutation:
            break
        if not ((doubled - matrix @ doubled) % 2).any():
            points = points[(np.abs(points @ matrix.T) <= doubled).all(axis=1)]
    moved = points @ stabilizer.matrices[s].T + (np.array(image) - 1)
    if (moved % 2).any():
        return None
    here = np.ravel_multi_index(tuple(((points + doubled) // 2).T), size)
    there = np.ravel_multi_index(tuple((moved // 2).T), image)
    return torch.tensor(here), torch.tensor(there), image


@torch.no_grad()
def kept_elements(
    layer: nn.Module,
    group: gk.SplitGroup,
    size: tuple[int, ...],
    in_type: FeatureType,
    out_type: FeatureType,
    draws: int,
) -> tuple[int, ...]:
    """Return the elements s with Φ(L_s f) = L_s Φ(f), f random."""
    d = len(size)
    x = torch.randn(draws, 1, *in_type.array_shape(size), dtype=torch.float64)
    y = layer(x)
    kept = []
    for s in group.stabilizer:
        found = pairs(group.stabilizer, s, tuple(y.shape[-d:]))
        if found is None:
            continue
        here, there, image = found
        try:
            gy = layer(act(x, transform(group.stabilizer, s, size, in_type)))
        except (RuntimeError, ValueError):
            continue  # the side-permuted array is too small
        if tuple(gy.shape[-d:]) != image:
            continue
        expected, actual = y.flatten(-d)[..., here], gy.flatten(-d)[..., there]
        if out_type.has_axis:
            inverse = group.stabilizer.inverses[s]
            expected = expected[:, :, torch.tensor(out_type.action[inverse])]
        scale = y.abs().max().item() or 1.0
        if expected.numel() == 0 or (expected - actual).abs().max() <= 1e-10 * scale:
            kept.append(s)
    return tuple(kept)
