"""DNA: a network that reads both strands alike, and one that has to learn it.

The strand read backwards has A for T and C for G: a mirror of the line that also exchanges
channels. A field says so, and the network counts a motif wherever it stands on either strand.
"""

import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt

strand = gk.SplitGroup.from_generators("strand", {"c": [[-1]]})
bases = strand.field({"c": (3, 2, 1, 0)})  # A, C, G, T become T, G, C, A
MOTIF = torch.tensor([0, 2, 2, 3, 1, 0])  # AGGTCA, half of a hormone receptor's site


def one_hot(codes: torch.Tensor) -> torch.Tensor:
    """Return sequences of bases as maps of four channels."""
    return nn.functional.one_hot(codes, 4).movedim(-1, 1).float()


def sequences(count: int, length: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """Return random sequences, half of them with the motif, all as read on one strand."""
    codes = torch.randint(4, (count, length))
    labels = torch.arange(count) % 2
    for row in labels.nonzero().flatten():
        at = int(torch.randint(length - len(MOTIF), ()))
        codes[row, at : at + len(MOTIF)] = MOTIF
    return one_hot(codes), labels.float()


def equivariant() -> nn.Module:
    """Return a network whose output does not know which strand was read."""
    L = gt.layers(strand)
    return nn.Sequential(
        L.GroupConv(4, 8, 7, input_type=bases),
        nn.ReLU(),
        L.CosetPool("max"),
        nn.AdaptiveMaxPool1d(1),
        nn.Flatten(),
        nn.Linear(8, 1),
    )


def plain() -> nn.Module:
    """Return the same without the symmetry, of as many filters."""
    return nn.Sequential(
        nn.Conv1d(4, 16, 7), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(16, 1)
    )


def main() -> None:
    """Train both on one strand, and test them on either."""
    torch.manual_seed(0)
    x, labels = sequences(2000)
    test, truth = sequences(1000)
    other = gt.act(test, strand, {"c": 1}, bases)
    for name, net in (("equivariant", equivariant()), ("plain", plain())):
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(150):
            loss = nn.functional.binary_cross_entropy_with_logits(net(x).flatten(), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            read, turned = (
                ((net(y).flatten() > 0) == truth.bool()).float().mean() for y in (test, other)
            )
        print(f"{name:<12} right on the strand read: {read:.1%}, on the other: {turned:.1%}")


if __name__ == "__main__":
    main()
