r"""Which symmetries a layer's sampling keeps, from integers alone.

Output o of a sliding layer reads the input at :math:`q = s \circ o + b + D \circ x` for the
points x of its window, where b = -p. About the centres :math:`(n - 1)/2` and :math:`(m - 1)/2` of
input and output array, :math:`q = s \circ \delta + D \circ \xi + e` with the offset

.. math:: e = -\tfrac12 \mathrm{rem} + D (\bar x - (k - 1)/2), \qquad
          \mathrm{rem} = (n + 2p - D (k - 1) - 1) \bmod s,

and M is kept when :math:`M s = s M` on axes along which the output extends, :math:`M D = D M` on
axes along which the window does, :math:`M e(n) = e(|M| n)`, and the output's sides and centre
follow. Otherwise it is kept only if the border hides the difference: then the positions that
are read decide, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Int

from groupkit.action import stable_mask
from groupkit.errors import WindowError
from groupkit.filter_bank import FilterBank
from groupkit.integers import exact_matmul
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import stable_subset
from groupkit.window import Window
from groupkit_torch.geometry import Sides

Place: TypeAlias = Callable[[Sides], tuple[Sides, Sides]]
"""Input sides -> output sides m, and the origin b that output 0 reads at."""
_FIRST_LOOK = 64


@dataclass(frozen=True, eq=False)
class Kernel:
    """The points that a layer reads for one output, and which of them weigh alike.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    points : numpy.ndarray
        int64 [points, d], lowest corner 0.
    labels : numpy.ndarray
        int64 [points]; equal where a layer cannot tell two points apart.
    permutations : numpy.ndarray or None
        int64 [order, points], how s moves the points, for layers whose filters turn with the
        output's stabilizer axis; None where one filter serves all.
    stride, dilation : tuple of int
        One number per lattice axis.
    padding_mode : str
        What lies beyond the array, as in `torch.nn.Conv2d`; poolings are like "zeros".
    """

    stabilizer: Stabilizer
    points: Int[np.ndarray, "points d"]
    labels: Int[np.ndarray, " points"]
    permutations: Int[np.ndarray, "order points"] | None
    stride: Sides
    dilation: Sides
    padding_mode: str = "zeros"

    @classmethod
    def of_filters(
        cls, bank: FilterBank, stride: Sides, dilation: Sides, padding_mode: str = "zeros"
    ) -> Kernel:
        """Return the kernel of a convolution: points weigh alike when all filters say so."""
        window = bank.window
        columns = bank.index[..., window.mask].reshape(-1, len(window))
        labels = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        points = window.points - np.array(window.corner)
        permutations = window.permutations
        return cls(window.stabilizer, points, labels, permutations, stride, dilation, padding_mode)

    @classmethod
    def of_window(cls, window: Window, stride: Sides, dilation: Sides) -> Kernel:
        """Return the kernel of a pooling: all points weigh alike."""
        points = window.points - np.array(window.corner)
        labels = np.zeros(len(points), dtype=np.int64)
        return cls(window.stabilizer, points, labels, None, stride, dilation)

    @classmethod
    def of_point(cls, stabilizer: Stabilizer, stride: Sides) -> Kernel:
        """Return the kernel of a slice, or of padding: a single point."""
        d = stabilizer.dimension
        point, label = np.zeros((1, d), dtype=np.int64), np.zeros(1, dtype=np.int64)
        return cls(stabilizer, point, label, None, stride, (1,) * d)

    @property
    def box(self) -> Sides:
        """The sides of the points' bounding box."""
        return tuple(int(x) + 1 for x in self.points.max(axis=0))

    def place(self, size: Sides, padding: Sides) -> tuple[Sides, Sides]:
        """Return the output's sides and the origin -p.

        Raises
        ------
        WindowError
            If the window does not fit into the padded array.
        """
        reach = [step * (k - 1) for step, k in zip(self.dilation, self.box, strict=True)]
        spare = [n + 2 * p - r - 1 for n, p, r in zip(size, padding, reach, strict=True)]
        if min(spare) < 0 or min(size) < 1:
            least = tuple(max(r + 1 - 2 * p, 1) for p, r in zip(padding, reach, strict=True))
            raise WindowError(
                f"an array of {'×'.join(map(str, size))} is too small for a window that spans "
                f"{'×'.join(str(r + 1) for r in reach)} points with padding {padding}; use at "
                f"least {'×'.join(map(str, least))}",
                witness=size,
            )
        sides = tuple(rest // step + 1 for rest, step in zip(spare, self.stride, strict=True))
        return sides, tuple(-p for p in padding)

    def twice_offset(self, size: Sides, sides: Sides, origin: Sides) -> Int[np.ndarray, " d"]:
        """Return 2 |W| e: how far the sampled positions lie off the array's centre."""
        count = len(self.points)
        middle = np.array(self.dilation) * 2 * self.points.sum(axis=0)
        centres = np.array(self.stride) * (np.array(sides) - 1) - (np.array(size) - 1)
        return np.asarray(count * (centres + 2 * np.array(origin)) + middle, dtype=np.int64)


def image_sides(stabilizer: Stabilizer, s: int, sides: Sides) -> Sides:
    """Return the sides of L_s of an array: exchanged as M exchanges axes, kept if it shears."""
    if not stabilizer.is_signed_permutation:
        return tuple(sides)
    return tuple(int(side) for side in np.abs(stabilizer.matrices[s]) @ np.asarray(sides))


def keeps_every_size(kernel: Kernel, padding: Sides) -> bool:
    r"""Return whether S is kept at every size: stride, dilation and padding decide it alone.

    Examples
    --------
    >>> import groupkit as gk
    >>> window = gk.p4.window(3)
    >>> keeps_every_size(Kernel.of_window(window, (1, 1), (1, 1)), (1, 1))
    True
    >>> keeps_every_size(Kernel.of_window(window, (2, 2), (1, 1)), (1, 1))
    False
    """
    stabilizer, stride = kernel.stabilizer, np.array(kernel.stride)
    boxes = stabilizer.is_signed_permutation
    ones: Sides = (1,) * len(padding)
    shift = 2 * np.array(padding) - np.array(kernel.dilation) * (np.array(kernel.box) - 1)
    whole = tuple(int(n) for n in 1 - np.minimum(shift, 0))  # output 0 reads all of it
    unit = Kernel(
        stabilizer, kernel.points, kernel.labels, kernel.permutations, ones, kernel.dilation
    )
    sides, origin = unit.place(whole, padding)
    off_centre = unit.twice_offset(whole, sides, origin)
    for matrix in stabilizer.matrices:
        if (matrix @ off_centre != off_centre).any():
            return False
        if _unlike(matrix, kernel.dilation, [k > 1 for k in kernel.box]) or _unlike(
            matrix, kernel.stride
        ):
            return False
        if boxes and (_unlike(matrix, padding) or (matrix[stride > 1] < 0).any()):
            return False
        if not boxes and ((stride > 1).any() or ((shift - matrix @ shift) % 2).any()):
            return False
    return True


def broken_elements(kernel: Kernel, place: Place, size: Sides) -> dict[int, str]:
    """Return the elements of S that a layer's sampling breaks at a size, and why.

    Parameters
    ----------
    kernel : Kernel
        What is read for one output.
    place : callable
        Input sides -> output sides, and the origin that output 0 reads at.
    size : tuple of int
        Sides of the input.

    Raises
    ------
    WindowError
        If the array is too small, or has no centre that S allows.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p2.window(3), (2, 2), (1, 1))
    >>> broken_elements(kernel, lambda n: kernel.place(n, (1, 1)), (9, 9))
    {}
    >>> broken_elements(kernel, lambda n: kernel.place(n, (1, 1)), (8, 9))
    {1: 'the sampled positions lie (-1/2, 0) off the centre, which M moves'}
    """
    broken = {}
    if not kernel.stabilizer.is_signed_permutation:
        stable_subset(kernel.stabilizer, size)  # raises where S has no centre
    for s in range(kernel.stabilizer.order):
        why = _why_not(kernel, place, size, s)
        if why and (why.startswith("the output") or not _reads_alike(kernel, place, size, s)):
            broken[s] = why
    return broken


def broken_on_torus(kernel: Kernel, size: Sides) -> dict[int, str]:
    """Return the elements that circular padding breaks about index 0 of the n-torus, and why."""
    stabilizer, broken = kernel.stabilizer, {}
    n, box = np.array(size), np.array(kernel.box)
    count = len(kernel.points)
    off = np.array(kernel.dilation) * (2 * kernel.points.sum(axis=0) - count * (box - 1))
    for s, matrix in enumerate(stabilizer.matrices):
        periods = (matrix * n) % n[:, None]
        if (n % np.array(kernel.stride)).any():
            why = f"the stride does not divide the torus of {'×'.join(map(str, size))}"
        elif not stabilizer.is_signed_permutation and periods.any():
            why = f"M does not act on the torus of {'×'.join(map(str, size))}"
        else:
            why = _mixes(matrix, "strides", kernel.stride) or _mixes(
                matrix, "dilations", kernel.dilation, [k > 1 for k in kernel.box]
            )
            if not why and (matrix @ off != off).any():
                why = "M moves the middle of the window"
        if why and s != stabilizer.identity:
            broken[s] = why
    return broken


def _why_not(kernel: Kernel, place: Place, size: Sides, s: int) -> str:
    """Return the first law that M breaks; empty if none."""
    stabilizer = kernel.stabilizer
    matrix = stabilizer.matrices[s]
    image = image_sides(stabilizer, s, size)
    sides, origin = place(size)
    try:
        image_out, image_origin = place(image)
    except WindowError:
        return f"the output of {'×'.join(map(str, image))} would be empty"
    if image_out != image_sides(stabilizer, s, sides):
        return (
            f"the output of {'×'.join(map(str, image))} has sides {'×'.join(map(str, image_out))}"
            ", as axes that M exchanges are sampled unlike"
        )
    if not stabilizer.is_signed_permutation:
        doubled = np.array(sides) - 1
        if ((doubled - matrix @ doubled) % 2).any():
            return f"the output, {'×'.join(map(str, sides))}, has no centre that M allows"
    why = _mixes(matrix, "strides", kernel.stride, [m > 1 for m in sides])
    why = why or _mixes(matrix, "dilations", kernel.dilation, [k > 1 for k in kernel.box])
    if why:
        return why
    here = kernel.twice_offset(size, sides, origin)
    if (matrix @ here != kernel.twice_offset(image, image_out, image_origin)).any():
        halves = ", ".join(_fraction(int(x), 2 * len(kernel.points)) for x in here)
        return f"the sampled positions lie ({halves}) off the centre, which M moves"
    return ""


def _fraction(numerator: int, denominator: int) -> str:
    common = int(np.gcd(numerator, denominator))
    below = denominator // common
    return f"{numerator // common}" + (f"/{below}" if below > 1 else "")


def _unlike(
    matrix: Int[np.ndarray, "d d"], numbers: Sides, matters: list[bool] | None = None
) -> list[tuple[int, int]]:
    """Return the axes i, j that M mixes although their numbers differ."""
    mixed = (matrix != 0) & np.not_equal.outer(numbers, numbers)
    if matters is not None:
        mixed &= np.array(matters)
    return [(int(i), int(j)) for i, j in np.argwhere(mixed)]


def _mixes(
    matrix: Int[np.ndarray, "d d"], what: str, numbers: Sides, matters: list[bool] | None = None
) -> str:
    pairs = _unlike(matrix, numbers, matters)
    if not pairs:
        return ""
    i, j = min(pairs[0]), max(pairs[0])
    return f"M mixes axes {i} and {j}, which have {what} {numbers[i]} and {numbers[j]}"


def _reads_alike(kernel: Kernel, place: Place, size: Sides, s: int) -> bool:
    """Compare, output by output, what is read with the image of what is read."""
    stabilizer = kernel.stabilizer
    matrix, inverse = stabilizer.matrices[s], int(stabilizer.inverses[s])
    image = image_sides(stabilizer, s, size)
    (sides, origin), (image_out, image_origin) = place(size), place(image)
    for outputs in _from_the_centre(_home(stabilizer, sides)):
        moved = _about_centres(matrix, outputs, sides, image_out)
        here = _positions(kernel, outputs, origin, size)
        there = _positions(kernel, moved, image_origin, image)
        back = _about_centres(
            stabilizer.matrices[inverse], there.reshape(-1, len(size)), image, size
        ).reshape(there.shape)
        labels = kernel.labels
        if kernel.permutations is not None:
            labels = labels[kernel.permutations[inverse]]
        inside = _inside(kernel, here, size), _inside(kernel, there, image)
        codes = (
            _codes(here, kernel.labels, inside[0], size),
            _codes(back, labels, inside[1], size),
        )
        if (codes[0] != codes[1]).any():
            return False
    return True


def _home(stabilizer: Stabilizer, sides: Sides) -> Int[np.ndarray, "outputs d"]:
    """Return where an output array holds features: stable under all M its centre allows."""
    if stabilizer.is_signed_permutation:
        return np.argwhere(np.ones(sides, dtype=bool))
    doubled = np.array(sides) - 1
    points = 2 * np.argwhere(np.ones(sides, dtype=bool)) - doubled
    stable = np.ones(len(points), dtype=bool)
    for matrix in stabilizer.matrices:
        if not ((doubled - matrix @ doubled) % 2).any():
            stable &= (np.abs(exact_matmul(points, matrix.T)) <= doubled).all(axis=1)
    return np.asarray((points[stable] + doubled) // 2, dtype=np.int64)


def _from_the_centre(
    points: Int[np.ndarray, "outputs d"],
) -> Iterator[Int[np.ndarray, "some d"]]:
    """Yield a few central points, which mostly decide, then all others."""
    order = np.argsort(np.abs(2 * points - points.max(axis=0, initial=0)).max(axis=1))
    yield points[order[:_FIRST_LOOK]]
    yield points[order[_FIRST_LOOK:]]


def _about_centres(
    matrix: Int[np.ndarray, "d d"],
    points: Int[np.ndarray, "some d"],
    sides: Sides,
    image: Sides,
) -> Int[np.ndarray, "some d"]:
    """Return M about the centres of an array and of its image."""
    moved = exact_matmul(2 * points - (np.array(sides) - 1), matrix.T)
    return np.asarray((moved + (np.array(image) - 1)) // 2, dtype=np.int64)


def _positions(
    kernel: Kernel, outputs: Int[np.ndarray, "some d"], origin: Sides, size: Sides
) -> Int[np.ndarray, "some points d"]:
    """Return the positions read, brought into the array where the padding mode repeats it."""
    starts = outputs * np.array(kernel.stride) + np.array(origin)
    read = starts[:, None, :] + kernel.points * np.array(kernel.dilation)
    n = np.array(size)
    if kernel.padding_mode == "circular":
        read = read % n
    elif kernel.padding_mode == "replicate":
        read = np.clip(read, 0, n - 1)
    elif kernel.padding_mode == "reflect":
        period = np.maximum(2 * (n - 1), 1)
        read = np.minimum(read % period, -read % period)
    return np.asarray(read, dtype=np.int64)


def _inside(
    kernel: Kernel, read: Int[np.ndarray, "some points d"], size: Sides
) -> Bool[np.ndarray, "some points"]:
    inside = np.asarray(((read >= 0) & (read < np.array(size))).all(axis=-1), dtype=bool)
    mask = stable_mask(kernel.stabilizer, size)
    if mask is not None and kernel.padding_mode != "circular":
        bounded = np.where(inside[..., None], read, 0)
        inside = inside & mask[tuple(np.moveaxis(bounded, -1, 0))]
    return inside


def _codes(
    read: Int[np.ndarray, "some points d"],
    labels: Int[np.ndarray, " points"],
    inside: Bool[np.ndarray, "some points"],
    size: Sides,
) -> Int[np.ndarray, "some points"]:
    """Return what each output reads as sorted numbers, one for each position and label."""
    bounded = np.where(inside[..., None], read, 0)
    flat = np.ravel_multi_index(tuple(np.moveaxis(bounded, -1, 0)), size)
    codes = np.where(inside, flat * (labels.max() + 1) + labels, -1)
    return np.asarray(np.sort(codes, axis=-1), dtype=np.int64)
