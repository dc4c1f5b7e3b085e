"""Maps moved instead of filters: ``python -m benchmarks.moved`` prints a table.

For layers on small maps, the time of a `GroupConv` with its bank ("direct") and of the same layer
with its map moved ("moved"), both relative to the planar convolution with as large a bank: medians
of the ratios of each round, forward and in training. The last column says what "auto" takes. With
``--compiled`` both are compiled, and the planar convolution is not.
"""

import argparse
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

import groupkit as gk
import groupkit_torch as gt
from benchmarks.networks import planar_conv
from benchmarks.record import result_file, write
from benchmarks.rounds import time_in_turn
from benchmarks.scale import Scale
from groupkit_torch.convolutions.moved_maps import correlate_moved

SHAPES = [
    ("p2", 64, 3, 8, 1), ("p2", 128, 3, 8, 1),
    ("p4", 16, 3, 8, 1), ("p4", 32, 3, 8, 1), ("p4", 48, 3, 8, 1), ("p4", 64, 3, 8, 1),
    ("p4", 64, 3, 8, 4), ("p4", 64, 3, 8, 16), ("p4", 32, 5, 8, 1),
    ("p4m", 16, 3, 8, 1), ("p4m", 23, 3, 8, 1), ("p4m", 28, 3, 8, 1), ("p4m", 32, 3, 8, 1),
    ("p4m", 50, 3, 8, 1), ("p4m", 50, 3, 8, 4), ("p4m", 50, 3, 8, 8), ("p4m", 50, 3, 16, 1),
    ("p4m", 50, 3, 32, 1), ("p4m", 16, 5, 8, 1),
    ("P432", 8, 3, 4, 1), ("P432", 16, 3, 4, 1), ("P432", 16, 3, 8, 1),
    ("Pm-3m", 8, 3, 4, 1), ("Pm-3m", 16, 3, 3, 1),
]  # fmt: skip
"""Group, channels, side of the kernel, side of the map, batch."""


class Moved(nn.Module):
    """A layer that always moves its maps."""

    def __init__(self, layer: gt.GroupConv) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer does."""
        layer = self.layer
        return correlate_moved(
            x,
            layer._identity_filters(),
            layer.bias,
            layer.group.stabilizer,
            layer.padding,
            layer.dilation,
            layer.groups,
        )


def measure(
    shape: tuple[str, int, int, int, int], scale: Scale, rounds: int, compiled: bool
) -> dict[str, Any]:
    """Return a row of the results."""
    torch._dynamo.reset()  # what was compiled for other shapes
    name, channels, kernel, side, batch = shape
    group = gk.catalog[name]
    sizes = (group, channels, channels, kernel)
    layer = scale.put(gt.GroupConv(*sizes, padding=kernel // 2))
    contestants = {
        "direct": scale.put(gt.GroupConv(*sizes, padding=kernel // 2, algorithm="direct")),
        "moved": Moved(layer),
    }
    planar = scale.put(planar_conv(group, channels, kernel, kernel // 2))
    x = scale.map(batch, channels, group.order, *[side] * group.dimension)
    row: dict[str, Any] = {
        "group": name,
        "channels": channels,
        "kernel": kernel,
        "side": side,
        "batch": batch,
        "auto": _chosen(layer, x, compiled),
    }
    if compiled:
        contestants = {kind: torch.compile(module) for kind, module in contestants.items()}
    for mode, make in (("forward", scale.forward), ("train", scale.train)):
        calls = {kind: make(contestant, x) for kind, contestant in contestants.items()}
        timing = time_in_turn(
            {"planar": make(planar, x.flatten(1, 2)), **calls}, rounds, 0.02, scale.device
        )
        row[f"{mode}_seconds"] = timing.median("planar")
        row[mode] = {kind: timing.ratio(kind, "planar") for kind in contestants}
    return row


def _chosen(layer: gt.GroupConv, x: Tensor, compiled: bool) -> str:
    """Return which way the layer takes by itself."""

    def is_moved(x: Tensor) -> Tensor:
        return torch.tensor(layer._moves_maps(x))

    choose = torch.compile(is_moved, backend="eager", fullgraph=True) if compiled else is_moved
    return "moved" if choose(x) else "direct"


def main() -> None:
    """Print the table, and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tiny", action="store_true", help="one channel: does everything run?")
    parser.add_argument("--compiled", action="store_true", help="with torch.compile")
    parser.add_argument("--out", type=result_file, help="JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    scale = Scale(torch.device("cpu"))
    print(
        "| group | channels | kernel, map | planar, ms | direct | moved | training | moved | auto |"
    )
    print("|---" * 9 + "|")
    shapes = [("p4", 1, 3, 3, 1), ("P432", 1, 3, 3, 1)] if arguments.tiny else SHAPES
    rows = []
    for shape in tqdm(shapes, leave=False):
        row = measure(shape, scale, arguments.rounds, arguments.compiled)
        rows.append(row)
        d = gk.catalog[row["group"]].dimension
        kernel, side = ("×".join([str(row[key])] * d) for key in ("kernel", "side"))
        cells = [f"{row[mode][kind]:.2f}" for mode in ("forward", "train") for kind in row[mode]]
        print(
            f"| {row['group']} | {row['channels']} | {kernel}, {side}, batch {row['batch']} | "
            f"{1000 * row['forward_seconds']:.2f} | {' | '.join(cells)} | {row['auto']} |",
            flush=True,
        )
    if arguments.out:
        write(
            arguments.out,
            scale.device,
            torch=torch.__version__,
            threads=arguments.threads,
            rounds=arguments.rounds,
            compiled=arguments.compiled,
            rows=rows,
        )


if __name__ == "__main__":
    main()
