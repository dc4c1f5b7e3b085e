"""What a measurement of equivariance found, element by element."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor


@dataclass(frozen=True)
class Deviation:
    """How far a module is from commuting with one element.

    Parameters
    ----------
    element : str
        "r=1" or "translation (0, 2)".
    error : float
        The largest difference, relative to the largest output; NaN counts as infinite.
    compared : int
        How many lattice points were compared.
    """

    element: str
    error: float
    compared: int


@dataclass(frozen=True)
class EquivarianceReport:
    """How far a module is from commuting with a group, element by element.

    Parameters
    ----------
    group : str
        Name of the group.
    stabilizer : tuple of Deviation
        One per element of S, in storage order.
    translations : tuple of Deviation
        One per translation tried.
    translation_note : str
        Why no translation was compared; empty if some were.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> lift = gt.LiftingConv(gk.p4, 1, 2, 3)
    >>> report = gt.testing.equivariance_error(lift, gk.p4, (1, 1, 9, 9))
    >>> len(report.stabilizer), report.error < 1e-5
    (4, True)
    """

    group: str
    stabilizer: tuple[Deviation, ...]
    translations: tuple[Deviation, ...]
    translation_note: str

    @property
    def worst(self) -> Deviation:
        """The element with the largest error."""
        return max((*self.stabilizer, *self.translations), key=lambda deviation: deviation.error)

    @property
    def error(self) -> float:
        """The largest relative error."""
        return self.worst.error

    def __str__(self) -> str:
        lines = [f"{self.group}: worst relative error {self.error:.1e} at {self.worst.element}"]
        lines += [
            f"  {deviation.element:<24} {deviation.error:.1e}  ({deviation.compared} points)"
            for deviation in (*self.stabilizer, *self.translations)
        ]
        if self.translation_note:
            lines.append(f"  translations             {self.translation_note}")
        return "\n".join(lines)


def relative_error(
    actual: Shaped[Tensor, "*values"],
    expected: Shaped[Tensor, "*expected_values"],
    reference: Shaped[Tensor, "*others"],
) -> float:
    """Return the largest difference, relative to the largest reference value; NaN is infinite.

    Parameters
    ----------
    actual, expected : Tensor
        Values to compare.
    reference : Tensor
        Values that give the scale; where all are zero, the error is absolute.

    Examples
    --------
    >>> import torch
    >>> relative_error(torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([2.0, -10.0]))
    0.1
    >>> relative_error(torch.tensor([torch.nan]), torch.tensor([2.0]), torch.tensor([2.0]))
    inf
    """
    if actual.shape != expected.shape:
        return math.inf
    if actual.numel() == 0:
        return 0.0
    wide = torch.complex128 if actual.is_complex() or expected.is_complex() else torch.float64
    difference = (actual.to(wide) - expected.to(wide)).abs().max().item()
    scale = reference.abs().max().item() or 1.0
    error = difference / scale
    return math.inf if math.isnan(error) else error
