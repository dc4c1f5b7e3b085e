"""What docs/comparison.md says of other libraries, measured: ``python -m benchmarks.comparison``.

Each function measures one library and returns its facts; those that are not installed are left
out.  Run it in an environment for each, since their requirements differ.  Errors are of two
convolutions of 3×3 with random filters and a ReLU between them, on one smooth random image, in
float32: max |net(g x) - g net(x)| / max |net(x)|.
"""

import importlib.util
import json
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import requires, version
from typing import Any

import torch
from torch import Tensor, nn

Facts = dict[str, Any]
ODD, EVEN, CHANNELS = 33, 28, 4


def smooth(size: int, sigma: float = 3.0, dimension: int = 2) -> Tensor:
    """Return a random image whose details are some pixels wide, zero near its border."""
    torch.manual_seed(0)
    x = torch.randn(1, 1, *(size,) * dimension)
    axis = torch.arange(size) - (size - 1) / 2
    bell = torch.exp(-(axis**2) / (2 * sigma**2))
    blur = bell[:, None] * bell if dimension == 2 else bell[:, None, None] * bell[:, None] * bell
    frequencies = torch.fft.fftn(torch.fft.ifftshift(blur / blur.sum()))
    x = torch.fft.ifftn(torch.fft.fftn(x, dim=tuple(range(2, 2 + dimension))) * frequencies).real
    radius = sum(
        (axis.view([-1 if i == k else 1 for i in range(dimension)]) ** 2 for k in range(dimension)),
        torch.zeros(()),
    ).sqrt()
    x = x * torch.sigmoid((size / 2 - 4) - radius)
    return x / x.abs().max()


def worst(pairs: list[tuple[Tensor, Tensor]], scale: Tensor) -> float:
    """Return the largest relative difference."""
    return max(float((a - b).abs().max() / scale.abs().max()) for a, b in pairs)


