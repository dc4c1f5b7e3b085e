"""Training and testing, as for any torch module."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from groupkit import p4
from groupkit_torch.demo.data import Digits
from groupkit_torch.demo.networks import CONTENDERS, network
from groupkit_torch.demo.progress import Progress
from groupkit_torch.demo.report import Result
from groupkit_torch.models import n_parameters
from groupkit_torch.testing import equivariance_error

BATCH: Final = 64
PEAK_RATE: Final = 1e-2


def train(net: nn.Module, digits: Digits, epochs: int, progress: Progress) -> None:
    """Fit a network to the upright training digits: Adam, one cycle of its rate."""
    optimizer = torch.optim.Adam(net.parameters())
    n = len(digits.train_images)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_RATE, epochs=epochs, steps_per_epoch=-(-n // BATCH)
    )
    net.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(n).split(BATCH):
            scores = net(digits.train_images[batch])
            loss = nn.functional.cross_entropy(scores, digits.train_labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        progress.step(loss=total / n)
    net.eval()


@torch.no_grad()
def accuracy(net: nn.Module, images: Float[Tensor, "n 1 8 8"], labels: Int[Tensor, " n"]) -> float:
    """Return the fraction of images whose highest score is that of their label."""
    right: float = (net(images).argmax(1) == labels).double().mean().item()
    return right


def compete(name: str, digits: Digits, epochs: int, seed: int) -> tuple[nn.Sequential, Result]:
    """Train one of the networks on upright digits; test it on digits in four positions.

    The test images are turned by `torch.rot90`, which has nothing to do with this library.
    """
    torch.manual_seed(seed)
    net = network(*CONTENDERS[name])
    start = time.perf_counter()
    with _one_thread(), Progress(name, epochs) as progress:
        train(net, digits, epochs, progress)
    seconds = time.perf_counter() - start
    accuracies = tuple(
        accuracy(net, torch.rot90(digits.test_images, turns, (-2, -1)), digits.test_labels)
        for turns in range(4)
    )
    error = equivariance_error(net, p4, (8, 1, 8, 8), output_type="invariant").error
    return net, Result(name, n_parameters(net), accuracies, error, seconds)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute with one thread: on 8×8 images two wait for each other, and sums differ."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
