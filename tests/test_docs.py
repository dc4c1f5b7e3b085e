"""Every code block of the README and of docs/ runs, page by page, from top to bottom.

Python runs as it stands. Of commands, those that only print run; of the others, the files, options
and targets that they name are there. JSON, TOML and YAML are read.
"""

import contextlib
import doctest
import importlib.util
import io
import json
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from groupkit.cli import main as groupkit

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
WITH_OUTPUT = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL
)
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:\s]*[./][^)#:\s]*)\)")
SHOWN = {"text", "py"}  # what a program printed; a file of the reader's own
SITE = {"{eval-rst}", "{include}", "{toctree}"}  # what Sphinx reads: tests/test_site.py


def check_commands(example: Example) -> None:
    """Check each command of a block of shell; lines without $ are output if any line has one."""
    lines = str(example.parsed).splitlines()
    prompts = [line[2:] for line in lines if line.startswith("$ ")]
    for line in prompts or lines:
        words = shlex.split(line, comments=True)
        while words and "=" in words[0].partition("/")[0]:  # VARIABLE=value command
            words.pop(0)
        if words:
            COMMANDS[Path(words[0]).name](words[1:])


def check_groupkit(words: list[str]) -> None:
    command, *arguments = words
    options = [word for word in arguments if word.startswith("-")]
    if command in ("list", "show", "export") and not any("." in word for word in arguments):
        assert groupkit(words) == 0
    else:  # needs a file of the reader's, trains for minutes, or opens a browser
        said = io.StringIO()
        with pytest.raises(SystemExit) as left, contextlib.redirect_stdout(said):
            groupkit([command, "--help"])
        assert left.value.code in (0, None)
        assert all(option in said.getvalue() for option in options), options


def check_make(targets: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in targets:
        assert "=" in target or re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target


def check_pip(words: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extras in re.findall(r"(?:\.|groupkit)\[([^\]]+)\]", " ".join(words)):
        assert set(extras.split(",")) <= set(project["optional-dependencies"]), extras


def check_scripts(words: list[str]) -> None:
    """Check that the scripts and modules that a command of Python names are there."""
    assert all((ROOT / word).is_file() for word in words if word.endswith(".py")), words
    if "-m" in words:
        module = words[words.index("-m") + 1]
        assert importlib.util.find_spec(module) is not None, module


def check_installing(words: list[str]) -> None:
    assert words[:2] == ["apt-get", "install"], words


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "groupkit": check_groupkit,
    "make": check_make,
    "pip": check_pip,
    "pytest": check_scripts,
    "python": check_scripts,
    "python3.11": check_scripts,
    "sudo": check_installing,
    "torchrun": check_scripts,
}
READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def read_data(example: Example) -> None:
    READERS[example.region.lexemes["arguments"]](str(example.parsed))


BLOCKS = Sybil(
    [
        PythonCodeBlockParser(),
        *(CodeBlockParser(language, check_commands) for language in ("bash", "console")),
        *(CodeBlockParser(language, read_data) for language in READERS),
    ]
)


def run_blocks(page: Path) -> int:
    """Run the blocks of a page in one namespace; return how many there are."""
    document = BLOCKS.parse(page)
    document.namespace["__name__"] = "__main__"
    examples = list(document)
    for example in examples:
        example.evaluate()
    return len(examples)


def shows_output(page: Path) -> bool:
    return any(
        shown and "print(" in code for code, shown in WITH_OUTPUT.findall(page.read_text("utf-8"))
    )


def printed_and_shown(page: Path) -> list[tuple[str, str]]:
    """Run the Python of a page; return what blocks print that are followed by what they print."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    pairs = []
    for code, shown in WITH_OUTPUT.findall(page.read_text("utf-8")):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(code, namespace)
        if shown and "print(" in code:
            pairs.append((said.getvalue(), shown))
    return pairs


def is_shown(printed: str, shown: str) -> bool:
    """Return whether a page shows what was printed, but for decimals and what ... stands for."""
    masked = [re.sub(r"\b0\.\d+", "0.#", text) for text in (shown, printed)]
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(*masked, options)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if shows_output(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_what_is_printed_is_shown(page: Path) -> None:
    for printed, shown in printed_and_shown(page):
        assert is_shown(printed, shown), printed
        assert not is_shown(printed, f"{shown}and more\n")


def languages(text: str) -> list[str]:
    return re.findall(r"^```(\S+).*\n", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_run(page: Path) -> None:
    wanted = [name for name in languages(page.read_text("utf-8")) if name not in SHOWN | SITE]
    assert run_blocks(page) == len(wanted)  # none in a language that nothing checks


@pytest.mark.parametrize(
    "block",
    [
        "python\nx = 1\n```\n\n```python\nassert x == 2",
        "console\n$ groupkit show p5",
        "console\n$ groupkit check my_groups.py --no-such-option",
        "bash\ngroupkit no-such-command --help",
        "console\n$ make no-such-target",
        'console\n$ pip install ".[no-such-extra]"',
        "bash\npython examples/no_such_example.py",
        "console\n$ no-such-command",
        "toml\na = ",
    ],
    ids=lambda block: block.split("\n")[1],
)
def test_a_broken_block_is_noticed(block: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"text\n\n```{block}\n```\n", "utf-8")
    with pytest.raises((Exception, SystemExit, pytest.fail.Exception)):
        run_blocks(page)


def test_the_readme_has_blocks() -> None:
    assert languages((ROOT / "README.md").read_text("utf-8")).count("python") >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_pictures_have_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for words, target in IMAGE.findall(text):
        assert words, f"{target} has no text for those who cannot see it"
        drawn = (page.parent / target).resolve().parent == ROOT / "docs" / "images"
        assert drawn, f"{target} is not of docs/images, which tests/test_figures.py looks after"
        assert (page.parent / target).is_file()
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "how_to").glob("*.md")), ids=lambda page: page.stem
)
def test_a_how_to_says_what_it_is_for_and_ends_with_where_to_go(page: Path) -> None:
    text = page.read_text("utf-8")
    first, *_, last = re.split(r"^## ", text, flags=re.MULTILINE)
    assert first.startswith("# ")
    assert len(first.split("```")[0].split()) > 15
    assert last.startswith("Where to go next\n")
    assert len(LINK.findall(last)) >= 2


def test_no_address_of_this_repository_is_made_up() -> None:
    for page in PAGES:
        found = re.search(r"\S*/groupkit/groupkit\S*", page.read_text("utf-8"))
        assert found is None, (page, found)


def test_declaring_p3m1_takes_fewer_than_ten_lines() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "p3m1" in block]
    assert sum(bool(line.strip()) for line in block.splitlines()) < 10
    assert "assert_equivariant" in block
