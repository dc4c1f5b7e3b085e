"""Write the examples as notebooks: python docs/make_notebooks.py FOLDER.

The docstring becomes text, each function or class a cell with the lines before it, and the last
cell calls ``main()``.
"""

import ast
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

EXAMPLES = Path(__file__).parents[1] / "examples"


def notebook(source: str, name: str) -> NotebookNode:
    """Return a script as a notebook."""
    tree = ast.parse(source)
    lines = source.splitlines()
    docstring = ast.get_docstring(tree) or ""
    title, _, text = docstring.partition("\n")
    cells = [new_markdown_cell(f"# {title.rstrip('.')}\n{text}".rstrip())]
    start = tree.body[0].end_lineno or 0
    for statement in tree.body[1:]:
        if _is_main_guard(statement):
            break
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            cells += _code(lines[start : statement.end_lineno])
            start = statement.end_lineno or start
    else:
        statement = None
    end = statement.lineno - 1 if statement is not None else len(lines)
    cells += _code(lines[start:end])
    cells += _code(["main()"])
    for number, cell in enumerate(cells):
        cell["id"] = f"{name}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.validate(made)
    return made


def _code(lines: list[str]) -> list[NotebookNode]:
    text = "\n".join(lines).strip("\n")
    return [new_code_cell(text)] if text.strip() else []


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)


def main(folder: str) -> None:
    """Write one notebook for each example."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path in sorted(EXAMPLES.glob("*.py")):
        made = notebook(path.read_text(encoding="utf-8"), path.stem)
        nbformat.write(made, Path(folder) / f"{path.stem}.ipynb")


if __name__ == "__main__":
    main(*sys.argv[1:])
