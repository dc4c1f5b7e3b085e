"""How long layers take to make: ``python benchmarks/construction.py`` prints a table.

Targets, for the median on one core: 2 ms for p4m from 64 to 64 channels with 3×3 points, 20 ms
for the cubic group of 48 elements from 8 to 8 channels with 3×3×3 points. "first" is the first
layer of its kind, which tabulates its window and its bank; others of the kind share them.
"""

import gc
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt

OCTAHEDRAL = gk.SplitGroup.from_generators(
    "m-3m, 48 elements",
    [
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    ],
)

LAYERS: dict[str, Callable[[], nn.Module]] = {
    "p4m LiftingConv 3 → 64, 3×3": lambda: gt.LiftingConv(gk.p4m, 3, 64, 3),
    "p4m GroupConv 64 → 64, 3×3": lambda: gt.GroupConv(gk.p4m, 64, 64, 3),
    "p4m GroupLinear 64 → 64": lambda: gt.GroupLinear(gk.p4m, 64, 64),
    "p4m SeparableGroupConv 64 → 64, 3×3": lambda: gt.SeparableGroupConv(gk.p4m, 64, 64, 3),
    "p6m GroupConv 16 → 16, 5×5": lambda: gt.GroupConv(gk.p6m, 16, 16, 5),
    "m-3m LiftingConv 1 → 8, 3×3×3": lambda: gt.LiftingConv(OCTAHEDRAL, 1, 8, 3),
    "m-3m GroupConv 4 → 4, 3×3×3": lambda: gt.GroupConv(OCTAHEDRAL, 4, 4, 3),
    "m-3m GroupConv 8 → 8, 3×3×3": lambda: gt.GroupConv(OCTAHEDRAL, 8, 8, 3),
}


def seconds(make: Callable[[], nn.Module]) -> float:
    """Return how long one layer takes to make."""
    start = time.perf_counter()
    layer = make()
    elapsed = time.perf_counter() - start
    del layer
    return elapsed


def main() -> None:
    torch.set_num_threads(1)
    gt.GroupConv(gk.p1, 1, 1, 1)  # what torch sets up at its first use
    print("| layer | first, ms | median of 40, ms |\n|---|---|---|")
    for name, make in LAYERS.items():
        gc.collect()
        first = seconds(make)
        median = statistics.median(seconds(make) for _ in range(40))
        print(f"| {name} | {first * 1e3:.1f} | {median * 1e3:.2f} |", flush=True)


if __name__ == "__main__":
    main()
