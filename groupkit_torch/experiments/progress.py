"""A progress bar on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from groupkit.errors import MissingExtraError
from groupkit_torch.experiments.training import Position

try:
    from tqdm import tqdm
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "experiments show their progress with tqdm, which is not installed; "
        'run pip install "groupkit[experiments]"',
        witness="tqdm",
    ) from error


class Progress:
    """Batches of a training, with what was logged of the last epoch.

    Parameters
    ----------
    name : str
        What is trained.
    epochs : int
        How many there will be.
    quiet : bool
        Show nothing: for all processes but the first.
    """

    def __init__(self, name: str, epochs: int, quiet: bool = False) -> None:
        self._name, self._epochs, self._quiet = name, epochs, quiet
        self._shown: int | None = None
        sys.stdout.flush()  # what was printed comes above the bar
        self._bar = tqdm(
            desc=name,
            unit="batch",
            ncols=110,
            disable=True if quiet else None,  # None: where standard error is no terminal
        )

    def step(self, position: Position, batches_per_epoch: int) -> None:
        """Show where the training is."""
        if self._bar.total is None:
            self._bar.total = self._epochs * batches_per_epoch
        self._bar.n = position.epoch * batches_per_epoch + position.batch
        new = self._shown is not None and len(position.rows) > self._shown
        self._shown = len(position.rows)
        if new:
            self._bar.set_postfix_str(_short(position), refresh=False)
            if self._bar.disable and not self._quiet:
                print(f"{self._name}: epoch {position.epoch}, {_short(position)}", flush=True)
        self._bar.update(0)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()


def _short(position: Position) -> str:
    row = position.rows[-1]
    text = f"loss {row['loss']:.4f}, {row['train_error']:.2f} % wrong"
    validation = row["validation_error"]
    apart = "" if validation is None else f", {validation:.2f} % in validation"
    return f"{text}{apart}, {row['seconds']:.1f} s"
