"""Draw the pictures of the docs from the library itself: python docs/figures [SCRIPT ...].

A script beside this one has a function `pictures`, which yields the name of a file of docs/images
and what to save there.
"""

import sys
from importlib import import_module
from pathlib import Path

from saving import save

HERE = Path(__file__).parent
SCRIPTS = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("__main__", "saving"))


def main(*chosen: str) -> None:
    """Write the pictures of some scripts, of all by default, to docs/images."""
    for script in chosen or SCRIPTS:
        for name, picture in import_module(script).pictures():
            path = HERE.parent / "images" / name
            save(picture, path)
            print(f"{path.stat().st_size / 1024:6.1f} kB  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
