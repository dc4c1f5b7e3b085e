"""Parts of the benchmarks: how calls are made, how costs are counted and predicted."""

import itertools
import json
from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from benchmarks import rounds
from benchmarks.cost import Layer, Machine, fit, worst_factor
from benchmarks.memory import Alive
from benchmarks.rounds import Timing, time_in_turn
from benchmarks.scale import Scale, graphed
from benchmarks.scaling import SWEEPS, exponent

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
CPU = torch.device("cpu")


class Watching(nn.Module):
    """Note what comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3)
        self.seen: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv(x)
        self.seen.append(x.detach())
        self.dtype = y.dtype
        return y


def test_inputs_take_turns() -> None:
    scale, module = Scale(CPU, inputs=3), Watching()
    call = scale.forward(module, scale.map(2, 8, 9, 9))
    for _ in range(6):
        call()
    places = [x.data_ptr() for x in module.seen]
    assert len(set(places[:3])) == 3
    assert places[:3] == places[3:]
    assert len(Scale(CPU).in_turn(torch.zeros(1))) == 1


@pytest.mark.parametrize("mode", ["forward", "train"])
def test_numbers_and_formats(mode: str) -> None:
    module = Watching()
    for numbers, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        scale = Scale(CPU, numbers=numbers, channels_last=True)
        module = scale.put(module)
        getattr(scale, mode)(module, scale.map(2, 8, 9, 9))()
        assert module.dtype == dtype
        assert module.seen[-1].is_contiguous(memory_format=torch.channels_last)
    assert module.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert module.conv.weight.dtype == torch.float32
    assert (module.conv.weight.grad is not None) == (mode == "train")


def test_maps_on_groups_hold_their_channels_last() -> None:
    scale = Scale(CPU, channels_last=True)
    flat = scale.map(2, 3, 4, 5, 5).flatten(1, 2)
    assert flat.is_contiguous(memory_format=torch.channels_last)
    solid = scale.map(2, 3, 4, 5, 5, 5).flatten(1, 2)
    assert solid.is_contiguous(memory_format=torch.channels_last_3d)


@pytest.mark.cuda
@pytest.mark.parametrize("mode", ["forward", "train"])
def test_a_graph_repeats_the_call(mode: str) -> None:
    device = torch.device("cuda")
    layer = gt.GroupConv(gk.p4, 2, 2, 3, device=device)
    scale = Scale(device, graphs=True, inputs=2)
    x = scale.map(2, 2, 4, 9, 9)
    call = getattr(scale, mode)(layer, x)
    timing = time_in_turn({"graph": call}, 2, 0.0, device, warm_up=0.01)
    assert timing.median("graph") > 0
    if mode == "train":
        expected = layer.weight.grad.clone()
        getattr(Scale(device), mode)(layer, x)()
        assert layer.weight.grad.shape == expected.shape
    y = layer(x)
    kept: list[torch.Tensor] = []
    replay = graphed(lambda: kept.append(layer(x).detach()))
    replay()
    torch.cuda.synchronize()
    assert torch.allclose(kept[-1], y, atol=1e-5)


@pytest.mark.cuda
def test_inputs_fill_the_cache_of_a_gpu() -> None:
    scale = Scale(torch.device("cuda"))
    x = scale.map(1, 1024, 32, 32)
    cache = torch.cuda.get_device_properties(0).L2_cache_size
    assert sum(one.nbytes for one in scale.in_turn(x)) >= min(2 * cache, 32 * x.nbytes)


def test_calls_are_warmed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()  # a second passes whenever it is read
    monkeypatch.setattr(rounds.time, "perf_counter", lambda: next(clock))
    calls: list[int] = []
    time_in_turn({"one": lambda: calls.append(1)}, 1, 0.0, CPU)
    assert len(calls) == 3 + 2  # three at least, one to see how long it takes, one round
    calls.clear()
    time_in_turn({"one": lambda: calls.append(1)}, 1, 0.0, CPU, warm_up=100)
    assert len(calls) == 3 + 99 + 2  # the clock is read after the third


def test_ratios_are_those_of_rounds() -> None:
    timing = Timing({"a": (1.0, 10.0, 1.0), "b": (2.0, 20.0, 3.0)})  # a round of hiccups
    assert timing.ratio("b", "a") == 2.0
    assert timing.median("b") == 3.0


@pytest.mark.parametrize("name", ["p1", "p4m", "p6", "P432"])
def test_costs_are_those_of_the_layer(name: str) -> None:
    group = gk.catalog[name]
    layer = Layer(name, channels=2, kernel=3, size=5, batch=2)
    conv = gt.GroupConv(group, 2, 2, 3, padding=1, exact="ignore")
    assert layer.parameters == sum(p.numel() for p in conv.parameters())
    bank = conv.expanded_weight()
    assert layer.entries == bank.numel()
    x = torch.zeros(2, 2, group.order, *[5] * group.dimension)
    assert layer.bytes_moved == x.nbytes + bank.nbytes + conv(x).nbytes
    counter = torch.utils.flop_counter.FlopCounterMode(display=False)
    with counter:
        conv(x)
    assert 2 * layer.multiply_adds == counter.get_total_flops()


def test_a_machine_is_found_from_its_times() -> None:
    machine = Machine(per_product=2e-11, per_byte=3e-10, per_call=1e-4)
    layers = [layer for sweep in SWEEPS.values() for layer in sweep.layers]
    seconds = [machine.seconds(layer) for layer in layers]
    found = fit(layers, seconds)
    assert found.per_product == pytest.approx(machine.per_product, rel=1e-6)
    assert found.per_call == pytest.approx(machine.per_call, rel=1e-6)
    assert worst_factor(found, layers, seconds) == pytest.approx(1)
    slow = [*seconds[:-1], 3 * seconds[-1]]
    assert worst_factor(machine, layers, slow) == pytest.approx(3)
    free = fit(layers, [1e-9 * layer.points for layer in layers])  # no such machine
    assert min(free.per_product, free.per_byte, free.per_call) >= 0


def test_exponents_are_slopes() -> None:
    assert exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


def test_committed_results_say_where_they_are_from() -> None:
    for path in RESULTS.glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["machine"], path.name


def test_the_tensors_alive_at_once_are_counted() -> None:
    with Alive() as alive:
        first = torch.zeros(1000)  # 4000 bytes
        second = first + 1
        view = second.view(10, 100)
        del first, second
        third = torch.zeros(500)
        assert view.numel() + third.numel() == 1500
    assert alive.peak == 8000
    with Alive() as alive:  # a view of what was there before takes nothing
        assert view.view(1000).add_(1).numel() == 1000
    assert alive.peak == 0
    with Alive() as alive:
        kept = [torch.zeros(1000) for _ in range(3)]
    assert alive.peak == 4000 * len(kept)
