"""What calls of torch do that enlarge a map, spread or divide its axes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import numpy as np
from torch import Tensor

from groupkit.action import image_shape
from groupkit_torch.geometry import Sides
from groupkit_torch.tracing.residues import LANES, PRIME, Numbers
from groupkit_torch.tracing.track import Arguments, Track, argument

_LINEAR: Final = ("linear", "bilinear", "trilinear")
_NEAREST: Final = ("nearest", "nearest-exact")


def at_one_position(track: Track) -> Track:
    """Return what is known of numbers that are seen as a map on a single position."""
    assert track.print is not None
    d = track.print.stabilizer.dimension
    shaped = track.print.each(lambda _, value: value.reshape(LANES, *[1] * d))
    return Track.of(shaped, (Fraction(0),) * d)


def spread(track: Track, out: Tensor) -> Track | None:
    """Return what is known of copies of a map, or of its one position; None of other copies."""
    own = track.print
    assert own is not None
    d, stabilizer = own.stabilizer.dimension, own.stabilizer
    after = tuple(out.shape[-d:])
    if not track.size or out.dim() < d + 2:
        return None
    if after == track.size:
        return track
    if any(n != 1 for n in track.size):
        return None

    def change(s: int, value: Numbers) -> Numbers:
        return np.broadcast_to(value, (LANES, *image_shape(stabilizer, s, after))).copy()

    return Track.of(own.each(change), tuple(Fraction(n - 1, 2) for n in after))


def leaves_the_lattice(name: str, args: tuple[Any, ...], kwargs: Arguments, d: int) -> bool:
    """Return whether a map is divided along another axis than those of the lattice."""
    rank = args[0].dim()
    dim = argument("dim", 1 if name == "unbind" else 2, 0, args, kwargs)
    return bool(dim % rank < rank - d and rank - (name == "unbind") >= d + 2)


def interpolated(
    args: tuple[Any, ...], kwargs: Arguments, track: Track, out: Tensor
) -> Track | None:
    """Return what is known of a map enlarged by integers; None if it is not.

    Position o reads the input at :math:`(o + 1/2)/s - 1/2`, at the nearest point or between the
    two that enclose it; at :math:`o (n - 1)/(m - 1)` where corners are aligned.
    """
    own = track.print
    assert own is not None
    d = own.stabilizer.dimension
    mode = argument("mode", 3, "nearest", args, kwargs)
    corners = bool(argument("align_corners", 4, False, args, kwargs))
    if mode not in (*_NEAREST, *_LINEAR) or argument("antialias", 6, False, args, kwargs):
        return None
    after = tuple(out.shape[-d:])
    if any(m % n for m, n in zip(after, track.size, strict=True)):
        return None
    fixed = argument("size", 1, None, args, kwargs) is not None
    scales = [m // n for m, n in zip(after, track.size, strict=True)]

    def matrices(size: Sides) -> list[Numbers]:
        sides = after if fixed else tuple(n * s for n, s in zip(size, scales, strict=True))
        return [_rows(n, m, mode, corners) for n, m in zip(size, sides, strict=True)]

    if fixed and len(set(track.size)) > 1:
        return None  # other sides would be enlarged by no integers
    centre = tuple(s * c + Fraction(s - 1, 2) for s, c in zip(scales, track.centre, strict=True))
    return Track.of(own.along(matrices), centre)


def _rows(n: int, m: int, mode: str, corners: bool) -> Numbers:
    """Return the weights of n positions in each of m, modulo the prime."""
    matrix = np.zeros((m, n), dtype=np.int64)
    for o, row in enumerate(matrix):
        if mode in _NEAREST:
            row[o * n // m] = 1
            continue
        if corners:
            at = Fraction(o * (n - 1), m - 1) if m > 1 else Fraction(0)
        else:
            at = max(Fraction((2 * o + 1) * n - m, 2 * m), Fraction(0))
        low = at.numerator // at.denominator
        part = at - low
        row[low] += (1 - part).numerator * pow(part.denominator, PRIME - 2, PRIME) % PRIME
        row[min(low + 1, n - 1)] += part.numerator * pow(part.denominator, PRIME - 2, PRIME) % PRIME
    return matrix % PRIME
