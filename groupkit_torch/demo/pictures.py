"""The pictures that the demo saves: filters, and a feature map under rotation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.plot import plot_filters, plot_motion
from groupkit.plot.layout import labels
from groupkit_torch.convolutions.conv import GroupConv


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Write a picture and return where it is."""
    path = folder / f"{name}.png"
    figure.savefig(path, dpi=130, facecolor="white")
    return path


def lifting_filters(layer: GroupConv, name: str) -> Figure:
    """Draw the expanded filters of a lifting layer: one column a channel, one row an element."""
    group = layer.group
    bank = _bank(layer)[:, :, 0, 0].swapaxes(0, 1)  # [stabilizer, channels, *box]
    return plot_filters(
        group.lattice,
        bank,
        mask=layer.filter_bank.window.mask,
        row_labels=labels(group.stabilizer),
        column_labels=[str(channel) for channel in range(bank.shape[1])],
        row_title="element $s$ of the stabilizer",
        column_title="output channel",
        title=f"{name}: {bank.shape[1]} filters, each moved by every $s$",
    )


def group_filter(layer: GroupConv, name: str) -> Figure:
    """Draw the strongest filter of a group convolution: rows s′ of the output, columns s."""
    group = layer.group
    bank = _bank(layer).swapaxes(1, 2)  # [out, in, s', s, *box]
    strength = np.abs(bank).sum(axis=(2, 3, 4, 5))
    out, into = np.unravel_index(int(strength.argmax()), strength.shape)
    names = labels(group.stabilizer)
    return plot_filters(
        group.lattice,
        bank[out, into],
        mask=layer.filter_bank.window.mask,
        row_labels=names,
        column_labels=names,
        row_title="output element $s'$",
        column_title="input element $s$",
        title=f"{name}: channel {into} → {out}; each row is the first,\n"
        "its columns permuted and its patches turned",
    )


def motion(
    features: nn.Module, group: SplitGroup, image: Float[Tensor, "1 n n"], element: int
) -> Figure:
    """Draw one feature map of an image, and of the image turned a quarter by torch.rot90.

    The strongest channel is shown.  What is drawn on the right is computed from the turned
    image; the frames and dots say where the patches of the left go under L_a.
    """
    turned = torch.rot90(image, 1, (-2, -1))
    with torch.no_grad():
        maps = features(torch.stack([image, turned])).double()
    channel = int(maps[0, :, :, 1:-1, 1:-1].sum((1, 2, 3)).argmax())
    before, after = maps[:, channel].numpy()
    name = labels(group.stabilizer)[element].strip("$")
    return plot_motion(
        group,
        element,
        before,
        after,
        planar=torch.stack([image, turned])[:, 0].double().numpy(),
        titles=("features of a digit", f"features of the digit moved by ${name}$"),
        caption=f"One channel of a trained {group.name} network: a patch for each element of the "
        f"stabilizer.\nWhen ${name}$ moves the input, each patch follows its arrow and turns; "
        "frames and dots show where it went.",
    )


def _bank(layer: GroupConv) -> Float[np.ndarray, "out out_size in in_size height width"]:
    """Return the expanded weights with channels and stabilizer axes apart."""
    bank = layer.filter_bank
    expanded = layer.expanded_weight().detach().double().numpy()
    return expanded.reshape(
        -1, bank.output_type.size, layer.in_channels, bank.input_type.size, *bank.window.box
    )
