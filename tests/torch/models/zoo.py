"""Small networks of every architecture, with groups and sizes that keep all symmetries."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

import groupkit as gk
from groupkit_torch.models import (
    P4CNN,
    Z2CNN,
    AllCNNC,
    DenseNet,
    HexagonalResNet,
    P4CNNRotationPooling,
    ResNet,
    UNet,
    VolumeNet,
)
from tests.torch.groups import cubic, mirror_line, tetragonal

oh, d4h = gk.catalog["Pm-3m"], gk.catalog["P4/mmm"]
flow, arrows = gk.p4m.field("vector"), cubic.field("vector")


@dataclass(frozen=True)
class Case:
    """How to make a network, and what it is exact on: channels and sides of its input."""

    group: gk.SplitGroup
    shape: tuple[int, ...]
    make: Callable[[], nn.Module]
    output_type: str | gk.Field = "invariant"
    judged: bool = True  # whether a trace can tell
    input_type: str | gk.Field = "planar"


CASES = {
    "Z2CNN": Case(gk.p1, (1, 28, 28), lambda: Z2CNN(3, dropout=0.0)),
    "separable Z2CNN": Case(gk.p1, (1, 28, 28), lambda: Z2CNN(3, separable=True, dropout=0.0)),
    "P4CNN": Case(gk.p4, (1, 28, 28), lambda: P4CNN(gk.p4, 2)),
    "odd P4CNN": Case(gk.p4, (1, 27, 27), lambda: P4CNN(gk.p4, 2, image_size=27)),
    "depthwise P4CNN": Case(gk.p4, (1, 28, 28), lambda: P4CNN(gk.p4, 2, share="depthwise")),
    "g P4CNN": Case(gk.p4m, (1, 29, 29), lambda: P4CNN(gk.p4m, 2, image_size=29, share="g")),
    "gc P4CNN": Case(gk.p4m, (1, 28, 28), lambda: P4CNN(gk.p4m, 2, share="gc")),
    "p6m P4CNN": Case(gk.p6m, (1, 25, 25), lambda: P4CNN(gk.p6m, 1, image_size=25)),
    "line P4CNN": Case(mirror_line, (1, 28), lambda: P4CNN(mirror_line, 2)),
    "RotationPooling": Case(
        gk.p4, (1, 28, 28), lambda: P4CNNRotationPooling(gk.p4, 3, dropout=0.0)
    ),
    "p6 RotationPooling": Case(
        gk.p6, (1, 25, 25), lambda: P4CNNRotationPooling(gk.p6, 2, image_size=25, dropout=0.0)
    ),
    "AllCNNC": Case(gk.p4m, (3, 16, 16), lambda: AllCNNC(gk.p4m, 2, dropout=(0.0, 0.0, 0.0))),
    "strided AllCNNC": Case(
        gk.p4, (3, 17, 17), lambda: AllCNNC(gk.p4, 2, downsampling="strided", dropout=(0.0,) * 3)
    ),
    "p6 AllCNNC": Case(gk.p6, (3, 17, 17), lambda: AllCNNC(gk.p6, 2, dropout=(0.0, 0.0, 0.0))),
    "ResNet": Case(gk.p4m, (3, 16, 16), lambda: ResNet(gk.p4m, (2, 3, 4), 8)),
    "planar ResNet": Case(gk.p1, (3, 16, 16), lambda: ResNet(gk.p1, (2, 3, 4), 14)),
    "strided ResNet": Case(
        gk.p4m, (3, 17, 17), lambda: ResNet(gk.p4m, (2, 3), 10, downsampling="strided")
    ),
    "g ResNet": Case(gk.p4m, (3, 16, 16), lambda: ResNet(gk.p4m, (2, 3, 4), 8, share="g")),
    "gc p6m ResNet": Case(gk.p6m, (3, 17, 17), lambda: ResNet(gk.p6m, (1, 2, 2), 8, share="gc")),
    "3-D ResNet": Case(cubic, (1, 6, 6, 6), lambda: ResNet(cubic, (1, 2), 6, 1)),
    "DenseNet": Case(gk.p4m, (3, 40, 40), lambda: DenseNet(gk.p4m, 2, (1, 2, 1))),
    "p6 DenseNet": Case(gk.p6, (3, 25, 25), lambda: DenseNet(gk.p6, 2, (1, 1)), judged=False),
    "UNet": Case(gk.p4m, (3, 16, 16), lambda: UNet(gk.p4m, 1, 2), "planar"),
    "p6 UNet": Case(gk.p6, (3, 17, 17), lambda: UNet(gk.p6, 1, 2), "planar"),
    "O VolumeNet": Case(cubic, (1, 8, 8, 8), lambda: VolumeNet(cubic, (1, 1, 2))),
    "Oh VolumeNet": Case(oh, (1, 6, 6, 6), lambda: VolumeNet(oh, (1, 1))),
    "D4h VolumeNet": Case(d4h, (1, 12, 12, 4), lambda: VolumeNet(d4h, (1, 1, 2))),
    "C4h VolumeNet": Case(
        tetragonal, (1, 9, 9, 5), lambda: VolumeNet(tetragonal, (1, 2), pool_size=3)
    ),
    "field P4CNN": Case(
        gk.p4m, (2, 28, 28), lambda: P4CNN(gk.p4m, 2, 2, input_type=flow), input_type=flow
    ),
    "regular RotationPooling": Case(
        gk.p4,
        (1, 4, 28, 28),
        lambda: P4CNNRotationPooling(gk.p4, 2, input_type="regular", dropout=0.0),
        input_type="regular",
    ),
    "field AllCNNC": Case(
        gk.p4m,
        (2, 16, 16),
        lambda: AllCNNC(gk.p4m, 1, 2, dropout=(0.0, 0.0, 0.0), input_type=flow),
        input_type=flow,
    ),
    "field ResNet": Case(
        gk.p4m, (4, 8, 8), lambda: ResNet(gk.p4m, (2, 3), 6, 4, input_type=flow), input_type=flow
    ),
    "field DenseNet": Case(
        gk.p4m,
        (2, 12, 12),
        lambda: DenseNet(gk.p4m, 1, (1, 1), 2, input_type=flow),
        input_type=flow,
    ),
    "flow UNet": Case(
        gk.p4m,
        (2, 16, 16),
        lambda: UNet(gk.p4m, 1, 2, 2, 2, input_type=flow, output_type=flow),
        flow,
        input_type=flow,
    ),
    "field VolumeNet": Case(
        cubic,
        (3, 4, 4, 4),
        lambda: VolumeNet(cubic, (1, 2), 3, input_type=arrows),
        input_type=arrows,
    ),
    "HexagonalResNet": Case(
        gk.p2, (3, 16, 16), lambda: HexagonalResNet(gk.p6m, (1, 2), 6, image_size=16), judged=False
    ),
}
"""Hexagonal and square lattices share the half turn: the last row."""
