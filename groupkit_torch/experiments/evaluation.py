"""What a trained network says of images: a confusion matrix, and the error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch
from jaxtyping import Int
from torch import Tensor, nn

from groupkit_torch.experiments.data.labelled import Labelled
from groupkit_torch.freezing import Freezable, freeze, unfreeze

AT_ONCE: Final = 250


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """Evaluate with filters that are expanded once; train on afterwards, if it was training."""
    training = model.training
    model.eval()
    has_filters = any(isinstance(module, Freezable) for module in model.modules())
    if has_filters:
        freeze(model)
    try:
        yield
    finally:
        if has_filters:
            unfreeze(model)
        model.train(training)


@torch.no_grad()
def confusion(
    model: nn.Module, data: Labelled, classes: int, share: tuple[int, int] = (0, 1)
) -> Int[Tensor, "classes classes"]:
    """Return how many images of each class (rows) the network takes for each (columns).

    Parameters
    ----------
    model : Module
        [n, channels, *space] → scores [n, classes].
    data : Labelled
    classes : int
    share : tuple of int
        (rank, size): every size-th image is counted, from the rank-th on.
    """
    counts = torch.zeros(classes * classes, dtype=torch.int64, device=data.labels.device)
    rank, size = share
    with frozen(model):
        for images, labels in zip(
            data.images[rank::size].split(AT_ONCE),
            data.labels[rank::size].split(AT_ONCE),
            strict=True,
        ):
            cells = labels * classes + model(images).argmax(1)
            counts += torch.bincount(cells, minlength=classes * classes)
    return counts.view(classes, classes)


def error_of(counts: Int[Tensor, "classes classes"]) -> float:
    """Return the percentage of images off the diagonal.

    Examples
    --------
    >>> error_of(torch.tensor([[9, 1], [2, 8]]))
    15.0
    """
    return float(100 * (counts.sum() - counts.trace()).item() / counts.sum().item())
