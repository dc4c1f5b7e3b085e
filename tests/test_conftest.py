"""Hypothesis draws the same examples whatever a test process has imported before."""

import importlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st


def drawn() -> list[int]:
    found: list[int] = []

    @settings(max_examples=300, derandomize=True)
    @given(st.integers())
    def note(number: int) -> None:
        found.append(number)

    note()
    return found


@pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE", "ci") != "ci", reason="looks for new ones")
def test_examples_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn()
    numbers = [10**6 + 7 * n for n in range(100)]
    (tmp_path / "module_with_numbers.py").write_text(f"NUMBERS = {numbers}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("module_with_numbers")
    assert drawn() == before
