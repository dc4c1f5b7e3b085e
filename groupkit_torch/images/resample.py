r"""Resampling: images on square and cubic grids to any lattice, and back.

The point x of the lattice lies at :math:`\ell B (x - c)` from the image's centre, in pixels: B is
a basis of the lattice in Cartesian coordinates along the image's axes, :math:`\ell` the spacing,
and c the centre of the sampled array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from numbers import Real
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Inexact
from torch import Tensor, nn

from groupkit import Lattice, SplitGroup
from groupkit.errors import GroupkitError, brief
from groupkit.holohedry import holohedry
from groupkit.integers import integer
from groupkit_torch.images.interpolation import Grid, Sparse, distinct_frames, resampling_matrix
from groupkit_torch.images.shared_isometries import not_shared
from groupkit_torch.sampling.exactness import Exactness, read_sides
from groupkit_torch.sampling.sampler import CENTRE

_ROUNDING: Final = 1e-9


class ResamplingError(GroupkitError, ValueError):
    """Images, lattices or arrays that do not fit together."""

    law = "an image and the array of its samples are floating-point, and of the declared shapes"


class Resampling(nn.Module):
    r"""Sample images at the points of a lattice, :math:`f(x) = \hat I(\ell B (x - c))`.

    Interpolation is linear along each axis (bilinear, trilinear), in both directions, and exact
    on linear functions; on lattices it is averaged over the bases that isometries map to each
    other, so that it commutes with every isometry that the image's grid and the lattice share. It
    is a linear map of tensors with any leading axes, with gradients, on the tensor's own device.

    Parameters
    ----------
    lattice : SplitGroup or Lattice
        Where to sample: the lattice of a group, whose stable window will hold every sample, or a
        lattice alone.
    image_shape : int or tuple of int
        Sides of the image; an integer for all.
    spacing : float
        The length of the first basis vector, in pixels; of the unit of length of ``basis``, if
        that is given.
    basis : array of float, optional
        B, [d, d], the basis vectors as columns: how the lattice lies in the image, and how long
        its vectors are where the lattice leaves that open. By default ``lattice.basis``, whose
        first vector has length 1 and lies along the first axis.
    sides : int or tuple of int, optional
        Sides of the sampled array, odd, so that its centre is a sample; by default the smallest
        that hold every point of the lattice inside the image. The centre lies on the image's.
    antialias : bool
        Whether to average over the target's cells where they are larger than the source's.

    Raises
    ------
    ResamplingError
        If the image has another dimension than the lattice, the spacing is not positive, a side is
        even, or the basis is none of the lattice.

    Examples
    --------
    >>> import groupkit as gk
    >>> hexagonal = Resampling(gk.p6, 28)
    >>> x = hexagonal(torch.rand(16, 1, 28, 28))
    >>> x.shape
    torch.Size([16, 1, 45, 45])
    >>> hexagonal.to_image(x).shape
    torch.Size([16, 1, 28, 28])
    >>> along_the_cube = [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    >>> face_centred = Resampling(gk.Lattice.named("cubic F"), 9, basis=along_the_cube)
    >>> int(face_centred.mask.sum()), 9**3  # one pixel of two
    (365, 729)

    Notes
    -----
    A lattice of n times fewer samples than pixels has the spacing :math:`(n / \det B)^{1/d}`.

    References
    ----------
    Hoogeboom, Peters, Cohen & Welling (2018), "HexaConv", arXiv 1803.02108: images resampled to
    the hexagonal lattice by bilinear interpolation.
    """

    array_shape: tuple[int, ...]
    _mask: Tensor

    def __init__(
        self,
        lattice: SplitGroup | Lattice,
        image_shape: int | Sequence[int],
        spacing: float = 1.0,
        sides: int | Sequence[int] | None = None,
        antialias: bool = True,
        *,
        basis: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(lattice, SplitGroup | Lattice):
            raise ResamplingError(
                f"{brief(lattice)} is neither a group nor a lattice; Lattice.named knows the "
                "Bravais lattices",
                witness=lattice,
            )
        d = lattice.dimension
        self.lattice = lattice
        self.image_shape = _sides("image_shape", image_shape, d)
        self.spacing = _length(spacing)
        if isinstance(lattice, SplitGroup):
            points, matrices = lattice.lattice, lattice.stabilizer.matrices
        else:
            points, matrices = lattice, np.eye(d, dtype=np.int64)[None]
        basis = self.spacing * (points.basis if basis is None else _basis(basis, points))
        self._basis = basis
        if sides is None:
            self.array_shape = _enough(basis, matrices, self.image_shape)
        else:
            self.array_shape = _sides("sides", sides, d)
        if any(side % 2 == 0 for side in self.array_shape):
            raise ResamplingError(
                f"sides={self.array_shape} are not all odd, so no sample lies at the centre, which "
                "the group's elements turn about; use odd sides",
                witness=self.array_shape,
            )
        pixels = Grid(np.eye(d), np.eye(d, dtype=np.int64)[None], self.image_shape)
        samples = Grid(basis, distinct_frames(holohedry(points)), self.array_shape)
        inside = (np.abs(samples.places) <= np.array(self.image_shape) / 2 + _ROUNDING).all(axis=1)
        mask = inside.reshape(self.array_shape)
        samples = Grid(basis, samples.frames, self.array_shape, mask)
        with torch.device("cpu"):  # where they stay, also if the module is made on meta
            self._mask = torch.tensor(mask)
            self._to_lattice = _Weights(resampling_matrix(pixels, samples, antialias))
            self._to_image = _Weights(resampling_matrix(samples, pixels, antialias))

    @property
    def mask(self) -> Bool[Tensor, "*array"]:
        """Which samples lie inside the image, bool on the CPU."""
        return self._mask

    def forward(self, image: Inexact[Tensor, "*image"]) -> Inexact[Tensor, "*array"]:
        """Return the samples of an image, zero outside it.

        Parameters
        ----------
        image : Tensor
            [..., *image_shape], floating-point or complex.

        Returns
        -------
        Tensor
            [..., *array_shape].

        Raises
        ------
        ResamplingError
            If the image has another shape than declared, or integer entries.
        """
        samples = self._to_lattice(_checked(image, self.image_shape))
        return samples.view(samples.shape[:-1] + self.array_shape)

    def to_image(self, array: Inexact[Tensor, "*array"]) -> Inexact[Tensor, "*image"]:
        """Return the image of an array of samples, those outside `mask` left out.

        Parameters
        ----------
        array : Tensor
            [..., *array_shape], floating-point or complex.

        Returns
        -------
        Tensor
            [..., *image_shape].

        Raises
        ------
        ResamplingError
            If the array has another shape than ``array_shape``, or integer entries.
        """
        pixels = self._to_image(_checked(array, self.array_shape))
        return pixels.view(pixels.shape[:-1] + self.image_shape)

    def exactness(self, input_size: int | Sequence[int]) -> Exactness:
        """Return which elements of S map the image's box as the samples, from integers alone.

        They commute with the layer in both directions; others do not even act on the image. Of a
        lattice without a group, S is its holohedry.

        Parameters
        ----------
        input_size : int or sequence of int
            Sides of the image: those declared, for no others can be sampled.

        Raises
        ------
        ResamplingError
            If it is another size.

        Examples
        --------
        >>> import groupkit as gk
        >>> print(Resampling(gk.p6m, 28).exactness(28))
        spacing 1.0 on 28×28 keeps only the half turn r=3, the mirror m=1, r=2 along (1, 0) and
        the mirror m=1, r=5 along (1, 2) of p6m (the 6-fold rotation r=1 is lost: it does not map
        the image's grid onto itself)
        """
        group = self.lattice
        if not isinstance(group, SplitGroup):
            group = SplitGroup.from_matrices(group.name, holohedry(group), lattice=group)
        size = read_sides(group, input_size)
        if size != self.image_shape:
            raise ResamplingError(
                f"this layer samples images of {self.image_shape}, none of {size}; make a "
                "Resampling for that size",
                witness=size,
            )
        broken = not_shared(group.stabilizer, self._basis, size, self.array_shape)
        kept = [s for s in group.stabilizer if s not in broken]
        subgroup, setting = group.stabilizer.subgroup(kept), f"spacing {self.spacing}"
        return Exactness(
            group, setting, size, self.array_shape, broken, subgroup, CENTRE, remedies=()
        )

    def extra_repr(self) -> str:
        """Return the lattice and the two shapes."""
        name = self.lattice.name
        return f"{name}, {self.image_shape} -> {self.array_shape}, spacing={self.spacing}"


class _Weights:
    """A sparse matrix, copied once to every device and dtype that it is applied on."""

    def __init__(self, matrix: Sparse) -> None:
        index, weight = map(torch.tensor, matrix)
        filled = weight.any(dim=0)  # rows without weights are not summed, only filled in
        place = torch.where(filled, filled.cumsum(0) - 1, filled.sum())
        self._parts = index[:, filled], weight[:, filled], place
        self._copies: dict[tuple[torch.device, torch.dtype], tuple[Tensor, Tensor, Tensor]] = {}

    def __call__(self, flat: Tensor) -> Tensor:
        dtype = flat.real.dtype if flat.is_complex() else flat.dtype
        index, weight, place = self._on(flat.device, dtype)
        padded = F.pad(flat, (0, 1))
        # one term of every sum at a time: all at once would take as much memory as there are terms
        total = padded.index_select(-1, index[0]) * weight[0]
        for columns, weights in zip(index[1:], weight[1:], strict=True):
            total = total + padded.index_select(-1, columns) * weights
        if total.shape[-1] == len(place):
            return total
        return F.pad(total, (0, 1)).index_select(-1, place)

    def _on(self, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
        """Return the index, the weights and the rows' places."""
        if torch.compiler.is_compiling():  # which keeps constants itself
            index, weight, place = (part.to(device) for part in self._parts)
            return index, weight.to(dtype), place
        if (device, dtype) not in self._copies:
            with torch.inference_mode(False):  # the copy is shared with calls that train
                index, weight, place = (part.to(device) for part in self._parts)
                self._copies[device, dtype] = index, weight.to(dtype), place
        return self._copies[device, dtype]

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_copies": {}}


def _length(spacing: object) -> float:
    """Return a positive number."""
    if isinstance(spacing, Real) and 0 < float(spacing) < math.inf:
        return float(spacing)
    raise ResamplingError(
        f"spacing={spacing!r} is no length; give that of the first basis vector in pixels, such "
        "as 1.0",
        witness=spacing,
    )


def _basis(basis: Any, lattice: Lattice) -> Float[np.ndarray, "d d"]:
    """Return a basis, after checking that its Gram matrix is one of the lattice's family."""
    d = lattice.dimension
    try:
        vectors = np.asarray(basis, dtype=np.float64)
    except (TypeError, ValueError):
        vectors = np.empty(0)
    if vectors.shape != (d, d) or not abs(np.linalg.det(vectors)) > _ROUNDING:
        raise ResamplingError(
            f"basis={brief(basis)} does not hold {d} independent vectors of {d} coordinates as "
            "columns; give a square matrix",
            witness=basis,
        )
    gram = (vectors.T @ vectors).reshape(-1)
    forms = np.array(lattice.forms, dtype=np.float64).reshape(len(lattice.forms), -1).T
    fit = forms @ np.linalg.lstsq(forms, gram, rcond=None)[0]
    if np.abs(fit - gram).max() > _ROUNDING * np.abs(gram).max():
        raise ResamplingError(
            f"the basis {brief(vectors.tolist())} has the Gram matrix "
            f"{brief(gram.reshape(d, d).round(6).tolist())}, which is none of the {lattice.name} "
            "lattice; turn lattice.basis, or scale what the lattice leaves open",
            witness=vectors,
        )
    return vectors


def _sides(name: str, sides: int | Sequence[int], dimension: int) -> tuple[int, ...]:
    """Return a side for each axis."""
    one = integer(sides)
    listed = [sides] * dimension if one is not None else list(np.atleast_1d(np.asarray(sides)))
    whole = [integer(side) for side in listed]
    if len(whole) != dimension or any(side is None or side < 1 for side in whole):
        raise ResamplingError(
            f"{name}={brief(sides)} is not that of an array with {dimension} axes, the dimension "
            "of the lattice; give one positive integer, or one for each axis",
            witness=sides,
        )
    return tuple(side for side in whole if side is not None)


def _enough(
    basis: np.ndarray, matrices: np.ndarray, image_shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the least odd sides such that S keeps in the array whatever lies in the image."""
    corners = np.array(list(product((-0.5, 0.5), repeat=len(image_shape)))) * image_shape
    local = corners @ np.linalg.inv(basis).T
    reach = np.abs(local @ matrices.swapaxes(-1, -2)).max(axis=(0, 1))
    return tuple(2 * int(np.floor(side + _ROUNDING)) + 1 for side in reach)


def _checked(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return a tensor with its space axes flattened, after checking them."""
    if not (x.is_floating_point() or x.is_complex()):
        raise ResamplingError(
            f"a tensor of {x.dtype} cannot be interpolated; convert it first, with x.float()",
            witness=x.dtype,
        )
    if x.dim() < len(shape) or tuple(x.shape[-len(shape) :]) != shape:
        raise ResamplingError(
            f"the last axes of a tensor of shape {tuple(x.shape)} are not {shape}; make a "
            "Resampling for its own shape",
            witness=tuple(x.shape),
        )
    return x.flatten(x.dim() - len(shape))
