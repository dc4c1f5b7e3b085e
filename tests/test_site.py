"""The site builds without a warning, has every public name, and notices what is wrong."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PUBLIC = (
    "groupkit",
    "groupkit.algebra",
    "groupkit.graphs",
    "groupkit.groups",
    "groupkit.playground",
    "groupkit.plot",
    "groupkit.verification",
    "groupkit_torch",
    "groupkit_torch.analysis",
    "groupkit_torch.experiments",
    "groupkit_torch.functional",
    "groupkit_torch.models",
)

NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")  # nobody is there


def documented() -> set[str]:
    """Return the full names that the pages of docs/api document."""
    names: set[str] = set()
    for page in (DOCS / "api").glob("*.md"):
        module = ""
        for directive, name in re.findall(
            r"^\.\. (currentmodule|automodule|auto\w+):: (\S+)$",
            page.read_text("utf-8"),
            re.MULTILINE,
        ):
            if directive == "currentmodule":
                module = name
            elif directive == "automodule":
                names.update(f"{name}.{member}" for member in vars(importlib.import_module(name)))
            else:
                names.add(name if name.startswith("groupkit") else f"{module}.{name}")
    return names


def canonical(value: object) -> tuple[str, str]:
    """Return the name of a class or function where it is defined."""
    return value.__module__, value.__qualname__


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_class_and_function_has_an_entry(module: str) -> None:
    there = set()
    for name in documented():
        above, _, last = name.rpartition(".")
        value = getattr(importlib.import_module(above), last)
        there.add(canonical(value) if hasattr(value, "__qualname__") else name)
    package = importlib.import_module(module)
    values = [getattr(package, name) for name in package.__all__]
    named = [value for value in values if inspect.isclass(value) or inspect.isroutine(value)]
    assert named
    assert not [value for value in named if canonical(value) not in there]


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_function_and_layer_has_an_example(module: str) -> None:
    package = importlib.import_module(module)
    values = [getattr(package, name) for name in package.__all__]
    named = [
        value
        for value in values
        if inspect.isroutine(value) or (inspect.isclass(value) and issubclass(value, nn.Module))
    ]
    assert not [value for value in named if "\nExamples\n-----" not in inspect.getdoc(value)]


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build a site, warnings as errors."""
    options = ["--builder", "html", "--nitpicky", "--fail-on-warning", "--keep-going", "--quiet"]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(source), str(out)],
        check=False,
        capture_output=True,
        text=True,
        timeout=3000,  # it takes a minute; a hanging one should end
        env=os.environ | {"OMP_NUM_THREADS": "1"} | NO_NETWORK,
    )


@pytest.mark.program
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = build(DOCS, tmp_path)
    assert done.returncode == 0, done.stderr
    pages = [page.read_text("utf-8") for page in tmp_path.rglob("*.html")]
    assert len(pages) > 40
    for page in pages:  # what a page loads is beside it; links may lead anywhere
        assert not re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="(?:https?:)?//', page)
    assert '<canvas id="image"' in (tmp_path / "playground.html").read_text("utf-8")
    assert "<math" in (tmp_path / "api" / "convolutions.html").read_text("utf-8")
    text = "".join(pages)
    for theirs in (
        "docs.pytorch.org/docs/stable/",
        "numpy.org/doc/stable/",
        "docs.sympy.org/latest/",
    ):
        assert f'href="https://{theirs}' in text, theirs
    assert (tmp_path / "search.html").exists()
    assert 'class="theme-toggle"' in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.program
def test_broken_formulas_names_and_links_are_noticed(tmp_path: Path) -> None:
    conf = (
        f"import sys; sys.path.insert(0, {str(DOCS)!r})\n"
        'extensions = ["docstrings", "mathml", "myst_parser"]\n'
        'myst_enable_extensions = ["dollarmath"]\nhtml_math_renderer = "mathml"\n'
    )
    (tmp_path / "conf.py").write_text(conf, "utf-8")
    text = "# Page\n\n$\\nonsense$ and {py:obj}`nowhere.to_be_found` and [this](missing.md)\n"
    (tmp_path / "index.md").write_text(text, "utf-8")
    done = build(tmp_path, tmp_path / "out")
    assert done.returncode != 0
    for part in ("does not know this TeX", "nowhere.to_be_found", "missing.md"):
        assert part in done.stderr


def test_marks_of_docstrings_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    escaped = importlib.import_module("docstrings").escaped
    assert escaped("of |S|, [batch, *space]") == r"of \|S\|, [batch, \*space]"
    for kept in (
        r"\|S\|",
        "*and*",
        "**not**",
        "``|S|``",
        ":math:`|S|`",
        ".. math:: |S|",
        ">>> a|b",
    ):
        assert escaped(kept) == kept
    assert escaped(">>> a | b\n|S|\n\nof |S|") == ">>> a | b\n|S|\n\n" + r"of \|S\|"
