"""Two processes that torchrun starts, within a time limit."""

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
LIMIT = 300.0  # seconds: what is run here takes ten, and a minute on a busy machine


def torchrun(*arguments: object, limit: float = LIMIT) -> str:
    """Return what a program prints that two processes run together.

    Once in many runs of all the tests one did not end, most likely this: torch's processes waited
    for each other.
    Such a run is stopped, reported as a warning and made again; a second one is a failure.
    """
    for last in (False, True):
        with subprocess.Popen(
            [*TORCHRUN, *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            try:
                out, err = run.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGTERM)  # torchrun stops its processes, then itself
                out, err = run.communicate()
                said = f"torchrun was not done after {limit:g} s:\n{out}\n{err}"
                assert not last, said
                warnings.warn(said, stacklevel=2)
            else:
                assert run.returncode == 0, err
                return out
    raise AssertionError
