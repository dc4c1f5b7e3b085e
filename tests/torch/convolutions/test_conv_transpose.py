"""Transposed G-convolutions are the adjoints of G-convolutions, and as symmetric as they are."""

from collections import Counter
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit.field import Field
from groupkit_torch.domain import Domain
from groupkit_torch.geometry import SettingError
from groupkit_torch.sampling.exactness import exactness_of
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import (
    GROUPS,
    SHIPPED,
    cubic,
    face_centred,
    image,
    mirror_line,
    name,
    p2mm,
    subgroups,
)
from tests.torch.measured import kept_elements

DOUBLE = torch.float64


def transposed(group: gk.SplitGroup, *args: Any, **kwargs: Any) -> gt.GroupConvTranspose:
    return gt.GroupConvTranspose(group, *args, exact="ignore", dtype=DOUBLE, **kwargs)


def check_adjoint(up: gt.GroupConvTranspose, space: tuple[int, ...]) -> None:
    """Compare <conv(x), f> with <x, up(f)>, both inside where maps live."""
    conv = gt.GroupConv(
        up.group,
        up.out_channels,
        up.in_channels,
        up.kernel_size,
        up.stride,
        up.padding,
        up.dilation,
        up.groups,
        bias=False,
        input_type=up.output_type,
        output_type=up.input_type,
        exact="ignore",
        dtype=DOUBLE,
    )
    conv.weight.data = up.weight.detach()
    f = torch.randn(2, up.in_channels, *up.input_type.array_shape(space), dtype=DOUBLE)
    y = up(f).detach()
    x = torch.randn_like(y)
    domain = Domain.of(up.group.stabilizer)
    z = conv(x)
    assert z.shape == f.shape
    left = (domain.fill(z) * f).sum()
    right = (domain.fill(x) * y).sum()
    assert abs(left - right) <= 1e-12 * (z.abs().max() * f.abs().max() * f.numel())


@pytest.mark.parametrize(
    ("input_type", "output_type"),
    [("planar", "regular"), ("regular", "regular"), ("regular", "planar"), ("planar", "planar")],
)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_is_the_adjoint(group: gk.SplitGroup, input_type: str, output_type: str) -> None:
    up = transposed(
        group, 2, 3, 3, 2, 1, bias=False, input_type=input_type, output_type=output_type
    )
    check_adjoint(up, image(group, 5, 5, 3))


@pytest.mark.parametrize(
    ("group", "kernel_size", "options", "space"),
    [
        (gk.p4, 2, {}, (5, 6)),
        (gk.p4m, 4, {"stride": 2, "padding": 1}, (5, 5)),
        (gk.p4, 3, {"stride": 3, "padding": 2, "output_padding": 2}, (4, 4)),
        (gk.p4, 3, {"stride": 2, "dilation": 2, "groups": 2}, (4, 3)),
        (gk.p6, 5, {"padding": 2, "groups": 2}, (7, 7)),
        (gk.p6m, 3, {"dilation": 2, "stride": 2, "padding": 1}, (5, 5)),
        (p2mm, (3, 1), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}, (5, 4)),
        (mirror_line, 4, {"stride": 2, "padding": 1}, (6,)),
        (cubic, 2, {"stride": 2}, (2, 3, 3)),
        (face_centred, 3, {"padding": 1}, (5, 5, 5)),
    ],
    ids=name,
)
def test_whatever_its_numbers(
    group: gk.SplitGroup, kernel_size: Any, options: dict[str, Any], space: tuple[int, ...]
) -> None:
    check_adjoint(transposed(group, 2, 4, kernel_size, bias=False, **options), space)


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_between_all_pairs_of_cosets(group: gk.SplitGroup) -> None:
    for inner, outer in product(subgroups(group), repeat=2):
        up = transposed(group, 1, 1, 3, bias=False, input_type=inner, output_type=outer)
        check_adjoint(up, (3, 3))


