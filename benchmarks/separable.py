"""What separable layers cost: ``python benchmarks/separable.py`` prints a table.

For each shape of layer and each algorithm: the time of the forward pass and of a training step
(forward and backward), and what is kept for the backward pass, relative to the full `GroupConv`
of the same shape. The layers are run in turn, and the median of the ratios of each turn is shown;
on one thread it is the processor's time, so that what else the machine does counts little. The
last column is what "auto" takes.

Options: ``--threads N`` (1), ``--repeats N`` (7).
"""

import argparse
import statistics
import time
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

import groupkit as gk
import groupkit_torch as gt

LINE = gk.SplitGroup.from_generators("line-pm", {"m": [[-1]]})
CUBIC = gk.SplitGroup.from_generators(
    "P432", [[[0, -1, 0], [1, 0, 0], [0, 0, 1]], [[0, 0, 1], [1, 0, 0], [0, 1, 0]]]
)


class Shape(NamedTuple):
    """A layer between maps of as many channels, and the input it is measured on."""

    group: gk.SplitGroup
    channels: int
    kernel: int
    side: int
    batch: int
    share: str = "gc"
    stride: int = 1
    planar: bool = False


SHAPES = [
    Shape(gk.p4, 10, 3, 24, 16, "g"),
    Shape(gk.p4m, 11, 3, 32, 4, "g"),
    Shape(gk.p4m, 23, 3, 16, 2, "g"),
    Shape(gk.p4m, 23, 1, 16, 8, "g"),
    Shape(gk.p4, 2, 3, 24, 16),
    Shape(gk.p4, 4, 3, 24, 16),
    Shape(gk.p4, 8, 3, 24, 16),
    Shape(gk.p4, 10, 3, 24, 16),
    Shape(gk.p4, 30, 3, 24, 16),
    Shape(gk.p4, 10, 4, 4, 64),
    Shape(gk.p4m, 11, 3, 32, 4),
    Shape(gk.p4m, 23, 3, 16, 8),
    Shape(gk.p4m, 23, 3, 17, 8, stride=2),
    Shape(gk.p4m, 45, 3, 8, 8),
    Shape(gk.p4m, 50, 3, 16, 4),
    Shape(gk.p4m, 11, 1, 32, 4),
    Shape(gk.p4m, 50, 1, 16, 4),
    Shape(gk.p4m, 23, 2, 16, 8, stride=2),
    Shape(gk.p4m, 4, 7, 24, 4),
    Shape(gk.p4m, 3, 3, 32, 8, planar=True),
    Shape(gk.p6, 10, 3, 25, 8),
    Shape(gk.p6m, 8, 5, 25, 4),
    Shape(LINE, 4, 9, 500, 8),
    Shape(LINE, 32, 9, 500, 8),
    Shape(CUBIC, 2, 3, 8, 1),
    Shape(CUBIC, 4, 3, 10, 1),
    Shape(gk.p1, 16, 3, 32, 8),
    Shape(gk.p1, 64, 3, 16, 8),
]


def kept(layer: nn.Module, x: Tensor) -> int:
    """Return the bytes that a forward pass keeps for the backward pass."""
    found: dict[int, int] = {}

    def remember(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        found[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(remember, lambda tensor: tensor):
        layer(x)
    return sum(found.values())


def seconds(layer: nn.Module, x: Tensor, train: bool) -> float:
    """Return the time of one forward pass, or of one with its backward pass."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    start = clock()
    with torch.set_grad_enabled(train):
        y = layer(x)
        if train:
            y.sum().backward()
    return clock() - start


def measure(shape: Shape, repeats: int) -> str:
    """Return a row of the table."""
    group, channels = shape.group, shape.channels
    options = {"stride": shape.stride, "padding": shape.kernel // 2, "exact": "ignore"}
    if shape.stride == shape.kernel or shape.side == shape.kernel:
        options["padding"] = 0
    kind = "planar" if shape.planar else "regular"
    arguments = (group, channels, channels, shape.kernel)
    full = gt.GroupConv(*arguments, **options, input_type=kind)
    space = (shape.side,) * group.dimension
    x = torch.randn(shape.batch, channels, *full.input_type.array_shape(space), requires_grad=True)
    columns = []
    memory = kept(full, x)
    chosen = ""
    for algorithm in ("factored", "expanded", "auto"):
        layer = gt.SeparableGroupConv(
            *arguments, **options, input_type=kind, share=shape.share, algorithm=algorithm
        )
        chosen = layer.algorithm_at(space)
        if algorithm == "auto":
            break
        ratios = {}
        for train in (False, True):
            seconds(full, x, train), seconds(layer, x, train)
            turns = [(seconds(layer, x, train), seconds(full, x, train)) for _ in range(repeats)]
            ratios[train] = statistics.median(a / b for a, b in turns)
        columns.append(
            f"{ratios[False]:5.2f} | {ratios[True]:5.2f} | {kept(layer, x) / memory:5.2f}"
        )
    name = f"{group.name} {'planar' if shape.planar else 'regular'}"
    stride = f" / {shape.stride}" if shape.stride > 1 else ""
    size = f"{shape.kernel}{stride}"
    return (
        f"| {shape.share:2} | {name:15} | {channels:3} | {size:5} | {shape.side:3} | "
        f"{columns[0]} | {columns[1]} | {chosen} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--tiny", action="store_true", help="one sample, one repeat")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    print("| share | group, input | channels | kernel / stride | side ", end="")
    print("| factored: forward | train | memory ", end="")
    print("| expanded: forward | train | memory | auto |")
    print("|" + "---|" * 12)
    for shape in SHAPES:
        small = shape._replace(channels=min(shape.channels, 4), side=shape.kernel, batch=1)
        if arguments.tiny:
            print(measure(small, 1), flush=True)
        else:
            print(measure(shape, arguments.repeats), flush=True)


if __name__ == "__main__":
    main()
