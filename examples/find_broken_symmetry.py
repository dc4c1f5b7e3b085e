"""A ResNet with the classic stride loses p4m on even sizes: see where, mend it, compare."""

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt


class Block(nn.Module):
    """Two convolutions and a shortcut, the first of them strided."""

    def __init__(self, width: int, kernel_size: int, padding: int) -> None:
        super().__init__()
        L = gt.layers(gk.p4m)
        self.first = L.GroupConv(width, width, kernel_size, stride=2, padding=padding)
        self.second = L.GroupConv(width, width, 3, padding=1)
        self.shortcut = L.AvgPool(kernel_size, stride=2, padding=padding)
        self.norms = nn.ModuleList(L.BatchNorm(width) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """Return the output, half as large."""
        y = torch.relu(self.norms[0](self.first(x)))
        y = self.norms[1](self.second(y))
        return torch.relu(y + self.shortcut(x))


def network(kernel_size: int, padding: int, width: int = 6) -> nn.Module:
    """Return a ResNet that should be invariant under turns and flips."""
    L = gt.layers(gk.p4m)
    return nn.Sequential(
        L.LiftingConv(1, width, 3, padding=1),
        Block(width, kernel_size, padding),
        Block(width, kernel_size, padding),
        L.CosetPool("max"),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, 10),
    )


def train(net: nn.Module, images: Tensor, labels: Tensor) -> nn.Module:
    """Train for ten epochs."""
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(10):
        for batch in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimizer.step()
    return net.eval()


def main() -> None:
    """Train the classic and the mended network on upright 8×8 digits, and turn the others."""
    torch.manual_seed(0)
    data, targets = load_digits(return_X_y=True)
    images = torch.tensor(data / 16, dtype=torch.float32).view(-1, 1, 8, 8)
    labels = torch.tensor(targets)
    chosen, others = torch.randperm(len(images)).split([1200, len(images) - 1200])

    classic = network(kernel_size=3, padding=1)
    print(gt.trace_exactness(classic, (1, 1, 8, 8)))
    print("remedies:", ", or ".join(classic[1].first.exactness(8).remedies), "\n")
    mended = network(kernel_size=4, padding=1)
    print(gt.trace_exactness(mended, (1, 1, 8, 8)))
    gt.set_exact(classic, "ignore")  # it would warn, once a layer
    gt.set_exact(mended, "raise")
    for name, net in (("classic", classic), ("mended", mended)):
        train(net, images[chosen], labels[chosen])
        print(f"\n{name}: {gt.find_symmetry(net, gk.p4m, (1, 1, 8, 8))}")
        for turns in range(4):
            found = net(torch.rot90(images[others], turns, (-2, -1))).argmax(1)
            right = int((found == labels[others]).sum())
            print(f"turned by {90 * turns:3d}°: {right} of {len(others)} right")


if __name__ == "__main__":
    main()
