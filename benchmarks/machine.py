"""What a benchmark ran on."""

import os
import platform
from pathlib import Path

import torch


def machine(device: torch.device) -> str:
    """Return the names of the processor and of the device, if that is another."""
    name = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if os.name == "posix" else []:
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    text = f"{name}, {os.cpu_count()} cores"
    if device.type == "cuda":
        text += f"; {torch.cuda.get_device_name(device)}"
    return text
