"""``python -m groupkit_torch.experiments``: experiments from the command line."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from groupkit.errors import GroupkitError
from groupkit_torch.experiments import result
from groupkit_torch.experiments.arguments import TASKS, parser
from groupkit_torch.experiments.checkpoint import write_text, writing
from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.error_curves import draw_error_curves
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.experiment import Experiment, read_toml
from groupkit_torch.experiments.filters import learned_filters
from groupkit_torch.experiments.networks import SETS
from groupkit_torch.experiments.preparation import Prepared, prepare
from groupkit_torch.experiments.processes import Processes, joined
from groupkit_torch.experiments.progress import Progress
from groupkit_torch.experiments.result import Result
from groupkit_torch.experiments.running import RESULT, run
from groupkit_torch.experiments.table import table


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for.

    Parameters
    ----------
    argv : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        0, or 2 if the arguments, the data or a checkpoint are refused.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    options = parser().parse_args(words)
    try:
        command = shlex.join(["python", "-m", "groupkit_torch.experiments", *words])
        if options.command == "compare":
            return _compare(options)
        if options.command == "filters":
            return _filters(options.folders, options.out, command)
        if options.threads:
            torch.set_num_threads(options.threads)
        with joined(options.device) as processes:
            _run_all(_experiments(options), options, processes, command)
    except GroupkitError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


def _experiments(options: argparse.Namespace) -> list[Experiment]:
    """Return what is asked for, all of it checked before anything is read."""
    if options.command == "run":
        one = read_toml(options.file)
        seeds = range(one.seed, one.seed + options.seeds)
        return [replace(one, seed=seed) for seed in seeds]
    recipe = TASKS[options.command]
    if options.epochs is not None:
        recipe = recipe.shortened(options.epochs)
    rotated = options.command != "cifar10" and sources.parse(options.data)[0] != "amat"
    rotated &= not options.upright
    names = [name for given in options.model for name in SETS.get(given, (given,))]
    made = [
        Experiment(
            model=name,
            source=options.data,
            transform="rotated" if rotated else "upright",
            augmentation=options.augment,
            recipe=recipe,
            precision=options.precision,
            seed=seed,
            width=options.width,
            hold_out=options.hold_out,
            fraction=options.fraction,
            turns=options.turns,
            sizes=None if options.sizes is None else tuple(options.sizes),
        )
        for seed in range(options.first_seed, options.first_seed + options.seeds)
        for name in names
    ]
    for one in made:
        if one.network.task != options.command:
            raise ExperimentError(
                f"{one.model} is a network for {one.network.task}, not for {options.command}; "
                "ask for another one",
                witness=one.model,
            )
    return made


def _run_all(
    experiments: list[Experiment],
    options: argparse.Namespace,
    processes: Processes,
    command: str,
) -> None:
    """Run experiments one after the other, and print their table."""
    data: Prepared | None = None
    found: list[Result] = []
    for one in experiments:
        if data is None:
            data = prepare(one)  # the same for all seeds and networks
        folder = options.out / one.slug / f"seed{one.seed}"
        with Progress(f"{one.label}, seed {one.seed}", one.recipe.epochs, not processes.first) as p:
            found.append(
                run(
                    one,
                    data,
                    folder,
                    processes,
                    command=command,
                    save_every=options.save_every,
                    after_batch=p.step,
                )
            )
        if processes.first:
            print(f"{one.label}, seed {one.seed}: {found[-1].error:.2f} % test error, in {folder}")
    if processes.first:
        print(f"\n{table(found)}")


def _compare(options: argparse.Namespace) -> int:
    """Print the table of all results below some folders, and draw their curves."""
    paths = sorted({path for folder in options.folders for path in folder.rglob(RESULT)})
    if not paths:
        names = ", ".join(map(str, options.folders))
        raise ExperimentError(
            f"there is no {RESULT} below {names}; finished experiments have one", witness=names
        )
    results = [result.read(path) for path in paths]
    text = table(results)
    print(text)
    if options.out is not None:
        with writing(options.out):
            write_text(options.out, text + "\n")
    if options.plot is not None:
        draw_error_curves(results, options.against, options.plot)
    return 0


def _filters(folders: Sequence[Path], out: Path | None, command: str) -> int:
    """Print what one kernel explains of the filters of experiments, and draw it."""
    for found in learned_filters(folders):
        print(found.table(), end="\n\n")
        if out is not None:
            found.write(out, command)
    return 0
