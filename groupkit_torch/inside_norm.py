r"""Normalisation by the mean and the variance of the inside of a map's array.

.. math:: y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \qquad
    \mu = \frac{1}{|I|} \sum_{i \in I} x_i, \quad
    \sigma^2 = \frac{1}{|I|} \sum_{i \in I} (x_i - \mu)^2,

I all that one channel holds: the batch, the stabilizer axis, and the stable window.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from groupkit_torch.domain import Domain

_HALF = (torch.float16, torch.bfloat16)


def normalise_inside(
    x: Float[Tensor, "batch channels *rest"],
    domain: Domain,
    eps: float,
    weight: Float[Tensor, " channels"] | None = None,
    bias: Float[Tensor, " channels"] | None = None,
) -> tuple[
    Float[Tensor, "batch channels *rest"], Float[Tensor, " channels"], Float[Tensor, " channels"]
]:
    r"""Return a map normalised channel by channel, with the means and the variances.

    The outside of the window is not read, and becomes :math:`\beta`.

    Parameters
    ----------
    x : Tensor
        [batch, channels, ..., *space].
    domain : Domain
        Says which points count; not the whole array.
    eps : float
        :math:`\epsilon`.
    weight, bias : Tensor, optional
        :math:`\gamma` and :math:`\beta`, one a channel.

    Returns
    -------
    y, mean, variance : Tensor
        The variance is the unbiased one, divided by \|I\| - 1; both have no gradient.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.tensor([[1.0, 2, 100], [3, 4, 5], [100, 6, 7]]).view(1, 1, 3, 3)
    >>> y, mean, variance = normalise_inside(x, Domain.of(gk.p6.stabilizer), eps=1e-12)
    >>> mean, variance
    (tensor([4.]), tensor([4.6667]))
    >>> y.round(decimals=1)
    tensor([[[[-1.5000, -1.0000,  0.0000],
              [-0.5000,  0.0000,  0.5000],
              [ 0.0000,  1.0000,  1.5000]]]])
    """
    dtype = x.dtype
    if dtype in _HALF:  # as torch does: statistics in single precision
        x = x.float()
        weight = None if weight is None else weight.float()
        bias = None if bias is None else bias.float()
    mask = domain.inside_of(x)
    copies = x[:, 0].numel() // mask.numel()
    if torch.compiler.is_compiling():
        y, mean, variance = _in_steps(x, mask, copies, eps, weight, bias)
    else:
        inside = copies * domain.count(mask.shape)
        y, mean, variance = _as_torch(x, mask, inside, eps, weight, bias)
    return y.to(dtype), mean.detach(), variance.detach()


def by_channel(
    x: Float[Tensor, "batch channels *rest"], dimension: int, f: Callable[[Tensor], Tensor]
) -> Float[Tensor, "batch channels *rest"]:
    """Apply a function that treats each channel alike, such as torch's batch norm, to a map.

    The function is given four axes rather than five, for which torch is faster, and the map
    keeps its layout in memory.

    Parameters
    ----------
    x : Tensor
        [batch, channels, ..., *space].
    dimension : int
        How many lattice axes there are.
    f : callable
        Takes [batch, channels, ...] of any number of axes.
    """
    if x.dim() == dimension + 2:
        return f(x)
    if x.dim() == dimension + 3:
        last = x.movedim((1, 2), (-2, -1))
        if last.is_contiguous() and not x.is_contiguous():  # channels_last
            return f(last.flatten(0, -3)).view(last.shape).movedim((-2, -1), (1, 2))
    return f(x.flatten(2, x.dim() - dimension)).view(x.shape)


def _as_torch(
    x: Tensor,
    mask: Bool[Tensor, "*space"],
    inside: int,
    eps: float,
    weight: Tensor | None,
    bias: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Let torch's batch norm do it, after filling the outside with the mean of the inside.

    That leaves the mean as it is, and multiplies the variance by the share of the inside.
    """
    channels, everything = x.shape[1], x[:, 0].numel()
    share = inside / everything
    within = torch.where(mask, x, 0)
    mean = within.sum(_others(x)) / inside
    filled = torch.addcmul(within, (~mask).to(x.dtype), mean.view(_per_channel(x)))
    scale = x.new_full((channels,), share**0.5) if weight is None else weight * share**0.5
    seen, spread = torch.zeros_like(mean), torch.zeros_like(mean)
    y = by_channel(
        filled,
        mask.dim(),
        lambda f: F.batch_norm(f, seen, spread, scale, bias, True, 1.0, eps * share),
    )
    return y, mean, spread * ((everything - 1) / max(inside - 1, 1))


def _in_steps(
    x: Tensor,
    mask: Bool[Tensor, "*space"],
    copies: int,
    eps: float,
    weight: Tensor | None,
    bias: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Do it by the definition: a compiler knows no counts, and fuses the steps."""
    shape, inside = _per_channel(x), mask.sum() * copies
    mean = torch.where(mask, x, 0).sum(_others(x)) / inside
    centred = torch.where(mask, x - mean.view(shape), 0)
    variance = centred.square().sum(_others(x)) / inside
    scale = (variance + eps).rsqrt()
    if weight is not None:
        scale = scale * weight
    y = centred * scale.view(shape)
    return y if bias is None else y + bias.view(shape), mean, variance * inside / (inside - 1)


def _others(x: Tensor) -> list[int]:
    return [axis for axis in range(x.dim()) if axis != 1]


def _per_channel(x: Tensor) -> list[int]:
    return [-1 if axis == 1 else 1 for axis in range(x.dim())]
