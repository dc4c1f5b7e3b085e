"""Learning curves and confusion matrices, as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from groupkit_torch.experiments.checkpoint import write_whole
from groupkit_torch.experiments.training import Row


def draw_curves(rows: Sequence[Row], title: str, path: Path) -> None:
    """Draw loss and errors over the epochs.

    Parameters
    ----------
    rows : sequence of dict
        What was logged of each epoch.
    title : str
    path : Path
    """
    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    losses, errors = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in rows]
    losses.plot(epochs, [row["loss"] for row in rows], marker=".")
    losses.set(xlabel="epoch", ylabel="loss in training", yscale="log")
    for name, label in (("train_error", "in training"), ("validation_error", "validation")):
        if all(row[name] is not None for row in rows):
            errors.plot(epochs, [row[name] for row in rows], marker=".", label=label)
    errors.set(xlabel="epoch", ylabel="error, %", ylim=(0, None))
    errors.legend()
    figure.suptitle(title, fontsize="medium")
    write_whole(path, lambda partial: figure.savefig(partial, dpi=110))


def draw_confusion(confusion: Sequence[Sequence[int]], title: str, path: Path) -> None:
    """Draw a confusion matrix in shares of each class, with the counts off the diagonal.

    Parameters
    ----------
    confusion : sequence of sequence of int
        Images of each class (rows) that are taken for each (columns).
    title : str
    path : Path
    """
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)  # what is right would hide what is wrong
    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Reds", vmin=0)
    for (true, taken), count in np.ndenumerate(counts):
        if count:
            ink = "white" if shares[true, taken] > 0.6 * shares.max() else "black"
            axes.text(taken, true, str(count), ha="center", va="center", fontsize=6, color=ink)
    ticks = range(len(counts))
    axes.set(xlabel="taken for", ylabel="class", xticks=ticks, yticks=ticks, title=title)
    axes.title.set_fontsize("medium")
    write_whole(path, lambda partial: figure.savefig(partial, dpi=110))
