"""Every layer, as the tests of what an ordinary module can do make it: one list for all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.convolutions import filters
from groupkit_torch.layers import Layers
from tests.torch.groups import face_centred

GROUPS = [gk.p4m, gk.p6, face_centred]
"""Boxes that are stable and boxes that are not, in two and in three dimensions."""

Make = Callable[[Layers], nn.Module]


def _large(L: Layers) -> nn.Module:
    """Return a layer that takes its bank for a large one, and gathers the gradient as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "_SMALL", 0)
        patch.setattr(filters, "_LARGE", 0)
        return L.GroupConv(2, 2, 3, padding=1)


REGULAR: dict[str, Make] = {
    "GroupConv": lambda L: L.GroupConv(2, 2, 3, padding=1),
    "GroupConv, large": _large,
    "GroupConvTranspose": lambda L: L.GroupConvTranspose(2, 2, 3, stride=2, padding=1),
    "GroupLinear": lambda L: L.GroupLinear(2, 2),
    "SeparableGroupConv": lambda L: L.SeparableGroupConv(2, 2, 3, padding=1),
    "GroupBatchNorm": lambda L: L.BatchNorm(2),
    "GroupSyncBatchNorm": lambda L: L.SyncBatchNorm(2),
    "GroupInstanceNorm": lambda L: L.InstanceNorm(2, affine=True),
    "GroupGroupNorm": lambda L: L.GroupGroupNorm(1, 2),
    "GroupLayerNorm": lambda L: L.LayerNorm(2),
    "GroupRMSNorm": lambda L: L.RMSNorm(2),
    "GroupDropout": lambda L: L.GroupDropout(0.5),
    "GroupMaxPool": lambda L: L.MaxPool(3, stride=1, padding=1),
    "GroupAvgPool": lambda L: L.AvgPool(3, stride=1, padding=1),
    "GroupBlurPool": lambda L: L.BlurPool(stride=1),
    "GroupUpsample": lambda L: L.Upsample(2, "linear"),
    "GroupAdaptiveAvgPool": lambda L: L.AdaptiveAvgPool(1),
    "GlobalPool": lambda L: L.GlobalPool(),
    "CosetPool": lambda L: L.CosetPool("mean"),
}
PLANAR: dict[str, Make] = {
    "LiftingConv": lambda L: L.LiftingConv(2, 2, 3, padding=1),
    "Resampling": lambda L: L.Resampling(5),
    "Symmetrize": lambda L: L.Symmetrize(
        (nn.Conv2d if L.group.dimension == 2 else nn.Conv3d)(2, 2, 3, padding=1),
        output_type="planar",
    ),
    "RandomTransform": lambda L: L.RandomTransform(),
}
MAKERS = REGULAR | PLANAR
WITH_FILTERS = [
    "LiftingConv",
    "GroupConv",
    "GroupConv, large",
    "GroupConvTranspose",
    "GroupLinear",
    "SeparableGroupConv",
]
BATCH_NORMS = ["GroupBatchNorm", "GroupSyncBatchNorm"]
NORMS = [*BATCH_NORMS, "GroupInstanceNorm", "GroupGroupNorm", "GroupLayerNorm", "GroupRMSNorm"]
LEARNING = [*WITH_FILTERS, *NORMS]
RANDOM = {"GroupDropout", "RandomTransform"}
"""Layers that give other outputs every time, in training."""


@dataclass(frozen=True)
class Case:
    """A layer of a group, and an input for it."""

    layer: str
    group: gk.SplitGroup

    def make(self) -> nn.Module:
        """Return a new layer."""
        return MAKERS[self.layer](gt.layers(self.group))

    def input(self, batch: int = 2, side: int = 5, **options: object) -> torch.Tensor:
        """Return random numbers of the layer's input type."""
        axis = () if self.layer in PLANAR else (len(self.group.stabilizer),)
        return torch.randn(batch, 2, *axis, *[side] * self.group.dimension, **options)


def cases(
    *leave_out: str, only: Iterable[str] | None = None, fast: Sequence[gk.SplitGroup] = GROUPS
) -> pytest.MarkDecorator:
    """Return the parametrisation of a test over every layer and group."""
    names = [name for name in only or MAKERS if name not in leave_out]
    found = [
        pytest.param(
            Case(name, group),
            id=f"{group.name}-{name}",
            marks=() if group in fast else pytest.mark.slow,
        )
        for group in GROUPS
        for name in names
    ]
    return pytest.mark.parametrize("case", found)
