"""Data-parallel training: ``python -m benchmarks.data_parallel`` runs the p4 network with gloo.

Each process has one thread and a batch of its own, so that twice as many processes do twice the
work: in the same time, if the machine has the cores and the sums of gradients cost nothing.
torchrun runs this file as ``worker FILE BATCH STEPS``.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import groupkit as gk
from benchmarks import networks
from groupkit_torch.models import P4CNN

ROOT = Path(__file__).parents[1]


def worker(out: Path, batch: int, steps: int) -> None:
    """Time training steps of both networks in turn; the first process writes the medians."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    torch.manual_seed(dist.get_rank())
    models = {"planar": networks.seven_planar_layers(40), "groupkit": P4CNN(gk.p4, 10)}
    x, classes = torch.randn(batch, 1, 28, 28), torch.randint(10, (batch,))
    wrapped = {name: DistributedDataParallel(model) for name, model in models.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for step in range(steps + 2):
        for name, model in wrapped.items():
            dist.barrier()
            begin = time.perf_counter()
            model.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x), classes).backward()
            dist.barrier()  # the slower process counts
            if step > 1:
                seconds[name].append(time.perf_counter() - begin)
    if dist.get_rank() == 0:
        found = {name: statistics.median(times) for name, times in seconds.items()}
        out.write_text(json.dumps(found), "utf-8")
    dist.destroy_process_group()


def measure(processes: int, batch: int, steps: int) -> dict[str, Any]:
    """Return the seconds of a step of each network with so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "seconds.json"
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command = [*torchrun, f"--nproc-per-node={processes}", "-m", "benchmarks.data_parallel"]
        arguments = ["worker", str(out), str(batch), str(steps)]
        done = subprocess.run(
            [*command, *arguments], cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        seconds = json.loads(out.read_text("utf-8"))
    return {"processes": processes, "batch_of_each": batch} | seconds


def table(tiny: bool) -> list[dict[str, Any]]:
    """Print the times with one and with two processes, and return them."""
    print("| processes | batch of each | planar, ms | p4, ms | ratio | p4 samples a second |")
    print("|---" * 6 + "|")
    rows = []
    for processes in (1, 2):
        row = measure(processes, 2 if tiny else 64, 1 if tiny else 15)
        rows.append(row)
        planar, ours, batch = row["planar"], row["groupkit"], row["batch_of_each"]
        print(
            f"| {processes} | {batch} | {1000 * planar:.1f} | {1000 * ours:.1f} | "
            f"{ours / planar:.2f} | {processes * batch / ours:.0f} |",
            flush=True,
        )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="a step with two samples")
    table(parser.parse_args().tiny)


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
