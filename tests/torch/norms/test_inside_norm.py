"""The fast form of masked normalisation, the compiled one and the definition agree."""

import math

import pytest
import torch
from torch import Tensor

import groupkit as gk
from groupkit_torch.domain import Domain
from groupkit_torch.norms.inside_norm import (
    _in_steps,
    by_channel,
    normalise_groups,
    normalise_inside,
)
from tests.torch.groups import face_centred, image, name

DOUBLE = torch.float64


def steps(x: Tensor, domain: Domain, *options: object) -> tuple[Tensor, Tensor, Tensor]:
    mask = domain.inside_of(x)
    return _in_steps(x, mask, x[:, 0].numel() // mask.numel(), *options)


@pytest.mark.parametrize("affine", [True, False], ids=["affine", "plain"])
@pytest.mark.parametrize("axes", [0, 1, 2])
@pytest.mark.parametrize("group", [gk.p6, gk.p6m, face_centred], ids=name)
def test_both_forms_are_the_definition(group: gk.SplitGroup, axes: int, affine: bool) -> None:
    domain = Domain.of(group.stabilizer)
    x = 5 + 2 * torch.randn(2, 3, *[2, 4][:axes], *image(group, 7, 8, 5), dtype=DOUBLE)
    parameters = (torch.tensor([1.0, 2, 3]).double(), torch.tensor([4.0, 5, 6]).double())
    weight, bias = parameters if affine else (None, None)
    found = normalise_inside(x, domain, 1e-3, weight, bias)
    traced = steps(x, domain, 1e-3, weight, bias)
    mask = domain.inside_of(x)
    for c in range(3):
        values = x[:, c][..., mask]
        mean = sum(values.flatten().tolist()) / values.numel()
        squares = sum((v - mean) ** 2 for v in values.flatten().tolist())
        scale, shift = (c + 1, c + 4) if affine else (1, 0)
        spread = math.sqrt(squares / values.numel() + 1e-3)
        for y, means, variances in (found, traced):
            assert abs(means[c] - mean) <= 1e-12
            assert abs(variances[c] - squares / (values.numel() - 1)) <= 1e-12
            expected = scale * (values - mean) / spread + shift
            assert (y[:, c][..., mask] - expected).abs().max() <= 1e-12
            assert (y[:, c][..., ~mask] - shift).abs().max() <= 1e-12


@pytest.mark.parametrize("group", [gk.p4, gk.p6m], ids=name)
def test_the_form_for_whole_arrays_is_torchs_batch_norm(group: gk.SplitGroup) -> None:
    domain = Domain.torus(group.stabilizer)  # the whole array, on every lattice
    x = 5 + 2 * torch.randn(2, 3, group.order, 7, 7, dtype=DOUBLE)
    weight, bias = torch.rand(2, 3, dtype=DOUBLE)
    mean, variance = torch.zeros(3).double(), torch.zeros(3).double()
    leaves = [t.requires_grad_() for t in (x, weight, bias)]
    y = torch.nn.functional.batch_norm(x, mean, variance, weight, bias, True, 1.0, 1e-3)
    above = torch.randn(y.shape, dtype=DOUBLE)
    expected = y, mean, variance, *torch.autograd.grad((y * above).sum(), leaves)
    y, means, variances = normalise_inside(x, domain, 1e-3, weight, bias)
    found = y, means, variances, *torch.autograd.grad((y * above).sum(), leaves)
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours - theirs).abs().max() <= 1e-12


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("group", [gk.p6m, face_centred], ids=name)
def test_means_that_the_format_does_not_hold_are_no_matter(
    group: gk.SplitGroup, dtype: torch.dtype
) -> None:
    domain = Domain.of(group.stabilizer)
    x = (300.7 + 3 * torch.randn(8, 2, 4, *image(group, 7, 8, 5))).to(dtype).requires_grad_()
    weight, bias = torch.tensor([1.0, 2]), torch.tensor([0.0, 3])
    y, mean, variance = normalise_inside(x, domain, 1e-3, weight, bias)
    assert (y.dtype, mean.dtype) == (dtype, torch.float32)
    exact = normalise_inside(x.double(), domain, 1e-3, weight.double(), bias.double())
    assert torch.allclose(y.double(), exact[0], rtol=torch.finfo(dtype).eps, atol=1e-2)
    assert torch.allclose(mean.double(), exact[1], rtol=1e-5)
    assert torch.allclose(variance.double(), exact[2], rtol=1e-3)
    above = torch.randn(y.shape).to(dtype)
    ours, theirs = (
        torch.autograd.grad((found.double() * above).sum(), x)[0] for found in (y, exact[0])
    )
    assert (ours - theirs).abs().max() <= 4 * torch.finfo(dtype).eps * theirs.abs().max()


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_transforms_of_torch_see_bfloat16_too() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    weight, bias = torch.tensor([1.0, 2]), torch.tensor([0.0, 3])

    def norm(x: Tensor) -> Tensor:
        return normalise_inside(x, domain, 1e-3, weight, bias)[0]

    x = torch.randn(3, 4, 2, 6, 7, 7).bfloat16()
    expected = torch.stack([norm(part) for part in x])
    assert torch.allclose(torch.func.vmap(norm)(x), expected, rtol=2**-7, atol=1e-2)
    y, tangent = torch.func.jvp(norm, (x[0],), (x[1],))
    assert (y.dtype, tangent.dtype) == (torch.bfloat16, torch.bfloat16)
    with torch.autograd.forward_ad.dual_level():
        dual = norm(torch.autograd.forward_ad.make_dual(x[0], x[1]))
        again = torch.autograd.forward_ad.unpack_dual(dual).tangent
    assert torch.equal(again, tangent)


