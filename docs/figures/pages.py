"""Pictures that a page draws itself: its blocks run, and each `picture` is the image below it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\n!\[[^\]]*\]\(([^)]+)\))?", re.MULTILINE | re.DOTALL
)


def pictures() -> Iterator[tuple[str, Any]]:
    """Yield names and pictures of all pages, from top to bottom."""
    for page in sorted(DOCS.rglob("*.md")):
        blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
        last = max((n for n, (code, _) in enumerate(blocks) if "picture = " in code), default=-1)
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for code, target in blocks[: last + 1]:
            exec(code, namespace)
            if "picture = " in code:
                yield Path(target).name, namespace["picture"]
