"""Other libraries: each is a function that builds a layer of its own, or says that it cannot.

A peer takes (group, channels, kernel, padding) and returns a module for maps [batch, channels,
order, *space], or None where it has no such layer. `register` adds one.
"""

import importlib.util
from collections.abc import Callable
from importlib.metadata import version

import torch
from torch import Tensor, nn

import groupkit as gk

Peer = Callable[[gk.SplitGroup, int, int, int], nn.Module | None]
PEERS: dict[str, Peer] = {}


def register(name: str, needs: str) -> Callable[[Peer], Peer]:
    """Add a peer where the package that it needs is installed."""

    def add(peer: Peer) -> Peer:
        if importlib.util.find_spec(needs) is not None:
            PEERS[name] = peer
        return peer

    return add


class _Wrapped(nn.Module):
    """A layer of e2cnn or escnn on plain tensors."""

    def __init__(self, layer: nn.Module, kind: object, wrap: Callable[..., object]) -> None:
        super().__init__()
        self.layer, self._kind, self._wrap = layer, kind, wrap

    def forward(self, x: Tensor) -> Tensor:
        """Return the map, stabilizer and channels on one axis."""
        y: Tensor = self.layer(self._wrap(x.flatten(1, 2), self._kind)).tensor
        return y


def _steerable(
    package: str, group: gk.SplitGroup, channels: int, kernel: int, padding: int
) -> nn.Module | None:
    gspaces = importlib.import_module(f"{package}.gspaces")
    e2nn = importlib.import_module(f"{package}.nn")
    flips = group.order // 4
    if group.dimension != 2 or not group.stabilizer.is_signed_permutation or flips not in (1, 2):
        return None
    if package == "escnn":
        space = (gspaces.rot2dOnR2 if flips == 1 else gspaces.flipRot2dOnR2)(4)
    else:
        space = (gspaces.Rot2dOnR2 if flips == 1 else gspaces.FlipRot2dOnR2)(4)
    kind = e2nn.FieldType(space, channels * [space.regular_repr])
    return _Wrapped(e2nn.R2Conv(kind, kind, kernel, padding=padding), kind, e2nn.GeometricTensor)


@register("escnn", "escnn")
def escnn(group: gk.SplitGroup, channels: int, kernel: int, padding: int) -> nn.Module | None:
    """Return escnn's R2Conv between regular fields of C4 or D4."""
    return _steerable("escnn", group, channels, kernel, padding)


@register("e2cnn", "e2cnn")
def e2cnn(group: gk.SplitGroup, channels: int, kernel: int, padding: int) -> nn.Module | None:
    """Return e2cnn's R2Conv between regular fields of C4 or D4."""
    return _steerable("e2cnn", group, channels, kernel, padding)


def available() -> dict[str, str]:
    """Return the versions of the peers that are installed."""
    return {name: version(name) for name in PEERS} | {"torch": torch.__version__}
