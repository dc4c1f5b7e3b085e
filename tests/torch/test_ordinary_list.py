"""The list of docs/ordinary_torch.md names tests that exist, and all of them."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "ordinary_torch.md"
NAMED = re.compile(r"`((?:\w+/)?test_\w+\.py)::(test_\w+)`")
DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def missing(text: str) -> list[str]:
    """Return the tests that a page names and that do not exist."""
    names = NAMED.findall(text)
    assert names
    return [
        f"{file}::{test}"
        for file, test in names
        if not (FOLDER / file).is_file() or test not in DEFINED.findall((FOLDER / file).read_text())
    ]


def test_every_row_names_a_test_that_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert missing(text) == []
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert all(len(NAMED.findall(row)) == 1 for row in rows)


def test_a_row_of_a_test_that_does_not_exist_is_noticed() -> None:
    assert missing("`test_ordinary.py::test_deepcopy` and `test_ordinary.py::test_nothing`") == [
        "test_ordinary.py::test_nothing"
    ]
    assert missing("`test_absent.py::test_deepcopy`") == ["test_absent.py::test_deepcopy"]


def test_every_test_over_all_layers_has_a_row() -> None:
    named = {test for _, test in NAMED.findall(PAGE.read_text(encoding="utf-8"))}
    text = (FOLDER / "test_ordinary.py").read_text(encoding="utf-8")
    text, _, _ = text.partition("# Whole models")
    assert set(DEFINED.findall(text)) <= named
