"""Every example runs as a program; the groups they declare are what they say."""

import ast
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

import groupkit as gk

pytestmark = pytest.mark.program

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PAGE = runpy.run_path(str(ROOT / "docs" / "make_examples.py"))
NOTEBOOKS = runpy.run_path(str(ROOT / "docs" / "make_notebooks.py"))
RUN_CELLS = """
import json, sys
names = {"__name__": "__main__"}
for cell in json.load(sys.stdin):
    exec(cell, names)
"""


def declarations(name: str) -> dict[str, Any]:
    """Return the names that an example defines, its main not run."""
    (path,) = [path for path in EXAMPLES if path.stem == name]
    return runpy.run_path(str(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_prints_what_the_docs_show(path: Path) -> None:
    output = PAGE["run"](path.stem)
    if path.stem == "train_lightning" and "needs more" in output:
        return
    shown = PAGE["outputs"](PAGE["PAGE"].read_text(encoding="utf-8"))
    masked = PAGE["masked"]
    found, expected = masked(output), masked(shown[path.stem])
    assert found == expected, f"run python docs/make_examples.py {path.stem}"


def test_masks_hide_numbers_and_nothing_else() -> None:
    masked = PAGE["masked"]
    assert masked("accuracy 97.4%  at r=1") == masked("accuracy 9% at r=23")
    assert masked("error 1.1e-07") == masked("error 0.0e+00") != masked("errors 2")
    assert masked("p4: worst relative error 1e-7 at r=3\nr=1") == masked(
        "p4: worst relative error 2e-7 at m=1, r=3\nr=2"
    )
    assert masked("r keeps all") != masked("r keeps none")


def test_the_page_has_the_purposes_of_the_scripts() -> None:
    text = PAGE["PAGE"].read_text(encoding="utf-8")
    shown = PAGE["outputs"](text)
    assert set(shown) == set(PAGE["ORDER"]) == {path.stem for path in EXAMPLES}
    for name, output in shown.items():
        assert PAGE["section"](name, output) in text, "run python docs/make_examples.py"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_is_a_notebook_of_the_same_code(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    made = NOTEBOOKS["notebook"](source, path.stem)
    nbformat.validate(made)
    title, *cells = made.cells
    assert title.cell_type == "markdown"
    assert title.source.startswith("# ")
    *found, call = ast.parse("\n".join(cell.source for cell in cells)).body
    expected = [part for part in ast.parse(source).body[1:] if "'__main__'" not in ast.dump(part)]
    assert [ast.dump(part) for part in found] == [ast.dump(part) for part in expected]
    assert ast.unparse(call) == "main()"


@pytest.mark.parametrize("name", ["declare_a_group", "prove_a_group", "explore_subgroups"])
def test_a_notebook_runs_cell_by_cell(name: str, tmp_path: Path) -> None:
    NOTEBOOKS["main"](str(tmp_path))
    made = nbformat.read(tmp_path / f"{name}.ipynb", as_version=4)
    cells = [cell.source for cell in made.cells if cell.cell_type == "code"]
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN_CELLS],
        check=False, capture_output=True, text=True, input=json.dumps(cells),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    expected = PAGE["outputs"](PAGE["PAGE"].read_text(encoding="utf-8"))[name]
    assert PAGE["masked"](PAGE["tidy"](run.stdout)) == PAGE["masked"](expected)


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
