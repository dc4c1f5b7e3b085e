"""The two networks of the demo: one function of a group builds both."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from torch import nn

from groupkit import SplitGroup, p1, p4
from groupkit_torch.layers import layers

Widths = tuple[int, int, int]

CONTENDERS: Final[dict[str, tuple[SplitGroup, Widths]]] = {
    "p4": (p4, (10, 10, 20)),
    "planar": (p1, (20, 20, 38)),
}
"""Groups and widths with nearly equal numbers of parameters; p1 is an ordinary network."""


def network(group: SplitGroup, widths: Widths) -> nn.Sequential:
    """Return a network of [n, 1, 8, 8] → [n, 10] that S acting on its input leaves as it is.

    Three convolutions, pooled by two in between, then the maximum over S at each point and
    the mean over points.  All sizes keep all symmetries of the square.
    """
    L = layers(group)
    first, second, third = widths
    return nn.Sequential(
        OrderedDict[str, nn.Module](
            lift=L.LiftingConv(1, first, 3, padding=1),
            lift_norm=L.BatchNorm(first),
            lift_relu=nn.ReLU(),
            conv=L.GroupConv(first, second, 3, padding=1),
            conv_norm=L.BatchNorm(second),
            conv_relu=nn.ReLU(),
            pool=L.MaxPool(2),
            last=L.GroupConv(second, third, 3, padding=1),
            last_norm=L.BatchNorm(third),
            last_relu=nn.ReLU(),
            over_stabilizer=L.CosetPool("max"),
            over_lattice=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            scores=nn.Linear(third, 10),
        )
    )
