"""What docs/comparison.md says of groupkit is what the script measures."""

import re
from pathlib import Path

import pytest

from benchmarks.comparison import groupkit_facts, smooth, worst

ROOT = Path(__file__).parents[1]


def column(text: str, row: str) -> str:
    """Return what a page says of groupkit in the row of a table that starts so."""
    (line,) = re.findall(rf"^\| {re.escape(row)} \| ([^|]*) \|", text, re.MULTILINE)
    return str(line)


@pytest.mark.parametrize("page", ["README.md", "docs/comparison.md"])
def test_measured_and_written(page: str) -> None:
    facts = groupkit_facts()
    text = (ROOT / page).read_text("utf-8")
    rows = (
        (
            "equivariance error at 90°, relative",
            "the same at 60°",
            "free numbers of a 3×3 p4 filter",
        )
        if page == "README.md"
        else (
            "quarter turns, odd size",
            "turns by 60°",
            "free numbers of a 3×3 filter from one channel to one, regular p4",
        )
    )
    for row, fact in zip(rows, ("error, quarter turns", "error, sixth turns"), strict=False):
        said = int(column(text, row)[0]) * 1e-7
        assert said / 4 < facts[fact] < 4 * said
    assert column(text, rows[2]).split()[0] == str(facts["free numbers of a 3×3 filter"]["p4"])
    assert facts["groups in the catalogue"] == 88
    assert facts["error, quarter turns, stride 2, even size"] > 0.1
    (warning,) = facts["warnings of it"]
    assert "exact at 27 or 29" in warning


def test_the_image_is_smooth_and_ends_inside() -> None:
    x = smooth(33)
    assert worst([(x[..., 1:], x[..., :-1])], x) < 0.5
    assert float(x[0, 0, 0].abs().max()) < 0.1
