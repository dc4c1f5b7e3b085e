"""What calls of plain torch do to a map, as far as positions decide it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from groupkit.stabilizer import Stabilizer
from groupkit_torch.tracing.judge_reads import RULES
from groupkit_torch.tracing.judge_shapes import (
    at_one_position,
    interpolated,
    leaves_the_lattice,
    spread,
)
from groupkit_torch.tracing.judge_values import (
    by_channel,
    drops_nothing,
    lattice,
    pointwise,
    reduce,
    reduced,
)
from groupkit_torch.tracing.torch_calls import (
    DROPS,
    OF_NUMBERS,
    PARTS,
    POINTWISE,
    REDUCTIONS,
    RESHAPES,
    SPREADS,
)
from groupkit_torch.tracing.track import Arguments, Draw, Track


def judge(
    stabilizer: Stabilizer,
    name: str,
    args: tuple[Any, ...],
    kwargs: Arguments,
    tracks: Sequence[Track],
    out: Tensor,
    draw: Draw,
) -> Track | None:
    """Return what is known of the output of one call of torch, None if positions do not decide.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    name : str
        The function's name.
    args, kwargs
        What it was called with.
    tracks : sequence of Track
        What is known of the tensors among that, in their order; at least one.
    out : Tensor
        What the call returned.
    draw : Generator
        Of random numbers.
    """
    d, track = stabilizer.dimension, tracks[0]
    if track.print is None or any(t.print is None for t in tracks):
        return None
    if name in SPREADS:
        return spread(track, out)
    if name in ("max", "min") and len(args) > 1 and isinstance(args[1], Tensor):
        name = name + "imum"
    if not track.size and len(tracks) == 1:
        if out.dim() >= d + 2 and name in RESHAPES | {"__getitem__"}:
            # a number for each channel; which other axes would be those of the lattice?
            one = math.prod(out.shape[-d:]) == 1 and out.numel() == args[0].numel()
            return at_one_position(track) if one else None
        known = name in POINTWISE | RESHAPES | OF_NUMBERS or drops_nothing(name, args, kwargs)
        scrambled = track.print.apply(draw, zero=name in RESHAPES, monotone=False)
        return Track.of(scrambled, ()) if known else None
    if name in POINTWISE or name in DROPS or by_channel(name, args, kwargs):
        found = pointwise(name, args, kwargs, tracks, draw)
        if found is None or (found.size and tuple(out.shape[-d:]) != found.size):
            return None
        largest = max(tracks, key=lambda t: math.prod(t.size))
        return Track.of(found, largest.centre)
    if len(tracks) > 1 and name not in RULES:
        return None
    if name in PARTS:
        return track if leaves_the_lattice(name, args, kwargs, d) else None
    if name in RESHAPES:
        if tuple(out.shape[-d:]) == track.size and (
            out.dim() >= d + 2 or math.prod(track.size) > 1
        ):
            return track if out.dim() >= d + 2 else None  # without a batch, axes mean other things
        return Track.of(track.print.listed(draw), ())
    if not stabilizer.is_signed_permutation:
        apart = name in REDUCTIONS and not reduced(args, kwargs) & lattice(args, d)
        return track if apart else None  # else what lies outside the stable window takes part
    if name == "interpolate":
        return interpolated(args, kwargs, track, out)
    if name in REDUCTIONS or name.startswith("adaptive_"):
        return reduce(name, args, kwargs, track, out, draw, d)
    rule = RULES.get(name) or RULES.get(name.removesuffix(f"{d}d") + "Nd")
    return None if rule is None else rule(stabilizer, args, kwargs, track, draw)
