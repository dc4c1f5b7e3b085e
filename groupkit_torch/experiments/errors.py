"""What can be wrong with an experiment, its data and its checkpoints."""

from __future__ import annotations

from groupkit.errors import GroupkitError


class ExperimentError(GroupkitError, ValueError):
    """An experiment names something that is not there, or a number that is out of bounds."""

    law = "an experiment is a model, data and a recipe that exist and fit together"


class DataFileError(GroupkitError, ValueError):
    """A data file is missing, cut off, damaged or not what its name says; the witness is its path.

    Nothing is ever fetched from a network: files are the user's own.
    """

    law = "data files are there, whole, and what their names say"


class UnsafePickleError(DataFileError):
    """A pickle asks for something else than arrays, numbers and text; nothing of it is run."""

    law = "pickles hold arrays, numbers and text alone"


class CheckpointError(GroupkitError, RuntimeError):
    """A checkpoint is damaged, or that of another experiment; the witness is its path."""

    law = "a run resumes from its own checkpoints"
