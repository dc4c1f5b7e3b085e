"""Two processes that torchrun starts, within a time limit."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
LIMIT = 600.0  # seconds: what is run here takes ten, and a minute on a busy machine


def torchrun(*arguments: object, limit: float = LIMIT) -> str:
    """Return what a program prints that two processes run together."""
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
        except subprocess.TimeoutExpired as error:
            run.send_signal(signal.SIGTERM)  # torchrun stops its processes, then itself
            out, err = run.communicate()
            raise AssertionError(f"not done after {limit:g} s:\n{out}\n{err}") from error
    assert run.returncode == 0, err
    return out
