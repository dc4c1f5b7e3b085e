"""Run the examples, and write what they are for and what they print: python docs/make_examples.py.

Names of scripts, as in ``python docs/make_examples.py cubic_volume``, run those alone.
"""

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "examples.md"
NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?")
SECTION = re.compile(r"^## (\w+)\n.*?^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)

HEAD = """\
# Examples

Scripts of less than 80 lines, each done in less than a minute on one core of a CPU. They run from a
working copy, as in `python examples/rotated_digits.py` after `pip install ".[demo]"`, or
`.venv/bin/python examples/rotated_digits.py` after `make setup`; `make notebooks` writes them as
notebooks to `build/notebooks`. Below each is what it printed (`python docs/make_examples.py` runs
them again; times, accuracies and rounding errors are those of one machine).
"""

ORDER = (
    "declare_a_group",
    "prove_a_group",
    "explore_subgroups",
    "rotated_digits",
    "alike_filters",
    "hexagonal_image",
    "cubic_volume",
    "reverse_complement",
    "restrict_and_finetune",
    "find_broken_symmetry",
    "deploy_plain",
    "hexagonal",
    "train_distributed",
    "train_lightning",
)
OTHERS = {"train_lightning"}  # needs a package that is none of ours; so are its warnings
PICTURES = {"hexagonal_image": "the photograph, turned by 60°, and its slopes in six directions"}


def run(name: str) -> str:
    """Return what an example prints, with no folder of this machine in it.

    Raises
    ------
    RuntimeError
        If it fails, with its standard error.
    """
    strict = () if name in OTHERS else ("-W", "error")
    done = subprocess.run(
        [sys.executable, *strict, str(ROOT / "examples" / f"{name}.py")],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    return tidy(done.stdout)


def tidy(output: str) -> str:
    """Return an output without trailing spaces, and without the folder for temporary files."""
    lines = output.replace(tempfile.gettempdir(), "/tmp").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def masked(output: str) -> str:
    """Return an output with # for every number, and without what rounding decides.

    Group elements, too, are numbers; which element errs most is a matter of rounding.
    """
    kept = re.sub(r"(worst relative error \S+) at .*", r"\1", output)
    return re.sub(r"[ \t]+", " ", NUMBER.sub("#", kept))


def outputs(page: str) -> dict[str, str]:
    """Return the output of each example that a page shows."""
    return dict(SECTION.findall(page))


def section(name: str, output: str) -> str:
    """Return the part of the page that an example has."""
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    purpose = (ast.get_docstring(ast.parse(source)) or "").replace("``", "`")
    text = f"## {name}\n\n{purpose}\n\n[examples/{name}.py](../examples/{name}.py)\n\n"
    text += f"```text\n{output}```\n"
    if name in PICTURES:
        text += f"\n![{PICTURES[name]}](images/{name}.jpg)\n"
    return text


def main(*chosen: str) -> None:
    """Write the page; examples that were not chosen keep their output."""
    found = outputs(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for name in chosen or ORDER:
        print(name)
        output = run(name)
        if not (name in OTHERS and "this example needs more" in output):
            found[name] = output
    parts = [HEAD, *(section(name, found[name]) for name in ORDER)]
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
