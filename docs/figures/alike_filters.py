"""Maps and filters of examples/alike_filters.py, after training."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import torch
from matplotlib.figure import Figure, SubFigure
from torch import Tensor

from groupkit.plot import style

EXAMPLE = Path(__file__).parents[2] / "examples" / "alike_filters.py"
SHOWN = 3  # output channels of the third layer
ORIENTATIONS = ("e", "r", "r²", "r³")


def draw(half: SubFigure, title: str, rows: dict[str, tuple[Tensor, float]]) -> None:
    """Draw rows of four arrays, one for each rotation, and the largest value on their scale."""
    grid = half.subplots(len(rows), 4)
    half.suptitle(title, fontsize="medium", color=style.INK)
    for line, (name, (arrays, largest)) in zip(grid, rows.items(), strict=True):
        for axes, array in zip(line, arrays, strict=True):
            axes.imshow(array.numpy(), cmap=style.SIGNED, vmin=-largest, vmax=largest)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_color(style.FRAME)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", color=style.INK)
    for axes, name in zip(grid[0], ORIENTATIONS, strict=True):
        axes.set_title(name, fontsize="small", color=style.QUIET)


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield the two channels of the second layer, their maps of a digit, and what reads those."""
    example = runpy.run_path(str(EXAMPLE))
    torch.manual_seed(0)
    net = example["network"](torch.nn.Identity())
    example["train"](net)
    images, labels = example["load"]()
    digit = images[labels == 7][:1]
    second, third = (example["filters"](net[i]).detach() for i in (1, 3))
    maps = net[:2](digit)[0].detach()
    third = third[:SHOWN]
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    titles = ("starts with a symmetric filter", "starts with another filter")
    for channel, half in enumerate(figure.subfigures(1, 2, wspace=0.06)):
        rows = {
            "filter of layer 2": (second[channel, 0], second.abs().max().item()),
            "its maps of a 7": (maps[channel], maps[channel].abs().max().item()),
        }
        for number, kernels in enumerate(third[:, channel], 1):
            rows[f"filter {number} of layer 3"] = kernels, third.abs().max().item()
        draw(half, f"channel {channel + 1}: {titles[channel]}", rows)
    yield "alike_filters.png", figure
