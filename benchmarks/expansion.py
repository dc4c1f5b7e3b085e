"""Ways to gather a bank of filters: ``python -m benchmarks.expansion`` prints the times of each.

With one flat index into the whole weight, as layers with small banks do, and within the rows of
parameters, the gradient added entry by entry or gathered as well, as large ones do; forward, and
forward with backward. Beside them the banks of other libraries, where they are installed.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

import groupkit as gk
from benchmarks.peers import PEERS
from benchmarks.rounds import Call, time_in_turn
from groupkit_torch.functional import expand_filters


def flat_index(index: Tensor, channels: int, n_parameters: int) -> Tensor:
    """Return where each entry of the bank lies in the flat weight, in the bank's order."""
    n_out, n_in = index.shape[:2]
    pairs = torch.arange(channels**2).view(channels, 1, channels, 1, 1) * n_parameters
    return (pairs + index.view(1, n_out, 1, n_in, -1)).flatten()


def contestants(group: gk.SplitGroup, channels: int) -> dict[str, Call]:
    """Return the calls that are timed."""
    bank = group.filter_bank(3)
    index, n = torch.tensor(bank.index), bank.n_parameters
    inverse = torch.tensor(bank.inverse)
    flat = flat_index(index, channels, n)
    weight = torch.randn(channels, channels, n, requires_grad=True)
    shape = expand_filters(weight, index, fills_box=True).shape

    def rows() -> Tensor:
        return expand_filters(weight, index, fills_box=True)

    def gathered_back() -> Tensor:
        return expand_filters(weight, index, fills_box=True, inverse=inverse)

    def at_once() -> Tensor:
        return weight.view(-1).index_select(0, flat).view(shape)

    assert torch.equal(rows(), at_once())

    calls: dict[str, Call] = {
        "flat index": at_once,
        "within rows": rows,
        "flat, backward too": with_backward(at_once, [weight]),
        "rows, backward too": with_backward(rows, [weight]),
        "gathered too": with_backward(gathered_back, [weight]),
    }
    for name, make in PEERS.items():
        layer: Any = make(group, channels, 3, 1)
        expand = partial(_bank_of, layer.layer)
        calls[f"{name}, backward too"] = with_backward(expand, list(layer.parameters()))
    return calls


def with_backward(expand: Callable[[], Tensor], parameters: list[Tensor]) -> Call:
    """Return a call that makes a bank and the gradients of what it is made of."""
    gradient = torch.ones_like(expand())

    def call() -> None:
        for parameter in parameters:
            parameter.grad = None
        expand().backward(gradient)

    return call


def _bank_of(peer: Any) -> Tensor:
    bank: Tensor = peer.expand_parameters()[0]
    return bank


def main() -> None:
    """Print a table of milliseconds."""
    torch.set_num_threads(2)
    torch.manual_seed(0)
    sizes = (gk.p4, 10), (gk.p4, 32), (gk.p4m, 23), (gk.p4m, 50)
    for number, (group, channels) in enumerate(sizes):
        calls = contestants(group, channels)
        if number == 0:
            print(f"| layer, 3×3 | {' | '.join(calls)} |\n{'|---' * (len(calls) + 1)}|")
        timing = time_in_turn(calls, 25, 0.02, torch.device("cpu"))
        cells = [f"{1000 * timing.median(name):.3f}" for name in timing.seconds]
        print(f"| {group.name}, {channels} to {channels} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
