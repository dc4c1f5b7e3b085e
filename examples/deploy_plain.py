"""Train a network of p4, write it as a program of torch alone, run that without groupkit."""

import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn

import groupkit as gk
import groupkit_torch as gt

WITHOUT_GROUPKIT = """
import sys
sys.modules["groupkit"] = sys.modules["groupkit_torch"] = None  # importing them fails
import torch
x, y = torch.load("test.pt")
net = torch.export.load("net.pt2").module()
for turns in range(4):
    right = (net(torch.rot90(x, turns, (-2, -1))).argmax(1) == y).float().mean()
    print(f"turned {turns} times: {100 * right:.1f} % right, without groupkit")
"""


def train(x: torch.Tensor, y: torch.Tensor) -> nn.Module:
    """Return a network of p4 that knows digits."""
    L = gt.layers(gk.p4)
    net = nn.Sequential(
        *(L.LiftingConv(1, 8, 3, padding=1), L.BatchNorm(8), nn.ReLU()),
        *(L.GroupConv(8, 8, 3, padding=1), L.BatchNorm(8), nn.ReLU(), L.MaxPool(2)),
        *(L.GroupConv(8, 16, 3, padding=1), L.BatchNorm(16), nn.ReLU()),
        *(L.GlobalPool(), nn.Linear(16, 10)),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(8):
        for part in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[part]), y[part]).backward()
            optimizer.step()
    return net.eval()


def main() -> None:
    """Train, convert, compare, and leave groupkit behind."""
    torch.manual_seed(0)
    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 16
    y = torch.tensor(labels)
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    net = train(x[:1200], y[:1200])
    test = x[1200:]

    plain = gt.to_plain(net, test, fold_batch_norm=True)  # compared on the spot
    print(plain)
    batch = torch.export.Dim("batch", min=1)
    program = torch.export.export(plain, (test,), dynamic_shapes=({0: batch},))

    with tempfile.TemporaryDirectory() as folder:
        torch.export.save(program, Path(folder) / "net.pt2")
        torch.save((test, y[1200:]), Path(folder) / "test.pt")
        subprocess.run([sys.executable, "-c", WITHOUT_GROUPKIT], cwd=folder, check=True)


if __name__ == "__main__":
    main()
