"""Every Python block of the README and of docs/ runs, file by file, in order."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:\s]*[./][^)#:\s]*)\)")


def run_blocks(text: str, name: str) -> int:
    """Run the Python blocks of a page in one namespace; return how many there are."""
    namespace = {"__name__": "__main__"}
    blocks = list(BLOCK.finditer(text))
    for block in blocks:
        above = text[: block.start(1)].count("\n")  # so that errors show the page's own lines
        exec(compile("\n" * above + block[1], name, "exec"), namespace)
    return len(blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_run(page: Path) -> None:
    run_blocks(page.read_text(encoding="utf-8"), str(page))


def test_a_broken_block_is_noticed() -> None:
    with pytest.raises(AssertionError):
        run_blocks("text\n```python\nx = 1\n```\n```python\nassert x == 2\n```\n", "page")


def test_the_readme_has_blocks() -> None:
    assert run_blocks("```python\nx = 1\n```\n", "page") == 1
    assert len(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_pictures_have_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for words, target in IMAGE.findall(text):
        assert words, f"{target} has no text for those who cannot see it"
        assert (page.parent / target).is_file()
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), target


def test_declaring_p3m1_takes_fewer_than_ten_lines() -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    (block,) = [block for block in blocks if "p3m1" in block]
    assert sum(bool(line.strip()) for line in block.splitlines()) < 10
    assert "assert_equivariant" in block
