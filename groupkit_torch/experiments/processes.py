"""One process, or several of torchrun that each train with a share of every batch."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.norms.sync_batch_norm import convert_sync_batchnorm


@dataclass(frozen=True)
class Processes:
    """Which process this is, of how many, and where it computes.

    Parameters
    ----------
    device : device
    rank, size : int
        0 ≤ rank < size; the first one writes the files.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return a model whose gradients, and statistics of batch norms, are those of all."""
        if self.size == 1:
            return model
        return DistributedDataParallel(convert_sync_batchnorm(model))

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over all processes."""
        if self.size > 1:
            value = value.clone()
            dist.all_reduce(value)
        return value

    def wait(self) -> None:
        """Wait for the others."""
        if self.size > 1:
            dist.barrier()


@contextmanager
def joined(device: str) -> Iterator[Processes]:
    """Join the processes that torchrun started, if it did.

    Parameters
    ----------
    device : str
        "cpu", "cuda", ...; with several processes "cuda" is each one's own.

    Raises
    ------
    ExperimentError
        If torch knows no such device here.
    """
    size, local = int(os.environ.get("WORLD_SIZE", "1")), os.environ.get("LOCAL_RANK", "0")
    try:
        place = torch.device(f"cuda:{local}" if device == "cuda" and size > 1 else device)
        torch.zeros(1, device=place)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ExperimentError(
            f"device={device!r} cannot be used here: {reason}", witness=device
        ) from error
    if place.type == "cuda":
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
    if size == 1:
        yield Processes(place)
        return
    dist.init_process_group("nccl" if place.type == "cuda" else "gloo")
    try:
        yield Processes(place, dist.get_rank(), size)
        gc.collect()  # a wrapped model that outlives the group may wait for it without end
        dist.barrier()  # nobody leaves while another one still talks
    finally:
        dist.destroy_process_group()
