"""What a layer costs by its sizes: products, bytes, parameters, and the time that follows.

docs/performance.md derives the formulas and says how far the times that they give can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

import groupkit as gk

BYTES = 4  # of a number in single precision


@dataclass(frozen=True)
class Layer:
    """A convolution of regular maps that keeps their size.

    Parameters
    ----------
    group : str
        Its name in the catalogue.
    channels : int
        Of input and output.
    kernel, size : int
        Sides of kernel and map.
    batch : int
        Samples.
    """

    group: str
    channels: int
    kernel: int
    size: int
    batch: int

    @property
    def order(self) -> int:
        """|S|."""
        return gk.catalog[self.group].order

    @property
    def dimension(self) -> int:
        """d."""
        return gk.catalog[self.group].dimension

    @property
    def points(self) -> int:
        """Points of all samples, B n^d."""
        return self.batch * self.size**self.dimension

    @property
    def entries(self) -> int:
        """Entries of the bank of filters, C² |S|² k^d."""
        return (self.channels * self.order) ** 2 * self.kernel**self.dimension

    @property
    def parameters(self) -> int:
        """C² |S| |W| + C, weight and bias: the window W has k^d points at most."""
        window = gk.catalog[self.group].window(self.kernel)
        return self.channels**2 * self.order * len(window) + self.channels

    @property
    def multiply_adds(self) -> int:
        """Of a forward pass: each entry at each point, zeros of padding and box included."""
        return self.entries * self.points

    @property
    def bytes_moved(self) -> int:
        """Of a forward pass: input, output and bank, once each."""
        return BYTES * (2 * self.channels * self.order * self.points + self.entries)


@dataclass(frozen=True)
class Machine:
    """Seconds of a training step: of three times as many products and bytes, and of any call.

    Parameters
    ----------
    per_product, per_byte, per_call : float
        Seconds.
    """

    per_product: float
    per_byte: float
    per_call: float

    def seconds(self, layer: Layer) -> float:
        """Return how long a training step of the layer takes."""
        work = self.per_product * layer.multiply_adds + self.per_byte * layer.bytes_moved
        return 3 * work + self.per_call


def fit(layers: Sequence[Layer], seconds: Sequence[float]) -> Machine:
    """Return the machine that these times are of, by least squares of relative errors.

    The three numbers are times, so none is negative: of all subsets of them, the best one whose
    least squares are not.
    """
    terms = np.array([[3 * a.multiply_adds, 3 * a.bytes_moved, 1.0] for a in layers])
    relative = terms / np.array(seconds)[:, None]
    best, found = math.inf, np.zeros(3)
    for chosen in ([0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]):
        values, *_ = np.linalg.lstsq(relative[:, chosen], np.ones(len(layers)), rcond=None)
        full = np.zeros(3)
        full[chosen] = values
        error = float(np.square(relative @ full - 1).sum())
        if values.min() >= 0 and error < best:
            best, found = error, full
    return Machine(*map(float, found))


def worst_factor(machine: Machine, layers: Iterable[Layer], seconds: Iterable[float]) -> float:
    """Return the largest factor between a time and its prediction, in either direction."""
    ratios = [machine.seconds(a) / b for a, b in zip(layers, seconds, strict=True)]
    return max(max(ratio, 1 / ratio) for ratio in ratios)
