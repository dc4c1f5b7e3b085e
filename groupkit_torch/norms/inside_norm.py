r"""Normalisation by the mean and the variance of the inside of a map's array.

.. math:: y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \qquad
    \mu = \frac{1}{|I|} \sum_{i \in I} x_i, \quad
    \sigma^2 = \frac{1}{|I|} \sum_{i \in I} (x_i - \mu)^2,

I all that one channel holds in the stable window: over the batch and the stabilizer axis, or for
each sample by itself. Where that is the whole array, torch's norms do it, but for maps with a
stabilizer axis in a compiled model on a CPU, whose layout they would not keep.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import overload

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor
from torch.autograd import forward_ad

from groupkit.errors import FeatureTypeError
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import HALF, channels_last


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

    The outside of the window is not read, and becomes :math:`\beta` (to rounding).

    Parameters
    ----------
    x : Tensor
        [batch, channels, ..., *space].
    domain : Domain
        Says which points count.
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
    weight, bias = _in_single(weight), _in_single(bias)
    if domain.is_whole:
        y, mean, variance = _by_planes(
            _in_single(x), domain.stabilizer.dimension, eps, weight, bias
        )
        return y.to(dtype), mean.detach(), variance.detach()
    mask = domain.inside_of(x)
    copies = x[:, 0].numel() // mask.numel()
    if torch.compiler.is_compiling():
        y, mean, variance = _in_steps(_in_single(x), mask, copies, eps, weight, bias)
    else:
        inside = copies * domain.count(mask.shape)
        stays = dtype == torch.bfloat16 and not _is_transformed(x)
        taken = x if stays else _in_single(x)
        y, mean, variance = _as_torch(taken, mask, inside, eps, weight, bias)
    return y.to(dtype), mean.detach(), variance.detach()


def normalise_groups(
    x: Float[Tensor, "batch channels *rest"],
    num_groups: int,
    domain: Domain,
    eps: float,
    weight: Float[Tensor, " channels"] | None = None,
    bias: Float[Tensor, " channels"] | None = None,
) -> Float[Tensor, "batch channels *rest"]:
    r"""Return a map normalised by the statistics of each sample and group of channels.

    As in `normalise_inside`, the outside is not read, and becomes :math:`\beta`.

    Parameters
    ----------
    x, domain, eps, weight, bias
        As in `normalise_inside`.
    num_groups : int
        How many groups the channels are split into, one after the other.

    Raises
    ------
    FeatureTypeError
        If a group of a sample has one value.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.tensor([[1.0, 2, 100], [3, 4, 5], [100, 6, 7]]).expand(2, 4, 3, 3)
    >>> normalise_groups(x, 2, Domain.of(gk.p6.stabilizer), eps=1e-12)[0, 0].round(decimals=1)
    tensor([[-1.5000, -1.0000,  0.0000],
            [-0.5000,  0.0000,  0.5000],
            [ 0.0000,  1.0000,  1.5000]])
    """
    dimension = domain.stabilizer.dimension
    lead, space = x.shape[2 : x.dim() - dimension], x.shape[x.dim() - dimension :]
    together = x.shape[1] // num_groups * math.prod(lead)
    check_several(x, together, domain)
    if domain.is_whole:
        return F.group_norm(x, num_groups, weight, bias, eps)
    dtype = x.dtype
    x, weight, bias = _in_single(x), _in_single(weight), _in_single(bias)
    mask = domain.inside_of(x)
    if torch.compiler.is_compiling():
        grouped = x.reshape(1, x.shape[0] * num_groups, -1, *space)
        y = _in_steps(grouped, mask, together, eps, None, None)[0].view(x.shape)
        if weight is not None:
            y = y * weight.view(_per_channel(x))
        return (y if bias is None else y + bias.view(_per_channel(x))).to(dtype)
    inside = domain.count(space)
    share = inside / mask.numel()
    within = torch.where(mask, x, 0)
    means = within.reshape(x.shape[0], num_groups, -1).sum(2) / (together * inside)
    mean = means.repeat_interleave(x.shape[1] // num_groups, 1).view(
        *x.shape[:2], *[1] * len(lead), *[1] * dimension
    )
    filled = torch.addcmul(within, (~mask).to(x.dtype), mean)
    scale = x.new_full((x.shape[1],), share**0.5) if weight is None else weight * share**0.5
    return F.group_norm(filled, num_groups, scale, bias, eps * share).to(dtype)


def check_several(x: Float[Tensor, "batch channels *rest"], copies: int, domain: Domain) -> None:
    """Check that statistics run over more than one value.

    Parameters
    ----------
    x : Tensor
        The map.
    copies : int
        How many values at each lattice point are normalised together.
    domain : Domain
        Which lattice points are.

    Raises
    ------
    FeatureTypeError
        If there is a single value.

    Examples
    --------
    >>> import groupkit as gk
    >>> check_several(torch.zeros(1, 2, 1, 1), 1, Domain.of(gk.p4.stabilizer))
    Traceback (most recent call last):
    groupkit.errors.FeatureTypeError: a map of shape (1, 2, 1, 1) has one value in its stable
    window to take statistics of, which has no variance; use a larger map, or for batch norm a
    larger batch or evaluation mode
    """
    if copies > 1 or (torch.compiler.is_compiling() and not domain.is_whole):
        return
    if domain.count(x.shape[x.dim() - domain.stabilizer.dimension :]) == 1:
        raise FeatureTypeError(
            f"a map of shape {tuple(x.shape)} has one value in its stable window to take "
            "statistics of, which has no variance; use a larger map, or for batch norm a larger "
            "batch or evaluation mode",
            witness=tuple(x.shape),
        )


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
    axes = x.dim() - dimension
    if axes == 2:
        return f(x)
    if axes == 3 and not x.is_contiguous():
        last = channels_last(x, dimension)
        if last.is_contiguous():
            return f(last.flatten(0, -3)).view(last.shape).movedim((-2, -1), (1, 2))
    return f(x.flatten(2, axes)).view_as(x)


def _as_torch(
    x: Tensor,
    mask: Bool[Tensor, "*space"],
    inside: int,
    eps: float,
    weight: Tensor | None,
    bias: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Let torch's batch norm do it, after filling the outside with the mean of the inside.

    That leaves the mean as it is, and multiplies the variance by the share of the inside. Maps
    in bfloat16 are moved close to zero before, where the format is fine enough to hold a mean: one
    more rounding of what is moved.
    """
    shape, everything = _per_channel(x), x[:, 0].numel()
    share = inside / everything
    within, moved = torch.where(mask, x, 0), None
    if x.dtype == torch.bfloat16:
        moved = within.detach().mean(_others(x)) / share
        within = torch.addcmul(within, mask.to(x.dtype), moved.view(shape), value=-1)
    mean = _in_single(within).sum(_others(x)) / inside
    filled = torch.addcmul(within, (~mask).to(x.dtype), mean.to(x.dtype).view(shape))
    scale = torch.full_like(mean, share**0.5) if weight is None else weight * share**0.5
    seen, spread = torch.zeros_like(mean), torch.zeros_like(mean)
    y = by_channel(
        filled,
        mask.dim(),
        lambda f: F.batch_norm(f, seen, spread, scale, bias, True, 1.0, eps * share),
    )
    mean = mean if moved is None else mean + moved
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


