"""Fingerprints agree where functions agree, and differ where they differ."""

from collections.abc import Callable

import numpy as np
import pytest

import groupkit as gk
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.reads import reads_alike
from groupkit_torch.sampling.sampling import broken_elements
from groupkit_torch.tracing.fingerprint import Fingerprint
from groupkit_torch.tracing.residues import (
    PRIME,
    distinct,
    inverses,
    of_sets,
    pack,
    scramble,
    unpack,
)
from tests.torch.groups import GROUPS, cubic, image, mirror_line, name

Draw = np.random.Generator


def start(group: gk.SplitGroup, *size: int, torus: bool = False) -> tuple[Fingerprint, Draw]:
    draw = np.random.default_rng(0)
    return Fingerprint.of_input(group.stabilizer, size, draw, torus), draw


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_one_layer_is_judged_as_its_reads_are(group: gk.SplitGroup) -> None:
    size = image(group, 7, 8, 5)
    first, draw = start(group, *size)
    assert first.kept() == tuple(group.stabilizer)
    for stride, padding in ((1, 1), (2, 1), (2, 0), (3, 2)):
        strides, pads = (stride,) * group.dimension, (padding,) * group.dimension
        bank = group.filter_bank(3)
        kernel = Kernel.of_filters(bank, strides, (1,) * group.dimension)

        def place(n: tuple[int, ...], kernel: Kernel = kernel, pads: tuple[int, ...] = pads):
            return kernel.place(n, pads)

        kept = first.filtered(kernel, place, draw).kept()
        assert set(group.stabilizer) - set(kept) == set(broken_elements(kernel, place, size))


def test_a_number_too_many_is_noticed() -> None:
    first, _ = start(gk.p4, 5, 5)

    def spoiled(s: int, value: np.ndarray) -> np.ndarray:
        value = value.copy()
        value[0, 0, 1] += s == 1
        return value

    assert first.each(spoiled).kept() == (0, 2, 3)
    assert first.each(lambda _, value: value[:, 1:, :]).kept() == (0,)
    assert first.each(lambda _, value: value[:, 1:-1, 1:-1]).kept() == (0, 1, 2, 3)


def test_maxima_of_maxima_are_maxima() -> None:
    line, draw = start(mirror_line, 9)
    small = Kernel.of_window(mirror_line.window(2), (1,), (1,))
    large = Kernel.of_window(mirror_line.window(3), (1,), (1,))

    def unpadded(kernel: Kernel) -> Callable[..., tuple[tuple[int, ...], tuple[int, ...]]]:
        return lambda size: kernel.place(size, (0,))

    twice = line.largest(small, unpadded(small)).largest(small, unpadded(small))
    once = line.largest(large, unpadded(large))
    assert all((a == b).all() for a, b in zip(twice.values, once.values, strict=True))
    between = line.largest(small, unpadded(small)).apply(draw, zero=True, monotone=False)
    assert (between.largest(small, unpadded(small)).values[0] != once.values[0]).all()
    single = Kernel.of_window(mirror_line.window(1), (1,), (1,))
    same = line.largest(single, unpadded(single))
    assert (same.values[0] == line.values[0]).all()  # the maximum of one number is it


def test_tori_are_periodic_and_need_equal_sides() -> None:
    first, _ = start(gk.p4, 6, 6, torus=True)
    assert first.kept() == (0, 1, 2, 3)
    rolled = first.each(lambda _, value: np.roll(value, 1, axis=-1))
    assert rolled.kept() == (0,)
    halved = first.each(lambda _, value: value[:, ::2, ::2])
    assert halved.kept() == (0, 1, 2, 3)
    assert start(gk.p4, 6, 4, torus=True)[0].kept() == (0, 2)


def test_internal_symmetries_move_no_positions() -> None:
    doubled = gk.p4.with_internal({"swap": 2})
    first, _ = start(doubled, 4, 4)
    assert len(first.each(lambda _, value: value[:, 1:, :]).kept()) == 2


def test_residues() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.integers(1, PRIME, (2, 50))
    assert (unpack(pack(numbers)) == numbers).all()
    assert (inverses(numbers[0]) * numbers[0] % PRIME == 1).all()
    assert inverses(np.array([0])) == [0]
    found = scramble(np.arange(10_000), 7)
    assert found.min() >= 0
    assert found.max() < PRIME
    assert len(np.unique(pack(found))) == 10_000
    sets = distinct(np.array([[5, 3, 5, -1], [-1, -1, -1, -1], [4, 4, 4, 4]]))
    assert sets.tolist() == [[3, 5], [-1, -1], [-1, 4]]
    empty, single = of_sets(sets)[:, 1], of_sets(sets)[:, 2]
    assert empty.tolist() == [0, 0]
    assert (single == unpack(np.array([4]))[:, 0]).all()


def test_the_cube_is_judged_too() -> None:
    first, draw = start(cubic, 4, 4, 4)
    kernel = Kernel.of_window(cubic.window(3), (2, 2, 2), (1, 1, 1))
    after = first.filtered(kernel, lambda n: kernel.place(n, (1, 1, 1)), draw)
    alike = [
        s
        for s in cubic.stabilizer
        if reads_alike(kernel, lambda n: kernel.place(n, (1, 1, 1)), (4, 4, 4), s)
    ]
    assert list(after.kept()) == alike
