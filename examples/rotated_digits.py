"""Train on upright digits, test on rotated ones: a p4 network in an ordinary training loop."""

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt


def load() -> tuple[Tensor, Tensor]:
    """Return scikit-learn's 1,797 handwritten digits, [n, 1, 8, 8], and their labels."""
    images, labels = load_digits(return_X_y=True)
    return torch.tensor(images / 16, dtype=torch.float32).view(-1, 1, 8, 8), torch.tensor(labels)


def network(group: gk.SplitGroup, width: int) -> nn.Module:
    """Return a network whose scores do not change when S acts on its input."""
    L = gt.layers(group)
    return nn.Sequential(
        L.LiftingConv(1, width, 3, padding=1),
        L.BatchNorm(width),
        nn.ReLU(),
        L.GroupConv(width, width, 3, padding=1),
        L.BatchNorm(width),
        nn.ReLU(),
        L.MaxPool(2),  # an even size, pooled by two: every symmetry of the square stays
        L.GroupConv(width, width, 3, padding=1),
        L.CosetPool("max"),  # over S: invariant at each point of the lattice
        nn.AdaptiveAvgPool2d(1),  # over the lattice
        nn.Flatten(),
        nn.Linear(width, 10),
    )


def main(epochs: int = 15) -> None:
    """Train on 1,200 upright digits, and test on 597 others in four positions."""
    torch.manual_seed(0)
    images, labels = load()
    train, test = torch.randperm(len(images)).split([1200, len(images) - 1200])
    net = network(gk.p4, width=12)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(epochs):
        for batch in train[torch.randperm(len(train))].split(64):
            loss = nn.functional.cross_entropy(net(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1:2d}  loss of the last batch {loss.item():.3f}")
    net.eval()
    for turns in range(4):
        with torch.no_grad():
            scores = net(torch.rot90(images[test], turns, (-2, -1)))
        correct = (scores.argmax(1) == labels[test]).sum().item()
        print(f"rotated by {90 * turns:3d}°: {correct} of {len(test)} right")
    print(gt.testing.equivariance_error(net, gk.p4, (1, 1, 8, 8), output_type="invariant"))


if __name__ == "__main__":
    main()
