"""What a sliding layer reads for one output: points, and which of them weigh alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np
from jaxtyping import Int

from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType
from groupkit.filter_bank import FilterBank
from groupkit.stabilizer import Stabilizer
from groupkit.tent import tent
from groupkit.window import Window
from groupkit_torch.geometry import Sides

Place: TypeAlias = Callable[[Sides], tuple[Sides, Sides]]
"""Input sides -> output sides m, and the origin b that output 0 reads at."""


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
    resized : callable, optional
        Sides of another box -> the kernel of the same layer with that box.
    is_tent : bool
        Whether it is a tent, whose labels are its weights.
    """

    stabilizer: Stabilizer
    points: Int[np.ndarray, "points d"]
    labels: Int[np.ndarray, " points"]
    permutations: Int[np.ndarray, "order points"] | None
    stride: Sides
    dilation: Sides
    padding_mode: str = "zeros"
    resized: Callable[[Sides], Kernel] | None = None
    is_tent: bool = False

    @classmethod
    def of_filters(
        cls, bank: FilterBank, stride: Sides, dilation: Sides, padding_mode: str = "zeros"
    ) -> Kernel:
        """Return the kernel of a convolution: points weigh alike when all filters say so."""
        window = bank.window
        columns = bank.index[..., window.mask].reshape(-1, len(window))
        labels = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        points = window.points - np.array(window.corner)
        types = bank.input_type, bank.output_type
        resized = partial(_resized_filters, *types, stride, dilation, padding_mode)
        return cls(
            window.stabilizer,
            points,
            labels,
            window.permutations,
            stride,
            dilation,
            padding_mode,
            resized,
        )

    @classmethod
    def of_window(
        cls, window: Window, stride: Sides, dilation: Sides, padding_mode: str = "zeros"
    ) -> Kernel:
        """Return the kernel of a pooling: all points weigh alike."""
        points = window.points - np.array(window.corner)
        labels = np.zeros(len(points), dtype=np.int64)
        resized = partial(_resized_window, window.stabilizer, stride, dilation, padding_mode)
        return cls(window.stabilizer, points, labels, None, stride, dilation, padding_mode, resized)

    @classmethod
    def of_domain(cls, window: Window, labels: Int[np.ndarray, " points"], stride: Sides) -> Kernel:
        """Return the kernel of a pooling over a domain of G, whose reads turn with the output."""
        points, ones = window.points - np.array(window.corner), (1,) * len(stride)
        return cls(window.stabilizer, points, labels, window.permutations, stride, ones)

    @classmethod
    def of_tent(cls, stabilizer: Stabilizer, stride: Sides, size: Sides) -> Kernel:
        """Return the kernel of a tent: its points weigh what they weigh.

        Examples
        --------
        >>> import groupkit as gk
        >>> Kernel.of_tent(gk.p4.stabilizer, (2, 2), (3, 1)).labels
        Traceback (most recent call last):
        groupkit.errors.WindowError: no tent of sizes (3, 1) is symmetric: ...
        >>> Kernel.of_tent(gk.p4.stabilizer, (2, 2), (3, 3)).labels.tolist()
        [1, 2, 1, 2, 4, 2, 1, 2, 1]
        """
        found, ones = tent(stabilizer, size), (1,) * len(stride)
        return cls(
            stabilizer,
            found.points,
            found.weights,
            None,
            stride,
            ones,
            resized=partial(cls.of_tent, stabilizer, stride),
            is_tent=True,
        )

    def stepped(self, stride: Sides, dilation: Sides) -> Kernel:
        """Return the same points, read and slid in other steps."""
        return replace(self, stride=stride, dilation=dilation, resized=None)

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

    @property
    def reach(self) -> Sides:
        """From the first to the last position read for one output, along each axis."""
        return tuple(step * (k - 1) for step, k in zip(self.dilation, self.box, strict=True))

    def place(self, size: Sides, padding: Sides) -> tuple[Sides, Sides]:
        """Return the output's sides and the origin -p.

        Raises
        ------
        WindowError
            If the window does not fit into the padded array, or the array does not have the
            points that are to be repeated around it.
        """
        reach = self.reach
        most = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        if most is not None and any(p > n + most for n, p in zip(size, padding, strict=True)):
            raise WindowError(
                f"an array of {'×'.join(map(str, size))} is too small for padding {padding} with "
                f"padding_mode={self.padding_mode!r}; use at least "
                f"{'×'.join(str(max(p - most, 1)) for p in padding)}",
                witness=size,
            )
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


def _resized_filters(
    input_type: FeatureType,
    output_type: FeatureType,
    stride: Sides,
    dilation: Sides,
    padding_mode: str,
    box: Sides,
) -> Kernel:
    window = Window.of_size(input_type.stabilizer, box)
    bank = FilterBank(window, input_type, output_type)
    return Kernel.of_filters(bank, stride, dilation, padding_mode)


def _resized_window(
    stabilizer: Stabilizer, stride: Sides, dilation: Sides, padding_mode: str, box: Sides
) -> Kernel:
    window = Window.of_size(stabilizer, box)
    return Kernel.of_window(window, stride, dilation, padding_mode)
