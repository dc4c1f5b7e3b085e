"""Packages that add groups: the example is installed and found; clashes and breakage are told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.program

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip has installed the example package."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
            "--no-build-isolation", "--disable-pip-version-check", "--no-compile",
            "--target", folder, ROOT / "examples" / "plugin",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with a folder of installed packages on its path."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def package(folder: Path, name: str, code: str) -> None:
    """Write what installing a package with one module and one entry point leaves in a folder."""
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[groupkit.groups]\n{name} = {name}:GROUPS\n")


def test_the_example_is_in_the_catalogue(installed: Path) -> None:
    code = (
        "import groupkit as gk; g = gk.catalog['go']; print(g); print(len(gk.catalog), "
        "list(gk.catalog)[-2:], gk.catalog.filter(order=16, dimension=2))"
    )
    found = run(installed, "-c", code)
    assert found.returncode == 0, found.stderr
    first, second = found.stdout.splitlines()
    assert first == (
        "SplitGroup('go', dimension=2, order=16, axes {m: 2, r: 4, swap: 2}, lattice square)"
    )
    assert second.startswith("90 ['go', 'strand'] {'go': SplitGroup('go'")


def test_the_example_is_listed_shown_and_proved(installed: Path) -> None:
    listed = run(installed, "-m", "groupkit", "list")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[-2].split()[:3] == ["go", "2", "16"]
    assert run(installed, "-m", "groupkit", "show", "strand").returncode == 0
    checked = run(installed, "-m", "groupkit", "check", "--installed", "--format", "json")
    assert checked.returncode == 0, checked.stderr
    document = json.loads(checked.stdout)
    assert {'"go"', '"strand"'} <= {json.dumps(word) for word in checked.stdout.split('"')}
    assert document
    both = run(installed, "-m", "groupkit", "check", "p4", "--installed", "-j", "2")
    assert both.returncode == 0, both.stderr


def test_nothing_is_installed_here() -> None:
    found = run(ROOT, "-m", "groupkit", "check", "--installed")
    assert found.returncode == 2
    assert "no installed package adds groups to the catalogue" in found.stdout + found.stderr
    nothing = run(ROOT, "-m", "groupkit", "check")
    assert nothing.returncode == 2
    assert "give a target, or --installed" in nothing.stderr


P4 = "import groupkit as gk\nGROUPS = gk.SplitGroup.from_generators({!r}, {{'r': [[-1]]}})\n"
WRONG = {
    "clash": (P4.format("p4"), "the entry point clash = clash:GROUPS of clash: the name 'p4'"),
    "alias": (P4.format("P4mm"), "the name 'P4mm' is that of a group"),
    "broken": ("import nowhere_to_be_found\n", "cannot be loaded: ModuleNotFoundError: No module"),
    "refused": (P4.format("x").replace("-1", "2"), "cannot be loaded: NotUnimodularError"),
    "number": ("GROUPS = [3]\n", "brings 3, which is no SplitGroup; name a SplitGroup, or a list"),
    "nothing": ("", "cannot be loaded: AttributeError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_package_is_told(name: str, tmp_path: Path) -> None:
    code, message = WRONG[name]
    package(tmp_path, name, code)
    listed = run(tmp_path, "-m", "groupkit", "list")
    assert listed.returncode == 2
    assert message in listed.stderr
    # the shipped groups do not depend on it
    assert run(tmp_path, "-c", "import groupkit as gk; gk.catalog['P4mm']").returncode == 0


@pytest.mark.parametrize(
    "form", ["G", "[G]", "(G,)", "{'x': G}"], ids=["group", "list", "tuple", "mapping"]
)
def test_forms_of_entry_points(form: str, tmp_path: Path) -> None:
    code = P4.format("mine").replace("GROUPS", "G") + f"GROUPS = {form}\n"
    package(tmp_path, "mine", code + "assert 'mine' not in gk.catalog  # while it is imported\n")
    found = run(tmp_path, "-c", "import groupkit as gk; print('mine' in gk.catalog)")
    assert found.stdout == "True\n", found.stderr
