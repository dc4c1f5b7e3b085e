"""What every output of a layer reads, compared with the image of what another one reads.

The definition of exactness itself, for the cases that no formula decides: arrays so small that
the border hides what the formula calls a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Bool, Int

from groupkit.action import image_shape
from groupkit.integers import exact_matmul
from groupkit.stabilizer import Stabilizer
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel, Place

_FIRST_LOOK = 4  # along each axis


def reads_alike(kernel: Kernel, place: Place, size: Sides, s: int) -> bool:
    """Return whether M maps what each output o reads to what M o reads, weights included.

    Parameters
    ----------
    kernel : Kernel
        What is read for one output.
    place : callable
        Input sides -> output sides, which follow those of the input, and an origin.
    size : tuple of int
        Sides of the input.
    s : int
        Number of the element M(s).

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p2.window(3), (3, 3), (2, 2))
    >>> reads_alike(kernel, lambda n: kernel.place(n, (1, 1)), (5, 5), s=1)  # only 1 and 3
    True
    """
    stabilizer = kernel.stabilizer
    matrix, inverse = stabilizer.matrices[s], int(stabilizer.inverses[s])
    image = image_shape(stabilizer, s, size)
    (sides, origin), (image_out, image_origin) = place(size), place(image)
    for outputs in _from_the_centre(stabilizer, sides):
        moved = moved_about_centres(matrix, outputs, sides, image_out)
        here = positions_read(kernel, outputs, origin, size)
        there = positions_read(kernel, moved, image_origin, image)
        back = moved_about_centres(
            stabilizer.matrices[inverse], there.reshape(-1, len(size)), image, size
        ).reshape(there.shape)
        labels = kernel.labels
        if kernel.permutations is not None:
            labels = labels[kernel.permutations[inverse]]
        inside = inside_of(kernel, here, size), inside_of(kernel, there, image)
        codes = (
            _codes(here, kernel.labels, inside[0], size),
            _codes(back, labels, inside[1], size),
        )
        if (codes[0] != codes[1]).any():
            return False
    return True


def home(stabilizer: Stabilizer, sides: Sides) -> Bool[np.ndarray, "*sides"]:
    """Return where an array holds features: stable under all M that its centre allows.

    Examples
    --------
    >>> import groupkit as gk
    >>> home(gk.p6.stabilizer, (3, 3)).sum(), home(gk.p6.stabilizer, (4, 4)).sum()
    (np.int64(7), np.int64(16))
    """
    if stabilizer.is_signed_permutation:
        return np.ones(sides, dtype=bool)
    return _at_home(stabilizer, np.argwhere(np.ones(sides, dtype=bool)), sides).reshape(sides)


def _at_home(
    stabilizer: Stabilizer, points: Int[np.ndarray, "some d"], sides: Sides
) -> Bool[np.ndarray, " some"]:
    doubled = np.array(sides) - 1
    stable = np.ones(len(points), dtype=bool)
    if not stabilizer.is_signed_permutation:
        for matrix in stabilizer.matrices:
            if not ((doubled - matrix @ doubled) % 2).any():
                moved = exact_matmul(2 * points - doubled, matrix.T)
                stable &= (np.abs(moved) <= doubled).all(axis=1)
    return stable


def _from_the_centre(stabilizer: Stabilizer, sides: Sides) -> Iterator[Int[np.ndarray, "some d"]]:
    """Yield a few central points, which mostly decide, then all, of where features live."""
    near = [range(max(0, (n - _FIRST_LOOK) // 2), min(n, (n + _FIRST_LOOK) // 2)) for n in sides]
    central = np.array(list(product(*near)), dtype=np.int64)
    yield central[_at_home(stabilizer, central, sides)]
    if any(len(some) < n for some, n in zip(near, sides, strict=True)):
        yield np.argwhere(home(stabilizer, sides))


def moved_about_centres(
    matrix: Int[np.ndarray, "d d"],
    points: Int[np.ndarray, "some d"],
    sides: Sides,
    image: Sides,
) -> Int[np.ndarray, "some d"]:
    """Return M about the centres of an array and of its image."""
    moved = exact_matmul(2 * points - (np.array(sides) - 1), matrix.T)
    return np.asarray((moved + (np.array(image) - 1)) // 2, dtype=np.int64)


def positions_read(
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


def inside_of(
    kernel: Kernel, read: Int[np.ndarray, "some points d"], size: Sides
) -> Bool[np.ndarray, "some points"]:
    """Return which positions are read inside the map."""
    inside = np.asarray(((read >= 0) & (read < np.array(size))).all(axis=-1), dtype=bool)
    if not kernel.stabilizer.is_signed_permutation and kernel.padding_mode != "circular":
        bounded = np.where(inside[..., None], read, 0)
        inside = inside & home(kernel.stabilizer, size)[tuple(np.moveaxis(bounded, -1, 0))]
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
