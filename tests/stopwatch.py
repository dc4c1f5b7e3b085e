"""Time as this thread works, which other programs on the machine hardly change.

The clock on the wall also counts while others have the processor: a test that reads it fails now
and then on a busy machine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def best(call: Callable[[], object], turns: int) -> float:
    """Return the seconds of the fastest of some turns."""
    times = []
    for _ in range(turns):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return min(times)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Require that a block is done in some seconds."""
    start = time.thread_time()
    yield
    spent = time.thread_time() - start
    assert spent < seconds, f"{spent:.2f} s, not {seconds}"
