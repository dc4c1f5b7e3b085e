"""How cost grows: ``python -m benchmarks.scaling`` times layers along one axis after the other.

For each sweep it prints the seconds of a training step, the multiply-adds and the bytes read and
written, and the exponent that a straight line through the logarithms of both gives; then
data-parallel training with one and two processes. From two of three settings it takes what a
product, a byte and a call cost, and predicts the others with that.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

import groupkit as gk
import groupkit_torch as gt
from benchmarks import data_parallel, networks
from benchmarks.cost import Layer, fit, worst_factor
from benchmarks.record import result_file, write
from benchmarks.rounds import time_in_turn


@dataclass(frozen=True)
class Sweep:
    """Layers that differ along one axis.

    Parameters
    ----------
    axis : str
        Attribute of the layers that grows, or "threads".
    layers : tuple of Layer
        From small to large.
    threads : tuple of int
        Of torch, for each layer; none for those of the command line.
    """

    axis: str
    layers: tuple[Layer, ...]
    threads: tuple[int, ...] = ()

    def settings(self, threads: int) -> list[tuple[Layer, int]]:
        """Return each layer with its number of threads."""
        numbers = self.threads or (threads,) * len(self.layers)
        return list(zip(self.layers, numbers, strict=True))


def _sweeps() -> dict[str, Sweep]:
    """Return all sweeps."""
    planes, solids = (
        ("p1", "p2", "p4", "p6", "p4m", "p6m"),
        ("P1", "P222", "P4/mmm", "P432", "Pm-3m"),
    )
    found = {
        "order of S": Sweep("order", tuple(Layer(name, 8, 3, 33, 4) for name in planes)),
        "order of S, three dimensions": Sweep(
            "order", tuple(Layer(name, 2, 3, 13, 2) for name in solids)
        ),
    }
    axes = {
        "channels": ("p4m", 16, 3, 32, 4),
        "kernel": ("p4m", 16, 3, 32, 4),
        "size": ("p4m", 16, 3, 32, 4),
        "batch": ("p4m", 16, 3, 16, 4),
    }
    values = {
        "channels": (4, 8, 16, 32, 64),
        "kernel": (1, 3, 5, 7, 9),
        "size": (9, 17, 33, 65),
        "batch": (1, 2, 4, 8, 16, 32),
    }
    for axis, usual in axes.items():
        layers = (
            Layer(**dict(zip(_FIELDS, usual, strict=True)) | {axis: value})
            for value in values[axis]
        )
        found[axis] = Sweep(axis, tuple(layers))
    layer = Layer("p4m", 16, 3, 32, 8)
    found["threads"] = Sweep("threads", (layer, layer), (1, 2))
    return found


_FIELDS = ("group", "channels", "kernel", "size", "batch")
SWEEPS = _sweeps()


def measure(layer: Layer, threads: int, rounds: int) -> dict[str, float]:
    """Return the seconds of a training step, ours and the planar one's."""
    torch.set_num_threads(threads)
    group = gk.catalog[layer.group]
    padding, space = layer.kernel // 2, (layer.size,) * group.dimension
    ours = gt.GroupConv(
        group, layer.channels, layer.channels, layer.kernel, padding=padding, exact="ignore"
    )
    planar = networks.planar_conv(group, layer.channels, layer.kernel, padding)
    x = torch.randn(layer.batch, layer.channels, group.order, *space)
    calls = {
        "planar": networks.train(planar, x.flatten(1, 2)),
        "groupkit": networks.train(ours, x),
    }
    timing = time_in_turn(calls, rounds, 0.02, torch.device("cpu"))
    return {name: timing.median(name) for name in calls}


def exponent(values: list[float], seconds: list[float]) -> float:
    """Return the slope of log seconds against log values, by least squares."""
    return float(np.polyfit(np.log(values), np.log(seconds), 1)[0])


def run(sweep: Sweep, tiny: bool, rounds: int, threads: int) -> dict[str, Any]:
    """Return the rows of a sweep, and the exponents."""
    rows = []
    for layer, number in sweep.settings(threads)[: 2 if tiny else None]:
        row = asdict(layer) | {"threads": number, "order": layer.order}
        row |= {"multiply_adds": layer.multiply_adds, "bytes": layer.bytes_moved}
        rows.append(row | measure(layer, number, rounds))
    values = [float(row[sweep.axis]) for row in rows]
    exponents = {
        name: exponent(values, [row[name] for row in rows])
        for name in ("groupkit", "planar", "multiply_adds", "bytes")
    }
    return {"axis": sweep.axis, "rows": rows, "exponents": exponents}


