"""The cases: what is compared with what, and the goal for the ratio of times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch

import groupkit as gk
import groupkit_torch as gt
from benchmarks import networks
from benchmarks.peers import PEERS
from benchmarks.scale import Call, Scale
from groupkit_torch.models import P4CNN

CHIRAL_CUBE = gk.SplitGroup.from_generators(
    "cubic-24",
    {"a": [[0, -1, 0], [1, 0, 0], [0, 0, 1]], "b": [[0, 0, 1], [1, 0, 0], [0, 1, 0]]},
)
FULL_CUBE = gk.SplitGroup.from_generators(
    "cubic-48",
    {
        "a": [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        "b": [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        "i": [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    },
)


@dataclass(frozen=True)
class Case:
    """One row of the results.

    Parameters
    ----------
    section : str
        Part of the table.
    name : str
        What is run.
    calls : dict of str to callable
        Contestants; the first is the limit that all are divided by.
    goal : float or None
        The most that the ratio of "groupkit" may be.
    """

    section: str
    name: str
    calls: dict[str, Call] = field(repr=False)
    goal: float | None = None


def _layer_calls(
    scale: Scale, group: gk.SplitGroup, channels: int, kernel: int, size: int, batch: int
) -> dict[str, dict[str, Call]]:
    """Return the calls of a layer for each mode."""
    padding = kernel // 2
    space = (size,) * group.dimension
    x = scale.map(scale.batch(batch), channels, group.order, *space)
    modules = {
        "planar": scale.put(networks.planar_conv(group, channels, kernel, padding)),
        "groupkit": scale.put(gt.GroupConv(group, channels, channels, kernel, padding=padding)),
    }
    for name, peer in PEERS.items():
        other = peer(group, channels, kernel, padding)
        if other is not None:
            modules[name] = scale.put(other)
    inputs = {name: x.flatten(1, 2) if name == "planar" else x for name in modules}
    return {
        "forward": {name: scale.forward(m, inputs[name]) for name, m in modules.items()},
        "train": {name: scale.train(m, inputs[name]) for name, m in modules.items()},
    }


def layers(scale: Scale) -> Iterator[Case]:
    """3×3 and 1×1 layers of usual sizes."""
    shapes = [
        (gk.p4, 10, 3, 28, 64), (gk.p4, 32, 3, 32, 32), (gk.p4m, 11, 3, 32, 32),
        (gk.p4m, 11, 3, 16, 32), (gk.p4m, 23, 3, 32, 32), (gk.p4m, 23, 3, 16, 32),
        (gk.p4m, 50, 3, 32, 16), (gk.p4, 32, 1, 32, 32), (gk.p4m, 23, 1, 32, 32),
    ]  # fmt: skip
    for group, channels, kernel, size, batch in shapes:
        goals = {"forward": 1.02, "train": 1.03}
        for mode, calls in _layer_calls(scale, group, channels, kernel, size, batch).items():
            name = f"{kernel}×{kernel} {group.name} C{channels} {size}² B{batch} {mode}"
            yield Case("layers", name, calls, goals[mode])


def small(scale: Scale) -> Iterator[Case]:
    """Layers on small maps, one sample: what the library itself costs."""
    for group, channels, size in [(gk.p4, 10, 9), (gk.p4m, 23, 8), (gk.p4m, 50, 8)]:
        name = f"3×3 {group.name} C{channels} {size}² B1"
        found = _layer_calls(scale, group, channels, 3, size, 1)
        x = scale.map(1, channels, group.order, size, size)
        layer = scale.put(gt.GroupConv(group, channels, channels, 3, padding=1))
        gathered, reshaped = networks.Gathered(layer), networks.Reshaped(layer)
        found["forward"]["a gather alone"] = scale.forward(gathered, x)
        found["train"]["a gather alone"] = scale.train(gathered, x)
        yield Case("small", f"{name} forward", found["forward"], 1.6)
        yield Case("small", f"{name} train", found["train"], 1.6)
        calls = {
            "planar": found["forward"]["planar"],
            "groupkit": scale.forward(gt.freeze(layer), x),
            "reshaping alone": scale.forward(reshaped, x),
        }
        yield Case("small", f"{name} forward, frozen", calls, 1.05)


def network(scale: Scale) -> Iterator[Case]:
    """The seven-layer p4 network of the paper beside one of plain layers as wide."""
    width = 10
    ours = scale.put(P4CNN(gk.p4, width))
    planar = scale.put(networks.seven_planar_layers(width * 4))
    for batch, goal in ((64, 1.03), (128, 1.03)):
        x = scale.map(scale.batch(batch), 1, 28, 28)
        calls = {"planar": scale.train(planar, x), "groupkit": scale.train(ours, x)}
        yield Case("network", f"p4 seven layers B{batch} train", calls, goal)
    x = scale.map(1, 1, 28, 28)
    frozen = gt.freeze(scale.put(P4CNN(gk.p4, width)).eval())
    net = scale.put(P4CNN(gk.p4, width)).eval()
    calls = {
        "planar": scale.forward(scale.put(networks.seven_planar_layers(width * 4)).eval(), x),
        "groupkit": scale.forward(frozen, x),
        "to_plain": scale.forward(gt.to_plain(net, x), x),
        "to_plain, folded": scale.forward(gt.to_plain(net, x, fold_batch_norm=True), x),
        "reshaping alone": scale.forward(
            scale.put(networks.seven_reshaped_layers(width, 4)).eval(), x
        ),
    }
    yield Case("network", "p4 seven layers B1 inference, frozen", calls, 1.05)


def compiled(scale: Scale) -> Iterator[Case]:
    """The same under torch.compile."""
    width, batch = 10, scale.batch(64)
    x = scale.map(batch, 1, 28, 28)
    ours = torch.compile(scale.put(P4CNN(gk.p4, width)))
    planar = torch.compile(scale.put(networks.seven_planar_layers(width * 4)))
    apart = torch.compile(networks.with_torchs_relu(scale.put(P4CNN(gk.p4, width))))
    calls = {
        "planar compiled": scale.train(planar, x),
        "groupkit": scale.train(ours, x),
        "torch.nn.ReLU": scale.train(apart, x),
    }
    yield Case("compiled", "p4 seven layers B64 train, compiled", calls, 1.10)
    channels, size = (4 if scale.tiny else 50), 8
    x = scale.map(4, channels, 8, size, size)
    layer = scale.put(gt.GroupConv(gk.p4m, channels, channels, 3, padding=1))
    planar_layer = scale.put(networks.planar_conv(gk.p4m, channels, 3, 1))
    calls = {
        "planar eager": scale.train(planar_layer, x.flatten(1, 2)),
        "groupkit": scale.train(torch.compile(layer), x),
        "groupkit eager": scale.train(layer, x),
        "planar compiled": scale.train(torch.compile(planar_layer), x.flatten(1, 2)),
    }
    yield Case("compiled", "3×3 p4m C50 8² B4 train, compiled", calls, 1.30)


def mixed(scale: Scale) -> Iterator[Case]:
    """bf16 autocast and channels_last."""
    half = replace(scale, numbers="bf16", channels_last=True)
    for mode, calls in _layer_calls(half, gk.p4m, 23, 3, 32, 32).items():
        goal = {"forward": 1.02, "train": 1.05}[mode]
        yield Case("mixed", f"3×3 p4m C23 32² B32 bf16 channels_last {mode}", calls, goal)


def solid(scale: Scale) -> Iterator[Case]:
    """Three dimensions."""
    for group in (CHIRAL_CUBE, FULL_CUBE):
        channels, size = (1, 5) if scale.tiny else (8, 16)
        for mode, calls in _layer_calls(scale, group, channels, 3, size, 4).items():
            yield Case("solid", f"3×3×3 {group.order} elements C8 16³ B4 {mode}", calls, 1.0)


def hexagonal(scale: Scale) -> Iterator[Case]:
    """Hexagonal groups beside a planar convolution with their bank and mask."""
    for group in (gk.p6, gk.p6m):
        channels, size = 16, 33
        ours = scale.put(gt.GroupConv(group, channels, channels, 3, padding=1))
        planar = networks.MaskedPlanarConv(ours)
        x = scale.map(scale.batch(8), channels, group.order, size, size)
        name = f"3×3 {group.name} C16 33² B8"
        for mode, goal in (("forward", 1.05), ("train", 1.08)):
            make = scale.forward if mode == "forward" else scale.train
            calls = {
                "planar": make(planar, x.flatten(1, 2)),
                "groupkit": make(ours, x),
            }
            yield Case("hexagonal", f"{name} {mode}", calls, goal)
    width, side = 9, 29
    for numbers in ("fp32", "bf16"):
        same = replace(scale, numbers=numbers)
        x = same.map(same.batch(64), 1, side, side)
        square = networks.seven_planar_layers(width * gk.p6.order, (3, 2, 1), last=5)
        calls = {
            "planar": same.train(same.put(square), x),
            "groupkit": same.train(same.put(P4CNN(gk.p6, width, image_size=side)), x),
        }
        yield Case("hexagonal", f"p6 seven layers B64 train, {numbers}", calls)


def separable(scale: Scale) -> Iterator[Case]:
    """gc-separable layers beside the full ones."""
    for channels, goal in ((23, 0.30), (50, 0.25)):
        x = scale.map(scale.batch(16), channels, 8, 32, 32)
        full = scale.put(gt.GroupConv(gk.p4m, channels, channels, 3, padding=1))
        parts = scale.put(
            gt.SeparableGroupConv(gk.p4m, channels, channels, 3, padding=1, share="gc")
        )
        calls = {"full": scale.train(full, x), "groupkit": scale.train(parts, x)}
        yield Case("separable", f"gc 3×3 p4m C{channels} 32² B16 train", calls, goal)


def expansion(scale: Scale) -> Iterator[Case]:
    """The expansion of the filters alone, as a share of a training step."""
    for group, channels, size, batch in [
        (gk.p4, 10, 28, 64), (gk.p4m, 23, 32, 32), (gk.p4m, 50, 32, 16),
    ]:  # fmt: skip
        layer = scale.put(gt.GroupConv(group, channels, channels, 3, padding=1))
        x = scale.map(scale.batch(batch), channels, group.order, size, size)
        calls = {"step": scale.train(layer, x), "groupkit": _expand(layer)}
        yield Case("expansion", f"{group.name} C{channels} of its 3×3 training step", calls)


def plain(scale: Scale) -> Iterator[Case]:
    """What `to_plain` leaves, beside a network of plain layers."""
    x = scale.map(scale.batch(64), 1, 28, 28)
    ours = scale.put(P4CNN(gk.p4, 10)).eval()
    planar = scale.put(networks.seven_planar_layers(40)).eval()
    calls = {
        "planar": scale.forward(planar, x),
        "groupkit": scale.forward(gt.to_plain(ours, x), x),
    }
    yield Case("plain", "p4 seven layers B64 inference, to_plain", calls, 1.0)


def _expand(layer: gt.GroupConv) -> Call:
    gradient = torch.ones_like(layer.expanded_weight())

    def call() -> None:
        layer.weight.grad = None
        layer.expanded_weight().backward(gradient)

    return call


SECTIONS: dict[str, Callable[[Scale], Iterator[Case]]] = {
    "layers": layers,
    "small": small,
    "network": network,
    "compiled": compiled,
    "mixed": mixed,
    "solid": solid,
    "hexagonal": hexagonal,
    "separable": separable,
    "expansion": expansion,
    "plain": plain,
}
