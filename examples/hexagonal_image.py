"""A photograph on the hexagonal lattice, where 60° turns are exact, and a layer of p6 on it."""

import tempfile
from pathlib import Path

import torch
from matplotlib.figure import Figure
from sklearn.datasets import load_sample_image
from torch import Tensor

import groupkit as gk
import groupkit_torch as gt
from groupkit.plot import plot_function


def photograph() -> Tensor:
    """Return a square piece of scikit-learn's photograph of a flower, grey, [1, 1, 320, 320]."""
    colours = torch.tensor(load_sample_image("flower.jpg")) / 255
    return colours.mean(-1)[60:380, 130:450].reshape(1, 1, 320, 320)


def edge_detector() -> gt.LiftingConv:
    """Return a layer of p6 with one filter, the slope along the lattice's first axis."""
    layer = gt.LiftingConv(gk.p6, 1, 1, 3, padding=1, bias=False)
    points = torch.tensor(gk.p6.window(3).points - 1)  # the seven points, about their centre
    with torch.no_grad():
        layer.weight.copy_((points[:, 0] - points[:, 1] / 2).view(1, 1, 7) / 3)
    return layer


def draw(image: Tensor, turned: Tensor, y: Tensor) -> Figure:
    """Draw the photograph, turned by 60°, and the feature map on p6."""
    figure = Figure(figsize=(15, 5), layout="constrained")
    first, second, third = figure.subplots(1, 3)
    for axes, pixels, title in (
        (first, image, "the photograph"),
        (second, turned, "turned by 60° on the lattice"),
    ):
        axes.imshow(pixels[0, 0].numpy(), cmap="gray", vmin=0, vmax=1)
        axes.set_title(title)
        axes.axis("off")
    plot_function(gk.p6, y[0, 0].abs().numpy(), axes=third)
    third.set_title("its slopes in six directions: a function on p6")
    return figure


def main() -> None:
    """Resample, turn, filter, draw."""
    image = photograph()
    hexagonal = gt.Resampling(gk.p6, image.shape[-2:], spacing=4.0)
    x = hexagonal(image)
    samples = int(hexagonal.mask.sum())
    print(f"{image.numel()} pixels -> {samples} samples, in an array {tuple(x.shape[-2:])}")

    turned = x
    for _ in range(6):  # six turns by 60° permute the samples back to where they were
        turned = gt.act(turned, gk.p6, {"r": 1})
    print("after six turns:", "the same to the bit" if turned.equal(x) else "different")

    layer = edge_detector()
    with torch.no_grad():
        y = layer(x)
    print(gt.testing.equivariance_error(layer, gk.p6, (1, 1, 21, 21), translations=False))

    path = Path(tempfile.gettempdir()) / "hexagonal_image.png"
    once = gt.act(x, gk.p6, {"r": 1})
    draw(image, hexagonal.to_image(once), y).savefig(path, dpi=80)
    print(f"picture: {path}")


if __name__ == "__main__":
    main()
