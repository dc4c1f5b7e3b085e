"""What is compared: layers and networks of a group, and the planar ones that are their limit."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt

CONVS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def planar_conv(group: gk.SplitGroup, channels: int, kernel: int, padding: int) -> nn.Module:
    """Return torch's convolution with as large a bank of filters."""
    width = channels * group.order
    return CONVS[group.dimension](width, width, kernel, padding=padding)


class MaskedPlanarConv(nn.Module):
    """A planar convolution with the bank and the mask of a group convolution, nothing expanded."""

    def __init__(self, layer: gt.GroupConv) -> None:
        super().__init__()
        self.bank = nn.Parameter(layer.expanded_weight().detach().clone())
        self.bias = nn.Parameter(self.bank.detach().new_zeros(len(self.bank)))
        self.domain, self.padding = layer.domain, layer.padding

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution of what is inside."""
        return nn.functional.conv2d(self.domain.fill(x), self.bank, self.bias, 1, self.padding)


class Reshaped(nn.Module):
    """A planar convolution between maps with a stabilizer axis: what reshaping alone costs."""

    def __init__(self, layer: gt.GroupConv) -> None:
        super().__init__()
        self.bank = nn.Parameter(layer.expanded_weight().detach().clone())
        self.bias = nn.Parameter(self.bank.detach().new_zeros(len(self.bank)))
        self.sizes, self.padding = (layer.out_channels, layer.group.order), layer.padding

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution, its channels apart again."""
        y = nn.functional.conv2d(x.flatten(1, 2), self.bank, self.bias, 1, self.padding)
        return y.unflatten(1, self.sizes)


class Gathered(nn.Module):
    """The same with its bank gathered in every call, and nothing else that a layer does."""

    def __init__(self, layer: gt.GroupConv) -> None:
        super().__init__()
        self.weight = nn.Parameter(layer.weight.detach().clone())
        self.bias = nn.Parameter(layer.weight.detach().new_zeros(layer.out_channels))
        order = layer.group.order
        self.sizes, self.padding = (layer.out_channels, order), layer.padding
        self.shape = layer.expanded_weight().shape
        rows, columns = self.weight.shape[:2]
        positions = layer.bank_index.reshape(1, order, 1, -1)
        self.positions = positions.expand(rows, order, columns, -1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution with the gathered bank."""
        sources = self.weight.unsqueeze(1).expand(*self.positions.shape[:3], -1)
        bank = sources.gather(3, self.positions).view(self.shape)
        bias = self.bias.repeat_interleave(self.sizes[1])
        y = nn.functional.conv2d(x.flatten(1, 2), bank, bias, 1, self.padding)
        return y.unflatten(1, self.sizes)


def seven_planar_layers(
    width: int, pool: tuple[int, int, int] = (2, 2, 0), last: int = 4
) -> nn.Sequential:
    """Return the planar network of `groupkit_torch.models.Z2CNN`, of torch's layers alone.

    ``pool`` is a size, a stride and a padding, ``last`` the side of the seventh kernel: of other
    images than 28×28, whatever `groupkit_torch.models.P4CNN` has there.
    """
    layers: list[nn.Module] = []
    for number in range(6):
        conv = nn.Conv2d(1 if number == 0 else width, width, 3)
        layers += [conv, nn.BatchNorm2d(width), nn.ReLU()]
        if number == 1:
            layers.append(nn.MaxPool2d(*pool))
    layers += [nn.Conv2d(width, width, last), nn.BatchNorm2d(width), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def seven_reshaped_layers(width: int, order: int) -> nn.Sequential:
    """Return the same between maps with a stabilizer axis: what reshaping alone costs."""
    layers: list[nn.Module] = []
    sizes = (width, order)
    for number in range(7):
        channels, kernel = (1 if number == 0 else width * order), (4 if number == 6 else 3)
        layers += [] if number == 0 else [nn.Flatten(1, 2)]
        layers += [nn.Conv2d(channels, width * order, kernel), nn.Unflatten(1, sizes)]
        layers += [nn.BatchNorm3d(width), nn.ReLU()]
        if number == 1:
            layers += [nn.Flatten(1, 2), nn.MaxPool2d(2), nn.Unflatten(1, sizes)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * order, 10))


def with_torchs_relu(net: nn.Module) -> nn.Module:
    """Return a network of `groupkit_torch.models` with `torch.nn.ReLU`, on five axes, in place."""
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, nn.ReLU())
    return net


def forward(module: nn.Module, x: Tensor) -> Callable[[], Tensor]:
    """Return a call of a module for inference."""

    def call() -> Tensor:
        with torch.inference_mode():
            return module(x)

    return call


def train(module: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return a forward and a backward pass, with the gradient to the input as within a network."""
    x = x.clone().requires_grad_()
    gradient = torch.ones_like(module(x))

    def call() -> None:
        module.zero_grad(set_to_none=True)
        x.grad = None
        module(x).backward(gradient)

    return call