def test_with_fields_it_is_the_adjoint_of_the_dual_field() -> None:
    lattice = gk.p6.field("vector", components="lattice")  # not orthogonal: its dual is another
    dual = Field(gk.p6.stabilizer, lattice.duals)
    up = transposed(gk.p6, 1, 2, 3, 2, 1, output_type=lattice)
    assert_equivariant(up, gk.p6, (1, 1, 6, 5, 5), "regular", lattice)
    down = transposed(gk.p6, 2, 1, 3, 2, 1, input_type=lattice)
    assert_equivariant(down, gk.p6, (1, 2, 5, 5), lattice, "regular")
    conv = gt.GroupConv(gk.p6, 2, 1, 3, 2, 1, bias=False, input_type=dual, dtype=DOUBLE)
    conv.weight.data = up.weight.detach()
    assert torch.allclose(conv.expanded_weight(), up.expanded_weight(), atol=1e-14)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_is_equivariant_with_biases(group: gk.SplitGroup) -> None:
    for kernel_size, padding in ((3, 1), (4, 1)):
        try:
            up = transposed(group, 2, 2, kernel_size, 2, padding)
        except WindowError:
            continue  # no window of even size
        size = (len(group.stabilizer),)
        assert_equivariant(up, group, (1, 2, *size, *image(group, 5, 5, 3)), "regular")
        assert up.exactness(image(group, 5, 5, 3)).is_exact


def test_output_sizes_are_torchs() -> None:
    x = torch.randn(1, 2, 4, 5, 6)
    for k, s, p, e, d in product((1, 3, 4), (1, 2, 3), (0, 1), (0, 1, 2), (1, 2)):
        plain = torch.nn.ConvTranspose2d(8, 12, k, s, p, dilation=d)
        if e >= max(s, d):
            with pytest.raises(SettingError, match="is not below stride"):
                gt.GroupConvTranspose(gk.p4, 2, 3, k, s, p, e, 1, True, d)
            continue
        ours = gt.GroupConvTranspose(gk.p4, 2, 3, k, s, p, e, 1, True, d, exact="ignore")
        plain.output_padding = (e, e)
        try:
            expected = plain(x.flatten(1, 2)).shape[2:]
        except RuntimeError:
            with pytest.raises(WindowError, match="crops all of its output"):
                ours(x)
            continue
        assert ours(x).shape[3:] == expected
        if e < s:
            ours.output_padding = (0, 0)
            assert ours(x, output_size=expected).shape[3:] == expected


def test_it_equals_torchs_for_the_trivial_group() -> None:
    up = transposed(gk.p1, 2, 3, 3, 2, 1, 1)
    x = torch.randn(1, 2, 1, 5, 5, dtype=DOUBLE)
    expected = F.conv_transpose2d(x[:, :, 0], up.weight.view(2, 3, 3, 3), up.bias, 2, 1, 1)
    assert torch.allclose(up(x)[:, :, 0], expected, atol=1e-12)


def compare(up: gt.GroupConvTranspose, size: tuple[int, ...]) -> str:
    try:
        found = exactness_of(up._sampler, size, advise=False)
    except WindowError:
        with pytest.raises((ValueError, RuntimeError)):
            up(torch.zeros(1, 1, *up.input_type.array_shape(size), dtype=DOUBLE))
        return "refused"
    measured = kept_elements(up, up.group, size, up.input_type, up.output_type, 1)
    assert found.elements == measured, f"{up} on {size}"
    if up._always_exact:
        assert found.is_exact
    if not found.is_exact:
        exactness_of(up._sampler, size)  # remedies are found
    return "all" if found.is_exact else "some" if len(measured) > 1 else "none"


def sweep(group: gk.SplitGroup, sizes: Any) -> Counter[str]:
    counts: Counter[str] = Counter()
    for k, s, p, e, d in product(range(1, 6), range(1, 4), range(3), range(3), (1, 2)):
        if e >= max(s, d):
            continue
        for kind in ("regular", "planar"):
            try:
                up = transposed(group, 1, 1, k, s, p, e, 1, False, d, input_type=kind)
            except WindowError:
                continue
            for n in sizes(k, s, p, d, e):
                counts[compare(up, (n,) * group.dimension)] += 1
    return counts


@pytest.mark.parametrize("group", SHIPPED, ids=name)
def test_predicted_is_measured(group: gk.SplitGroup) -> None:
    counts = sweep(group, lambda *numbers: [3 + sum(numbers) % 7])
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")
    assert counts.total() > 100


@pytest.mark.slow
@pytest.mark.parametrize("group", SHIPPED, ids=name)
def test_predicted_is_measured_in_full(group: gk.SplitGroup) -> None:
    counts = sweep(group, lambda *_: range(3, 11))
    print(f"{group.name}: {counts.total()} settings compared, {dict(counts)}")


