"""Data-parallel training: one process, or several with

    torchrun --standalone --nproc-per-node=2 examples/train_distributed.py

Statistics of batch norm are those of all processes, over the inside of the hexagonal maps.
"""

import os

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

import groupkit as gk
import groupkit_torch as gt


def network() -> nn.Module:
    """Resample to a hexagonal lattice, then two convolutions of p6."""
    L = gt.layers(gk.p6)
    net = nn.Sequential(
        L.Resampling(8),
        L.LiftingConv(1, 6, 3, padding=1),
        L.BatchNorm(6),
        nn.ReLU(),
        L.GroupConv(6, 10, 3, padding=1),
        L.GlobalPool(),
    )
    return gt.convert_sync_batchnorm(net)


def train(rank: int, size: int) -> None:
    """Train for two epochs and show that one process can load what is learned."""
    torch.manual_seed(0)
    device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")

    images, labels = load_digits(return_X_y=True)
    images = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 16
    data = TensorDataset(images, torch.tensor(labels))
    sampler = DistributedSampler(data)
    loader = DataLoader(data, batch_size=64 // size, sampler=sampler)

    model = DistributedDataParallel(network().to(device))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    for epoch in range(2):
        sampler.set_epoch(epoch)
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x.to(device)), y.to(device))
            loss.backward()
            optimizer.step()
        if rank == 0:
            print(f"epoch {epoch}, processes: {size}, loss {loss.item():.2f}")
    if rank == 0:
        network().load_state_dict(model.module.state_dict())
        print("full state_dict: loads into the same network in one process")


def main() -> None:
    """Join the other processes, train, and leave."""
    alone = {"RANK": 0, "WORLD_SIZE": 1, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": 0}  # any port
    for name, value in alone.items():  # what torchrun sets
        os.environ.setdefault(name, str(value))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    train(dist.get_rank(), dist.get_world_size())
    dist.barrier()  # nobody leaves while another one still talks
    dist.destroy_process_group()  # the model is gone by now: one that outlives its group may hang


if __name__ == "__main__":
    main()