def predict(results: list[dict[str, Any]], threads: int) -> dict[str, Any]:
    """Fit two of three settings with as many threads, and say how well the others are predicted."""
    rows = {Layer(*(row[name] for name in _FIELDS)): row for row in _rows(results, threads)}
    layers = list(rows)
    seconds = [rows[layer]["groupkit"] for layer in layers]
    known = [i for i in range(len(layers)) if i % 3 != 1]
    others = [i for i in range(len(layers)) if i % 3 == 1]
    found = fit([layers[i] for i in known], [seconds[i] for i in known])
    return asdict(found) | {
        "fitted": len(known),
        "predicted": len(others),
        "worst_factor": worst_factor(
            found, (layers[i] for i in others), (seconds[i] for i in others)
        ),
    }


def _rows(results: list[dict[str, Any]], threads: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of all sweeps with so many threads."""
    for result in results:
        yield from (row for row in result["rows"] if row["threads"] == threads)


def plot(results: list[dict[str, Any]], path: Path) -> None:
    """Draw all sweeps, seconds against what grows, with the planar layer beside."""
    columns = math.ceil(len(results) / 2)
    figure, axes = plt.subplots(2, columns, figsize=(3.6 * columns, 7), constrained_layout=True)
    for axis in list(axes.flat)[len(results) :]:
        axis.remove()
    for result, axis in zip(results, axes.flat, strict=False):
        rows = list(result["rows"])
        values = [row[result["axis"]] for row in rows]
        for name, marker in (("planar", "o--"), ("groupkit", "s-")):
            axis.loglog(values, [1000 * row[name] for row in rows], marker, label=name)
        axis.set_title(f"{result['sweep']}: exponent {result['exponents']['groupkit']:.2f}", size=9)
        axis.set_xlabel(result["axis"])
        axis.set_ylabel("training step, ms")
        axis.set_xticks(values, [str(value) for value in values])
        axis.minorticks_off()
        axis.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main() -> None:
    """Print the tables, and write JSON and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2, help="of torch (2)")
    parser.add_argument("--tiny", action="store_true", help="two settings of each sweep")
    parser.add_argument(
        "--out", type=result_file, help="JSON; a picture of the same name beside it"
    )
    arguments = parser.parse_args()
    results = []
    print("| sweep | at | planar, ms | groupkit, ms | ratio | 10⁶ multiply-adds | 10⁶ bytes |")
    print("|---" * 7 + "|")
    for name, sweep in SWEEPS.items():
        result = {"sweep": name} | run(sweep, arguments.tiny, arguments.rounds, arguments.threads)
        results.append(result)
        for row in result["rows"]:
            print(
                f"| {name} | {row['group']}, {row[sweep.axis]} | {1000 * row['planar']:.2f} | "
                f"{1000 * row['groupkit']:.2f} | {row['groupkit'] / row['planar']:.2f} | "
                f"{row['multiply_adds'] / 1e6:.1f} | {row['bytes'] / 1e6:.1f} |"
            )
        found = {name: f"{value:.2f}" for name, value in result["exponents"].items()}
        print(
            f"| {name} | exponent | {found['planar']} | {found['groupkit']} | | "
            f"{found['multiply_adds']} | {found['bytes']} |",
            flush=True,
        )
    found = predict(results, arguments.threads)
    print(
        f"\n{1e12 * found['per_product']:.1f} ps a product, "
        f"{1e12 * found['per_byte']:.0f} ps a byte, "
        f"{1e6 * found['per_call']:.0f} µs a call, from {found['fitted']} settings: the "
        f"{found['predicted']} others are predicted within a factor of "
        f"{found['worst_factor']:.2f}\n"
    )
    processes = data_parallel.table(arguments.tiny)
    if arguments.out:
        write(
            arguments.out,
            torch.device("cpu"),
            torch=torch.__version__,
            threads=arguments.threads,
            rounds=arguments.rounds,
            sweeps=results,
            prediction=found,
            data_parallel=processes,
        )
        plot(results, arguments.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
