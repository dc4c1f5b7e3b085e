"""What a user installs: one wheel with both packages, their types, commands and extras."""

import subprocess
import sys
from email.message import Message
from email.parser import Parser
from importlib.metadata import entry_points
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.program

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Return the wheel that a release would upload."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("groupkit-*.whl")
    return ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    """Return what an index would show of the wheel."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


@pytest.mark.parametrize("package", ["groupkit", "groupkit_torch"])
def test_wheel_holds_the_whole_package_and_its_types(wheel: ZipFile, package: str) -> None:
    held = {name for name in wheel.namelist() if name.startswith(f"{package}/")}
    source = {
        str(path.relative_to(ROOT))
        for suffix in ("py", "json", "html", "css", "js")
        for path in (ROOT / package).rglob(f"*.{suffix}")
    }
    assert f"{package}/py.typed" in held
    assert source <= held


def test_wheel_holds_nothing_else_but_the_examples(wheel: ZipFile) -> None:
    packages = ("groupkit/", "groupkit_torch/", "groupkit-0.1.0.dist-info/")
    rest = [name for name in wheel.namelist() if not name.startswith(packages)]
    shared = "groupkit-0.1.0.data/data/share/groupkit/"
    assert {name.removeprefix(shared) for name in rest} == {
        str(path.relative_to(ROOT))
        for suffix in ("py", "toml")
        for path in (ROOT / "examples").rglob(f"*.{suffix}")
    }


def test_extras(metadata: Message) -> None:
    assert set(metadata.get_all("Provides-Extra", [])) == {
        "demo",
        "docs",
        "experiments",
        "plot",
        "test",
        "to-plain",
        "torch",
    }


def test_torch_is_optional_and_a_range(metadata: Message) -> None:
    torch = [line for line in metadata.get_all("Requires-Dist", []) if line.startswith("torch")]
    assert torch
    assert all("extra ==" in line and ">=" in line and "==2" not in line for line in torch)


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("console_scripts", "groupkit"),
        ("groupkit.commands", "demo"),
        ("groupkit.commands", "to-plain"),
    ],
)
def test_command_is_installed_and_loads(group: str, name: str) -> None:
    (command,) = entry_points(group=group, name=name)
    assert callable(command.load())
