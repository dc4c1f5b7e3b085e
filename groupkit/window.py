"""Windows: finite point sets that the stabilizer maps onto themselves about a centre."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from groupkit.errors import DimensionError, WindowError
from groupkit.integers import exact_matmul, integer
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import (
    Centre,
    allowed_shifts,
    box_centre,
    reaches_sides,
    read_box,
    read_centre,
    show_centre,
    sizes_that_work,
    stable_box,
)


class Window:
    """A finite set W of lattice points with M(s)(x - c) + c ∈ W for every x ∈ W and s ∈ S.

    A centre c is allowed when (I - M)c is an integer vector for every M: halves give even
    filters, thirds those of three-fold groups.  Points are kept in row-major order.
    Instances are frozen, hashable and equal by value.

    Parameters
    ----------
    stabilizer : Stabilizer
    points : numpy.ndarray
        int64 [points, d]; order and repetitions do not matter.
    centre : tuple of Fraction
        c, in the same coordinates.

    Raises
    ------
    WindowError
        If the centre is not allowed, or a point leaves the set; the witness is the matrix or
        the point and its image.

    Examples
    --------
    >>> from groupkit import p6
    >>> hexagon = p6.window(3)
    >>> len(hexagon), hexagon.box, hexagon.mask.astype(int).tolist()
    (7, (3, 3), [[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    """

    __slots__ = ("__dict__", "centre", "points", "stabilizer")

    stabilizer: Stabilizer
    points: Int[np.ndarray, "points d"]
    centre: Centre

    def __init__(
        self, stabilizer: Stabilizer, points: Int[np.ndarray, "points d"], centre: Centre
    ) -> None:
        distinct = np.unique(points, axis=0).astype(np.int64)
        distinct.flags.writeable = False
        for name, value in (("stabilizer", stabilizer), ("points", distinct), ("centre", centre)):
            object.__setattr__(self, name, value)
        self.permutations.flags.writeable = False  # computed now, so that it fails now

    @classmethod
    def of_size(cls, stabilizer: Stabilizer, kernel_size: int | Sequence[int]) -> Window:
        """Return the largest stable subset of the box [0, n_1) × … about its centre (n - 1)/2.

        Parameters
        ----------
        stabilizer : Stabilizer
        kernel_size : int or tuple of int
            The sides of the box.

        Raises
        ------
        WindowError
            If the stable subset does not reach all sides of the box; the message names
            sizes that work.
        """
        box = read_box(kernel_size, stabilizer.dimension)
        mask = stable_box(stabilizer, box)
        if mask is None or not reaches_sides(mask):
            near = " or ".join(str(size) for size in sizes_that_work(stabilizer, box))
            shown = box[0] if len(set(box)) == 1 else box
            raise WindowError(
                f"no window of size {shown} is stable under {stabilizer!r}: "
                + (
                    f"the centre {show_centre(box_centre(box))} of the box is not allowed"
                    if mask is None
                    else "its largest stable subset has a smaller bounding box"
                )
                + (f"; sizes near it that work: {near}" if near else "; use equal odd sides"),
                witness=box,
            )
        return cls(stabilizer, np.argwhere(mask), box_centre(box))

    @classmethod
    def from_points(
        cls, stabilizer: Stabilizer, points: Iterable[Sequence[int]], centre: Any = None
    ) -> Window:
        """Return the window of explicit lattice points.

        Parameters
        ----------
        stabilizer : Stabilizer
        points : iterable of d integers each
        centre : sequence of d rational numbers, optional
            The mean of the points by default, which every stable set has as a centre.

        Raises
        ------
        WindowError, DimensionError
        """
        rows = [list(point) for point in points]
        whole = [[integer(coordinate) for coordinate in row] for row in rows]
        if not rows or any(coordinate is None for row in whole for coordinate in row):
            raise WindowError(
                f"a window is a non-empty set of integer points, not {rows!r}; give one list of "
                f"{stabilizer.dimension} integers a point",
                witness=rows,
            )
        if any(len(row) != stabilizer.dimension for row in rows):
            raise DimensionError(
                f"points of a window have {stabilizer.dimension} coordinates here, as the group "
                f"has that dimension; got {rows!r}",
                witness=rows,
            )
        array = np.unique(np.array(whole, dtype=np.int64), axis=0)
        if centre is None:
            middle = tuple(Fraction(int(total), len(array)) for total in array.sum(axis=0))
        else:
            middle = read_centre(centre, stabilizer.dimension)
        return cls(stabilizer, array, middle)

    @property
    def corner(self) -> tuple[int, ...]:
        """The lowest corner of the bounding box."""
        return tuple(int(x) for x in self.points.min(axis=0))

    @property
    def box(self) -> tuple[int, ...]:
        """The sides of the bounding box."""
        return tuple(int(x) for x in np.ptp(self.points, axis=0) + 1)

    @cached_property
    def mask(self) -> Bool[np.ndarray, "*box"]:
        """Which points of the bounding box belong to the window."""
        mask = np.zeros(self.box, dtype=bool)
        mask[tuple((self.points - self.corner).T)] = True
        mask.flags.writeable = False
        return mask

    @cached_property
    def permutations(self) -> Int[np.ndarray, "order points"]:
        """Entry [s, i] is the number of the point that s maps point i to."""
        shifts = allowed_shifts(self.stabilizer, self.centre)
        corner, box = np.array(self.corner), np.array(self.box)
        numbers = np.full(self.box, -1, dtype=np.int64)
        numbers[tuple((self.points - corner).T)] = np.arange(len(self.points))
        result = np.empty((self.stabilizer.order, len(self.points)), dtype=np.int64)
        for s, (matrix, shift) in enumerate(zip(self.stabilizer.matrices, shifts, strict=True)):
            images = exact_matmul(self.points, matrix.T) + shift - corner
            inside = ((images >= 0) & (images < box)).all(axis=1)
            result[s] = np.where(inside, numbers[tuple(np.where(inside[:, None], images, 0).T)], -1)
            if (result[s] < 0).any():
                i = int(np.argmax(result[s] < 0))
                image = [int(x) for x in images[i] + corner]
                raise WindowError(
                    f"the window is not stable: M = {matrix.tolist()} about the centre "
                    f"{show_centre(self.centre)} maps its point {self.points[i].tolist()} to "
                    f"{image}, which is not in it; add that point, or give another centre",
                    witness=(self.points[i].tolist(), image),
                )
        return result

    def __len__(self) -> int:
        return len(self.points)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Window is frozen: {name} cannot be set")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Window):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, ...]:
        return self.stabilizer, self.points.tobytes(), self.centre

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.stabilizer, np.array(self.points), self.centre)

    def __repr__(self) -> str:
        box = "×".join(str(side) for side in self.box)
        return f"Window({len(self)} points of {box}, centre {show_centre(self.centre)})"
