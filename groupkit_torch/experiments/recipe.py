"""How a network is trained: the optimiser, its rate over the epochs, the size of batches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import nn

from groupkit_torch.experiments.errors import ExperimentError

OPTIMIZERS: Final = ("adam", "sgd")


@dataclass(frozen=True)
class Recipe:
    r"""An optimiser whose rate is divided at some epochs: :math:`r_e = r / d^{\#\{m \le e\}}`.

    Parameters
    ----------
    optimizer : {"adam", "sgd"}
    rate : float
        r, of the first epoch.
    epochs : int
        How many there are; they count from 0.
    batch : int
        Images of a step, at most; the batches of an epoch are as equal as can be.
    milestones : tuple of int
        m: the epochs from which on the rate is lower.
    divisor : float
        d.
    momentum : float
        Of SGD.
    weight_decay : float

    Examples
    --------
    >>> ROTATED_MNIST.rate_at(39), ROTATED_MNIST.rate_at(40)
    (0.01, 0.001)
    >>> ROTATED_MNIST.shortened(10).milestones
    (8,)
    """

    optimizer: str
    rate: float
    epochs: int
    batch: int
    milestones: tuple[int, ...] = ()
    divisor: float = 10.0
    momentum: float = 0.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise ExperimentError(
                f"optimizer={self.optimizer!r} is none of {', '.join(OPTIMIZERS)}",
                witness=self.optimizer,
            )
        bounds = {
            "rate": 0 < self.rate < math.inf,
            "epochs": self.epochs >= 1,
            "batch": self.batch >= 1,
            "divisor": 1 <= self.divisor < math.inf,
            "momentum": 0 <= self.momentum < 1,
            "weight_decay": 0 <= self.weight_decay < math.inf,
        }
        for name, within in bounds.items():
            if not within:
                value = getattr(self, name)
                raise ExperimentError(f"{name}={value!r} is out of bounds", witness=value)
        if self.optimizer == "adam" and self.momentum:
            raise ExperimentError(
                f"momentum={self.momentum} is SGD's; leave it out with adam", witness=self.momentum
            )
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ExperimentError(
                f"milestones={list(self.milestones)} do not ascend", witness=self.milestones
            )

    def rate_at(self, epoch: int) -> float:
        """Return the rate of an epoch."""
        passed = sum(milestone <= epoch for milestone in self.milestones)
        return float(self.rate / self.divisor**passed)

    def shortened(self, epochs: int) -> Recipe:
        """Return the recipe with another number of epochs, the milestones in proportion."""
        moved = sorted({round(milestone * epochs / self.epochs) for milestone in self.milestones})
        return replace(self, epochs=epochs, milestones=tuple(moved))

    def optimizer_of(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Return a new optimiser."""
        if self.optimizer == "adam":
            return torch.optim.Adam(parameters, lr=self.rate, weight_decay=self.weight_decay)
        return torch.optim.SGD(
            parameters, lr=self.rate, momentum=self.momentum, weight_decay=self.weight_decay
        )


ROTATED_MNIST: Final = Recipe("adam", 0.01, 50, 256, (40,), weight_decay=1e-5)
"""Of the program of Lengyel & van Gemert (2021) for rotated MNIST."""

VOLUMES: Final = Recipe("adam", 0.01, 15, 32, (12,), weight_decay=1e-5)
"""For a thousand patches of volumes: that of rotated MNIST, with smaller batches; of no paper."""

CIFAR10: Final = Recipe("sgd", 0.05, 300, 128, (50, 100, 150), momentum=0.9)
"""Cohen & Welling (2016), section 8.2, for the residual networks; it gives no batch size."""