def test_large_numbers_in_half_precision_do_not_overflow() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.full((2, 1, 7, 7), 6e4, dtype=torch.float16)
    x[0, 0, 3, 3] = -6e4
    y, mean, variance = normalise_inside(x, domain, 1e-3)
    exact = normalise_inside(x.double(), domain, 1e-3)
    for found, expected in zip((y, mean, variance), exact, strict=True):
        assert torch.allclose(found.double(), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("num_groups", [1, 2, 4])
@pytest.mark.parametrize("group", [gk.p6, face_centred], ids=name)
def test_groups_of_a_sample_are_normalised_by_themselves(
    group: gk.SplitGroup, num_groups: int
) -> None:
    domain = Domain.of(group.stabilizer)
    x = 3 + torch.randn(2, 4, 3, *image(group, 5, 6, 5), dtype=DOUBLE)
    mask = domain.inside_of(x)
    y = normalise_groups(x, num_groups, domain, 1e-3, 2 * torch.ones(4).double())
    for sample in range(2):
        for channels in torch.arange(4).chunk(num_groups):
            values = x[sample, channels][..., mask]
            spread = (values.var(correction=0) + 1e-3).sqrt()
            expected = 2 * (values - values.mean()) / spread
            assert (y[sample, channels][..., mask] - expected).abs().max() <= 1e-12
    assert y[..., ~mask].abs().max() <= 1e-12


def test_gradients_of_both_forms_agree_wherever_they_come_from() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(2, 3, 6, 5, 5, dtype=DOUBLE, requires_grad=True)
    weight = torch.rand(3, dtype=DOUBLE, requires_grad=True)
    bias = torch.rand(3, dtype=DOUBLE, requires_grad=True)
    above = torch.randn(x.shape, dtype=DOUBLE)  # of the outside as well
    gradients = [
        torch.autograd.grad(
            (form(x, domain, 0.1, weight, bias)[0] * above).sum(), (x, weight, bias)
        )
        for form in (normalise_inside, steps)
    ]
    for fast, slow in zip(*gradients, strict=True):
        assert (fast - slow).abs().max() <= 1e-12
    assert (gradients[0][0][..., ~domain.inside_of(x)] == 0).all()


def test_second_derivatives_are_right() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(1, 2, 3, 3, dtype=DOUBLE, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: normalise_inside(x, domain, 0.1)[0], x)


@pytest.mark.parametrize("junk", [1e30, torch.inf, torch.nan])
def test_the_outside_is_not_read(junk: float) -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(2, 3, 6, 7, 7, requires_grad=True)
    results = []
    for value in (0.0, junk):
        filled = domain.fill(x, value)
        y, mean, variance = normalise_inside(filled, domain, 1e-5)
        z = normalise_groups(filled, 1, domain, 1e-5)
        loss = y.square().sum() + z.sin().sum()
        results.append((y, mean, variance, z, *torch.autograd.grad(loss, x)))
    for clean, dirty in zip(*results, strict=True):
        assert torch.equal(clean, dirty)


def test_large_means_cost_no_digits() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(4, 1, 6, 9, 9)
    y, _, variance = normalise_inside(x + 1000, domain, 1e-5)
    exact, _, expected = normalise_inside(x.double(), domain, 1e-5)
    mask = domain.inside_of(x)
    assert (y - exact)[..., mask].abs().max() < 2e-3  # the input has lost as much
    assert abs(variance - expected) < 1e-3


def test_samples_of_a_batch_have_gradients_by_vmap() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    x = torch.randn(3, 1, 2, 6, 5, 5, dtype=DOUBLE)

    def loss(x: Tensor) -> Tensor:
        return normalise_inside(x, domain, 0.1)[0].sin().sum()

    together = torch.func.vmap(torch.func.grad(loss))(x)
    for i in range(3):
        assert torch.allclose(together[i], torch.func.grad(loss)(x[i]), atol=1e-12)


def test_the_layout_in_memory_stays() -> None:
    x = torch.randn(2, 3, 4, 5, 6)
    last = x.movedim((1, 2), (-2, -1)).contiguous().movedim((-2, -1), (1, 2))
    for f in (x, last):
        y = by_channel(f, 2, lambda t: t * torch.arange(3.0).view(1, 3, *[1] * (t.dim() - 2)))
        assert torch.equal(y, x * torch.arange(3.0).view(1, 3, 1, 1, 1))
        assert y.stride() == f.stride()
    deep = torch.randn(2, 3, 4, 2, 5, 6)
    assert torch.equal(by_channel(deep, 2, torch.neg), -deep)
    planar = torch.randn(2, 3, 5, 6)
    assert torch.equal(by_channel(planar, 2, torch.neg), -planar)
