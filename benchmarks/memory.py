"""Peak memory of a training step over what is there before it, each contestant in a process.

On Linux the kernel keeps the peak of a process's resident memory and resets it on demand: what the
allocator and the convolutions' scratch space take is in it. The bytes of all tensors that are alive
at once are counted beside it. These processes give memory back as they do by default, whatever the
others were told. On CUDA torch keeps its own peak.
"""

import ctypes
import gc
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import groupkit as gk
import groupkit_torch as gt
from benchmarks import networks
from benchmarks.machine import KEEPING
from groupkit_torch.models import P4CNN

RUNS = 9
"""Of which the median counts: resident memory differs by a tenth from one to the next."""

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


class Alive(TorchDispatchMode):
    """Counts the bytes of tensors that are made and not yet freed.

    Attributes
    ----------
    peak : int
        The most there were after any operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[int, int] = {}
        self.peak = 0

    def __torch_dispatch__(
        self,
        function: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run an operation, and count what it made."""
        made = function(*args, **(kwargs or {}))
        given = {storage._cdata for storage in _storages((args, kwargs))}
        for storage in _storages(made):
            if storage._cdata not in given:  # else a view, of what is counted or was there before
                self._count(storage)
        self.peak = max(self.peak, sum(self._sizes.values()))
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._sizes:
            self._sizes[key] = storage.nbytes()
            weakref.finalize(storage, self._sizes.pop, key, None)


def _storages(values: object) -> Iterator[torch.UntypedStorage]:
    """Yield the memory of all tensors in some values."""
    for value in tree_leaves(values):
        if isinstance(value, Tensor):
            yield value.untyped_storage()


def tensors(kind: str, name: str, device: str, tiny: bool) -> int:
    """Return the bytes of tensors that a training step has alive at once."""
    module, x = contestant(kind, name, device, tiny)
    step = networks.train(module, x)
    step()
    with Alive() as alive:
        step()
    return alive.peak


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
    """Measure every case, each contestant in processes of its own."""
    rows: list[dict[str, Any]] = []
    runs = 1 if tiny else RUNS
    for case, (kind, goal) in CASES.items():
        found = {
            name: [_in_process(kind, name, device, tiny) for _ in range(runs)]
            for name in ("planar", "groupkit")
        }
        for what in ("resident", "tensors"):
            limit, ours = (sorted(run[what] for run in of)[runs // 2] for of in found.values())
            rows.append(
                {
                    "section": "memory",
                    "case": f"{case}, {what}",
                    "limit": "planar",
                    "limit_bytes": limit,
                    "goal": goal,
                    "ratios": {"groupkit": ours / limit},
                }
            )
    return rows


def _in_process(kind: str, name: str, device: str, tiny: bool) -> dict[str, int]:
    command = [sys.executable, "-m", "benchmarks.memory", kind, name, device, str(int(tiny))]
    usual = {name: value for name, value in os.environ.items() if name not in KEEPING}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=usual)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def _resident(field: str) -> int:
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise OSError(f"/proc/self/status has no {field}")


if __name__ == "__main__":
    torch.set_num_threads(2)
    case = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "1"
    print(json.dumps({"resident": peak(*case), "tensors": tensors(*case)}))
