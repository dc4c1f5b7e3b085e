"""What calls of plain torch do to the symmetry of a map, for those that positions decide."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from groupkit.stabilizer import Stabilizer
from groupkit_torch.geometry import Sides
from groupkit_torch.kernel import Kernel, Place
from groupkit_torch.reads import reads_alike
from groupkit_torch.sampling import broken_elements

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Track:
    """What is known of a tensor on its way through a model.

    Parameters
    ----------
    size : tuple of int
        Its lattice axes; empty if it has none left.
    kept : frozenset of int or None
        The elements of S that are kept up to here; None after a call that cannot be judged.
    centre : tuple of Fraction
        Where the input's centre has moved, in this map's coordinates:
        :math:`o_{out} = (o_{in} + p - D o_{filter}) / s`.
    """

    size: Sides
    kept: frozenset[int] | None
    centre: tuple[Fraction, ...]


_NAMES: Final = (
    "abs add add_ addcmul batch_norm bernoulli cat celu clamp clamp_ clone concat contiguous cos "
    "cpu detach div div_ double dropout elu elu_ exp float gelu group_norm half hardsigmoid "
    "hardswish hardtanh instance_norm leaky_relu leaky_relu_ log log1p logsigmoid maximum minimum "
    "mish mul mul_ neg pow relu relu_ relu6 requires_grad_ rsqrt rsub selu sigmoid sigmoid_ sign "
    "silu sin softplus softsign sqrt square sub sub_ tanh tanh_ to true_divide type type_as where "
    "__add__ __iadd__ __imul__ __mul__ __neg__ __pow__ __radd__ __rmul__ __rsub__ __sub__ "
    "__truediv__"
)
POINTWISE: Final = frozenset(_NAMES.split())
_RESHAPES: Final = frozenset({"flatten", "reshape", "squeeze", "unflatten", "unsqueeze", "view"})
_REDUCTIONS: Final = frozenset({"amax", "amin", "max", "mean", "std", "sum", "var"})


def slide(
    track: Track, kernel: Kernel, place: Place, shift: Sequence[int], elements: frozenset[int]
) -> Track:
    """Return what is known behind a sliding layer that keeps some elements at this size.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p2.window(3), (2, 2), (1, 1))
    >>> before = Track((9, 9), frozenset({0, 1}), (Fraction(4), Fraction(4)))
    >>> place = lambda size: kernel.place(size, (1, 1))
    >>> slide(before, kernel, place, (1, 1), frozenset({0, 1})).centre
    (Fraction(2, 1), Fraction(2, 1))
    """
    middle = [Fraction(int(total), len(kernel.points)) for total in kernel.points.sum(axis=0)]
    centre = tuple(
        (c + p - step * o) / s
        for c, p, step, o, s in zip(
            track.centre, shift, kernel.dilation, middle, kernel.stride, strict=True
        )
    )
    kept = None if track.kept is None else track.kept & elements
    return Track(place(track.size)[0], kept, centre)


def judge(
    stabilizer: Stabilizer,
    name: str,
    args: tuple[Any, ...],
    kwargs: Arguments,
    track: Track,
    out: Tensor,
) -> Track | None:
    """Return what is known of the output of one call of torch, None if positions do not decide.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    name : str
        The function's name.
    args, kwargs
        What it was called with, the map first.
    track : Track
        What is known of the map.
    out : Tensor
        What the call returned.
    """
    d = stabilizer.dimension
    if not track.size:
        alike = name in POINTWISE or name in _RESHAPES or name in ("linear", "softmax")
        return track if alike or name in ("log_softmax", "matmul", "argmax") else None
    if name in POINTWISE:
        return track if tuple(out.shape[-d:]) == track.size else None
    if name in _RESHAPES:
        if out.dim() >= d + 2 and tuple(out.shape[-d:]) == track.size:
            return track
        return _without_lattice(stabilizer, track, math.prod(track.size) == 1)
    if name in _REDUCTIONS or name.startswith("adaptive_"):
        return _reduce(stabilizer, name, args, kwargs, track, out)
    if not stabilizer.is_signed_permutation:
        return None  # what lies outside the stable window takes part
    rule = _RULES.get(name) or _RULES.get(name.removesuffix(f"{d}d") + "Nd")
    if rule is None:
        return None
    found = rule(stabilizer, args, kwargs, track)
    if found is None:
        return None
    kernel, place, shift = found
    broken = set(broken_elements(kernel, place, track.size))
    if kernel.labels.any():  # filters of plain torch need not be symmetric
        ours = (s for s in stabilizer if s not in broken)
        broken |= {s for s in ours if not reads_alike(kernel, place, track.size, s)}
    after = slide(track, kernel, place, shift, frozenset(stabilizer) - broken)
    return after if tuple(out.shape[-d:]) == after.size else None


def _without_lattice(stabilizer: Stabilizer, track: Track, harmless: bool) -> Track:
    kept = track.kept
    if kept is not None and not harmless:
        kept = kept & {stabilizer.identity}
    return Track((), kept, ())


def _reduce(
    stabilizer: Stabilizer,
    name: str,
    args: tuple[Any, ...],
    kwargs: Arguments,
    track: Track,
    out: Tensor,
) -> Track | None:
    d = stabilizer.dimension
    if name.startswith("adaptive_"):
        if not stabilizer.is_signed_permutation:
            return None
        after = tuple(out.shape[-d:])
        if math.prod(after) > 1 and (len(set(after)) > 1 or len(set(track.size)) > 1):
            return None
        return replace(track, size=after, centre=tuple(Fraction(n - 1, 2) for n in after))
    dims = kwargs.get("dim", args[1] if len(args) > 1 else None)
    rank = args[0].dim()
    chosen = range(rank) if dims is None else [dims] if isinstance(dims, int) else dims
    reduced = {x % rank for x in chosen}
    lattice = set(range(rank - d, rank))
    if not reduced & lattice:
        return track
    if not lattice <= reduced or not stabilizer.is_signed_permutation:
        return None
    if out.dim() == rank:  # keepdim
        return replace(track, size=(1,) * d, centre=(Fraction(0),) * d)
    return Track((), track.kept, ())


Found = tuple[Kernel, Place, Sides] | None


def _sides(value: Any, d: int) -> Sides:
    listed = [value] * d if isinstance(value, int) else [int(x) for x in value]
    return tuple(listed * d if len(listed) == 1 else listed)


def _box_kernel(
    stabilizer: Stabilizer, box: Sides, labels: Any, stride: Sides, dilation: Sides
) -> Kernel:
    points = np.array(list(product(*map(range, box))), dtype=np.int64)
    return Kernel(stabilizer, points, labels, None, stride, dilation)


def _argument(name: str, place: int, default: Any, args: tuple[Any, ...], kwargs: Arguments) -> Any:
    return kwargs.get(name, args[place] if len(args) > place else default)


def _conv(stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, _: Track) -> Found:
    d = stabilizer.dimension
    weight = _argument("weight", 1, None, args, kwargs)
    if args[0].dim() != d + 2 or isinstance(_argument("padding", 4, 0, args, kwargs), str):
        return None
    stride, padding, dilation = (
        _sides(_argument(name, place, default, args, kwargs), d)
        for name, place, default in (("stride", 3, 1), ("padding", 4, 0), ("dilation", 5, 1))
    )
    columns = weight.detach().flatten(2).flatten(0, 1)
    labels = torch.unique(columns, dim=1, return_inverse=True)[1].cpu().numpy()
    box = tuple(weight.shape[2:])
    kernel = _box_kernel(stabilizer, box, labels, stride, dilation)
    return kernel, lambda size: kernel.place(size, padding), padding


def _pool(stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, average: bool) -> Found:
    d = stabilizer.dimension
    box = _sides(_argument("kernel_size", 1, None, args, kwargs), d)
    stride = _argument("stride", 2, None, args, kwargs)
    padding = _sides(_argument("padding", 3, 0, args, kwargs), d)
    dilation = _sides(1 if average else _argument("dilation", 4, 1, args, kwargs), d)
    if _argument("ceil_mode", 4 if average else 5, False, args, kwargs):
        return None
    labels = np.zeros(math.prod(box), dtype=np.int64)
    kernel = _box_kernel(stabilizer, box, labels, _sides(stride or box, d), dilation)
    return kernel, lambda size: kernel.place(size, padding), padding


def _pad(stabilizer: Stabilizer, args: tuple[Any, ...], kwargs: Arguments, _: Track) -> Found:
    d = stabilizer.dimension
    pads = list(_argument("pad", 1, [], args, kwargs)) + [0] * (2 * d)
    if any(pads[2 * d :]):
        return None
    low = tuple(int(pads[2 * (d - 1 - axis)]) for axis in range(d))
    high = tuple(int(pads[2 * (d - 1 - axis) + 1]) for axis in range(d))

    def place(size: Sides) -> tuple[Sides, Sides]:
        sides = tuple(n + a + b for n, a, b in zip(size, low, high, strict=True))
        return sides, tuple(-a for a in low)

    return Kernel.of_point(stabilizer, (1,) * d), place, low


def _getitem(stabilizer: Stabilizer, args: tuple[Any, ...], _: Arguments, track: Track) -> Found:
    d, x = stabilizer.dimension, args[0]
    index = args[1] if isinstance(args[1], tuple) else (args[1],)
    if any(not isinstance(part, (slice, int, type(...), type(None))) for part in index):
        return None
    whole = [part for part in index if part is not None]
    if ... in whole:
        at = whole.index(...)
        fill = x.dim() - len(whole) + 1
        whole = [*whole[:at], *[slice(None)] * fill, *whole[at + 1 :]]
    whole += [slice(None)] * (x.dim() - len(whole))
    parts = whole[-d:]
    if any(not isinstance(part, slice) for part in parts) or any(p is None for p in index[-d:]):
        return None
    slices = [part for part in parts if isinstance(part, slice)]
    ranges = [range(*part.indices(n)) for part, n in zip(slices, track.size, strict=True)]

    def place(size: Sides) -> tuple[Sides, Sides]:
        own = [range(*part.indices(n)) for part, n in zip(slices, size, strict=True)]
        return tuple(len(r) for r in own), tuple(r.start for r in own)

    kernel = Kernel.of_point(stabilizer, tuple(r.step for r in ranges))
    return kernel, place, tuple(-r.start for r in ranges)


_RULES: Final[dict[str, Callable[..., Found]]] = {
    "convNd": _conv,
    "max_poolNd": lambda s, a, k, _: _pool(s, a, k, average=False),
    "avg_poolNd": lambda s, a, k, _: _pool(s, a, k, average=True),
    "pad": _pad,
    "__getitem__": _getitem,
}
