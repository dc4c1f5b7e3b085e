"""The papers' experiments, re-run: ``python -m groupkit_torch.experiments --help``."""

from groupkit_torch.experiments.errors import (
    CheckpointError,
    DataFileError,
    ExperimentError,
    UnsafePickleError,
)
from groupkit_torch.experiments.experiment import Experiment
from groupkit_torch.experiments.preparation import Prepared, prepare
from groupkit_torch.experiments.recipe import Recipe
from groupkit_torch.experiments.result import Result
from groupkit_torch.experiments.training import Training

__all__ = [
    "CheckpointError",
    "DataFileError",
    "Experiment",
    "ExperimentError",
    "Prepared",
    "Recipe",
    "Result",
    "Training",
    "UnsafePickleError",
    "prepare",
]
