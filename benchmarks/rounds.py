"""Time contestants in turn, round by round, so that what else a machine does hits all alike."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

Call = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Seconds of one call, round by round, for each contestant.

    Parameters
    ----------
    seconds : dict of str to tuple of float
        One number per round.
    """

    seconds: dict[str, tuple[float, ...]]

    def median(self, name: str) -> float:
        """Return the median seconds of a contestant."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, limit: str) -> float:
        """Return the median of the ratios of each round."""
        pairs = zip(self.seconds[name], self.seconds[limit], strict=True)
        return statistics.median(a / b for a, b in pairs)

    def spread(self, name: str, limit: str) -> tuple[float, float]:
        """Return the quartiles of the ratios of each round."""
        pairs = zip(self.seconds[name], self.seconds[limit], strict=True)
        ratios = sorted(a / b for a, b in pairs)
        return ratios[len(ratios) // 4], ratios[(3 * len(ratios)) // 4]


def time_in_turn(
    contestants: dict[str, Call],
    rounds: int,
    least: float,
    device: torch.device,
    warm_up: float = 0.0,
) -> Timing:
    """Time calls in turn.

    Parameters
    ----------
    contestants : dict of str to callable
        What is run.
    rounds : int
        How often each has its turn; the order changes from round to round.
    least : float
        Seconds that a turn lasts at least: short calls are repeated.
    device : torch.device
        On CUDA, events on the device measure, not the clock of the host.
    warm_up : float
        Seconds that each runs before the first turn, three calls at least: until libraries have
        chosen their algorithms, and clocks their speed.
    """
    repeats = {}
    for name, call in contestants.items():
        begin, calls = time.perf_counter(), 0
        while calls < 3 or time.perf_counter() - begin < warm_up:
            _seconds(call, 1, device)
            calls += 1
        once = max(_seconds(call, 1, device), 1e-7)
        repeats[name] = max(1, round(least / once))
    found: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                found[name].append(_seconds(contestants[name], repeats[name], device))
    finally:
        gc.enable()
    return Timing({name: tuple(times) for name, times in found.items()})


def _seconds(call: Call, repeats: int, device: torch.device) -> float:
    """Return the mean seconds of a call."""
    if device.type == "cuda":
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize(device)
        start.record()
        for _ in range(repeats):
            call()
        stop.record()
        torch.cuda.synchronize(device)
        return start.elapsed_time(stop) / 1000 / repeats
    # of one thread the processor's time, which other programs do not change much
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    begin = clock()
    for _ in range(repeats):
        call()
    return (clock() - begin) / repeats
