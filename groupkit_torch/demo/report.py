"""What the demo found, as a table and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from textwrap import fill


@dataclass(frozen=True)
class Result:
    """One trained network.

    Parameters
    ----------
    name : str
    parameters : int
    accuracies : tuple of float
        On test digits rotated by 0, 90, 180 and 270 degrees.
    error : float
        The largest relative change of its scores when a rotation of p4 acts on its input.
    seconds : float
        Of training.
    """

    name: str
    parameters: int
    accuracies: tuple[float, ...]
    error: float
    seconds: float

    @property
    def rotated(self) -> float:
        """The mean accuracy at 90, 180 and 270 degrees."""
        return fmean(self.accuracies[1:])


def table(results: Sequence[Result]) -> str:
    """Return one line a network, with a heading.

    Examples
    --------
    >>> print(table([Result("p4", 11220, (0.98, 0.98, 0.98, 0.98), 1e-7, 4.5)]))
    network       0°     90°    180°    270°  rotated  equivariance error  parameters  seconds
    p4         98.0%   98.0%   98.0%   98.0%    98.0%             1.0e-07      11,220      4.5
    """
    angles = "".join(f"{angle:>7}°" for angle in (0, 90, 180, 270))
    lines = [f"{'network':<7}{angles}  rotated  equivariance error  parameters  seconds"]
    for result in results:
        accuracies = "".join(f"{100 * value:>7.1f}%" for value in result.accuracies)
        lines.append(
            f"{result.name:<7}{accuracies} {100 * result.rotated:>7.1f}%"
            f"{result.error:>20.1e}{result.parameters:>12,}{result.seconds:>9.1f}"
        )
    return "\n".join(lines)


def conclusion(p4: Result, planar: Result, n_test: int) -> str:
    """Return what the table shows, and what it does not."""
    lost = 100 * (planar.accuracies[0] - planar.rotated)
    upright = 100 * (p4.accuracies[0] - planar.accuracies[0])
    spread = max(p4.accuracies) - min(p4.accuracies)
    same = (
        "gives the same accuracy in all four positions"
        if spread == 0
        else f"varies by {100 * spread:.1f} points over the four positions"
    )
    text = (
        f"Neither network saw a rotated digit. The p4 network {same}; the planar one loses "
        f"{lost:.1f} points. Upright, p4 is {abs(upright):.1f} points "
        f"{'better' if upright > 0 else 'worse'}; what it cannot do at all is tell a digit from "
        "its rotation, a 6 from a turned 9. This is one seed, "
        f"{n_test} test digits of 8×8 pixels, quarter turns only, and a planar network trained "
        "without rotated copies: it shows equivariance at work and is no benchmark."
    )
    return fill(text, 92)
