"""The nearest sizes and settings at which a layer keeps all of S."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from groupkit import SplitGroup
from groupkit.errors import WindowError
from groupkit_torch.geometry import Sides
from groupkit_torch.kernel import Kernel
from groupkit_torch.sampling import broken_elements

Broken = Callable[[Sides], tuple[dict[int, str], str]]
"""Sides of an input -> the elements that are broken there, and the point that S acts about."""
_FARTHEST = 6  # no remainder is farther away for strides up to 6


def unlike_numbers(kernel: Kernel) -> list[str]:
    """Return the strides and dilations to make alike, which no size makes up for.

    Examples
    --------
    >>> import groupkit as gk
    >>> unlike_numbers(Kernel.of_window(gk.p4.window(3), (1, 2), (1, 1)))
    ['use the same stride on axes 0 and 1']
    """
    found = []
    mixed = (kernel.stabilizer.matrices != 0).any(axis=0)
    for name, numbers in (("stride", kernel.stride), ("dilation", kernel.dilation)):
        for i, j in np.argwhere(mixed & np.not_equal.outer(numbers, numbers)):
            if i < j or not mixed[j, i]:
                found.append(f"use the same {name} on axes {min(i, j)} and {max(i, j)}")
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
        try:
            lost = broken(sides)[0]
        except WindowError:
            continue
        if not lost:
            found.append(str(sides[0]) if equal else "×".join(map(str, sides)))
        if len(found) == 2:
            break
    return [f"exact at {' or '.join(found)}"] if found else []


def nearest_settings(
    group: SplitGroup, kernel: Kernel, padding: Sides, size: Sides, most_padding: float
) -> list[str]:
    """Return up to two kernels and paddings that keep all of S at a size.

    Those that leave the size of the output as it is come first.

    Examples
    --------
    >>> import groupkit as gk
    >>> kernel = Kernel.of_window(gk.p4.window(3), (2, 2), (1, 1))
    >>> nearest_settings(gk.p4, kernel, (1, 1), (32, 32), 0.5)
    ['with kernel 4 and padding 1', 'with kernel 2 and padding 0']
    """
    before = kernel.place(size, padding)[0]
    likes = {
        tuple(max(p + step, 0) for p in base)
        for step in range(-2, 3)
        for base in (padding, (min(padding),) * len(padding))
    }
    found: list[tuple[int, int, str]] = []
    for step, pads in product((0, -1, 1, -2, 2), sorted(likes)):
        box = tuple(k + step for k in kernel.box)
        if min(box) < 1 or any(p > most_padding * k for p, k in zip(pads, box, strict=True)):
            continue
        if (box, pads) == (kernel.box, padding):  # it is what loses symmetry
            continue
        try:
            window = group.window(box)
            other = Kernel.of_window(window, kernel.stride, kernel.dilation, kernel.padding_mode)
            after = other.place(size, pads)[0]
            lost = broken_elements(other.told_apart(), lambda n: other.place(n, pads), size)  # noqa: B023
        except WindowError:
            continue
        if not lost:
            change = sum(abs(a - b) for a, b in zip(after, before, strict=True))
            distance = abs(step) + max(abs(p - q) for p, q in zip(pads, padding, strict=True))
            text = f"with kernel {_short(box)} and padding {_short(pads)}"
            found.append((change, distance, text))
    return [text for _, _, text in sorted(found)[:2]]


def _short(sides: Sides) -> str:
    return str(sides[0] if len(set(sides)) == 1 else sides)
