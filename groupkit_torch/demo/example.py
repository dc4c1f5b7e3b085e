"""The group that a user declares: it comes from examples/declare_a_group.py, as a user's would."""

from __future__ import annotations

import runpy
import sysconfig
from pathlib import Path
from typing import Final

from groupkit import SplitGroup

FILE: Final = "declare_a_group.py"
NAME: Final = "p3m1"


def find() -> Path | None:
    """Return where the example is: in the working copy, or where a wheel puts it."""
    here = Path(__file__).resolve().parents[2] / "examples" / FILE
    installed = Path(sysconfig.get_path("data")) / "share" / "groupkit" / "examples" / FILE
    return next((path for path in (here, installed) if path.is_file()), None)


def declared(path: Path) -> SplitGroup:
    """Run the example's declaration and return its group."""
    group = runpy.run_path(str(path))[NAME]
    assert isinstance(group, SplitGroup)
    return group
