"""Try a release as its users get it: ``python -m tests.elsewhere dist [options of pytest]``.

The wheel goes into an empty environment, and the tests of the source distribution run there, with
the packages taken out of its tree, so that only the installed ones are there to be tested.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

PACKAGES = ("groupkit", "groupkit_torch")
_WHERE = "import groupkit as a, groupkit_torch as b; print(a.__file__); print(b.__file__)"


def unpack(source: Path, folder: Path) -> Path:
    """Unpack a source distribution into a folder, without the packages; return its root."""
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    for package in PACKAGES:
        shutil.rmtree(root / package)
    return root


def environment(folder: Path, wheel: Path, also: Iterable[str | Path] = ()) -> Path:
    """Make an empty environment with the wheel in it; return its Python.

    Parameters
    ----------
    folder : Path
        Where to make it.
    wheel : Path
        What is tried.
    also : iterable of str or Path, optional
        Arguments of pip that install what the wheel needs: all that it names, by default.
    """
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    given = list(also)
    if given:
        subprocess.run([*pip, *given], check=True)
    subprocess.run([*pip, *(["--no-deps"] if given else []), wheel], check=True)
    return python


def test(python: Path, root: Path, options: Sequence[str]) -> int:
    """Run pytest at the root of an unpacked source distribution; return its exit status."""
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *options]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    shown = subprocess.run(
        [python, "-c", _WHERE], cwd=root, env=clean, check=True, capture_output=True, text=True
    )
    for place in shown.stdout.split():
        assert Path(place).is_relative_to(python.parents[1]), f"{place} is not what was installed"
    return subprocess.run(command, cwd=root, env=clean, check=False).returncode


def main(argv: Sequence[str]) -> int:
    """Try the wheel and the source distribution in a folder; return the exit status of pytest."""
    dist, *options = argv
    (wheel,), (source,) = Path(dist).glob("*.whl"), Path(dist).glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = environment(folder / "alone", wheel)  # with what it names itself, and no torch
        subprocess.run([alone, "-m", "groupkit", "check", "p4m"], cwd=folder, check=True)
        (folder / "unpacked").mkdir()
        root = unpack(source, folder / "unpacked")
        pinned = ["--requirement", root / "requirements" / "dev.txt"]
        python = environment(folder / "pinned", wheel, pinned)
        subprocess.run([python, "-m", "pip", "check"], check=True)
        return test(python, root, options or ["tests", "-m", "not slow"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