def said(run: Callable[[], Any]) -> tuple[Any, list[str]]:
    """Return what a call returns, and the warnings about symmetry that it gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = run()
    shown = [f"{one.category.__name__}: {one.message}" for one in caught]
    return result, [text for text in shown if "equivarian" in text.lower()]


def groupkit_facts() -> Facts:
    """Measure groupkit: p4 on squares, p6 on hexagons."""
    import groupkit as gk  # noqa: PLC0415
    import groupkit_torch as gt  # noqa: PLC0415

    def net(group: gk.SplitGroup, stride: int = 1) -> nn.Module:
        L = gt.layers(group)
        first = L.LiftingConv(1, CHANNELS, 3, stride=stride, padding=1)
        return nn.Sequential(first, nn.ReLU(), L.GroupConv(CHANNELS, CHANNELS, 3, padding=1))

    def error(group: gk.SplitGroup, size: int, stride: int = 1) -> float:
        torch.manual_seed(0)
        model, x = net(group, stride), smooth(size)
        y, e = model(x), group.stabilizer.identity
        pairs = []
        for s in group.stabilizer:
            moved = model(gt.act(x, group, s, "planar"))
            inside = gt.act(moved, group, e, "regular")  # hexagonal maps live on a hexagon
            pairs.append((inside, gt.act(y, group, s, "regular")))
        return worst(pairs, y)

    strided, told = said(lambda: error(gk.p4, EVEN, 2))
    filters = {group.name: gt.GroupConv(group, 1, 1, 3).weight.numel() for group in (gk.p4, gk.p4m)}
    return {
        "groups in the catalogue": len(gk.catalog),
        "error, quarter turns": error(gk.p4, ODD),
        "error, sixth turns": error(gk.p6, ODD),
        "error, quarter turns, stride 2, even size": strided,
        "warnings of it": told,
        "free numbers of a 3×3 filter": filters,
    }


def _steerable(package: str) -> Facts:
    """Measure e2cnn or escnn: C4 and C6 on square pixels, regular fields."""
    gspaces = importlib.import_module(f"{package}.gspaces")
    e2nn = importlib.import_module(f"{package}.nn")
    new = package == "escnn"
    turns = gspaces.rot2dOnR2 if new else gspaces.Rot2dOnR2
    flips = gspaces.flipRot2dOnR2 if new else gspaces.FlipRot2dOnR2

    def error(order: int, size: int, stride: int = 1) -> float:
        torch.manual_seed(0)
        space = turns(order)
        scalar = e2nn.FieldType(space, [space.trivial_repr])
        regular = e2nn.FieldType(space, CHANNELS * [space.regular_repr])
        model = e2nn.SequentialModule(
            e2nn.R2Conv(scalar, regular, 3, padding=1, stride=stride),
            e2nn.ReLU(regular),
            e2nn.R2Conv(regular, regular, 3, padding=1),
        )
        x = e2nn.GeometricTensor(smooth(size), scalar)
        y = model(x)
        pairs = [
            (model(x.transform(g)).tensor.detach(), y.transform(g).tensor.detach())
            for g in space.testing_elements
        ]
        return worst(pairs, y.tensor.detach())

    def filters(space: Any) -> int:
        kind = e2nn.FieldType(space, [space.regular_repr])
        return sum(p.numel() for p in e2nn.R2Conv(kind, kind, 3, bias=False).parameters())

    strided, told = said(lambda: error(4, EVEN, 2))
    group = importlib.import_module(f"{package}.group").Group
    return {
        "methods that a class of a new group has to define": len(group.__abstractmethods__),
        "error, quarter turns": error(4, ODD),
        "error, sixth turns": error(6, ODD),
        "error, quarter turns, stride 2, even size": strided,
        "warnings of it": told,
        "free numbers of a 3×3 filter": {"p4": filters(turns(4)), "p4m": filters(flips(4))},
    }


def escnn_facts() -> Facts:
    """Measure escnn."""
    return _steerable("escnn")


def e2cnn_facts() -> Facts:
    """Measure e2cnn."""
    return _steerable("e2cnn")


def e3nn_facts() -> Facts:
    """Measure the voxel convolution of e3nn, which has no strides: scalars, vectors, scalars."""
    from e3nn import nn as e3, o3  # noqa: PLC0415
    from e3nn.nn.models.v2104.voxel_convolution import Convolution  # noqa: PLC0415

    torch.manual_seed(0)
    shape = {"diameter": 3.0, "num_radial_basis": 2, "padding": 1}
    harmonics = o3.Irreps.spherical_harmonics(2)
    hidden = o3.Irreps(f"{CHANNELS}x0e + {CHANNELS}x1o")
    first = Convolution("0e", hidden, harmonics, **shape)
    activation = e3.NormActivation(hidden, torch.sigmoid)
    last = Convolution(hidden, f"{CHANNELS}x0e", harmonics, **shape)

    def model(x: Tensor) -> Tensor:
        y = activation(first(x).movedim(1, -1)).movedim(-1, 1)
        return last(y).detach()

    x = smooth(15, 2.0, 3)
    turns = [(-3, -2), (-2, -1), (-3, -1)]
    pairs = [(model(torch.rot90(x, 1, t)), torch.rot90(model(x), 1, t)) for t in turns]

    product = o3.FullyConnectedTensorProduct("2x0e", harmonics, "3x0e + 3x1o")
    places, scalars = torch.randn(8, 3), torch.randn(8, 2)
    turn = o3.rand_matrix()

    def messages(points: Tensor) -> Tensor:
        arrows = (points[:, None] - points).flatten(0, 1)
        sent = product(scalars.repeat(8, 1), o3.spherical_harmonics(harmonics, arrows, True))
        return sent.view(8, 8, -1).sum(1).detach()

    after = messages(places) @ product.irreps_out.D_from_matrix(turn).T
    return {
        "error, quarter turns": worst(pairs, model(x)),
        "error, points, a random rotation": worst([(messages(places @ turn.T), after)], after),
    }


def main() -> int:
    """Print the facts of every library that is installed here."""
    facts: dict[str, Facts] = {}
    for name in ("groupkit", "escnn", "e2cnn", "e3nn"):
        if importlib.util.find_spec(name) is not None:
            needs = [line for line in requires(name) or [] if "extra ==" not in line]
            measured = globals()[f"{name}_facts"]()
            facts[name] = {"version": version(name), "requires": needs, **measured}
    json.dump(facts, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
