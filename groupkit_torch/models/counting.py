r"""Numbers of parameters and of multiply-adds, of any model."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from groupkit_torch.sampling.guard import guards_silent


def n_parameters(model: nn.Module) -> int:
    """Return how many numbers a model learns; those shared by layers count once.

    Parameters
    ----------
    model : Module
        Any; on the meta device too.

    Returns
    -------
    int

    Examples
    --------
    >>> n_parameters(nn.Conv2d(2, 3, 3))
    57
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def multiply_adds(model: nn.Module, input_shape: Sequence[int]) -> int:
    r"""Return how many multiply-adds the convolutions and matrix products of one call make.

    A convolution with bank [:math:`m`, :math:`n`, \*box] makes :math:`m n |\mathrm{box}|` at each
    point of its output, zeros of padding and of masks included; all else (norms, poolings,
    biases, the gathering of filters) is left out, as papers do. Counted is what runs: a
    separable layer that multiplies its factors into a whole bank makes what a full one makes.

    Parameters
    ----------
    model : Module
        It runs once, in evaluation mode and on the device of its parameters.
    input_shape : sequence of int
        [batch, channels, \*space]; with a batch of one, the count for one sample.

    Returns
    -------
    int

    Examples
    --------
    >>> multiply_adds(nn.Conv2d(2, 3, 3), (1, 2, 10, 10)) == 3 * 2 * 9 * 64
    True
    """
    like = next(model.parameters(), torch.zeros(()))
    x = torch.zeros(tuple(input_shape), dtype=like.dtype, device=like.device)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with guards_silent(), torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(x)
    finally:
        for module, training in modes:
            module.training = training
    return int(counter.get_total_flops()) // 2
