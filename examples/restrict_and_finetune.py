"""Train with many symmetries, then go on with fewer: p4m digits, fine-tuned as p4.

Handwritten 2 and 5 are nearly mirror images of each other. A network that is invariant under
mirrors can not tell which way a digit runs; restricted to p4 it starts from the same outputs, and
may learn it.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn

import groupkit as gk
import groupkit_torch as gt


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """Return scikit-learn's digits 2 and 5, and those mirrored as two more classes."""
    digits = load_digits()
    chosen = ((digits.target == 2) | (digits.target == 5)).nonzero()[0][:358]  # an even number:
    # a digit and its mirror image are then on the same side, training or test
    x = torch.tensor(digits.images[chosen], dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target[chosen] == 5).long()
    x = nn.functional.pad(x, (1, 0, 1, 0))  # 9×9: an odd size, exact for every stride of two
    return torch.cat([x, x.flip(-1)]), torch.cat([labels, labels + 2])


def network(group: gk.SplitGroup) -> nn.Sequential:
    """Return a network for four classes, invariant under the group."""
    L = gt.layers(group)
    return nn.Sequential(
        L.LiftingConv(1, 8, 3, padding=1), L.BatchNorm(8), nn.ReLU(),
        L.GroupConv(8, 8, 3), L.BatchNorm(8), nn.ReLU(),
        L.GroupConv(8, 16, 3), L.CosetPool("max"),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 4),
    )  # fmt: skip


def train(net: nn.Module, x: torch.Tensor, labels: torch.Tensor, steps: int) -> None:
    """Train on one half of the data."""
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(net(x[::2]), labels[::2])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def accuracy(net: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the share of the other half that is classified rightly."""
    return (net.eval()(x[1::2]).argmax(1) == labels[1::2]).float().mean().item()


def main() -> None:
    """Train as p4m, restrict to p4, compare outputs, train on."""
    torch.manual_seed(0)
    x, labels = data()
    net = network(gk.p4m)
    train(net, x, labels, 60)
    print(f"p4m: accuracy {accuracy(net, x, labels):.1%}, of 50% at most: mirrors look alike to it")
    smaller = gt.restrict(net, gk.p4)
    with torch.no_grad():
        difference = (smaller(x) - net(x)).abs().max().item()
    print(f"as p4: the same outputs, difference {difference:.1e}")
    train(smaller.train(), x, labels, 60)
    print(f"p4, trained on: accuracy {accuracy(smaller, x, labels):.1%}")
    found = gt.find_symmetry(smaller, gk.p4m, (1, 1, 9, 9))
    print(str(found).splitlines()[0])


if __name__ == "__main__":
    main()
