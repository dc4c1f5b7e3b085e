"""pytest --groupkit TARGET: a test per group and law, and nothing unless asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.program

MODULE = """
import groupkit as gk

p3 = gk.SplitGroup.from_generators("p3", {"r": [[0, -1], [1, -1]]})
wrong = gk.SplitGroup(
    "wrong",
    axes={"r": 2},
    matrix=lambda r: [[1 - 2 * r, 0], [0, 1 - 2 * r]],
    compose=lambda a, b: {"r": a["r"] + b["r"]},
)
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder that has one test of its own."""
    (folder / "test_own.py").write_text("def test_own():\n    pass\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *arguments],
        cwd=folder,
        env=os.environ | {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the user's groups."""
    (tmp_path / "my_groups.py").write_text(MODULE)
    return tmp_path


def test_off_unless_asked_for(folder: Path) -> None:
    run = run_pytest(folder, "-v")
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout
    assert "::p3::" not in run.stdout


def test_one_test_per_group_and_law(folder: Path) -> None:
    run = run_pytest(folder, "-v", "-rs", "--groupkit", "my_groups.py:p3", "--groupkit", "p4")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "groupkit:my_groups.py:p3::p3::associative PASSED" in run.stdout
    assert "groupkit:p4::p4::closed PASSED" in run.stdout
    assert "p4::closed form SKIPPED" in run.stdout
    assert "test_own.py::test_own PASSED" in run.stdout


def test_a_refuted_law_fails_with_its_witness_and_no_traceback(folder: Path) -> None:
    run = run_pytest(folder, "-v", "--groupkit", "my_groups.py")
    assert run.returncode == 1
    assert "wrong::composition of indices FAILED" in run.stdout
    assert "wrong::closed PASSED" in run.stdout
    assert "compose(r=1" in run.stdout
    assert "runtest" not in run.stdout


def test_a_refused_declaration_is_one_failing_test(folder: Path) -> None:
    (folder / "half.py").write_text(
        "import groupkit as gk\n"
        'half = gk.SplitGroup.from_matrices("half", [[[1, 0], [0, 1]], [[0, -1], [1, 0]]])\n'
    )
    run = run_pytest(folder, "-v", "--groupkit", "half.py")
    assert run.returncode == 1
    assert "half.py::declaration FAILED" in run.stdout
    assert "not closed" in run.stdout


def test_a_target_that_cannot_be_read_is_a_usage_error(folder: Path) -> None:
    run = run_pytest(folder, "--groupkit", "missing.py")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no file missing.py" in run.stderr


def test_ids_select_tests(folder: Path) -> None:
    run = run_pytest(folder, "-v", "--groupkit", "p4", "-k", "associative")
    assert "1 passed" not in run.stdout.splitlines()[-1] or run.returncode == 0
    assert "p4::associative PASSED" in run.stdout
    assert "p4::closed PASSED" not in run.stdout
