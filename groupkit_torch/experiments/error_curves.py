"""Test errors against the number of images trained with, or against the size of the network."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from groupkit.plot import style
from groupkit_torch.experiments.checkpoint import write_whole, writing
from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.experiment import Experiment
from groupkit_torch.experiments.networks import NETWORKS
from groupkit_torch.experiments.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUANTITIES: Final = {"images": "images trained with", "parameters": "parameters"}
"""What errors are drawn against, with the name of the axis."""

_VARIED: Final[Mapping[str, tuple[str, ...]]] = {
    "images": ("seed", "fraction", "sizes"),
    "parameters": ("seed", "width"),
}
_KINDS: Final = ("png", "svg", "pdf")
_MARKERS: Final = "os^Dvp*"


@dataclass(frozen=True)
class Point:
    """The errors, in percent, of experiments that differ by their seeds alone."""

    x: int
    errors: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return fmean(self.errors)

    @property
    def deviation(self) -> float:
        """The standard deviation over the seeds; NaN of one."""
        return stdev(self.errors) if len(self.errors) > 1 else math.nan


@dataclass(frozen=True)
class Curve:
    """The errors of experiments that differ by their seeds and what the curve runs over."""

    label: str
    points: tuple[Point, ...]


def error_curves(results: Iterable[Result], against: str) -> dict[str, list[Curve]]:
    """Return the curves of each data set, by its title.

    Parameters
    ----------
    results : iterable of Result
        Of any order.
    against : {"images", "parameters"}
        What curves run over: the number of images trained with, of experiments alike but for the
        fraction and the sizes of the data; or the parameters of networks alike but for the width.

    Raises
    ------
    ExperimentError
        If one experiment is there twice: its seeds would not be independent.
    """
    panels: dict[str, dict[str, list[Result]]] = {}
    for result in sorted(results, key=lambda one: list(NETWORKS).index(one.declared.model)):
        key = json.dumps(_shared(result.declared, against), sort_keys=True)
        panels.setdefault(result.data, {}).setdefault(key, []).append(result)
    return {
        data: [
            Curve(label, _points(members, against))
            for label, members in zip(_labels(curves, against), curves.values(), strict=True)
        ]
        for data, curves in sorted(panels.items())
    }


def draw_error_curves(results: Iterable[Result], against: str, path: Path) -> None:
    """Draw mean ± standard deviation over seeds, a panel for each data set, on logarithmic axes.

    Parameters
    ----------
    results : iterable of Result
    against : {"images", "parameters"}
        As in `error_curves`.
    path : Path
        A png, svg or pdf; its folder is made.

    Raises
    ------
    ExperimentError
        If one experiment is there twice, or the file cannot be written.

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", figure 3.
    """
    if path.suffix.removeprefix(".") not in _KINDS:
        raise ExperimentError(
            f"{path} is no name of a picture: it ends with none of {', '.join(_KINDS)}; "
            "choose one of them",
            witness=str(path),
        )
    panels = error_curves(results, against)
    labels = list(dict.fromkeys(curve.label for curves in panels.values() for curve in curves))
    figure = Figure(figsize=(1 + 6.6 * len(panels), 3.8), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (data, curves) in zip(all_axes, panels.items(), strict=True):
        for curve in curves:
            _draw(axes, curve, labels.index(curve.label))
        positive = all(point.mean > 0 for curve in curves for point in curve.points)
        axes.set(xscale="log", yscale="log" if positive else "linear")
        axes.set(xlabel=QUANTITIES[against], ylabel="test error, %")
        axes.set_title(data, fontsize="medium")
        for axis in (axes.xaxis, axes.yaxis) if positive else (axes.xaxis,):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
            axis.set_minor_formatter(NullFormatter())
        axes.grid(color=style.FRAME, linewidth=0.5)
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(1, 1),  # beside the curves
            frameon=False,
            fontsize="small",
            labelcolor=style.INK,
        )
    with writing(path):
        write_whole(path, lambda partial: figure.savefig(partial, dpi=110))


def _draw(axes: Axes, curve: Curve, number: int) -> None:
    colour, stroke = style.STROKES[number % len(style.STROKES)]
    axes.errorbar(
        [point.x for point in curve.points],
        [point.mean for point in curve.points],
        [point.deviation for point in curve.points],
        label=curve.label,
        color=colour,
        linestyle=stroke,
        marker=_MARKERS[number % len(_MARKERS)],
        markersize=5,
        capsize=3,
    )


def _points(results: Sequence[Result], against: str) -> tuple[Point, ...]:
    """Return the points of a curve from left to right."""

    def place(result: Result) -> int:
        return result.n_train if against == "images" else result.parameters

    points = []
    for x, members in groupby(sorted(results, key=place), key=place):
        same = sorted(members, key=lambda result: result.declared.seed)
        for one, other in pairwise(same):
            if one.declared.seed == other.declared.seed:
                raise ExperimentError(
                    f"{one.declared.label}, seed {one.declared.seed}, is there twice; give the "
                    "folder of one of them, since they are no two seeds",
                    witness=(one.declared, other.declared),
                )
        points.append(Point(x, tuple(result.error for result in same)))
    return tuple(points)


def _shared(experiment: Experiment, against: str) -> dict[str, Any]:
    """Return what experiments of one curve have in common; where the data lie is left out."""
    entries = {"width": experiment.network.width, **experiment.as_dict()}
    entries["source"] = sources.parse(experiment.source)[0]
    entries |= {f"recipe.{name}": value for name, value in entries.pop("recipe").items()}
    return {name: value for name, value in entries.items() if name not in _VARIED[against]}


def _labels(curves: Mapping[str, Sequence[Result]], against: str) -> list[str]:
    """Return a label for each curve: that of tables, and whatever else keeps two of them apart."""
    plain = {"fraction": 1.0, "sizes": None} if against == "images" else {"width": None}
    short = [replace(same[0].declared, **plain).label for same in curves.values()]
    entries = [json.loads(key) for key in curves]
    labels = []
    for label, mine in zip(short, entries, strict=True):
        alike = [theirs for other, theirs in zip(short, entries, strict=True) if other == label]
        apart = [
            f"{name.removeprefix('recipe.')} {value}"
            for name, value in mine.items()
            if any(theirs.get(name) != value for theirs in alike)
        ]
        labels.append(", ".join([label, *apart]))
    return labels
