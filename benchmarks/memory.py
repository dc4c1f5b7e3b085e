"""Peak memory of a training step over what is there before it, each contestant in a process.

On Linux the kernel keeps the peak of a process's resident memory and resets it on demand; on CUDA
torch keeps its own.
"""

import ctypes
import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from benchmarks import networks
from groupkit_torch.models import P4CNN

CASES = {
    "3×3 p4m C23 32² B32 train": ("layer", 1.03),
    "p4 seven layers B128 train": ("network", 1.03),
}


def contestant(kind: str, name: str, device: str, tiny: bool) -> tuple[nn.Module, Tensor]:
    """Return a module and its input."""
    torch.manual_seed(0)
    batch = 2 if tiny else {"layer": 32, "network": 128}[kind]
    if kind == "network":
        x = torch.randn(batch, 1, 28, 28, device=device)
        ours = name == "groupkit"
        net = P4CNN(gk.p4, 10) if ours else networks.seven_planar_layers(40)
        return net.to(device), x
    x = torch.randn(batch, 23, 8, 32, 32, device=device)
    if name == "groupkit":
        return gt.GroupConv(gk.p4m, 23, 23, 3, padding=1).to(device), x
    return networks.planar_conv(gk.p4m, 23, 3, 1).to(device), x.flatten(1, 2)


def peak(kind: str, name: str, device: str, tiny: bool) -> int:
    """Return the bytes that a training step needs at most, beyond parameters and input."""
    module, x = contestant(kind, name, device, tiny)
    step = networks.train(module, x)
    for _ in range(2):
        step()
    if device == "cuda":
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        step()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    step()
    return _resident("VmHWM") - before


def compare(device: str, tiny: bool) -> list[dict[str, Any]]:
    """Measure every case, each contestant in a process of its own, three times."""
    rows: list[dict[str, Any]] = []
    for case, (kind, goal) in CASES.items():
        found = {
            name: sorted(_in_process(kind, name, device, tiny) for _ in range(3))[1]
            for name in ("planar", "groupkit")
        }
        rows.append(
            {
                "section": "memory",
                "case": case,
                "limit": "planar",
                "limit_bytes": found["planar"],
                "goal": goal,
                "ratios": {"groupkit": found["groupkit"] / found["planar"]},
            }
        )
    return rows


def _in_process(kind: str, name: str, device: str, tiny: bool) -> int:
    command = [sys.executable, "-m", "benchmarks.memory", kind, name, device, str(int(tiny))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout))


def _resident(field: str) -> int:
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise OSError(f"/proc/self/status has no {field}")


if __name__ == "__main__":
    torch.set_num_threads(2)
    print(json.dumps(peak(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "1")))
