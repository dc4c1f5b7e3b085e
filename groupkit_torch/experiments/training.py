"""Training that can be stopped at any batch, by whatever means, and taken up again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor, nn

from groupkit_torch.experiments import chance, checkpoint
from groupkit_torch.experiments.augment import augment
from groupkit_torch.experiments.data.labelled import Labelled
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.evaluation import confusion, error_of
from groupkit_torch.experiments.experiment import Experiment
from groupkit_torch.experiments.preparation import Prepared
from groupkit_torch.experiments.processes import Processes

Row = dict[str, float | int | None]
"""What is logged of an epoch: its number, rate, loss, errors in percent, and seconds."""


@dataclass
class Position:
    """How far a training is: the next batch, what the epoch's batches gave, what is logged."""

    epoch: int = 0
    batch: int = 0
    loss: float = 0.0
    wrong: int = 0
    seconds: float = 0.0
    rows: list[Row] = field(default_factory=list)


class Training:
    """A network that is trained as an experiment says.

    Parameters
    ----------
    experiment : Experiment
    data : Prepared
        Its images, on the device of the processes.
    processes : Processes
    path : Path, optional
        Of the checkpoint: it is read if it is there, and written.
    save_every : int
        Batches from one checkpoint to the next; there is one after each epoch as well.

    Attributes
    ----------
    model : Module
    position : Position

    Raises
    ------
    CheckpointError
        If the checkpoint is damaged, or of another experiment.
    ExperimentError
        If the network cannot be trained with these images: one step and one evaluation are
        rehearsed with a copy, before anything else.

    Notes
    -----
    Random numbers depend on the seed and the position alone, never on a state: the order of an
    epoch's images on (seed, epoch), augmentation and dropout on (seed, epoch, batch, process). A
    checkpoint holds weights, the optimiser and the position; what is computed after it is computed
    again, to the same bits on a CPU with the same number of threads.
    """

    def __init__(
        self,
        experiment: Experiment,
        data: Prepared,
        processes: Processes,
        path: Path | None = None,
        save_every: int = 50,
    ) -> None:
        self.experiment, self.data, self.processes = experiment, data, processes
        self.path, self.save_every = path, save_every
        self.position = Position()
        self.model = experiment.drawn().to(processes.device)
        self._digest = f"{experiment.digest}:{data.digest}"
        self._least_batch()
        self._rehearse()
        self._optimizer = experiment.recipe.optimizer_of(self.model.parameters())
        self._load()
        self._wrapped = processes.wrap(self.model)

    @property
    def batches_per_epoch(self) -> int:
        """The number of steps of an epoch."""
        return -(-len(self.data.train) // self.experiment.recipe.batch)

    def run(self, after_batch: Callable[[Position], object] = lambda _: None) -> None:
        """Train to the end.

        Parameters
        ----------
        after_batch : callable
            Is told the position after every step.
        """
        recipe = self.experiment.recipe
        while self.position.epoch < recipe.epochs:
            self._epoch(after_batch)

    def _epoch(self, after_batch: Callable[[Position], object]) -> None:
        """Train for what is left of an epoch, validate, log, and save."""
        here, recipe = self.position, self.experiment.recipe
        n = len(self.data.train)
        rate = recipe.rate_at(here.epoch)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        batches = chance.batches(n, recipe.batch, self.experiment.seed, here.epoch)
        loss = torch.tensor(here.loss, dtype=torch.float64, device=self.processes.device)
        wrong = torch.tensor(here.wrong, device=self.processes.device)
        if not self.processes.first:
            loss, wrong = torch.zeros_like(loss), torch.zeros_like(wrong)
        start = time.perf_counter() - here.seconds
        self._wrapped.train()
        for batch in batches[here.batch :]:
            added = self._step(batch)
            loss += added[0]
            wrong += added[1]
            here.batch += 1
            here.seconds = time.perf_counter() - start
            if here.batch % self.save_every == 0 and here.batch < len(batches):
                here.loss = float(self.processes.total(loss))
                here.wrong = int(self.processes.total(wrong))
                self._save()
            after_batch(here)
        mean = float(self.processes.total(loss)) / n
        if not math.isfinite(mean):
            raise ExperimentError(
                f"the loss of epoch {here.epoch} is {mean}: {self.experiment.label} diverges; "
                "lower the rate",
                witness=here.epoch,
            )
        row: Row = {
            "epoch": here.epoch + 1,
            "rate": rate,
            "loss": mean,
            "train_error": 100 * int(self.processes.total(wrong)) / n,
            "validation_error": self._validation_error(),
            "seconds": round(here.seconds, 3),
        }
        self.position = Position(here.epoch + 1, rows=[*here.rows, row])
        self._save()

    def _step(self, batch: Int[Tensor, " k"]) -> tuple[Tensor, Tensor]:
        """Take a step; return the sum of losses and how many were wrong, of this share."""
        here, train = self.position, self.data.train
        rank, size = self.processes.rank, self.processes.size
        chance.seed_torch(chance.STEP, self.experiment.seed, here.epoch, here.batch, rank)
        share = batch[rank::size].to(train.labels.device)
        labels = train.labels[share]
        images = augment(train.images[share], self.experiment.augmentation, self.data.black)
        with self._precision():
            scores = self._wrapped(images)
        scores = scores.float()
        loss = nn.functional.cross_entropy(scores, labels, reduction="sum")
        self._optimizer.zero_grad()
        (loss * size / len(batch)).backward()
        self._optimizer.step()
        return loss.detach(), (scores.argmax(1) != labels).sum()

    def _precision(self) -> torch.autocast:
        """Return the context in which steps compute their scores."""
        return torch.autocast(
            self.processes.device.type,
            torch.bfloat16,
            enabled=self.experiment.precision == "bfloat16",
        )

    def _validation_error(self) -> float | None:
        data = self.data.validation
        return None if data is None else error_of(self.test(data))

    def test(self, data: Labelled | None = None) -> Int[Tensor, "classes classes"]:
        """Return the confusion matrix of images, by default those to test with."""
        rank, size = self.processes.rank, self.processes.size
        images = self.data.test if data is None else data
        return self.processes.total(confusion(self.model, images, self.data.classes, (rank, size)))

    def test_turned(self) -> list[Int[Tensor, "classes classes"]]:
        """Return the confusion matrices of the test images in each of the experiment's positions.

        They are turned in the plane of the last two axes by `torch.rot90`, which has nothing to do
        with this library.
        """
        images, labels = self.data.test.images, self.data.test.labels
        turned = (images.rot90(turn, (-2, -1)) for turn in range(self.experiment.turns))
        return [self.test(Labelled(part, labels)) for part in turned]

    def _least_batch(self) -> None:
        least = len(self.data.train) // self.batches_per_epoch
        if least < max(self.processes.size, min(2, self.experiment.recipe.batch)):
            raise ExperimentError(
                f"{len(self.data.train)} training images make batches of {least}, too few for "
                f"{self.processes.size} processes; use more images or larger batches",
                witness=least,
            )

    def _rehearse(self) -> None:
        """Take a step and an evaluation with a copy: what cannot work fails here."""
        copy = self.experiment.drawn().to(self.processes.device)
        some = self.data.train.part(slice(2))
        scores = copy.eval()(some.images)
        if scores.shape != (len(some), self.data.classes):
            raise ExperimentError(
                f"{self.experiment.label} gives scores of shape {list(scores.shape)} for "
                f"{len(some)} images of {self.data.classes} classes; use another network",
                witness=tuple(scores.shape),
            )
        with self._precision():
            scores = copy(some.images)
        nn.functional.cross_entropy(scores.float(), some.labels).backward()
        confusion(copy, self.data.test.part(slice(2)), self.data.classes)

    def _save(self) -> None:
        if self.path is None or not self.processes.first:
            return
        state = {
            "digest": self._digest,
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "position": vars(self.position),
        }
        checkpoint.save(self.path, state)

    def _load(self) -> None:
        if self.path is None:
            return
        state = checkpoint.load(self.path, self._digest, self.processes.device)
        if state is not None:
            self.model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.position = Position(**state["position"])