def _by_planes(
    x: Tensor, dimension: int, eps: float, weight: Tensor | None, bias: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Do it where the whole array counts, on as many axes as a compiled convolution keeps.

    Statistics are taken of the planes of an array whose channels and stabilizer axis are one.
    Products of matrices carry them from planes to channels and back, for what is no product a
    compiler works out again at each point. Under autocast they are in double precision, which it
    leaves as it is, in the backward pass too.
    """
    channels, planes = x.shape[1], x.flatten(1, x.dim() - dimension - 1)
    size, others, each = planes.shape[1] // channels, _others(planes), _per_channel(planes)
    dtype = torch.double if torch.is_autocast_enabled(x.device.type) else x.dtype
    projection = x.new_full((size, size), 1 / size, dtype=dtype)
    ones = x.new_ones(1, size, dtype=dtype)

    def over_stabilizer(numbers: Tensor) -> Tensor:
        return (numbers.to(dtype) @ projection).to(x.dtype)

    def to_planes(numbers: Tensor) -> Tensor:
        return (numbers.to(dtype).view(channels, 1) @ ones).to(x.dtype)

    within, means = (t.view(channels, size) for t in torch.var_mean(planes, others, correction=0))
    mean = over_stabilizer(means)
    variance = over_stabilizer(within + (means - mean).square())
    scale = (variance + eps).rsqrt()
    if weight is not None:
        scale = scale * to_planes(weight)
    y = (planes - mean.view(each)) * scale.view(each)
    if bias is not None:
        y = y + to_planes(bias).view(each)
    count = planes[:, 0].numel() * size
    return y.view(x.shape), mean[:, 0], variance[:, 0] * count / (count - 1)


def _is_transformed(x: Tensor) -> bool:
    """Return whether `torch.func` or forward-mode differentiation looks on.

    Under them torch's batch norm takes no map in bfloat16 with parameters in single precision.
    """
    nested = torch._C._functorch.maybe_current_level() is not None
    return nested or forward_ad.unpack_dual(x).tangent is not None


@overload
def _in_single(x: Tensor) -> Tensor: ...
@overload
def _in_single(x: None) -> None: ...
def _in_single(x: Tensor | None) -> Tensor | None:
    """Return halves in single precision: as torch does, statistics are taken there."""
    return x.float() if x is not None and x.dtype in HALF else x


def _others(x: Tensor) -> list[int]:
    return [axis for axis in range(x.dim()) if axis != 1]


def _per_channel(x: Tensor) -> list[int]:
    return [-1 if axis == 1 else 1 for axis in range(x.dim())]
