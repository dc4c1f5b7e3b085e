"""The steps of ``groupkit demo``, in order."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from groupkit import SplitGroup, catalog, p4
from groupkit_torch.convolutions.conv import GroupConv, LiftingConv
from groupkit_torch.demo import data, example, pictures
from groupkit_torch.demo.networks import CONTENDERS
from groupkit_torch.demo.report import conclusion, table
from groupkit_torch.demo.training import compete
from groupkit_torch.layers import layers
from groupkit_torch.testing import assert_equivariant

EPOCHS: Final = 25
QUICK_EPOCHS: Final = 8
QUICK_DIGITS: Final = 600


def main(argv: Sequence[str] | None = None) -> int:
    """Check the groups, train on upright digits, test on rotated ones, save pictures.

    Parameters
    ----------
    argv : sequence of str, optional
        ``--quick``, ``--output DIR``, ``--seed N``; those of the process by default.

    Returns
    -------
    int
        0, the exit status.

    Raises
    ------
    RefutedError
        If a group is refuted.
    AssertionError
        If a layer is not equivariant.
    MissingExtraError
        If the extra ``demo`` is not installed.
    """
    options = _parser().parse_args(argv)
    options.output.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()

    print("The wallpaper groups that split, every law proved for all translations at once:")
    for group in catalog.filter(dimension=2).values():
        _prove(group)

    print("\nA group declared in a file of its own:")
    saved = _declare(options.output)

    digits = data.load(options.seed, QUICK_DIGITS if options.quick else data.N_TRAIN)
    epochs = QUICK_EPOCHS if options.quick else EPOCHS
    print(
        f"\nTwo networks, trained on {len(digits.train_images)} upright digits, "
        f"tested on {len(digits.test_images)} others in four positions:"
    )
    trained = {name: compete(name, digits, epochs, options.seed) for name in CONTENDERS}
    p4_result, planar_result = trained["p4"][1], trained["planar"][1]
    print(f"\n{table([p4_result, planar_result])}\n")
    print(conclusion(p4_result, planar_result, len(digits.test_images)))

    net = trained["p4"][0]
    image = digits.test_images[int((digits.test_labels == 7).nonzero()[0])]
    figures = {
        "filters_first_layer": pictures.lifting_filters(_layer(net.lift), "first layer"),
        "filters_second_layer": pictures.group_filter(_layer(net.conv), "second layer"),
        "feature_map_rotation": pictures.motion(net[:6], p4, image, p4.stabilizer.index_of(r=1)),
    }
    saved += [pictures.save(figure, options.output, name) for name, figure in figures.items()]
    print(f"\nPictures, in {options.output}:")
    for path in saved:
        print(f"  {path.name}")
    print(f"\n{time.perf_counter() - start:.0f} seconds in all.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="groupkit demo",
        description="Check the groups, train on upright digits, test on rotated ones.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer digits and epochs")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("groupkit-demo"),
        metavar="DIR",
        help="folder for the pictures (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of split and weights (default: 0)"
    )
    return parser


def _prove(group: SplitGroup) -> None:
    """Prove the laws of a group and say so in a line."""
    report = group.verify()
    report.raise_if_refuted()
    print(f"  |S| = {group.order:<3} {group.lattice.name:<11} {report.summary()}")


def _declare(folder: Path) -> list[Path]:
    """Prove the example's group, check its layers, draw its filters."""
    path = example.find()
    if path is None:
        print("  skipped: the examples are not installed; they come with the source of groupkit")
        return []
    group = example.declared(path)
    _prove(group)
    L = layers(group)
    torch.manual_seed(0)
    lift = L.LiftingConv(1, 4, 5)
    conv, pool = L.GroupConv(4, 4, 3, padding=1), L.MaxPool(3, stride=2, padding=1)
    net = torch.nn.Sequential(lift, L.BatchNorm(4), torch.nn.Sigmoid(), conv, pool).double()
    assert_equivariant(net, group, (2, 1, 17, 17))
    print(f"  {path.name}: its layers commute with all of {group.name}, to 1e-12")
    picture = pictures.lifting_filters(_layer(lift), f"{group.name}, untrained")
    return [pictures.save(picture, folder, f"filters_{group.name}")]


def _layer(module: object) -> GroupConv:
    assert isinstance(module, GroupConv | LiftingConv)
    return module
