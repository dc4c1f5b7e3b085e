"""What the command line takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.error_curves import QUANTITIES
from groupkit_torch.experiments.experiment import AUGMENTATIONS, PRECISIONS
from groupkit_torch.experiments.networks import NETWORKS, SETS
from groupkit_torch.experiments.recipe import CIFAR10, ROTATED_MNIST, VOLUMES

TASKS: Final = {"rotmnist": ROTATED_MNIST, "cifar10": CIFAR10, "volumes": VOLUMES}
"""Commands that train networks on images of a kind, and how they do."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    made = argparse.ArgumentParser(
        prog="python -m groupkit_torch.experiments",
        description="Train and test the papers' networks; go on where a killed run was.",
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for task, recipe in TASKS.items():
        one = commands.add_parser(
            task, help=f"networks on {task}", description=f"Train and test networks on {task}."
        )
        known = [name for name, network in NETWORKS.items() if network.task == task]
        sets = [name for name, members in SETS.items() if members[0] in known]
        needed = task != "rotmnist"  # scikit-learn's digits are always there
        also = f"; or sets of them: {', '.join(sets)}" if sets else ""
        one.add_argument(
            "--model",
            nargs="+",
            required=True,
            metavar="NAME",
            help=f"{', '.join(known)}{also}",
        )
        one.add_argument(
            "--data",
            required=needed,
            default=None if needed else "digits",
            metavar="SOURCE",
            help=f"{', '.join(sources.FORMS)}; nothing is downloaded"
            + ("" if needed else " (%(default)s)"),
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
        one.add_argument("--upright", action="store_true", help="images as they are, not rotated")
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
    one.add_argument("--plot", type=Path, metavar="FILE", help="draw the test errors as curves")
    one.add_argument(
        "--against",
        choices=QUANTITIES,
        default="images",
        help="what the curves run over: images trained with, or parameters of networks that "
        "differ by their width (%(default)s)",
    )
    one = commands.add_parser(
        "filters",
        help="what one kernel explains of the filters of finished experiments, before and after",
    )
    one.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    one.add_argument("--out", type=Path, metavar="DIR", help="draw and write it there as well")
    return made


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
