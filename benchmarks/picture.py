"""The ratios as a picture: one line a case, the goal as a tick, other libraries as open circles."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw all ratios to the limit."""
    figure, axis = plt.subplots(figsize=(9, 1.2 + 0.27 * len(rows)), constrained_layout=True)
    for height, row in enumerate(reversed(rows)):
        ours = row["ratios"]["groupkit"]
        met = row["goal"] is None or ours <= row["goal"] + 0.03  # what two runs differ by
        axis.plot(ours, height, "o", color="#0072b2" if met else "#d55e00")
        for name, ratio in row["ratios"].items():
            if name != "groupkit":
                axis.plot(ratio, height, "o", mfc="none", color="#555555")
                axis.annotate(f" {name}", (ratio, height), fontsize=7, va="center")
        if row["goal"] is not None:
            axis.plot(row["goal"], height, "|", color="black", markersize=11)
    axis.axvline(1, color="#999999", linewidth=0.8)
    axis.set_yticks(range(len(rows)), [row["case"] for row in reversed(rows)], fontsize=7)
    axis.set_xscale("log")
    axis.set_xlabel("time (memory) relative to the planar limit; a tick is the goal")
    figure.savefig(path, dpi=90)
    plt.close(figure)
