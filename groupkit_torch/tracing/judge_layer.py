"""What layers of this package do to a map, as far as positions decide it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
from torch import Tensor, nn

from groupkit_torch.augment import RandomTransform
from groupkit_torch.convolutions.filter_layer import FilterLayer
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.domain import Domain
from groupkit_torch.dropout import GroupDropout
from groupkit_torch.images.resample import Resampling
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.norms.pointwise_norm import GroupLayerNorm, GroupRMSNorm
from groupkit_torch.pooling.adaptive_pool import GroupAdaptiveAvgPool
from groupkit_torch.pooling.blur_pool import GroupBlurPool
from groupkit_torch.pooling.coset_pool import CosetPool
from groupkit_torch.pooling.global_pool import GlobalPool
from groupkit_torch.pooling.pooling import GroupAvgPool, GroupMaxPool
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.tracing.judge import judge
from groupkit_torch.tracing.residues import PRIME
from groupkit_torch.tracing.track import Track, slid

_LEAVES_AS_IT_IS: Final = (GroupDropout,)  # models are traced in evaluation mode
_BY_POSITION: Final = (CosetPool, GroupLayerNorm, GroupLinear, GroupRMSNorm)
_REFUSED: Final = (Resampling, RandomTransform)


def judge_layer(
    module: nn.Module, track: Track, y: Tensor, draw: np.random.Generator
) -> Track | None:
    """Return what is known of a layer's output, None if positions do not decide it.

    Parameters
    ----------
    module : Module
        A layer of this package, of the group that is followed.
    track : Track
        What is known of its input.
    y : Tensor
        Its output.
    draw : Generator
        Of random numbers.
    """
    own = track.print
    assert own is not None
    inner = getattr(module, "layer", None)
    if isinstance(inner, nn.Module):  # of the whole group, on maps of a subgroup
        module = inner
    dimension = own.stabilizer.dimension
    after = tuple(y.shape[-dimension:]) if y.dim() >= dimension + 2 else ()
    if isinstance(module, _REFUSED):
        return None
    if not track.size and not isinstance(module, _BY_POSITION):
        return None  # a tensor whose axes are no longer known
    if own.torus and _masks_statistics(module):
        return None  # of a window about the centre, which S does not map to itself about index 0
    if isinstance(module, Guarded):
        return _slide(module, track, draw)
    if isinstance(module, _LEAVES_AS_IT_IS):
        return track
    if isinstance(module, GlobalPool):
        if module.mode in ("mean", "sum") and module.domain.is_whole:
            return Track.of(own.summed(draw), ())
        return Track.of(own.with_total(draw, alone=True), ())
    if isinstance(module, GroupAdaptiveAvgPool):
        if own.stabilizer.is_signed_permutation:
            name = f"adaptive_avg_pool{dimension}d"
            size = {"output_size": after}
            return judge(own.stabilizer, name, (y,), size, [track], y, draw)
        total = own.with_total(draw, alone=True)
        ones = (1,) * dimension
        shaped = total.each(lambda _, value: value.reshape(len(value), *ones))
        return Track.of(shaped, (Fraction(0),) * dimension)
    if after != track.size:
        return None
    if isinstance(module, GroupBatchNorm):
        up = not module.affine or bool((module.weight > 0).all())
        return Track.of(own.scaled(*draw.integers(1, PRIME, (2, 2)), monotone=up), track.centre)
    if isinstance(module, _BY_POSITION):
        return Track.of(own.apply(draw, zero=False, monotone=False), track.centre)
    return Track.of(own.with_total(draw, alone=False), track.centre)  # statistics of the inside


def _masks_statistics(module: nn.Module) -> bool:
    """Return whether a layer sums or averages over the stable window of an array."""
    domain = getattr(module, "domain", None)
    by_position = (*_BY_POSITION, *_LEAVES_AS_IT_IS, GroupBatchNorm, Guarded)  # in evaluation
    return (
        isinstance(domain, Domain) and not domain.is_whole and not isinstance(module, by_position)
    )


def _slide(module: Guarded, track: Track, draw: np.random.Generator) -> Track:
    """Return what is known behind a sliding layer, of this package or derived from it."""
    own, sampler = track.print, module._sampler
    assert own is not None
    kernel, plain = sampler.kernel, not sampler.kernel.labels.any()
    if isinstance(module, GroupMaxPool) and plain and kernel.permutations is None:
        found = own.largest(kernel, sampler.place)
        return slid(track, kernel, sampler.padding, found)
    divide = ""
    if isinstance(module, GroupBlurPool):
        divide = "inside"
    elif kernel.is_tent and not own.stabilizer.is_signed_permutation:
        divide = "inside"  # upsampling
    elif isinstance(module, GroupAvgPool) and plain and kernel.permutations is None:
        divide = "all" if module.count_include_pad else "inside"
    bias = isinstance(module, FilterLayer) and module.bias is not None
    found = own.filtered(
        kernel,
        sampler.place,
        draw,
        adjoint=sampler.output if sampler.is_adjoint else None,
        bias=bias,
        divide=divide,
    )
    return slid(track, kernel, sampler.padding, found, adjoint=sampler.is_adjoint)
