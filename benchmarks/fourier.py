"""Layers of one point by both algorithms: ``python -m benchmarks.fourier`` prints a table.

For each group and number of channels, a `GroupConv` with ``kernel_size=1`` through the irreducible
representations of S ("fourier"), relative to the planar convolution with the same bank ("direct"):
the median of the ratios of each round, forward and in training. The last column says what "auto"
takes.
"""

import argparse
from collections.abc import Iterator
from typing import Any

import torch
from tqdm import tqdm

import groupkit as gk
import groupkit_torch as gt
from benchmarks.record import result_file, write
from benchmarks.rounds import time_in_turn
from benchmarks.scale import NUMBERS, Scale, set_numbers
from groupkit_torch.convolutions.irrep_blocks import irrep_blocks

CHANNELS = {
    "p4": (32, 64, 96, 128, 192, 256),
    "p4m": (11, 23, 32, 48, 64, 128),
    "p6": (32, 48, 64, 96),
    "p6m": (8, 16, 24, 32, 64),
    "P432": (4, 8, 12, 16, 32),
    "Pm-3m": (2, 4, 6, 8, 16),
}
SIDES = {2: ((33, 8), (9, 16)), 3: ((10, 4), (5, 8))}
"""Side and batch: larger than the caches, and within them."""


def shapes(tiny: bool) -> Iterator[tuple[gk.SplitGroup, int, int, int]]:
    """Yield group, channels, side and batch."""
    for name, widths in CHANNELS.items():
        group = gk.catalog[name]
        for side, batch in SIDES[group.dimension][:1] if tiny else SIDES[group.dimension]:
            for channels in (1,) if tiny else widths:
                yield group, channels, 3 if tiny else side, 1 if tiny else batch


def measure(
    group: gk.SplitGroup, channels: int, side: int, batch: int, scale: Scale, rounds: int
) -> dict[str, Any]:
    """Return a row of the results."""
    layers = {
        algorithm: scale.put(
            gt.GroupConv(group, channels, channels, 1, exact="ignore", algorithm=algorithm)
        )
        for algorithm in ("direct", "fourier", "auto")
    }
    x = scale.map(batch, channels, group.order, *[side] * group.dimension)
    row: dict[str, Any] = {
        "group": group.name,
        "order": group.order,
        "products": irrep_blocks(group.stabilizer).products,
        "channels": channels,
        "side": side,
        "batch": batch,
        "auto": "fourier" if layers.pop("auto")._takes_fourier(x) else "direct",
    }
    for mode, make in (("forward", scale.forward), ("train", scale.train)):
        calls = {algorithm: make(layer, x) for algorithm, layer in layers.items()}
        timing = time_in_turn(calls, rounds, 0.02, scale.device)
        row[f"{mode}_seconds"] = timing.median("direct")
        row[mode] = timing.ratio("fourier", "direct")
    return row


def main() -> None:
    """Print the table, and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--numbers", choices=NUMBERS, default="fp32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tiny", action="store_true", help="one channel: does everything run?")
    parser.add_argument("--out", type=result_file, help="JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    set_numbers(arguments.numbers)
    scale = Scale(torch.device(arguments.device), numbers=arguments.numbers)
    print("| group, products | channels | map | direct, ms | fourier: forward | train | auto |")
    print("|---" * 7 + "|")
    rows = []
    for group, channels, side, batch in tqdm(list(shapes(arguments.tiny)), leave=False):
        row = measure(group, channels, side, batch, scale, arguments.rounds)
        rows.append(row)
        print(
            f"| {group.name}, {row['products']} of {group.order**2} | {channels} | "
            f"{'×'.join([str(side)] * group.dimension)}, batch {batch} | "
            f"{1000 * row['forward_seconds']:.2f} | {row['forward']:.2f} | {row['train']:.2f} | "
            f"{row['auto']} |",
            flush=True,
        )
    slower = [max(row["forward"], row["train"]) for row in rows if row["auto"] == "fourier"]
    if slower:
        print(f'\nWhere "auto" takes it, the worst ratio is {max(slower):.2f}')
    if arguments.out:
        write(
            arguments.out,
            scale.device,
            torch=torch.__version__,
            threads=arguments.threads,
            numbers=arguments.numbers,
            rounds=arguments.rounds,
            rows=rows,
        )


if __name__ == "__main__":
    main()
