"""Functions of finite support on G: the definitions, and the identities between them."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.action import act
from groupkit_torch.domain import Domain
from groupkit_torch.functional import convolution, correlate, involution
from tests.torch.groups import cubic, face_centred, mirror_line, name
from tests.torch.oracles_torch import MatrixGroup

# a group, and the sides of f and of ψ
CASES = [
    (gk.p4, (5, 5), (3, 3)),
    (gk.p4m, (3, 3), (3, 3)),
    (gk.p6, (5, 5), (3, 3)),
    (gk.p6m, (3, 3), (5, 5)),
    (mirror_line, (7,), (3,)),
    (cubic, (3, 3, 3), (1, 1, 1)),
    (face_centred, (3, 3, 3), (3, 3, 3)),
]
cases = pytest.mark.parametrize(("group", "large", "small"), CASES, ids=name)


def draw(group: gk.SplitGroup, sides: tuple[int, ...], *lead: int, seed: int = 0) -> Tensor:
    """Return a random function on the stable window of an array."""
    generator = torch.Generator().manual_seed(seed)
    f = torch.randn(*lead, group.order, *sides, generator=generator, dtype=torch.float64)
    return Domain.of(group.stabilizer).fill(f)


def listed(group: gk.SplitGroup, f: Tensor) -> dict[tuple[tuple[int, ...], int], float]:
    """Return the values of a function at the elements (t, s) where it is not zero."""
    middle = [(n - 1) // 2 for n in f.shape[1:]]
    return {
        (tuple(i - c for i, c in zip(index[1:], middle, strict=True)), index[0]): f[index].item()
        for index in map(tuple, f.nonzero().tolist())
    }


class Motions:
    """Elements (t, s) of G, multiplied as (t, s)(t', s') = (t + M(s) t', s s')."""

    def __init__(self, group: gk.SplitGroup) -> None:
        self.matrices = MatrixGroup(group.stabilizer.matrices)

    def product(self, g: tuple, h: tuple) -> tuple:
        moved = self.matrices.act(g[1], h[0])
        t = tuple(int(a + b) for a, b in zip(g[0], moved, strict=True))
        return t, self.matrices.product(g[1], h[1])

    def inverse(self, g: tuple) -> tuple:
        back = self.matrices.inverse(g[1])
        return tuple(-int(x) for x in self.matrices.act(back, g[0])), back


def by_definition(
    group: gk.SplitGroup, f: Tensor, psi: Tensor, where: Callable[[Motions, tuple, tuple], tuple]
) -> dict[tuple, float]:
    """Sum f(h) ψ(k) into the element that h and k give."""
    motions, total = Motions(group), dict[tuple, float]()
    for (h, a), (k, b) in product(listed(group, f).items(), listed(group, psi).items()):
        g = where(motions, h, k)
        total[g] = total.get(g, 0.0) + a * b
    return total


def assert_same(group: gk.SplitGroup, actual: Tensor, expected: dict[tuple, float]) -> None:
    found = listed(group, actual)
    for g in set(found) | set(expected):
        assert abs(found.get(g, 0.0) - expected.get(g, 0.0)) <= 1e-12


SMALL = [(gk.p4, (3, 3), (3, 3)), (gk.p6, (3, 3), (3, 3)), (mirror_line, (5,), (3,))]


@pytest.mark.parametrize(("group", "large", "small"), SMALL, ids=name)
def test_all_three_are_their_definitions(
    group: gk.SplitGroup, large: tuple[int, ...], small: tuple[int, ...]
) -> None:
    f, psi = draw(group, large, 1, 1), draw(group, small, 1, 1, seed=1)
    # f(h) ψ(g⁻¹ h) has k = g⁻¹ h, so g = h k⁻¹; f(h) ψ(h⁻¹ g) has k = h⁻¹ g, so g = h k
    expected = by_definition(group, f[0, 0], psi[0, 0], lambda m, h, k: m.product(h, m.inverse(k)))
    assert_same(group, correlate(f, psi, group)[0, 0], expected)
    expected = by_definition(group, f[0, 0], psi[0, 0], lambda m, h, k: m.product(h, k))
    assert_same(group, convolution(f, psi, group)[0, 0], expected)
    motions = Motions(group)
    starred = {motions.inverse(g): value for g, value in listed(group, f[0, 0]).items()}
    assert listed(group, involution(f, group)[0, 0]) == starred


@cases
def test_the_involution_exchanges_the_factors(
    group: gk.SplitGroup, large: tuple[int, ...], small: tuple[int, ...]
) -> None:
    f, psi = draw(group, large, 1, 1), draw(group, small, 1, 1, seed=1)
    star = lambda x: involution(x, group)  # noqa: E731
    assert torch.equal(star(star(f)), f)
    both = correlate(f, psi, group)
    assert torch.allclose(both, star(correlate(psi, f, group)), rtol=0, atol=1e-12)
    product = convolution(f, psi, group)
    assert torch.allclose(both, convolution(f, star(psi), group), rtol=0, atol=1e-12)
    exchanged = convolution(star(psi), star(f), group)
    assert torch.allclose(star(product), exchanged, rtol=0, atol=1e-12)


@pytest.mark.parametrize("group", [gk.p4, gk.p4m, gk.p6, mirror_line], ids=name)
def test_convolution_is_associative_and_correlation_is_not(group: gk.SplitGroup) -> None:
    sides = (3,) * group.dimension
    f, g, h = (draw(group, sides, 1, 1, seed=seed) for seed in range(3))
    convolved = [
        convolution(convolution(f, g, group), h, group),
        convolution(f, convolution(g, h, group), group),
    ]
    assert torch.allclose(*convolved, rtol=0, atol=1e-11)
    correlated = correlate(correlate(f, g, group), h, group)
    assert (correlated - correlate(f, correlate(g, h, group), group)).abs().max() > 0.1


@cases
def test_gradients_are_convolutions_on_the_group(
    group: gk.SplitGroup, large: tuple[int, ...], small: tuple[int, ...]
) -> None:
    """∂L/∂f = G * ψ and ∂L/∂ψ = G* * f, where G = ∂L/∂(f ⋆ ψ), summed over channels."""
    f, psi = draw(group, large, 2, 2), draw(group, small, 3, 2, seed=1)
    f.requires_grad_(), psi.requires_grad_()
    y = correlate(f, psi, group)
    upstream = draw(group, tuple(y.shape[3:]), *y.shape[:2], seed=2)
    to_f, to_psi = torch.autograd.grad(y, (f, psi), upstream)

    def cut(wide: Tensor, sides: tuple[int, ...]) -> Tensor:
        for axis, n in zip(range(-group.dimension, 0), sides, strict=True):
            wide = wide.narrow(axis, (wide.shape[axis] - n) // 2, n)
        return Domain.of(group.stabilizer).fill(wide)

    expected = cut(convolution(upstream, psi.detach().transpose(0, 1), group), large)
    assert torch.allclose(to_f, expected, rtol=0, atol=1e-11)
    transposed = involution(upstream, group).transpose(0, 1)
    expected = cut(convolution(transposed, f.detach().transpose(0, 1), group), small)
    assert torch.allclose(to_psi, expected, rtol=0, atol=1e-11)


@cases
def test_it_is_the_layer_of_the_same_filters(
    group: gk.SplitGroup, large: tuple[int, ...], small: tuple[int, ...]
) -> None:
    layer = gt.GroupConv(
        group, 2, 3, small, padding=tuple(k - 1 for k in small), bias=False, dtype=torch.float64
    )
    window = layer.filter_bank.window
    psi = torch.zeros(3, 2, group.order, *small, dtype=torch.float64)
    psi[..., torch.tensor(window.mask)] = layer.weight.detach().unflatten(-1, (group.order, -1))
    f = draw(group, large, 2, 2)
    assert torch.allclose(correlate(f, psi, group), layer(f), rtol=0, atol=1e-12)


@cases
def test_both_commute_with_the_left_action_on_f(
    group: gk.SplitGroup, large: tuple[int, ...], small: tuple[int, ...]
) -> None:
    f, psi = draw(group, large, 1, 2), draw(group, small, 2, 2, seed=1)
    for operation in (correlate, convolution):
        y = operation(f, psi, group)
        for s in group.stabilizer:
            moved = operation(act(f, group, s, "regular"), psi, group)
            assert torch.allclose(moved, act(y, group, s, "regular"), rtol=0, atol=1e-12)


def test_complex_functions_go_through() -> None:
    f = torch.randn(1, 1, 4, 3, 3, dtype=torch.complex128)
    y = correlate(f, f, gk.p4)
    assert torch.allclose(y, involution(y, gk.p4), rtol=0, atol=1e-12)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((1, 1, 4, 4, 4), WindowError, "4×4 of f has no middle .* pad with zeros"),
        ((1, 1, 4, 3, 5), WindowError, "3×5 of f .* equal on axes that S mixes"),
        ((1, 1, 8, 3, 3), FeatureTypeError, r"\[batch, channels, 4, 2 lattice axes\], but f has"),
        ((1, 4, 3, 3), FeatureTypeError, "a planar one is first lifted"),
        ((1, 2, 4, 3, 3), FeatureTypeError, "f has 2 channels and psi filters for 1"),
    ],
    ids=str,
)
def test_what_is_no_function_on_the_group_is_refused(
    shape: tuple[int, ...], error: type[Exception], message: str
) -> None:
    psi = torch.zeros(1, 1, 4, 3, 3)
    for operation in (correlate, convolution):
        with pytest.raises(error, match=message):
            operation(torch.zeros(shape), psi, gk.p4)


def test_a_window_without_a_middle_has_no_involution() -> None:
    assert involution(np.pi * torch.ones(4, 3, 3), gk.p4).shape == (4, 3, 3)
    with pytest.raises(WindowError):
        involution(torch.ones(4, 2, 2), gk.p4)
    with pytest.raises(FeatureTypeError, match=r"\[\.\.\., 4, 2 lattice axes\]"):
        involution(torch.ones(3, 3), gk.p4)
