"""Every example runs as a program; the groups they declare are what they say."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import groupkit as gk

pytestmark = pytest.mark.program

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def declarations(name: str) -> dict[str, Any]:
    """Return the names that an example defines, its main not run."""
    (path,) = [path for path in EXAMPLES if path.stem == name]
    return runpy.run_path(str(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_runs(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", str(path)], check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_is_short_and_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    assert text.startswith('"""')


@pytest.mark.parametrize(
    ("name", "shipped"),
    [("p6", gk.p6), ("p6m", gk.p6m), ("p6_generated", gk.p6), ("p6m_generated", gk.p6m)],
)
def test_hexagonal_groups_equal_the_shipped_ones(name: str, shipped: gk.SplitGroup) -> None:
    assert declarations("hexagonal")[name] == shipped


def test_p3m1_is_the_wallpaper_group() -> None:
    p3m1 = declarations("declare_a_group")["p3m1"]
    assert p3m1.verify()
    assert p3m1.order == 6
    assert sorted(p3m1.stabilizer.element_orders.tolist()) == [1, 2, 2, 2, 3, 3]
    # What tells it from p31m: a mirror passes through every three-fold centre, so that thirds
    # are centres of the whole stabilizer.
    p31m = gk.SplitGroup.from_generators("p31m", {"m": [[0, 1], [1, 0]], "r": [[0, -1], [1, -1]]})
    triangle = [(0, 0), (1, 0), (1, 1)]  # about (2/3, 1/3)
    assert len(p3m1.window_of_points(triangle)) == 3
    with pytest.raises(gk.GroupkitError, match="centre"):
        p31m.window_of_points(triangle)


def test_p3m1_is_declared_in_under_ten_lines() -> None:
    (path,) = [path for path in EXAMPLES if path.stem == "declare_a_group"]
    text = path.read_text(encoding="utf-8")
    declaration = text[text.index("p3m1 = ") :].split("\n\n")[0]
    assert len(declaration.splitlines()) < 10
