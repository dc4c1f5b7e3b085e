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

from functools import lru_cache

import numpy as np
from jaxtyping import Int

from groupkit.action import image_shape
from groupkit.errors import WindowError
from groupkit.stable_subset import stable_subset
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel, Place
from groupkit_torch.sampling.reads import reads_alike


@lru_cache(maxsize=256)
def keeps_every_size(kernel: Kernel, padding: Sides, *, adjoint: bool = False) -> bool:
    r"""Return whether S is kept at every size: stride, dilation and padding decide it alone.

    Of the adjoint of a sliding layer too, whose outputs leave no remainder.

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
        if boxes and (_unlike(matrix, padding) or (not adjoint and (matrix[stride > 1] < 0).any())):
            return False
        steps = (stride > 1).any() and not adjoint
        if not boxes and (steps or ((shift - matrix @ shift) % 2).any()):
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
        why = why_broken(kernel, place, size, s)
        if why:
            broken[s] = why
    return broken


def why_broken(kernel: Kernel, place: Place, size: Sides, s: int) -> str:
    """Return the law that the sampling breaks with one element of S, empty if it keeps it.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p2.window(3), (2, 2), (1, 1))
    >>> why_broken(kernel, lambda n: kernel.place(n, (1, 1)), (9, 9), s=1)
    ''
    """
    why = _why_not(kernel, place, size, s)
    if why and (why.startswith("the output") or not reads_alike(kernel, place, size, s)):
        return why
    return ""


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
    image = image_shape(stabilizer, s, size)
    sides, origin = place(size)
    try:
        image_out, image_origin = place(image)
    except WindowError:
        return f"the output of {'×'.join(map(str, image))} would be empty"
    if image_out != image_shape(stabilizer, s, sides):
        return (
            f"the output of {'×'.join(map(str, image))} has sides {'×'.join(map(str, image_out))}"
            ", as axes that M exchanges are sampled unlike"
        )
    if not stabilizer.is_signed_permutation:
        for array in (sides, size):  # the output of a layer, or of its adjoint
            doubled = np.array(array) - 1
            if ((doubled - matrix @ doubled) % 2).any():
                return f"the output, {'×'.join(map(str, array))}, has no centre that M allows"
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
