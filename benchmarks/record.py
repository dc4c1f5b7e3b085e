"""Results on file: what was measured, with when and on what."""

import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from benchmarks.machine import machine


def result_file(value: str) -> Path:
    """Return the path of ``--out``; a folder is refused before anything is measured."""
    path = Path(value)
    if path.is_dir():
        raise ArgumentTypeError(f"{value} is a folder; name a file in it, as {path / 'cpu.json'}")
    return path


def write(path: Path, device: torch.device, **entries: Any) -> None:
    """Write entries as JSON, with the time and the machine before them; make the folder."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"when": when, "machine": machine(device), **entries}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
