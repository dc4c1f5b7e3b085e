"""What two processes do together, for test_distributed.py: run by torchrun, one of two."""

import copy
import os
import sys
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    set_model_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import face_centred, image
from tests.torch.ordinary_cases import LEARNING, Case

GROUPS = [gk.p4m, gk.p6, face_centred]


def network(group: gk.SplitGroup, norm: bool) -> nn.Module:
    L = gt.layers(group)
    layers = [L.LiftingConv(1, 4, 3, padding=1), L.GroupConv(4, 2, 3, padding=1), L.CosetPool()]
    if norm:
        layers.insert(1, L.BatchNorm(4))
    torch.manual_seed(0)
    for layer in layers:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return nn.Sequential(*layers).double()


def batch(group: gk.SplitGroup, samples: int) -> torch.Tensor:
    return torch.randn(samples, 1, *image(group, 5, 5, 5), dtype=torch.float64)


def steps(model: nn.Module, x: torch.Tensor) -> None:
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def difference(one: nn.Module, other: dict[str, torch.Tensor]) -> float:
    state = one.state_dict()
    assert list(state) == list(other)
    return max((a.double() - other[k].double()).abs().max().item() for k, a in state.items())


def data_parallel(group: gk.SplitGroup, rank: int) -> float:
    one, x = network(group, norm=True), batch(group, 4)
    two = copy.deepcopy(gt.convert_sync_batchnorm(copy.deepcopy(one)))
    steps(one, x)
    steps(DistributedDataParallel(two), x[2 * rank : 2 * rank + 2])
    return difference(one, two.state_dict())


def synchronised(group: gk.SplitGroup, rank: int) -> float:
    """Three samples here, one there: outputs, gradients and statistics are those of all four."""
    x, weights = batch(group, 4), batch(group, 4)
    norm = gt.GroupBatchNorm(group, 1, feature_type="planar", dtype=torch.float64)
    sync = gt.convert_sync_batchnorm(copy.deepcopy(norm))
    share = slice(0, 3) if rank == 0 else slice(3, 4)
    mine, everything = x[share].clone().requires_grad_(), x.clone().requires_grad_()
    y, expected = sync(mine), norm(everything)
    (y * weights[share]).sum().backward()
    (expected * weights).sum().backward()
    for parameter in sync.parameters():
        dist.all_reduce(parameter.grad)
    pairs = [
        (y, expected[share]),
        (mine.grad, everything.grad[share]),
        *((a.grad, b.grad) for a, b in zip(sync.parameters(), norm.parameters(), strict=True)),
        *zip(sync.buffers(), norm.buffers(), strict=True),
        (sync.eval()(mine), norm.eval()(everything)[share]),
    ]
    return max((a.double() - b.double()).abs().max().item() for a, b in pairs)


def unsynchronised(group: gk.SplitGroup, rank: int) -> float:
    """What the comparison says of a norm that is not synchronised."""
    x = batch(group, 4)
    norm = gt.GroupBatchNorm(group, 1, feature_type="planar", dtype=torch.float64)
    expected = copy.deepcopy(norm)(x)[2 * rank : 2 * rank + 2]
    return (norm(x[2 * rank : 2 * rank + 2]) - expected).abs().max().item()


def sharded(model: nn.Module) -> nn.Module:
    mesh = init_device_mesh("cpu", (2,))
    for layer in model[:3]:
        fully_shard(layer, mesh=mesh)
    return fully_shard(model, mesh=mesh)


def fully_sharded(group: gk.SplitGroup, rank: int) -> float:
    one, x = network(group, norm=True), batch(group, 4)
    two = sharded(gt.convert_sync_batchnorm(copy.deepcopy(one)))
    steps(one, x)
    steps(two, x[2 * rank : 2 * rank + 2])
    state = get_model_state_dict(two, options=StateDictOptions(full_state_dict=True))
    if rank == 1:
        return 0.0  # the whole is gathered by the first process alone
    network(group, norm=True).load_state_dict(state)
    return difference(one, state)


def every_layer(group: gk.SplitGroup, rank: int) -> float:
    """Each layer that learns, both ways; statistics of a batch are those of the joint one."""
    found = []
    for name in LEARNING:
        case = Case(name.replace("Sync", ""), group)
        one, x = nn.Sequential(case.make()).double(), case.input(4, dtype=torch.float64)
        parallel, shared = (gt.convert_sync_batchnorm(copy.deepcopy(one)) for _ in range(2))
        fully_shard(shared, mesh=init_device_mesh("cpu", (2,)))
        before, share = copy.deepcopy(one), x[2 * rank : 2 * rank + 2]
        steps(one, x)
        assert difference(one, before.state_dict()) > 1e-3  # the layer does learn
        steps(DistributedDataParallel(parallel), share)
        steps(shared, share)
        state = get_model_state_dict(shared, options=StateDictOptions(full_state_dict=True))
        found.append(difference(one, parallel.state_dict()))
        if rank == 0:
            found.append(difference(one, state))
    return max(found)


def broadcast(group: gk.SplitGroup, rank: int) -> float:
    """The first process has the weights, the others have networks on the meta device."""
    one = network(group, norm=True)
    with torch.device("meta"):
        two = nn.Sequential(*(copy.deepcopy(layer).to("meta") for layer in one))
    two = sharded(two)
    two.to_empty(device="cpu")
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
    set_model_state_dict(two, one.state_dict() if rank == 0 else {}, options=options)
    x = batch(group, 2)
    return (two.eval()(x) - one.eval()(x)).abs().max().item()


def other_group(group: gk.SplitGroup, rank: int) -> float:
    """Every process refuses the weights of another group, the one without a file too."""
    first, *others = group.stabilizer.matrices.tolist()
    one = network(gk.SplitGroup.from_matrices("other", [first, *reversed(others)]), norm=True)
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
    try:
        set_model_state_dict(
            sharded(network(group, norm=True)),
            one.state_dict() if rank == 0 else {},
            options=options,
        )
    except gt.OtherGroupError:
        return 0.0
    return 1.0


CHECKS = [
    data_parallel,
    synchronised,
    unsynchronised,
    fully_sharded,
    every_layer,
    broadcast,
    other_group,
]


def main() -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", timeout=timedelta(minutes=10))
    rank = dist.get_rank()
    found = {}
    for check in CHECKS:
        for group in GROUPS:
            torch.manual_seed(1)
            found[f"{check.__name__} {group.name}"] = check(group, rank)
    torch.save(found, Path(sys.argv[1]) / f"{rank}.pt")
    dist.barrier()
    dist.destroy_process_group()
    os._exit(0)  # threads of gloo that are still there abort an orderly exit now and then


if __name__ == "__main__":
    main()
