"""What is known of a tensor on its way through a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.tracing.fingerprint import Fingerprint

Arguments: TypeAlias = dict[str, Any]
Draw: TypeAlias = np.random.Generator


@dataclass(frozen=True)
class Track:
    """What is known of a tensor on its way through a model.

    Parameters
    ----------
    size : tuple of int
        Its lattice axes; empty if it has none left.
    print : Fingerprint or None
        What its positions are functions of; None after a call that cannot be judged.
    centre : tuple of Fraction
        Where the input's centre has moved, in this map's coordinates:
        :math:`o_{out} = (o_{in} + p - D o_{filter}) / s`.
    kept : frozenset of int or None
        The elements of S that all calls up to here keep together; None if that is not known.
    """

    size: Sides
    print: Fingerprint | None = field(repr=False)  # of thousands of numbers
    centre: tuple[Fraction, ...]
    kept: frozenset[int] | None = None

    @classmethod
    def of(cls, found: Fingerprint, centre: Sequence[Fraction]) -> Track:
        """Return what is known of a map with these numbers."""
        return cls(found.size, found, tuple(centre), frozenset(found.kept()))

    @classmethod
    def unknown(cls, size: Sides) -> Track:
        """Return what is known behind a call that cannot be judged."""
        return cls(size, None, ())


def slid(
    track: Track, kernel: Kernel, shift: Sequence[int], found: Fingerprint, *, adjoint: bool = False
) -> Track:
    """Return what is known behind a sliding layer with these numbers.

    Examples
    --------
    >>> import groupkit as gk
    >>> draw = np.random.default_rng(0)
    >>> kernel = Kernel.of_window(gk.p2.window(3), (2, 2), (1, 1))
    >>> start = Fingerprint.of_input(gk.p2.stabilizer, (9, 9), draw)
    >>> before = Track.of(start, (Fraction(4), Fraction(4)))
    >>> after = start.filtered(kernel, lambda size: kernel.place(size, (1, 1)), draw)
    >>> slid(before, kernel, (1, 1), after).centre
    (Fraction(2, 1), Fraction(2, 1))
    """
    middle = [Fraction(int(total), len(kernel.points)) for total in kernel.points.sum(axis=0)]
    numbers = zip(track.centre, shift, kernel.dilation, middle, kernel.stride, strict=True)
    if adjoint:
        centre = [s * c - p + step * o for c, p, step, o, s in numbers]
    else:
        centre = [(c + p - step * o) / s for c, p, step, o, s in numbers]
    return Track.of(found, centre)


def argument(name: str, place: int, default: Any, args: tuple[Any, ...], kwargs: Arguments) -> Any:
    """Return an argument of a call, by its name or its place."""
    return kwargs.get(name, args[place] if len(args) > place else default)
