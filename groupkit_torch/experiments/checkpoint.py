"""Files that are whole or not there: what a run needs to go on where it was."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from groupkit_torch.experiments.errors import CheckpointError, ExperimentError


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that, whenever the process is killed, it is the old one or the new one.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    write : callable
        Writes to the path that it is given, which is then renamed.
    """
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    write(partial)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file that is the old one or the new one."""
    write_whole(path, lambda partial: partial.write_text(text, "utf-8"))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make the folder that a file is written to, and name the file where that cannot be done.

    Raises
    ------
    ExperimentError
        If the file or its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ExperimentError(
            f"{path} cannot be written: {error.strerror}; choose another place", witness=str(path)
        ) from error


def save(path: Path, state: dict[str, Any]) -> None:
    """Save tensors, numbers, text and what is made of them."""
    write_whole(path, lambda partial: torch.save(state, partial))


def load(path: Path, digest: str, device: torch.device) -> dict[str, Any] | None:
    """Return a saved state, or None if there is none.

    Parameters
    ----------
    path : Path
    digest : str
        Of the experiment, data included, that the state should be of, or how it begins.
    device : device

    Raises
    ------
    CheckpointError
        If the file is damaged, or of another experiment.
    """
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise CheckpointError(
            f"{path} is no whole checkpoint: {type(error).__name__}; remove it to start anew",
            witness=str(path),
        ) from error
    if not isinstance(state, dict) or not str(state.get("digest", "")).startswith(digest):
        raise CheckpointError(
            f"{path} is of another experiment, or of other data, than the one to go on with; "
            "choose another folder, or remove it to start anew",
            witness=str(path),
        )
    return state
