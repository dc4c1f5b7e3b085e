r"""Hexagonal images: arrays of shifted rows or columns, and arrays in lattice coordinates.

A camera with hexagonal pixels stores them as an *offset array*: row i, column j, every other row
shifted to the right by half a pixel (or every other column down). Where a pixel lies on the
lattice is linear in (i, j) but for that shift. With :math:`p = i \bmod 2` and rows shifted,

.. math:: (u, v) = (i,\; j + \tfrac{i + p}{2}) \ \text{(odd rows shifted)}, \qquad
          (u, v) = (i,\; j + \tfrac{i - p}{2}) \ \text{(even rows shifted)}

in the crystallographers' basis, whose vectors make an angle of 120°, and :math:`(u, v - u)` in
the *axial* one of 60°. Shifted columns are the same, transposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Int, Shaped
from torch import Tensor

from groupkit.errors import GroupkitError
from groupkit.integers import integer

_LAYOUTS: Final = ("odd-row", "even-row", "odd-column", "even-column")
_BASES: Final = (120, 60)
_FITS: Final = ("hexagon", "box")


class LayoutError(GroupkitError, ValueError):
    """An array is not an offset array of the declared layout, or not its image on the lattice."""

    law = "a hexagonal image has a layout, a shape and a basis"


@dataclass(frozen=True)
class OffsetLayout:
    """An offset array of hexagonal pixels, and where its pixels lie in lattice coordinates.

    Both directions move entries and compute nothing: ``to_offset(to_lattice(image))`` is the image
    to the bit, for any dtype and leading axes, with gradients, on the tensor's own device.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the offset array.
    layout : {"odd-row", "even-row", "odd-column", "even-column"}
        Which rows are shifted to the right, or which columns down, by half a pixel; rows and
        columns are counted from 0.
    basis : {120, 60}
        The angle between the basis vectors: 120 for the groups shipped with groupkit (p6, p6m),
        60 for groups declared in axial coordinates, such as that of [[0, -1], [1, 1]].
    fit : {"hexagon", "box"}
        The lattice array: the smallest odd square whose hexagon, which the six-fold rotation
        about its centre maps onto itself, holds every pixel; or the smallest box, for groups of
        translations and half turns.

    Raises
    ------
    LayoutError
        If an argument is none of these.

    Examples
    --------
    >>> layout = OffsetLayout((2, 3), "odd-row", fit="box")
    >>> layout.to_lattice(torch.arange(1, 7).reshape(2, 3))
    tensor([[1, 2, 3, 0],
            [0, 4, 5, 6]])
    >>> layout.mask.int()
    tensor([[1, 1, 1, 0],
            [0, 1, 1, 1]], dtype=torch.int32)
    >>> OffsetLayout((28, 28)).array_shape
    (43, 43)

    References
    ----------
    Hoogeboom, Peters, Cohen & Welling (2018), "HexaConv", arXiv 1803.02108: offset and axial
    coordinates of hexagonal images.
    """

    shape: tuple[int, int]
    layout: str = "odd-row"
    basis: int = 120
    fit: str = "hexagon"

    def __post_init__(self) -> None:
        for name, known in (("layout", _LAYOUTS), ("basis", _BASES), ("fit", _FITS)):
            value = getattr(self, name)
            if value not in known:
                raise LayoutError(
                    f"{name}={value!r} is none of {', '.join(map(repr, known))}; choose one",
                    witness=value,
                )
        sides = [integer(side) for side in self.shape] if np.iterable(self.shape) else []
        if len(sides) != 2 or any(side is None or side < 1 for side in sides):
            raise LayoutError(
                f"shape={self.shape!r} is not that of an offset array; give two positive "
                "integers, rows and columns",
                witness=self.shape,
            )
        object.__setattr__(self, "shape", tuple(sides))

    @cached_property
    def _placement(self) -> tuple[Int[np.ndarray, "rows columns 2"], tuple[int, int]]:
        """Where each pixel lies in the lattice array, and the sides of that array."""
        u, v = _in_120_degrees(self.shape, self.layout)
        radius = None
        if self.fit == "hexagon":
            (u0, v0), radius = _smallest_hexagon(u, v)
            u, v = u - u0, v - v0
        if self.basis == 60:
            u, v = (u, v - u) if self.layout.endswith("row") else (u - v, v)
        low = (u.min(), v.min()) if radius is None else (-radius, -radius)
        points: Int[np.ndarray, "rows columns 2"] = np.stack([u, v], axis=-1) - low
        points.flags.writeable = False
        sides = points.max(axis=(0, 1)) + 1 if radius is None else [2 * radius + 1] * 2
        return points, (int(sides[0]), int(sides[1]))

    @property
    def coordinates(self) -> Int[np.ndarray, "rows columns 2"]:
        """Where each pixel lies in the lattice array, [rows, columns, 2]; read-only."""
        return self._placement[0]

    @property
    def array_shape(self) -> tuple[int, int]:
        """The sides of the lattice array."""
        return self._placement[1]

    @cached_property
    def _positions(self) -> Int[Tensor, "rows columns"]:
        """The flat position in the lattice array of every pixel."""
        u, v = np.moveaxis(self.coordinates, -1, 0)
        return torch.tensor(u * self.array_shape[1] + v)

    @cached_property
    def _pixels(self) -> Int[Tensor, "u v"]:
        """The number of the pixel at every entry of the lattice array, rows * columns at none."""
        count = self._positions.numel()
        pixels = torch.full(self.array_shape, count)
        pixels.view(-1)[self._positions.view(-1)] = torch.arange(count)
        return pixels

    @property
    def mask(self) -> Bool[Tensor, "u v"]:
        """Which entries of the lattice array are pixels, bool on the CPU."""
        return self._pixels < self._positions.numel()

    def to_lattice(
        self, image: Shaped[Tensor, "*leading rows columns"]
    ) -> Shaped[Tensor, "*leading u v"]:
        """Return the image in lattice coordinates, zero where there is no pixel.

        Parameters
        ----------
        image : Tensor
            [..., rows, columns].

        Returns
        -------
        Tensor
            [..., *array_shape].

        Raises
        ------
        LayoutError
            If the last two axes have other lengths than declared.
        """
        return _gather(image, self.shape, self._pixels)

    def to_offset(
        self, array: Shaped[Tensor, "*leading u v"]
    ) -> Shaped[Tensor, "*leading rows columns"]:
        """Return the offset array of a lattice array: the entries that are pixels.

        Parameters
        ----------
        array : Tensor
            [..., u, v].

        Returns
        -------
        Tensor
            [..., rows, columns].

        Raises
        ------
        LayoutError
            If the last two axes have other lengths than ``array_shape``.
        """
        return _gather(array, self.array_shape, self._positions)


def _in_120_degrees(
    shape: tuple[int, int], layout: str
) -> tuple[Int[np.ndarray, "rows columns"], Int[np.ndarray, "rows columns"]]:
    """Return the coordinates u and v of every pixel in the basis of 120°."""
    kind, lines = layout.split("-")
    straight, along = np.indices(shape) if lines == "row" else np.indices(shape)[::-1]
    parity = straight % 2 if kind == "odd" else -(straight % 2)
    skewed = along + (straight + parity) // 2
    return (straight, skewed) if lines == "row" else (skewed, straight)


def _smallest_hexagon(
    u: Int[np.ndarray, "*points"], v: Int[np.ndarray, "*points"]
) -> tuple[tuple[int, int], int]:
    """Return the centre and the radius k of the least |x|, |y|, |x - y| ≤ k about all points."""
    middle = [(int(x.min()) + int(x.max())) // 2 for x in (u, v)]
    ranges = [(int(x.min()), int(x.max())) for x in (u, v, u - v)]

    def radius(centre: tuple[int, int]) -> int:
        places = (*centre, centre[0] - centre[1])
        return max(max(high - at, at - low) for at, (low, high) in zip(places, ranges, strict=True))

    near = [(middle[0] + a, middle[1] + b) for a, b in product(range(-1, 3), repeat=2)]
    best = min(near, key=radius)
    return best, radius(best)


def _gather(
    x: Shaped[Tensor, "*leading rows columns"],
    expected: tuple[int, int],
    positions: Int[Tensor, "u v"],
) -> Shaped[Tensor, "*leading u v"]:
    """Return the entries of the last two axes at flat positions; one past the last is a zero."""
    if tuple(x.shape[-2:]) != expected:
        raise LayoutError(
            f"the last two axes of a tensor of shape {tuple(x.shape)} are not {expected}, as this "
            "layout has them; make an OffsetLayout for the array's own shape",
            witness=tuple(x.shape),
        )
    flat = F.pad(x.flatten(-2), (0, 1))
    taken = flat.index_select(-1, positions.reshape(-1).to(x.device))
    return taken.view(*x.shape[:-2], *positions.shape)
