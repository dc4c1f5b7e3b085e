"""Where the browser is that the tests marked `browser` run in."""

import os
import shutil
from pathlib import Path
from typing import Final

FLAGS: Final = (
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path | None:
    """Return the browser that the variable CHROMIUM names, or one on PATH; None without."""
    named = os.environ.get("CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found else None
