"""Real images and volumes from the user's own files, never downloaded, and what is done to them."""

from groupkit_torch.experiments.data.labelled import Labelled, Source, Splits, divide
from groupkit_torch.experiments.data.orientation import orient, orient_at_random
from groupkit_torch.experiments.data.rotation import rotate, rotate_at_random
from groupkit_torch.experiments.data.sources import load

__all__ = [
    "Labelled",
    "Source",
    "Splits",
    "divide",
    "load",
    "orient",
    "orient_at_random",
    "rotate",
    "rotate_at_random",
]
