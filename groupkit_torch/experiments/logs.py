"""What is logged of each epoch, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from groupkit_torch.experiments.checkpoint import write_text
from groupkit_torch.experiments.training import Row


def write_log(path: Path, rows: Sequence[Row]) -> None:
    """Write one line an epoch below a heading; what was not measured is left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def write_confusion(path: Path, confusion: Sequence[Sequence[int]]) -> None:
    """Write a confusion matrix: a line for each class, a column for what it is taken for."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(confusion)
    write_text(path, text.getvalue())
