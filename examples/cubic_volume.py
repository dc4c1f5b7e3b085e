"""Volumes: left and right screws, seen in one orientation, known in all 24 of the cube's.

A network of P432 is invariant under the rotations of the cube and not under mirrors, so it can
tell a screw from its mirror image. An ordinary network knows the orientation that it saw.
"""

import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt

cubic = gk.catalog["P432"]
SIZE = 10
SCREW = torch.tensor([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]) - torch.tensor([3, 2, 1]) / 4


def phantoms(count: int) -> tuple[Tensor, Tensor]:
    """Return noisy scans of four balls on a screw, [count, 1, 10, 10, 10]; every other is left."""
    labels = torch.arange(count) % 2
    turns = torch.stack([torch.ones(count), torch.ones(count), 1.0 - 2 * labels], dim=-1)
    balls = 2.5 * SCREW * turns[:, None] + torch.rand(count, 1, 3) - 0.5  # [count, 4, 3]
    line = torch.arange(SIZE) - (SIZE - 1) / 2
    voxels = torch.stack(torch.meshgrid(line, line, line, indexing="ij"), dim=-1)
    distances = (voxels - balls[:, :, None, None, None]).square().sum(-1)
    scans = torch.exp(-distances / 2).sum(1) + 0.15 * torch.randn(count, SIZE, SIZE, SIZE)
    return scans[:, None], labels


def network(group: gk.SplitGroup, width: int) -> nn.Module:
    """Return a network that is invariant under a group; for P1 that is an ordinary one."""
    L = gt.layers(group)
    return nn.Sequential(
        L.LiftingConv(1, width, 4, stride=2, padding=1),  # 10 -> 5, the centre stays
        L.BatchNorm(width),
        nn.ReLU(),
        L.GroupConv(width, width, 3),
        L.BatchNorm(width),
        nn.ReLU(),
        L.GlobalPool("max"),
        nn.Linear(width, 2),
    )


def train(net: nn.Module, x: Tensor, labels: Tensor) -> nn.Module:
    """Train for three epochs."""
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(3):
        for batch in torch.randperm(len(x)).split(20):
            loss = nn.functional.cross_entropy(net(x[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


@torch.no_grad()
def accuracies(net: nn.Module, x: Tensor, labels: Tensor) -> list[float]:
    """Return the accuracy on volumes turned by each of the 24 rotations."""
    turned = (gt.act(x, cubic, s) for s in cubic.stabilizer)
    return [(net(y).argmax(1) == labels).float().mean().item() for y in turned]


def main() -> None:
    """Train on one orientation, test on 24, then on mirror images."""
    torch.manual_seed(0)
    (x, labels), (test, truth) = phantoms(400), phantoms(200)
    print(gt.trace_exactness(network(cubic, 4), (1, 1, SIZE, SIZE, SIZE)), "\n")
    for name, group, width in (("P432", cubic, 4), ("P1", gk.catalog["P1"], 20)):
        net = train(network(group, width), x, labels)
        seen, *others = accuracies(net, test, truth)
        mirrored = (net(test.flip(-1)).argmax(1) == 1 - truth).float().mean()
        low, high = f"{min(others):.0%}", f"{max(others):.0%}"
        print(f"{name}: {seen:.0%} right as trained, {low} to {high} in 23 other orientations;")
        print(f"  of mirror images, {mirrored:.0%} get the label of the other hand")


if __name__ == "__main__":
    main()
