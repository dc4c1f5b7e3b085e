"""Windows: finite point sets that the stabilizer maps onto themselves about a centre."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from groupkit.errors import DimensionError, WindowError, brief
from groupkit.frozen import Frozen
from groupkit.integers import INT64_LIMIT, exact_matmul, exact_sum, integer
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import (
    MOST_POINTS,
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


class Window(Frozen):
    """A finite set W of lattice points with M(s)(x - c) + c ∈ W for every x ∈ W and s ∈ S.

    A centre c is allowed when (I - M)c is an integer vector for every M: halves give even
    filters, thirds those of three-fold groups.  Points are kept in row-major order.
    Instances are frozen, hashable and equal by value.

    Parameters
    ----------
    stabilizer : Stabilizer
    points : numpy.ndarray or iterable of points
        Integers [points, d]; order and repetitions do not matter.
    centre : iterable of d integers or fractions
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
        self, stabilizer: Stabilizer, points: Iterable[Any], centre: Iterable[Any]
    ) -> None:
        distinct = np.unique(_points(points, stabilizer.dimension), axis=0)
        middle = read_centre(centre, stabilizer.dimension)
        self._set(stabilizer=stabilizer, points=distinct, centre=middle)
        if math.prod(self.box) > MOST_POINTS:
            raise WindowError(
                f"the bounding box of the window, {'×'.join(map(str, self.box))}, has more than "
                f"{MOST_POINTS} points, which is the limit; choose points that lie closer",
                witness=self.box,
            )
        self.permutations.flags.writeable = False  # computed now, so that it fails now

    @classmethod
    def of_size(cls, stabilizer: Stabilizer, kernel_size: int | Sequence[int]) -> Window:
        """Return the largest stable subset of the box [0, n_1) × … about its centre (n - 1)/2.

        Parameters
        ----------
        stabilizer : Stabilizer
        kernel_size : int or tuple of int
            The sides of the box.

        Returns
        -------
        Window

        Raises
        ------
        WindowError
            If the stable subset does not reach all sides of the box; the message names
            sizes that work.

        Examples
        --------
        >>> from groupkit import p6
        >>> len(Window.of_size(p6.stabilizer, 5))
        19
        """
        return _largest_in_box(stabilizer, read_box(kernel_size, stabilizer.dimension))

    @classmethod
    def from_points(
        cls, stabilizer: Stabilizer, points: Iterable[Any], centre: Any = None
    ) -> Window:
        """Return the window of explicit lattice points.

        Parameters
        ----------
        stabilizer : Stabilizer
        points : iterable of d integers each
        centre : sequence of d rational numbers, optional
            The mean of the points by default, which every stable set has as a centre.

        Returns
        -------
        Window

        Raises
        ------
        WindowError, DimensionError

        Examples
        --------
        >>> from groupkit import catalog
        >>> triangle = Window.from_points(catalog["p3"].stabilizer, [(0, 0), (1, 0), (1, 1)])
        >>> [str(c) for c in triangle.centre]
        ['2/3', '1/3']
        """
        array = np.unique(_points(points, stabilizer.dimension), axis=0)
        if centre is None:
            centre = [Fraction(int(total), len(array)) for total in array.sum(axis=0)]
        return cls(stabilizer, array, read_centre(centre, stabilizer.dimension))

    @property
    def corner(self) -> tuple[int, ...]:
        """The lowest corner of the bounding box."""
        return tuple(int(x) for x in self.points.min(axis=0))

    @property
    def box(self) -> tuple[int, ...]:
        """The sides of the bounding box."""
        return tuple(int(side) for side in np.ptp(self.points, axis=0) + 1)

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
            images = exact_sum(exact_matmul(self.points, matrix.T), exact_sum(shift, -corner))
            inside = np.all((images >= 0) & (images < box), axis=1)
            places = np.where(inside[:, None], images, 0).astype(np.int64)
            result[s] = np.where(inside, numbers[tuple(places.T)], -1)
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

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.stabilizer, self.points.tobytes(), self.centre

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.stabilizer, np.array(self.points), self.centre)

    def __repr__(self) -> str:
        box = "×".join(str(side) for side in self.box)
        return f"Window({len(self)} points of {box}, centre {show_centre(self.centre)})"


@lru_cache(maxsize=256)
def _largest_in_box(stabilizer: Stabilizer, box: tuple[int, ...]) -> Window:
    mask = stable_box(stabilizer, box)
    if mask is None or not reaches_sides(mask):
        near = " or ".join(str(size) for size in sizes_that_work(stabilizer, box))
        shown = box[0] if len(set(box)) == 1 else box
        raise WindowError(
            f"no window of size {shown} is stable under {stabilizer}: "
            + (
                f"the centre {show_centre(box_centre(box))} of the box is not allowed"
                if mask is None
                else "its largest stable subset has a smaller bounding box"
            )
            + (f"; sizes near it that work: {near}" if near else "; use equal odd sides"),
            witness=box,
        )
    return Window(stabilizer, np.argwhere(mask), box_centre(box))


def _points(points: Any, dimension: int) -> Int[np.ndarray, "points d"]:
    """Return a user's points as an int64 array, checked."""
    limit = INT64_LIMIT >> 24  # sums over a window stay exact
    if isinstance(points, np.ndarray) and points.dtype == np.int64 and points.ndim == 2:
        if points.shape[1] == dimension and points.size and np.abs(points).max() <= limit:
            return points
        rows = points.tolist()
    else:
        listed: list[Any] = list(points) if isinstance(points, Iterable) else []
        whole = all(isinstance(point, Iterable) for point in listed)
        rows = [[integer(x) for x in point] for point in listed] if whole else []
    if not rows or any(x is None or abs(x) > limit for row in rows for x in row):
        raise WindowError(
            f"a window is a non-empty set of integer points, not {brief(points)}; give one list of "
            f"{dimension} integers a point, none beyond {limit}",
            witness=points,
        )
    if any(len(row) != dimension for row in rows):
        raise DimensionError(
            f"points of a window have {dimension} coordinates here, as the group has that "
            f"dimension; got {brief(points)}",
            witness=points,
        )
    return np.array(rows, dtype=np.int64)
