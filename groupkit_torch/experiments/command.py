"""``python -m groupkit_torch.experiments``: experiments from the command line."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch

from groupkit.errors import GroupkitError
from groupkit_torch.experiments import result
from groupkit_torch.experiments.checkpoint import write_text
from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.experiment import AUGMENTATIONS, PRECISIONS, Experiment, read_toml
from groupkit_torch.experiments.networks import NETWORKS, SETS
from groupkit_torch.experiments.preparation import Prepared, prepare
from groupkit_torch.experiments.processes import Processes, joined
from groupkit_torch.experiments.progress import Progress
from groupkit_torch.experiments.recipe import CIFAR10, ROTATED_MNIST
from groupkit_torch.experiments.result import Result
from groupkit_torch.experiments.running import RESULT, run
from groupkit_torch.experiments.table import table

TASKS: Final = {"rotmnist": ROTATED_MNIST, "cifar10": CIFAR10}


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
    options = _parser().parse_args(words)
    try:
        if options.command == "compare":
            return _compare(options.folders, options.out)
        if options.threads:
            torch.set_num_threads(options.threads)
        command = shlex.join(["python", "-m", "groupkit_torch.experiments", *words])
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
    rotated = options.command == "rotmnist" and sources.parse(options.data)[0] != "amat"
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


def _compare(folders: Sequence[Path], out: Path | None) -> int:
    """Print the table of all results below some folders."""
    paths = sorted({path for folder in folders for path in folder.rglob(RESULT)})
    if not paths:
        names = ", ".join(map(str, folders))
        raise ExperimentError(
            f"there is no {RESULT} below {names}; finished experiments have one", witness=names
        )
    text = table([result.read(path) for path in paths])
    print(text)
    if out is not None:
        write_text(out, text + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m groupkit_torch.experiments",
        description="Train and test the papers' networks; go on where a killed run was.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for task, recipe in TASKS.items():
        one = commands.add_parser(task, help=f"networks on {task}", description=__doc__)
        known = [name for name, network in NETWORKS.items() if network.task == task]
        also = f"; or sets of them: {', '.join(SETS)}" if task == "rotmnist" else ""
        one.add_argument(
            "--model",
            nargs="+",
            required=True,
            metavar="NAME",
            help=f"{', '.join(known)}{also}",
        )
        one.add_argument(
            "--data",
            required=task == "cifar10",
            default="digits",
            metavar="SOURCE",
            help=f"{', '.join(sources.FORMS)}; nothing is downloaded (%(default)s)",
        )
        one.add_argument(
            "--epochs",
            type=int,
            metavar="N",
            help=f"{recipe.epochs} by default; the rate's steps move in proportion",
        )
        one.add_argument("--width", type=int, metavar="N", help="channels of each layer")
        one.add_argument(
            "--augment", choices=AUGMENTATIONS, default="none", help="images of each batch"
        )
        one.add_argument(
            "--precision", choices=PRECISIONS, default="float32", help="of training (float32)"
        )
        one.add_argument(
            "--hold-out", action="store_true", help="validate after each epoch on images kept apart"
        )
        one.add_argument(
            "--fraction", type=float, default=1.0, metavar="F", help="of the training images"
        )
        one.add_argument(
            "--sizes",
            type=int,
            nargs=3,
            metavar=("TRAIN", "VALIDATION", "TEST"),
            help="numbers of images; by default those of the source",
        )
        one.add_argument(
            "--upright", action="store_true", help="images as they are, rotated by no angle"
        )
        one.add_argument(
            "--turns",
            type=int,
            default=1,
            metavar="N",
            help="test in N positions, by quarter turns (1)",
        )
        one.add_argument("--first-seed", type=int, default=0, metavar="N", help="(0)")
        _run_options(one)
    one = commands.add_parser("run", help="an experiment of a TOML file")
    one.add_argument("file", type=Path)
    _run_options(one)
    one = commands.add_parser("compare", help="the table of finished experiments")
    one.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    one.add_argument("--out", type=Path, metavar="FILE", help="write the table there as well")
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many (1)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, ... (cpu)")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="of torch")
    parser.add_argument(
        "--save-every", type=int, default=50, metavar="N", help="batches between checkpoints (50)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("experiments"),
        metavar="DIR",
        help="folder of the results, and of checkpoints to go on with (%(default)s)",
    )
