"""What came of an experiment, as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from groupkit_torch.experiments.checkpoint import write_text
from groupkit_torch.experiments.errors import CheckpointError
from groupkit_torch.experiments.evaluation import error_of
from groupkit_torch.experiments.experiment import Experiment, from_dict
from groupkit_torch.experiments.training import Row


@dataclass(frozen=True)
class Result:
    """A finished experiment.

    Parameters
    ----------
    experiment : dict
        As `Experiment.as_dict` gives it.
    data : str
        What the images are.
    data_digest : str
        Checksum of the images before they were rotated.
    parameters : int
        Trained numbers of the network.
    n_train : int
        Images trained with.
    confusion : list of list of int
        Test images of each class (rows) that are taken for each (columns).
    rows : list of dict
        What was logged of each epoch.
    machine : str
    versions : dict
    processes, threads : int
    command : str
    turned : list of confusion matrices
        Of the test images turned by 90, 180 and 270 degrees, if they were.
    """

    experiment: dict[str, Any]
    data: str
    data_digest: str
    parameters: int
    n_train: int
    confusion: list[list[int]]
    rows: list[Row]
    machine: str
    versions: dict[str, str]
    processes: int
    threads: int
    command: str
    turned: list[list[list[int]]] = field(default_factory=list)

    @property
    def error(self) -> float:
        """The test error in percent."""
        return error_of(torch.tensor(self.confusion))

    @property
    def turned_errors(self) -> list[float]:
        """The test errors of turned images, in percent."""
        return [error_of(torch.tensor(counts)) for counts in self.turned]

    @property
    def declared(self) -> Experiment:
        """The experiment."""
        return from_dict(self.experiment)

    @property
    def seconds(self) -> float:
        """Of all epochs."""
        return sum(float(row["seconds"] or 0) for row in self.rows)

    def write(self, path: Path) -> None:
        """Write it as JSON, the test error first."""
        entries = {"test_error": round(self.error, 4), **asdict(self)}
        text = json.dumps(entries, indent=1, ensure_ascii=False)
        text = re.sub(r"\[[\d\s,]+\]", lambda found: " ".join(found[0].split()), text)
        write_text(path, text + "\n")  # a row of a matrix on a line


def read(path: Path) -> Result:
    """Return the result in a JSON file.

    Raises
    ------
    CheckpointError
        If the file is damaged.
    """
    try:
        entries = json.loads(path.read_text("utf-8"))
        del entries["test_error"]
        return Result(**entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path} is no result: {type(error).__name__}: {error}; remove it to evaluate again",
            witness=str(path),
        ) from error
