"""Results of several seeds in a line each, with what the papers report beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import fmean, stdev
from typing import Final

from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.networks import NETWORKS
from groupkit_torch.experiments.preparation import ROTATED
from groupkit_torch.experiments.published import CIFAR10, ROTATED_MNIST, Published
from groupkit_torch.experiments.result import Result

_OURS: Final = ROTATED.format(sources.MNIST)
_PUBLISHED: Final[Mapping[str, Mapping[str, tuple[Published, ...]]]] = {
    _OURS: ROTATED_MNIST,
    sources.PUBLISHED: ROTATED_MNIST,
    sources.CIFAR10: CIFAR10,
}
_NOT_THE_FILE: Final = (
    "This is *a* rotated MNIST, not the published file: other digits are in each part, turned by "
    "other angles."
)


def table(results: Iterable[Result]) -> str:
    """Return a Markdown table for each data set: mean ± standard deviation over seeds.

    Parameters
    ----------
    results : iterable of Result
        Of any order; those that differ by their seeds alone share a line.
    """
    parts = []
    results = list(results)
    turned = any(result.turned for result in results)
    kept = sorted(results, key=lambda result: (result.data, _group(result), _seed(result)))
    for data, members in groupby(kept, key=lambda result: result.data):
        heading = ["network", "parameters", "trained on", "epochs", "seeds", "test error, %"]
        heading += ["turned by 90°, 180°, 270°"] if turned else ["published, %"]
        lines = [_row(heading), "|---" * len(heading) + "|"]
        n_test = 0
        for _, same in groupby(members, key=_group):
            line = list(same)
            lines.append(_line(data, line, turned))
            n_test = sum(map(sum, line[0].confusion))
        note = f"\n\n{_NOT_THE_FILE}" if data == _OURS else ""
        parts.append(f"{data}; {n_test:,} test images.\n\n" + "\n".join(lines) + note)
    return "\n\n".join(parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(data: str, same: list[Result], turned: bool) -> str:
    """Return the line of results that differ by their seeds."""
    first, experiment = same[0], same[0].declared
    if turned:
        positions = zip(*(result.turned_errors for result in same), strict=True)
        beside = ", ".join(_spread(errors) for errors in positions)
    else:
        name = replace(experiment, precision="float32").label
        beside = "; ".join(map(str, _PUBLISHED.get(data, {}).get(name, ())))
    return _row(
        [
            experiment.label,
            f"{first.parameters:,}",
            f"{first.n_train:,}",
            str(experiment.recipe.epochs),
            str(len(same)),
            _spread([result.error for result in same]),
            beside,
        ]
    )


def _spread(errors: Sequence[float]) -> str:
    """Return mean ± standard deviation."""
    deviation = f" ± {stdev(errors):.2f}" if len(errors) > 1 else ""
    return f"{fmean(errors):.2f}{deviation}"


def _group(result: Result) -> tuple[int, int, str]:
    """Return what results of one line share: the network's place and width, all but the seed."""
    experiment = result.declared
    rest = {name: value for name, value in experiment.as_dict().items() if name != "seed"}
    place = list(NETWORKS).index(experiment.model)
    return place, experiment.width or 0, json.dumps(rest, sort_keys=True)


def _seed(result: Result) -> int:
    return result.declared.seed
