"""What a benchmark ran on."""

import os
import platform
from pathlib import Path

import torch

KEEPING = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
"""What tells glibc to keep memory that is freed, as `make bench` does."""


def machine(device: torch.device) -> str:
    """Return the names of the processor and of the device, if that is another, and whether memory
    that is freed stays with the process.
    """
    name = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if os.name == "posix" else []:
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    text = f"{name}, {os.cpu_count()} cores"
    if device.type == "cuda":
        text += f"; {torch.cuda.get_device_name(device)}"
    return f"{text}; freed memory kept" if all(map(os.environ.get, KEEPING)) else text
