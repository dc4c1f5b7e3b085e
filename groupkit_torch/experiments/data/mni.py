"""Patches of the MNI152 template of a brain, inside the wheel of nilearn 0.14.1.

The wheel is read as an archive of data: it is neither installed nor imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8

from groupkit_torch.experiments.data.files import read_members
from groupkit_torch.experiments.data.labelled import Labelled
from groupkit_torch.experiments.data.nifti import parse_nifti
from groupkit_torch.experiments.data.shape_index import shape_index, smoothed
from groupkit_torch.experiments.errors import DataFileError

RELEASE: Final = "nilearn 0.14.1"
SHA256: Final = "725206484e9fb3f6691f9c2d20204a068759d5072f12055324702ee0cb2bbe8a"
_MEMBER: Final = "nilearn/datasets/data/mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"

SIDE: Final = 12
"""Voxels, which are millimetres, of a patch along each axis."""
SLAB: Final = 24
"""Thickness of the slabs from back to front that patches are cut from."""
PARTS: Final = ("train", "test", "validation", "test")
"""What slabs are for, in this order and again."""
SHAPES: Final = (-0.6, -0.2, 0.2, 0.6)
"""Where shape indices are divided: hollow, groove, saddle, ridge, dome."""

_MOST = 1000  # patches of a class and a part
_BORDER, _STEEP = 0.1, 0.03

Volume = UInt8[np.ndarray, "x y z"]


def read_mni(wheel: Path, sha256: str | None = SHA256) -> tuple[Volume, Volume]:
    """Return the T1-weighted volume and that of the share of white matter, in voxels of 1 mm³.

    Parameters
    ----------
    wheel : Path
        ``nilearn-0.14.1-py3-none-any.whl``, as ``pip download --no-deps nilearn==0.14.1`` saves it.
    sha256 : str or None
        Of the wheel; None to take any.

    Returns
    -------
    t1, white : ndarray
        [x, y, z], unsigned bytes: from left to right, back to front, bottom to top.

    Raises
    ------
    DataFileError
        If the wheel is another one, or damaged.

    References
    ----------
    V. S. Fonov et al. (2011), "Unbiased average age-appropriate atlases for pediatric studies",
    NeuroImage 54, 313-327.
    """
    members = [_MEMBER.format(kind) for kind in ("t1", "wm")]
    raws = read_members(wheel, members, RELEASE, sha256)
    t1, white = (parse_nifti(raw, wheel / name) for raw, name in zip(raws, members, strict=True))
    if t1.shape != white.shape:
        raise DataFileError(
            f"{wheel} has volumes of {t1.shape} and {white.shape} voxels, and one is the map of "
            "the other; obtain it again",
            witness=str(wheel),
        )
    return t1, white


def cut_patches(t1: Volume, white: Volume) -> dict[str, Labelled]:
    r"""Return patches of the surface of the white matter, and how it is curved in their middle.

    The class is the `shape_index` of the level set of the share of white matter, smoothed twice,
    at the point in the middle of the patch, divided at `SHAPES`; the patch is of the T1-weighted
    volume. Patches are centred where that share is between 0.4 and 0.6 and rises by at least 0.03
    a voxel, and drawn with a fixed seed, as many of one class as of another.

    The template is its own mirror image, so patches come from its left half alone; each lies
    within a slab, and slabs are for one part: no voxel, and no mirror image of one, is in patches
    of two parts. Neither do classes reach farther than patches.

    Parameters
    ----------
    t1, white : ndarray
        [x, y, z].

    Returns
    -------
    dict
        Of "train", "validation" and "test"; any five in a row are of the five classes. A part may
        be empty.
    """
    half = (len(t1) + 1) // 2
    share = _cornered(smoothed(white.astype(np.float64) / 255, times=2))[: half - 1]
    border = abs(share - 0.5) < _BORDER
    index, steepness = shape_index(share, border)
    kinds: Int[np.ndarray, "i j k"] = np.full(share.shape, -1)
    kinds[border] = np.where(steepness > _STEEP, np.digitize(index, SHAPES), -1)
    # patch p has its middle at the corner p + SIDE / 2 - 1
    middle = slice(SIDE // 2 - 1, 1 - SIDE // 2)
    kinds = kinds[middle, middle, middle]
    first = np.arange(kinds.shape[1])
    within = first // SLAB == (first + SIDE - 1) // SLAB
    random = np.random.default_rng(0)
    cut = {}
    for part in ("train", "validation", "test"):
        mine = np.array(PARTS)[first // SLAB % len(PARTS)] == part
        places = _drawn(kinds, (within & mine)[:, None], random)
        cut[part] = _patches(t1, kinds, places)
    return cut


def _cornered(volume: Float[np.ndarray, "x y z"]) -> Float[np.ndarray, "i j k"]:
    """Return the means of the eight voxels about each corner between them."""
    for axis in range(3):
        moved = np.moveaxis(volume, axis, 0)
        volume = np.moveaxis((moved[:-1] + moved[1:]) / 2, 0, axis)
    return volume


def _drawn(
    kinds: Int[np.ndarray, "i j k"], allowed: Bool[np.ndarray, "j 1"], random: np.random.Generator
) -> Int[np.ndarray, "n 3"]:
    """Return places drawn at random, as many of each class, one class after the other in turn."""
    found = [np.argwhere(allowed & (kinds == kind)) for kind in range(len(SHAPES) + 1)]
    number = min(_MOST, *map(len, found))
    chosen = [places[random.permutation(len(places))[:number]] for places in found]
    return np.stack(chosen, axis=1).reshape(-1, 3)


def _patches(
    t1: Volume, kinds: Int[np.ndarray, "i j k"], places: Int[np.ndarray, "n 3"]
) -> Labelled:
    windows = np.lib.stride_tricks.sliding_window_view(t1, (SIDE, SIDE, SIDE))
    i, j, k = places.T
    images = torch.from_numpy(windows[i, j, k].astype(np.float32) / 255)
    return Labelled(images.unsqueeze(1), torch.from_numpy(kinds[i, j, k].astype(np.int64)))
