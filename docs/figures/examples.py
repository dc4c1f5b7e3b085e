"""The picture that an example saves: docs/examples.md."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import torch
from matplotlib.figure import Figure

import groupkit as gk
import groupkit_torch as gt

EXAMPLES = Path(__file__).parents[2] / "examples"


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield a photograph, turned by 60°, and its feature map on p6."""
    example = runpy.run_path(str(EXAMPLES / "hexagonal_image.py"))
    image = example["photograph"]()
    hexagonal = gt.Resampling(gk.p6, image.shape[-2:], spacing=4.0)
    x = hexagonal(image)
    with torch.no_grad():
        y = example["edge_detector"]()(x)
    turned = hexagonal.to_image(gt.act(x, gk.p6, {"r": 1}))
    yield "hexagonal_image.jpg", example["draw"](image, turned, y)
