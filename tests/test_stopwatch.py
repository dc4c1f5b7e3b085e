"""What measures time counts work, notices too much of it, and does not count waiting."""

import subprocess
import sys
import time

import pytest

from tests.stopwatch import best, within


def work(seconds: float) -> None:
    start = time.thread_time()
    while time.thread_time() - start < seconds:
        pass


def test_work_counts() -> None:
    assert best(lambda: work(0.02), 2) >= 0.02
    with pytest.raises(AssertionError, match=r"0\.\d\d s, not 0\.01"), within(0.01):
        work(0.02)


def test_the_work_of_others_does_not() -> None:
    with within(0.5):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1)"], check=True)


def test_the_best_turn_counts() -> None:
    turns = iter([0.05, 0.0])
    assert best(lambda: work(next(turns)), 2) < 0.05
