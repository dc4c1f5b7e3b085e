"""How cost grows: ``python -m benchmarks.scaling`` times layers along one axis after the other.

For each sweep it prints the seconds of a training step, the multiply-adds and the bytes read and
written, and the exponent that a straight line through the logarithms of both gives.
"""

import argparse
import json
import math
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

import groupkit as gk
import groupkit_torch as gt
from benchmarks import networks
from benchmarks.rounds import time_in_turn


@dataclass(frozen=True)
class Setting:
    """A layer between maps of as many channels."""

    group: str
    channels: int
    kernel: int
    size: int
    batch: int
    threads: int = 2

    @property
    def order(self) -> int:
        """|S|."""
        return gk.catalog[self.group].order

    @property
    def multiply_adds(self) -> int:
        """Of the forward pass, padding included: three times as many with the backward pass."""
        group = gk.catalog[self.group]
        width, d = self.channels * group.order, group.dimension
        return self.batch * width * width * self.kernel**d * self.size**d

    @property
    def bytes_moved(self) -> int:
        """Of input, output and bank, once each, in single precision."""
        group = gk.catalog[self.group]
        width, d = self.channels * group.order, group.dimension
        return 4 * (2 * self.batch * width * self.size**d + width * width * self.kernel**d)


SWEEPS: dict[str, tuple[str, list[Setting]]] = {
    "order of S": (
        "order",
        [Setting(name, 8, 3, 33, 4) for name in ("p1", "p2", "p4", "p6", "p4m", "p6m")],
    ),
    "order of S, three dimensions": (
        "order",
        [Setting(name, 2, 3, 13, 2) for name in ("P1", "P222", "P422", "P4/mmm", "P432", "Pm-3m")],
    ),
    "channels": ("channels", [Setting("p4m", c, 3, 32, 4) for c in (4, 8, 16, 32, 64)]),
    "kernel size": ("kernel", [Setting("p4m", 16, k, 32, 4) for k in (1, 3, 5, 7, 9)]),
    "image size": ("size", [Setting("p4m", 16, 3, n, 4) for n in (9, 17, 33, 65)]),
    "batch": ("batch", [Setting("p4m", 16, 3, 16, b) for b in (1, 2, 4, 8, 16, 32)]),
    "threads": ("threads", [Setting("p4m", 16, 3, 32, 8, t) for t in (1, 2)]),
}


def measure(setting: Setting, rounds: int) -> dict[str, float]:
    """Return the seconds of a training step, ours and the planar one's."""
    torch.set_num_threads(setting.threads)
    group = gk.catalog[setting.group]
    padding, space = setting.kernel // 2, (setting.size,) * group.dimension
    ours = gt.GroupConv(
        group, setting.channels, setting.channels, setting.kernel, padding=padding, exact="ignore"
    )
    planar = networks.planar_conv(group, setting.channels, setting.kernel, padding)
    x = torch.randn(setting.batch, setting.channels, group.order, *space)
    calls = {
        "planar": networks.train(planar, x.flatten(1, 2)),
        "groupkit": networks.train(ours, x),
    }
    timing = time_in_turn(calls, rounds, 0.02, torch.device("cpu"))
    return {name: timing.median(name) for name in calls}


def exponent(values: list[float], seconds: list[float]) -> float:
    """Return the slope of log seconds against log values, by least squares."""
    return float(np.polyfit(np.log(values), np.log(seconds), 1)[0])


def sweeps(tiny: bool, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield the results of each sweep."""
    for name, (axis, settings) in SWEEPS.items():
        rows = []
        for setting in settings[:2] if tiny else settings:
            row = asdict(setting) | measure(setting, rounds)
            row |= {"order": setting.order, "multiply_adds": setting.multiply_adds}
            rows.append(row | {"bytes": setting.bytes_moved})
        values = [float(row[axis]) for row in rows]
        yield {
            "sweep": name,
            "axis": axis,
            "rows": rows,
            "exponent": exponent(values, [float(row["groupkit"]) for row in rows]),
            "multiply_add_exponent": exponent(values, [row["multiply_adds"] for row in rows]),
        }


def plot(results: list[dict[str, Any]], path: Path) -> None:
    """Draw all sweeps, seconds against what grows, with the planar layer beside."""
    columns = math.ceil(len(results) / 2)
    figure, axes = plt.subplots(2, columns, figsize=(4 * columns, 7), constrained_layout=True)
    for axis in list(axes.flat)[len(results) :]:
        axis.remove()
    for result, axis in zip(results, axes.flat, strict=False):
        rows = list(result["rows"])
        values = [row[result["axis"]] for row in rows]
        for name, marker in (("planar", "o--"), ("groupkit", "s-")):
            axis.loglog(values, [1000 * row[name] for row in rows], marker, label=name)
        axis.set_title(f"{result['sweep']}: exponent {result['exponent']:.2f}")
        axis.set_xlabel(result["axis"])
        axis.set_ylabel("training step, ms")
        axis.set_xticks(values, [str(value) for value in values])
        axis.minorticks_off()
        axis.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main() -> None:
    """Print the table, and write JSON and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tiny", action="store_true", help="two settings of each sweep")
    parser.add_argument("--out", type=Path, help="JSON; a picture of the same name beside it")
    arguments = parser.parse_args()
    results = []
    print(
        "| sweep | at | planar, ms | groupkit, ms | ratio | 10⁶ multiply-adds |\n"
        + "|---" * 6
        + "|"
    )
    for result in sweeps(arguments.tiny, arguments.rounds):
        results.append(result)
        for row in result["rows"]:
            print(
                f"| {result['sweep']} | {row['group']}, {row[result['axis']]} | "
                f"{1000 * row['planar']:.2f} | {1000 * row['groupkit']:.2f} | "
                f"{row['groupkit'] / row['planar']:.2f} | {row['multiply_adds'] / 1e6:.1f} |"
            )
        print(
            f"| {result['sweep']} | exponent | | {result['exponent']:.2f} | | "
            f"{result['multiply_add_exponent']:.2f} |",
            flush=True,
        )
    if arguments.out:
        record = {"machine": platform.processor() or platform.machine(), "sweeps": results}
        arguments.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
        plot(results, arguments.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
