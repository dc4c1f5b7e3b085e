"""G-convolutions against the sum that defines them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import array
from tests.torch.oracles_torch import correlate

_PAD = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def by_definition(layer: gt.GroupConv, x: np.ndarray) -> np.ndarray:
    """Evaluate a layer with the oracle."""
    stabilizer, dimension = layer.group.stabilizer, layer.group.dimension
    padding: Sequence[int] = layer.padding
    if not layer.input_type.has_axis:
        x = np.expand_dims(x, 2)
    if layer.padding_mode != "zeros":
        pads = [(0, 0)] * 3 + [(p, p) for p in padding]
        x, padding = np.pad(x, pads, mode=_PAD[layer.padding_mode]), (0,) * dimension
    weight = layer.weight.detach().cpu().numpy()
    bias = np.zeros(layer.out_channels) if layer.bias is None else layer.bias.detach().cpu().numpy()
    window = layer.filter_bank.window
    y = correlate(
        stabilizer.matrices,
        x,
        weight,
        bias,
        tuple(layer.input_type.subgroup),
        tuple(layer.output_type.subgroup),
        window.points.tolist(),
        window.centre,
        layer.stride,
        padding,
        layer.dilation,
        layer.groups,
    )
    return y if layer.output_type.has_axis else y[:, :, 0]


def check(layer: gt.GroupConv, space: tuple[int, ...], batch: int = 2) -> None:
    size = (layer.input_type.size,) if layer.input_type.has_axis else ()
    x = array(batch, layer.in_channels, *size, *space)
    device = layer.weight.device
    expected = by_definition(layer, x)
    actual = layer(torch.tensor(x, device=device)).detach().cpu().numpy()
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def conv(group: gk.SplitGroup, *args: Any, **kwargs: Any) -> gt.GroupConv:
    return gt.GroupConv(group, *args, exact="ignore", dtype=torch.float64, **kwargs)
