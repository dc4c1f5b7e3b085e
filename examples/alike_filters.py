"""Maps that are alike along the group axis teach the next layer filters that are alike.

All start equal along the group axis. One filter of the second layer starts symmetric, and stays
so: its maps stay alike, and so do the filters that read them. Those that read the other do not.
"""

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt

SIZE = 5  # points on each side of a filter


def load() -> tuple[Tensor, Tensor]:
    """Return scikit-learn's digits, 16×16, each in one of four positions, and their labels."""
    images, labels = load_digits(return_X_y=True)
    large = nn.functional.interpolate(torch.tensor(images / 16).view(-1, 1, 8, 8), scale_factor=2)
    turned = torch.stack([image.rot90(k, (-2, -1)) for k, image in enumerate(large)])
    return turned, torch.tensor(labels)


def filters(layer: nn.Module) -> Tensor:
    """Return a view of the weight of a layer, [C_out, C_in, |S|, SIZE, SIZE]."""
    return layer.weight.unflatten(-1, (-1, SIZE, SIZE))


def symmetric(kernels: Tensor) -> Tensor:
    """Return the means of kernels [n, 1, SIZE, SIZE] and of their quarter turns."""
    return torch.stack([gt.act(kernels, gk.p4, s) for s in gk.p4.stabilizer]).mean(0)


def network(activation: nn.Module, width: int = 6) -> nn.Sequential:
    """Return the layers described above, and one more that gives scores invariant under p4."""
    L = gt.layers(gk.p4)
    first = L.LiftingConv(1, 1, SIZE, padding=2, bias=False).requires_grad_(False)
    second, third = L.GroupConv(1, 2, SIZE, padding=2), L.GroupConv(2, width, SIZE, padding=2)
    scores = [L.MaxPool(4), L.GroupConv(width, 10, 4), L.CosetPool("max"), nn.Flatten()]
    net = nn.Sequential(first, second, activation, third, activation, *scores).double()
    with torch.no_grad():
        for layer in (second, third):
            filters(layer).copy_(filters(layer)[:, :, :1].expand(-1, -1, 4, -1, -1))
        for one in (filters(first)[:1, 0], filters(second)[:1, 0]):
            one.copy_(symmetric(one[:, :1]).expand_as(one))
    return net


def train(net: nn.Module, epochs: int = 4) -> float:
    """Train on 1,200 digits, and return the share of 597 others that are right."""
    images, labels = load()
    chosen, others = torch.randperm(len(images)).split([1200, len(images) - 1200])
    optimizer = torch.optim.Adam([w for w in net.parameters() if w.requires_grad], lr=1e-2)
    for _ in range(epochs):
        for batch in chosen[torch.randperm(len(chosen))].split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        return (net(images[others]).argmax(1) == labels[others]).double().mean().item()


def main() -> None:
    """Train with linear layers and with ReLU, and compare the third layer's filters."""
    for activation in (nn.Identity(), nn.ReLU()):
        torch.manual_seed(0)
        net = network(activation)
        print(f"{type(activation).__name__}: {train(net):.1%} right")
        found = filters(net[3]).detach()
        parts = gt.analysis.explained_variance(found.flatten(-2))[..., 0].mean(0)
        apart = (found - found[:, :, :1]).abs().amax((0, 2, 3, 4)) / found.abs().max()
        for channel, start in enumerate(("symmetric filter", "other filter")):
            print(f"  filters that read the {start}'s maps: {apart[channel]:.0e} apart along the")
            print(f"  group axis, and one kernel explains {parts[channel]:.3f} of their variance")


if __name__ == "__main__":
    main()
