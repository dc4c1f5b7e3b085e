"""The arrows hold, and what holds them notices when they do not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import groupkit

ROOT = Path(__file__).parents[1]
SOURCE = Path(groupkit.__file__).parents[1]  # a working copy, or where a wheel is installed
PACKAGES = ("groupkit", "groupkit_torch")

# Imports every module of groupkit, then prints what came along from torch.
WHAT_COMES_ALONG = """
import importlib, pkgutil, sys
import groupkit
for module in pkgutil.walk_packages(groupkit.__path__, "groupkit."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(groupkit.__file__)
print(*sorted(name for name in sys.modules if name.split(".")[0] in {"torch", "groupkit_torch"}))
"""


def torch_modules_imported(root: Path) -> list[str]:
    """Names of the torch modules that importing all of the groupkit under `root` imports."""
    run = subprocess.run(
        [sys.executable, "-c", WHAT_COMES_ALONG],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    place, names = run.stdout.splitlines()
    assert Path(place).is_relative_to(root)
    return names.split()


def broken_contracts(root: Path) -> list[str]:
    """Names of the import contracts that the packages under `root` break."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    broken = [line.removesuffix(" BROKEN") for line in run.stdout.splitlines() if " BROKEN" in line]
    assert bool(broken) == bool(run.returncode)
    return broken


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of both packages, with their contracts, that a test may spoil."""
    for package in PACKAGES:
        # without what other processes are writing while they import these packages
        cached = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOURCE / package, tmp_path / package, ignore=cached)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add_import(copy: Path, module: str, statement: str) -> None:
    """Append an import to a module of the copy."""
    with (copy / module).open("a") as file:
        file.write(f"\n{statement}\n")


def test_importing_groupkit_does_not_import_torch() -> None:
    assert torch_modules_imported(SOURCE) == []


@pytest.mark.parametrize("module", ["groupkit/errors.py", "groupkit/cli.py"])
def test_an_import_of_torch_is_noticed(copy: Path, module: str) -> None:
    (copy / "torch.py").touch()  # stands in for the real one, which takes seconds to import
    add_import(copy, module, "import torch")
    assert torch_modules_imported(copy) == ["torch"]


def test_contracts_are_kept(copy: Path) -> None:
    assert broken_contracts(copy) == []


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        ("groupkit/errors.py", "import torch", "groupkit never imports torch"),
        ("groupkit/cli.py", "import groupkit_torch", "groupkit never imports torch"),
        ("groupkit/errors.py", "import groupkit.cli", "arrows in groupkit go one way"),
        (
            "groupkit_torch/dropout.py",
            "import groupkit_torch.convolutions.conv",
            "arrows in groupkit_torch go one way",
        ),
    ],
)
def test_a_wrong_arrow_breaks_its_contract(
    copy: Path, module: str, statement: str, contract: str
) -> None:
    add_import(copy, module, f"def _later() -> None:\n    {statement}")
    assert broken_contracts(copy) == [contract]


def test_a_module_outside_the_layers_breaks_the_contract(copy: Path) -> None:
    (copy / "groupkit" / "elsewhere.py").touch()
    assert broken_contracts(copy) == ["arrows in groupkit go one way"]
