"""How alike the filters of experiments are along the group axis, before and after training."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import torch

from groupkit_torch.analysis import (
    FilterReport,
    LayerVariance,
    filter_variance,
    plot_filter_variance,
)
from groupkit_torch.experiments.checkpoint import write_text, write_whole, writing
from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.experiment import Experiment
from groupkit_torch.experiments.running import DECLARATION, machine, versions
from groupkit_torch.experiments.trained import Trained, read_trained

_ALL: Final = "all"


@dataclass(frozen=True, eq=False)
class LearnedFilters:
    """Networks that differ by their seeds alone, and what one kernel explains of their filters.

    Parameters
    ----------
    experiment : Experiment
        That of the first seed.
    seeds : tuple of int
    before, after : FilterReport
        Of the filters of all seeds together, layer by layer.
    """

    experiment: Experiment
    seeds: tuple[int, ...]
    before: FilterReport
    after: FilterReport

    @property
    def title(self) -> str:
        """The network, how long it was trained, and the seeds."""
        seeds = ", ".join(map(str, self.seeds))
        return f"{self.experiment.label}, {self.experiment.recipe.epochs} epochs, seed {seeds}"

    def table(self) -> str:
        """Return a Markdown table: mean and quartiles of the first component's part."""
        heading = ["layer", "filters", "before: mean", "quartiles", "after: mean", "quartiles"]
        lines = [heading, ["---"] * len(heading)]
        for layer in self._layers():
            cells = [f"`{layer['name']}`" if layer["name"] != _ALL else _ALL]
            cells.append(f"{layer['filters']:,}")
            for when in ("before", "after"):
                mean, quartiles = layer[when]["mean"], layer[when]["quartiles"]
                cells += [_decimal(mean), " ".join(map(_decimal, quartiles))]
            lines.append(cells)
        rows = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"{self.title}: the first component's part of the variance.\n\n{rows}"

    def write(self, folder: Path, command: str) -> tuple[Path, Path]:
        """Write a picture and JSON, which are named like the experiment, and return their paths.

        Parameters
        ----------
        folder : Path
            Is made.
        command : str
            That made them, for those who want to repeat it.

        Raises
        ------
        ExperimentError
            If the folder cannot be written.
        """
        picture, numbers = (folder / f"{self.experiment.slug}.{kind}" for kind in ("png", "json"))
        axes = plot_filter_variance({"before training": self.before, "after training": self.after})
        axes.set_title(self.title, fontsize="medium")
        figure = axes.get_figure(root=True)
        assert figure is not None
        entries = {
            "experiment": _shared(self.experiment),
            "seeds": list(self.seeds),
            "layers": self._layers(),
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(torch.device("cpu")),
            "versions": versions(),
            "command": command,
        }
        with writing(picture):
            write_whole(picture, lambda partial: figure.savefig(partial, dpi=110))
            write_text(numbers, json.dumps(entries, indent=1, allow_nan=False) + "\n")
        return picture, numbers

    def _layers(self) -> list[dict[str, Any]]:
        """Return the numbers of each layer, and of all filters at the end."""
        layers = []
        reports = (_with_all(self.before), _with_all(self.after))
        for before, after in zip(*reports, strict=True):
            count = before.parts[..., 0].numel()
            layers.append(
                {
                    "name": before.name,
                    "filters": count,
                    "before": _numbers(before),
                    "after": _numbers(after),
                }
            )
        return layers


def learned_filters(folders: Iterable[Path]) -> list[LearnedFilters]:
    """Return what one kernel explains of the filters of all experiments below some folders.

    Parameters
    ----------
    folders : iterable of Path

    Returns
    -------
    list of LearnedFilters
        One for each experiment, its seeds together.

    Raises
    ------
    ExperimentError
        If there is no experiment, one is there twice, or two would have files of one name.
    CheckpointError
        If a checkpoint is missing, damaged, or not of the last epoch.
    FeatureTypeError
        If a network has no layer with filters on the group.

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", section 3.2 and figure 2.
    """
    folders = list(folders)
    found = sorted({path.parent for folder in folders for path in folder.rglob(DECLARATION)})
    if not found:
        names = ", ".join(map(str, folders))
        raise ExperimentError(
            f"there is no {DECLARATION} below {names}; folders of experiments have one",
            witness=names,
        )
    groups: dict[str, list[tuple[Path, Trained]]] = {}
    for folder in found:
        one = read_trained(folder)
        members = groups.setdefault(one.experiment.slug, [])
        for other, member in members:
            seeds = (one.experiment.seed, member.experiment.seed)
            if seeds[0] == seeds[1] or _shared(one.experiment) != _shared(member.experiment):
                raise ExperimentError(
                    f"{other} and {folder} are both of {one.experiment.slug}, and do not differ by "
                    "their seeds alone; give one of them",
                    witness=(str(other), str(folder)),
                )
        members.append((folder, one))
    return [_together([one for _, one in members]) for members in groups.values()]


def _together(networks: Sequence[Trained]) -> LearnedFilters:
    """Return the report of networks that differ by their seeds."""
    networks = sorted(networks, key=lambda one: one.experiment.seed)
    return LearnedFilters(
        networks[0].experiment,
        tuple(one.experiment.seed for one in networks),
        _joined([filter_variance(one.before) for one in networks]),
        _joined([filter_variance(one.after) for one in networks]),
    )


def _joined(reports: Sequence[FilterReport]) -> FilterReport:
    """Return the report of the filters of several networks that are built alike."""
    layers = zip(*(report.layers for report in reports), strict=True)
    return FilterReport(
        tuple(
            LayerVariance(same[0].name, torch.cat([layer.parts for layer in same]))
            for same in layers
        )
    )


def _with_all(report: FilterReport) -> tuple[LayerVariance, ...]:
    """Return the layers, and all of their filters as one more."""
    firsts = [layer.parts[..., :1].reshape(1, -1, 1) for layer in report.layers]
    return (*report.layers, LayerVariance(_ALL, torch.cat(firsts, 1)))


def _numbers(layer: LayerVariance) -> dict[str, Any]:
    """Return mean, quartiles, None where no filter varies, and in a layer each filter's number."""
    mean, *quartiles = (
        None if math.isnan(part) else part for part in (layer.mean, *layer.quartiles)
    )
    numbers = {"mean": mean, "quartiles": quartiles}
    if layer.name != _ALL:
        numbers["first"] = [round(part, 4) for part in layer.first.tolist()]
    return numbers


def _decimal(part: float | None) -> str:
    return "-" if part is None else f"{part:.3f}"


def _shared(experiment: Experiment) -> dict[str, Any]:
    """Return what networks share that differ by their seeds; where the data lie is left out."""
    entries = experiment.as_dict()
    del entries["seed"]
    return {**entries, "source": sources.parse(experiment.source)[0]}
