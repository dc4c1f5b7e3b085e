"""The nearest sizes and settings at which a layer keeps all of S."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from groupkit.errors import WindowError
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampler import Sampler

Broken = Callable[[Sides], tuple[dict[int, str], str]]
"""Sides of an input -> the elements that are broken there, and the point that S acts about."""
_FARTHEST = 6  # no remainder is farther away for strides up to 6


def remedies_of(sampler: Sampler, size: Sides) -> list[str]:
    """Return what would keep all of S: numbers made alike, or sizes, or settings.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p4.window(3), (2, 2), (1, 1))
    >>> for remedy in remedies_of(Sampler(gk.p4, kernel, (1, 1), most_padding=0.5), (32, 32)):
    ...     print(remedy)
    exact at 31 or 33
    with kernel 4 and padding 1
    with kernel 2 and padding 0
    with stride 1 and then GroupBlurPool(4, stride=2, padding=1)
    """
    unlike = unlike_numbers(sampler.kernel)
    if unlike:
        return [f"use {' and '.join(unlike)}{_such_as(sampler, size)}"]
    found = nearest_sizes(sampler.broken, size)
    if sampler.resizable:
        found += nearest_settings(sampler, size)
    return found + blurred(sampler, size)


def unlike_numbers(kernel: Kernel) -> list[str]:
    """Return the strides and dilations to make alike, which no size makes up for.

    Examples
    --------
    >>> import groupkit as gk
    >>> unlike_numbers(Kernel.of_window(gk.p4.window(3), (1, 2), (1, 1)))
    ['the same stride on axes 0 and 1']
    """
    found = []
    mixed = (kernel.stabilizer.matrices != 0).any(axis=0)
    for name, numbers in (("stride", kernel.stride), ("dilation", kernel.dilation)):
        for i, j in np.argwhere(mixed & np.not_equal.outer(numbers, numbers)):
            if i < j or not mixed[j, i]:
                found.append(f"the same {name} on axes {min(i, j)} and {max(i, j)}")
    return found


def nearest_sizes(broken: Broken, size: Sides) -> list[str]:
    """Return the one or two nearest sizes that keep all of S: ["exact at 31 or 33"].

    Equal sides stay equal; of others, each is changed for itself.

    Examples
    --------
    >>> nearest_sizes(lambda size: ({1: "even"} if size[0] % 2 == 0 else {}, ""), (8, 8))
    ['exact at 7 or 9']
    """
    equal = len(set(size)) == 1
    steps = range(-_FARTHEST, _FARTHEST + 1)
    if equal:
        tried = [(step,) * len(size) for step in steps]
    else:
        near = range(-2, 3) if len(size) > 2 else steps
        tried = list(product(near, repeat=len(size)))
    found: list[str] = []
    for step in sorted(tried, key=lambda step: (sum(map(abs, step)), step)):
        sides = tuple(n + x for n, x in zip(size, step, strict=True))
        if min(sides) < 1 or not any(step):
            continue
        if _is_exact(broken, sides):
            found.append(str(sides[0]) if equal else "×".join(map(str, sides)))
        if len(found) == 2:
            break
    return [f"exact at {' or '.join(found)}"] if found else []


def nearest_settings(sampler: Sampler, size: Sides) -> list[str]:
    """Return up to two kernels and paddings with which the layer keeps all of S at a size.

    Those that leave the size of the output as it is come first. Each is judged with the
    filters that the layer would have.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p4.window(3), (2, 2), (1, 1))
    >>> nearest_settings(Sampler(gk.p4, kernel, (1, 1), most_padding=0.5), (32, 32))
    ['with kernel 4 and padding 1', 'with kernel 2 and padding 0']
    """
    kernel, padding = sampler.kernel, sampler.padding
    before = sampler.output(size)
    likes = {
        tuple(max(p + step, 0) for p in base)
        for step in range(-2, 3)
        for base in (padding, (min(padding),) * len(padding))
    }
    found: list[tuple[int, int, str]] = []
    for step in (0, -1, 1, -2, 2):
        box = tuple(k + step for k in kernel.box)
        if min(box) < 1:
            continue
        try:
            own = sampler.resized(box, padding)
        except WindowError:
            continue
        for pads in sorted(likes):
            if own is None or _same(own, sampler, pads):
                continue
            if any(p > sampler.most_padding * k for p, k in zip(pads, own.kernel.box, strict=True)):
                continue
            other = own.padded(pads)
            if not _is_exact(other.broken, size):
                continue
            after = other.output(size)
            change = sum(abs(a - b) for a, b in zip(after, before, strict=True))
            distance = abs(step) + max(abs(p - q) for p, q in zip(pads, padding, strict=True))
            text = f"with kernel {_short(box)} and padding {_short(pads)}"
            if any(sampler.output_padding or ()):
                text += ", without output padding"
            found.append((change, distance, text))
    return [text for _, _, text in sorted(found)[:2]]


def blurred(sampler: Sampler, size: Sides) -> list[str]:
    """Return the blur-pooling that may take over a layer's stride at a size, if one is exact.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p4.window(3), (2, 2), (1, 1))
    >>> blurred(Sampler(gk.p4, kernel, (1, 1)), (8, 8))
    ['with stride 1 and then GroupBlurPool(4, stride=2, padding=1)']
    """
    kernel, ones = sampler.kernel, (1,) * len(size)
    stride = kernel.stride
    if sampler.is_adjoint or kernel.is_tent or stride == ones or kernel.padding_mode == "circular":
        return []
    whole = sampler.stepped(ones, kernel.dilation)
    if not _is_exact(whole.broken, size):
        return []
    between, before = whole.output(size), sampler.output(size)
    found = []
    for more in (0, 1):
        box = tuple(2 * s - 1 + (more if s > 1 else 0) for s in stride)
        for less in (0, 1):
            pads = tuple(max((k - 1) // 2 - less, 0) for k in box)
            try:
                blur = Sampler(sampler.group, Kernel.of_tent(kernel.stabilizer, stride, box), pads)
                after = blur.output(between)
            except WindowError:
                continue
            if _is_exact(blur.broken, between):
                change = sum(abs(a - b) for a, b in zip(after, before, strict=True))
                text = f"GroupBlurPool({_short(box)}, stride={_short(stride)}, padding="
                found.append((change, more + less, f"{text}{_short(pads)})"))
    return [f"with stride 1 and then {text}" for _, _, text in sorted(found)[:1]]


def _such_as(sampler: Sampler, size: Sides) -> str:
    """Return equal numbers with which the layer is exact: at this size, or at one near it."""
    kernel, padding, near = sampler.kernel, sampler.padding, ""
    least = min(padding)
    for stride, dilation in product(_alike(kernel.stride), _alike(kernel.dilation)):
        for pads in dict.fromkeys((padding, (least,) * len(padding))):
            other = sampler.stepped(stride, dilation).padded(pads)
            numbers = [("stride", stride, kernel.stride), ("dilation", dilation, kernel.dilation)]
            numbers.append(("padding", pads, padding))
            text = " and ".join(f"{name} {new[0]}" for name, new, old in numbers if new != old)
            if _is_exact(other.broken, size):
                return f", such as {text}"
            sizes = "" if near else "".join(nearest_sizes(other.broken, size))
            near = near or (sizes and f", such as {text}, {sizes}")
    return near


def _alike(numbers: Sides) -> list[Sides]:
    return [(number,) * len(numbers) for number in sorted(set(numbers))]


def _is_exact(broken: Broken, size: Sides) -> bool:
    try:
        return not broken(size)[0]
    except WindowError:
        return False


def _same(own: Sampler, sampler: Sampler, pads: Sides) -> bool:
    """Return whether these are the numbers that lose symmetry."""
    return (own.kernel.box, pads, own.output_padding) == (
        sampler.kernel.box,
        sampler.padding,
        sampler.output_padding,
    )


def _short(sides: Sides) -> str:
    return str(sides[0] if len(set(sides)) == 1 else sides)
