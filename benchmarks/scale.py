"""Where cases run, how large they are, and in which numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks import networks

Call = Callable[[], object]
NUMBERS = ("fp32", "tf32", "bf16")
_MOST_INPUTS = 32
_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


@dataclass(frozen=True)
class Scale:
    """How large cases are, and where and how they run.

    Parameters
    ----------
    device : torch.device
        Where.
    tiny : bool
        Whether sizes are small ones, which only show that everything runs.
    numbers : {"fp32", "tf32", "bf16"}
        Single precision with all its bits, with TF32's in products on CUDA, or bf16 autocast.
    channels_last : bool
        Whether maps and banks hold their channels last.
    graphs : bool
        Whether each call is one replay of a CUDA graph.
    inputs : int
        How many inputs take turns, so that a call does not find its input in a cache; 0 for as
        many as fill a CUDA device's second-level cache twice, and one on a CPU.
    """

    device: torch.device
    tiny: bool = False
    numbers: str = "fp32"
    channels_last: bool = False
    graphs: bool = False
    inputs: int = 0

    def batch(self, n: int) -> int:
        """Return a batch size."""
        return 2 if self.tiny else n

    def put(self, module: nn.Module) -> nn.Module:
        """Return a module on the device."""
        module = module.to(self.device)
        if self.channels_last:
            for dims, kind in _FORMATS.items():  # banks of two and of three lattice axes
                for parameter in module.parameters():
                    if parameter.dim() == dims:
                        parameter.data = parameter.data.to(memory_format=kind)
        return module

    def map(self, *shape: int) -> Tensor:
        """Return a random map on the device, of a group in the plane or in space, or planar.

        Five axes are those of a map on a group of the plane.
        """
        x = torch.randn(*shape, device=self.device)
        if not self.channels_last:
            return x
        if len(shape) > 4:
            flat = x.flatten(1, 2)
            return flat.to(memory_format=_FORMATS[flat.dim()]).unflatten(1, shape[1:3])
        return x.to(memory_format=torch.channels_last)

    def forward(self, module: nn.Module, x: Tensor) -> Call:
        """Return a call of a module without gradients."""
        return self._prepared(networks.forward, module, x)

    def train(self, module: nn.Module, x: Tensor) -> Call:
        """Return a forward and a backward pass, with the gradient to the input."""
        return self._prepared(networks.train, module, x)

    def in_turn(self, x: Tensor) -> list[Tensor]:
        """Return the inputs that take turns: this one and others like it."""
        number = self.inputs or 1
        if not self.inputs and self.device.type == "cuda":
            cache = torch.cuda.get_device_properties(self.device).L2_cache_size
            number = min(_MOST_INPUTS, 1 + 2 * cache // x.nbytes)
        return [x, *(torch.randn_like(x) for _ in range(number - 1))]

    def _prepared(
        self, make: Callable[[nn.Module, Tensor], Call], module: nn.Module, x: Tensor
    ) -> Call:
        calls = [self._in_numbers(make, module, one) for one in self.in_turn(x)]
        if self.graphs:
            calls = [graphed(call) for call in calls]
        return calls[0] if len(calls) == 1 else _Turns(calls)

    def _in_numbers(
        self, make: Callable[[nn.Module, Tensor], Call], module: nn.Module, x: Tensor
    ) -> Call:
        def context() -> contextlib.AbstractContextManager[object]:
            if self.numbers == "bf16":  # casts of weights belong to every call
                return torch.autocast(x.device.type, torch.bfloat16, cache_enabled=False)
            return contextlib.nullcontext()

        with context():
            call = make(module, x)
        if self.numbers != "bf16":
            return call

        def run() -> None:
            with context():
                call()

        return run


class _Turns:
    """Calls, one after the other, over and over."""

    def __init__(self, calls: list[Call]) -> None:
        self.calls, self._next = calls, 0

    def __call__(self) -> object:
        call = self.calls[self._next]
        self._next = (self._next + 1) % len(self.calls)
        return call()


def graphed(call: Call) -> Call:
    """Return the replay of a call that is recorded once, as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):  # what is made at the first calls belongs to no graph
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def set_numbers(numbers: str) -> None:
    """Let products on CUDA have all bits of single precision, or those of TF32."""
    torch.backends.cuda.matmul.allow_tf32 = numbers == "tf32"
    torch.backends.cudnn.allow_tf32 = numbers == "tf32"
