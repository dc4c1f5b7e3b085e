"""A progress bar on a terminal, one line a network elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from groupkit.errors import MissingExtraError

try:
    from tqdm import tqdm
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "the demo shows its progress with tqdm, which is not installed; "
        'run pip install "groupkit[demo]"',
        witness="tqdm",
    ) from error


class Progress:
    """Epochs of training, with the mean loss of the last one.

    Parameters
    ----------
    name : str
        What is trained.
    epochs : int
        How many there will be.
    """

    def __init__(self, name: str, epochs: int) -> None:
        self._name, self._epochs, self._loss = name, epochs, float("nan")
        sys.stdout.flush()  # what was printed comes above the bar
        self._bar = tqdm(
            total=epochs,
            desc=f"  {name:<6}",
            unit="epoch",
            ncols=80,
            disable=None,  # where standard error is no terminal
            bar_format="{desc} {bar:30} {n_fmt}/{total_fmt} epochs, {elapsed}{postfix}",
        )

    def step(self, loss: float) -> None:
        """Count one epoch."""
        self._loss = loss
        self._bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
        self._bar.update()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        quiet = self._bar.disable
        self._bar.close()
        if quiet and error is None:
            print(f"  {self._name:<6} {self._epochs} epochs, loss {self._loss:.3f}")