def test_predicted_is_measured_where_axes_differ() -> None:
    counts: Counter[str] = Counter()
    swap = gk.SplitGroup.from_generators("swap", {"m": [[0, 1], [1, 0]]})
    for group, k, s, p, e in product(
        (gk.p4m, p2mm, swap),
        ((3, 3), (2, 3)),
        ((2, 2), (1, 2), (2, 3)),
        ((1, 1), (0, 1)),
        ((0, 0), (0, 1)),
    ):
        try:
            up = transposed(group, 1, 1, k, s, p, e)
        except WindowError:
            continue
        for size in ((4, 4), (4, 5), (1, 5)):
            counts[compare(up, size)] += 1
    print(f"{counts.total()} settings compared, {dict(counts)}")
    assert min(counts["all"], counts["some"], counts["none"]) > 5


def test_what_is_lost_is_said_with_remedies() -> None:
    up = gt.GroupConvTranspose(gk.p4m, 1, 1, 3, 2, 1, 1)
    with pytest.warns(gt.EquivarianceWarning) as caught:
        up(torch.zeros(1, 1, 8, 8, 8))
    message = str(caught[0].message)
    assert "stride 2, kernel 3, padding 1, output padding 1 on 8×8 keeps only the mirror" in message
    assert message.endswith(
        "with kernel 4 and padding 1, without output padding, or with kernel 2 and padding 0, "
        "without output padding"
    )
    for k, p in ((4, 1), (2, 0)):
        mended = gt.GroupConvTranspose(gk.p4m, 1, 1, k, 2, p)
        assert mended.exactness(8).is_exact
        assert mended.exactness(8).output_size == (16, 16)
    up(torch.zeros(1, 1, 8, 8, 8), output_size=(15, 15))  # exact: no warning


def test_hexagonal_maps_are_read_inside_only() -> None:
    up = transposed(gk.p6, 1, 1, 3, 2, 1)
    x = torch.randn(1, 1, 6, 5, 5, dtype=DOUBLE)
    outside = ~Domain.of(gk.p6.stabilizer).inside((5, 5))
    assert torch.equal(up(x), up(torch.where(outside, 1e6, x)))


def test_bad_input_is_refused() -> None:
    with pytest.raises(SettingError, match="is none of a transposed convolution"):
        gt.GroupConvTranspose(gk.p4, 1, 1, 3, padding_mode="circular")
    with pytest.raises(SettingError, match="groups=2 does not divide"):
        gt.GroupConvTranspose(gk.p4, 1, 1, 3, groups=2)
    up = gt.GroupConvTranspose(gk.p4, 1, 1, 3, 2, 1)
    with pytest.raises(FeatureTypeError, match="lift it first"):
        up(torch.zeros(1, 1, 5, 5))
    with pytest.raises(WindowError, match=r"use sizes from \(9, 9\) to \(10, 10\)"):
        up(torch.zeros(1, 1, 4, 5, 5), output_size=(11, 11))
    with pytest.raises(WindowError, match="use 7 or 9"):
        gt.GroupConvTranspose(gk.p6, 1, 1, 3)(torch.zeros(1, 1, 6, 8, 8))
    with pytest.raises(WindowError, match=r"1×1 is too small: .* use at least 2×2"):
        gt.GroupConvTranspose(gk.p4, 1, 1, 1, 2, 1)(torch.zeros(1, 1, 4, 1, 1))


def test_it_says_what_it_is() -> None:
    up = gt.GroupConvTranspose(gk.p4, 2, 3, 3, 2, 1, 1)
    assert repr(up) == (
        "GroupConvTranspose(p4, 2, 3, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), "
        "output_padding=(1, 1), regular -> regular)"
    )
    assert up.weight.shape == (2, 3, 36)


@pytest.mark.compile
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_it_compiles_and_exports(group: gk.SplitGroup) -> None:
    torch._dynamo.reset()
    up = transposed(group, 1, 2, 3, 2, 1)
    x = torch.randn(1, 1, len(group.stabilizer), 5, 5, dtype=DOUBLE)
    compiled = torch.compile(up, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), up(x), atol=1e-12)
    program = torch.export.export(up, (x,))
    assert torch.allclose(program.module()(x), up(x), atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.complex128, torch.complex64], ids=str)
def test_complex_maps_go_through(dtype: torch.dtype) -> None:
    up = gt.GroupConvTranspose(gk.p6, 1, 2, 3, 2, 1, dtype=dtype)
    assert_equivariant(up, gk.p6, (1, 1, 6, 5, 5), "regular")
    assert gt.trace_exactness(up, (1, 1, 6, 5, 5)).kept == tuple(range(6))
