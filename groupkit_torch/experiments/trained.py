"""The network of a finished experiment, as it was drawn and as it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import nn

from groupkit_torch.experiments import checkpoint
from groupkit_torch.experiments.errors import CheckpointError
from groupkit_torch.experiments.experiment import Experiment, read_toml
from groupkit_torch.experiments.running import CHECKPOINT, DECLARATION

_CPU: Final = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Trained:
    """A network, twice.

    Parameters
    ----------
    experiment : Experiment
    before, after : Module
        As training began with it, and as it ended; on the CPU.
    """

    experiment: Experiment
    before: nn.Module
    after: nn.Module


def read_trained(folder: Path) -> Trained:
    """Return the network of a folder that an experiment wrote.

    Parameters
    ----------
    folder : Path
        With ``experiment.toml`` and ``checkpoint.pt``; the data are not needed.

    Raises
    ------
    ExperimentError
        If there is no experiment.
    CheckpointError
        If the checkpoint is missing, damaged, of another experiment, or not of the last epoch.
    """
    experiment = read_toml(folder / DECLARATION)
    path = folder / CHECKPOINT
    state = checkpoint.load(path, f"{experiment.digest}:", _CPU)
    if state is None:
        raise CheckpointError(
            f"{path} is missing, and with it the trained weights; copy it there, or give the "
            "command again that wrote this folder",
            witness=str(path),
        )
    before, after = experiment.drawn(), experiment.drawn()
    try:
        after.load_state_dict(state["model"])
        epoch = state["position"]["epoch"]
    except (RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path} has no weights of {experiment.label} as it is built here; train it anew, or "
            "use the version of groupkit that wrote it",
            witness=str(path),
        ) from error
    if epoch != experiment.recipe.epochs:
        raise CheckpointError(
            f"{path} is of {epoch} epochs, of {experiment.recipe.epochs}; give the command again "
            "that wrote it, to go on to the end",
            witness=epoch,
        )
    return Trained(experiment, before, after)
