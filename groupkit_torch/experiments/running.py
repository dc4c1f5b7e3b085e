"""An experiment in a folder of its own: trained, tested, and everything written down."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from groupkit_torch.experiments import checkpoint, result
from groupkit_torch.experiments.errors import CheckpointError, ExperimentError
from groupkit_torch.experiments.experiment import Experiment
from groupkit_torch.experiments.logs import write_confusion, write_log
from groupkit_torch.experiments.pictures import draw_confusion, draw_curves
from groupkit_torch.experiments.preparation import Prepared
from groupkit_torch.experiments.processes import Processes
from groupkit_torch.experiments.result import Result
from groupkit_torch.experiments.training import Position, Training

RESULT, CHECKPOINT, LOG, DECLARATION = "result.json", "checkpoint.pt", "log.csv", "experiment.toml"


def run(
    experiment: Experiment,
    data: Prepared,
    folder: Path,
    processes: Processes,
    *,
    command: str,
    save_every: int = 50,
    after_batch: Callable[[Position, int], object] = lambda *_: None,
) -> Result:
    """Train and test, or go on with what a folder holds, or return what is finished in it.

    Written are: ``experiment.toml``, ``checkpoint.pt``, ``log.csv`` with a line an epoch,
    ``result.json``, ``curves.png``, ``confusion.csv`` and ``confusion.png``.

    Parameters
    ----------
    experiment : Experiment
    data : Prepared
        Its images.
    folder : Path
        Is made; one for each experiment.
    processes : Processes
    command : str
        That made the result, for those who want to repeat it.
    save_every : int
        Batches from one checkpoint to the next.
    after_batch : callable
        Is told the position and the number of batches of an epoch.

    Returns
    -------
    Result

    Raises
    ------
    CheckpointError
        If the folder holds another experiment.
    ExperimentError
        If the folder cannot be written, or the experiment cannot be trained.
    """
    done = folder / RESULT
    if done.exists():
        found = result.read(done)
        if found.declared.digest != experiment.digest or found.data_digest != data.digest:
            raise CheckpointError(
                f"{done} is of another experiment, or of other data; choose another folder, or "
                "remove it to start anew",
                witness=str(done),
            )
        return found
    if processes.first:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            checkpoint.write_text(folder / DECLARATION, experiment.to_toml())
        except OSError as error:
            raise ExperimentError(
                f"{folder} cannot be written: {error.strerror}; choose another folder",
                witness=str(folder),
            ) from error
    processes.wait()
    training = Training(
        experiment,
        data.to(processes.device),
        processes,
        folder / CHECKPOINT,
        save_every,
    )
    logged = 0

    def log(position: Position) -> None:
        nonlocal logged
        if processes.first and len(position.rows) > logged:
            logged = len(position.rows)
            write_log(folder / LOG, position.rows)
        after_batch(position, training.batches_per_epoch)

    training.run(log)
    log(training.position)
    turned = [counts.tolist() for counts in training.test_turned()]
    confusion = turned[0]
    found = Result(
        experiment=experiment.as_dict(),
        data=data.title,
        data_digest=data.digest,
        parameters=sum(parameter.numel() for parameter in training.model.parameters()),
        n_train=len(data.train),
        confusion=confusion,
        turned=turned[1:],
        rows=training.position.rows,
        machine=machine(processes.device),
        versions=versions(),
        processes=processes.size,
        threads=torch.get_num_threads(),
        command=command,
    )
    if processes.first:
        title = f"{experiment.label}, seed {experiment.seed}: {found.error:.2f} % test error"
        draw_curves(found.rows, title, folder / "curves.png")
        draw_confusion(confusion, title, folder / "confusion.png")
        write_confusion(folder / "confusion.csv", confusion)
        found.write(done)  # the last: what is there is finished
    processes.wait()
    return found


def machine(device: torch.device) -> str:
    """Return what computes, in a line."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    for line in about.read_text("utf-8").splitlines() if about.is_file() else []:
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    text = f"{name}, {os.cpu_count()} cores"
    return f"{text}; {torch.cuda.get_device_name(device)}" if device.type == "cuda" else text


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "groupkit": version("groupkit"),
    }
