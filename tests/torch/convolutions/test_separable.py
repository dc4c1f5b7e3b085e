"""Separable layers are G-convolutions with product filters, by either algorithm."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import (
    GROUPS,
    cubic,
    face_centred,
    image,
    mirror_line,
    name,
    p2mm,
    subgroups,
)
from tests.torch.measured import kept_elements
from tests.torch.oracles_torch import MatrixGroup

SHARES = ["g", "gc"]
ALGORITHMS = ["factored", "expanded", "auto"]
SLIDING = ["stride", "padding", "dilation", "groups", "padding_mode"]


def separable(group: gk.SplitGroup, *args: Any, **kwargs: Any) -> gt.SeparableGroupConv:
    options = {"exact": "ignore", "dtype": torch.float64, **kwargs}
    return gt.SeparableGroupConv(group, *args, **options)


def full_layer(layer: gt.SeparableGroupConv, **kwargs: Any) -> gt.GroupConv:
    """Return the G-convolution with the weight ψ(s, x) = w(s) K(x)."""
    kinds = {"input_type": layer.input_type, "output_type": layer.output_type}
    full = gt.GroupConv(
        layer.group,
        layer.in_channels,
        layer.out_channels,
        layer.filter_bank.window,
        exact="ignore",
        dtype=layer.bias.dtype,
        device=layer.bias.device,
        **kinds,
        **kwargs,
    )
    pointwise, spatial = (bank.orbits for bank in layer._factor_banks())
    orbits = full.filter_bank.orbits
    with torch.no_grad():
        full.bias.copy_(layer.bias)
        for s, x in np.ndindex(*orbits.shape):
            w = layer.pointwise_weight[..., pointwise[s, 0]]
            k = layer.spatial_weight[..., spatial[0, x]]
            full.weight[..., orbits[s, x]] = w * k
    return full


def check(group: gk.SplitGroup, *args: Any, space: tuple[int, ...], **options: Any) -> None:
    """Compare all three algorithms with the full layer."""
    layers = [separable(group, *args, **options, algorithm=a) for a in ALGORITHMS]
    full = full_layer(layers[0], **{k: v for k, v in options.items() if k in SLIDING})
    shape = layers[0].input_type.array_shape(space)
    x = torch.randn(2, args[0], *shape, dtype=full.weight.dtype, device=full.weight.device)
    expected, bank = full(x), full.expanded_weight()
    for layer in layers:
        layer.load_state_dict(layers[0].state_dict())
        actual = layer(x)
        assert actual.shape == expected.shape
        assert (actual - expected).abs().max() <= 1e-12
        assert (layer.expanded_weight() - bank).abs().max() <= 1e-14


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_both_algorithms_are_the_convolution_with_product_filters(
    group: gk.SplitGroup, share: str, device: torch.device
) -> None:
    types = ["planar", "regular", subgroups(group)[len(subgroups(group)) // 2]]
    for input_type, output_type in product(types, types):
        kinds = {"input_type": input_type, "output_type": output_type}
        space = image(group, 5, 6, 3)
        check(group, 2, 3, 3, space=space, padding=1, share=share, **kinds, device=device)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(
    ("group", "kernel_size", "options", "space"),
    [
        (gk.p4, 2, {}, (5, 6)),
        (gk.p4m, 4, {"padding": 1, "stride": 2}, (6, 8)),
        (mirror_line, 4, {"stride": 2, "padding": 1}, (8,)),
        (cubic, 2, {"padding": 1}, (2, 3, 3)),
        (p2mm, (3, 1), {"padding": (1, 0), "stride": (2, 1), "dilation": (1, 2)}, (5, 4)),
        (gk.p4, 3, {"dilation": 2, "padding": "same"}, (6, 5)),
        (gk.p6, 5, {"padding": 2, "groups": 2}, (5, 5)),
        (gk.p6m, 3, {"stride": 2, "padding": 1, "groups": 4}, (7, 5)),
        (gk.p6, 3, {"padding": 1, "padding_mode": "circular"}, (4, 4)),
        (face_centred, 3, {"padding": 1, "stride": 2}, (5, 5, 5)),
        (gk.p4, 3, {"padding": 1, "padding_mode": "reflect"}, (4, 5)),
    ],
    ids=name,
)
def test_options_mean_the_same_as_in_a_convolution(
    group: gk.SplitGroup,
    kernel_size: int | tuple[int, ...],
    options: dict[str, Any],
    space: tuple[int, ...],
    share: str,
) -> None:
    check(group, 4, 4, kernel_size, space=space, share=share, **options)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("group", [gk.p4, gk.p6m, mirror_line], ids=name)
def test_outputs_are_the_sums_of_the_definition(group: gk.SplitGroup, share: str) -> None:
    """Loop over Σ_{i, s, x} f_i(t + x, s) w_oi(s'⁻¹ s) K_oi(M(s')⁻¹ x), matrices multiplied."""
    layer = separable(group, 2, 2, 3, share=share)
    matrices = MatrixGroup(group.stabilizer.matrices)
    window = (layer.filter_bank.window.points - layer.filter_bank.window.centre).tolist()
    f = torch.randn(1, 2, group.order, *[3] * group.dimension, dtype=torch.float64)
    expected = layer.bias.detach().repeat_interleave(group.order).view(2, group.order)
    for o, i, a, b in np.ndindex(2, 2, group.order, group.order):
        inverse = matrices.inverse(a)
        w = layer.pointwise_weight[o, i, matrices.product(inverse, b)]
        for x in window:
            k = layer.spatial_weight[o, i if share == "g" else 0]
            source = [int(v) for v in matrices.act(inverse, x)]
            value = f[(0, i, b, *(int(v) + 1 for v in x))]
            expected[o, a] += (w * k[window.index(source)] * value).detach()
    actual = layer(f).reshape(2, group.order)
    assert (actual - expected).abs().max() <= 1e-12


@pytest.mark.parametrize("algorithm", ["factored", "expanded"])
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, face_centred], ids=name)
def test_they_are_equivariant(group: gk.SplitGroup, share: str, algorithm: str) -> None:
    layer = separable(group, 2, 2, 3, padding=1, share=share, algorithm=algorithm)
    net = nn.Sequential(layer, nn.Sigmoid(), separable(group, 2, 2, 3, dilation=2, share=share))
    shape = (2, 2, group.order, *image(group, 9, 9, 7))
    assert_equivariant(net, group, shape, "regular")


def test_parameters_are_those_of_the_paper() -> None:
    for group, k in ((gk.p4, 3), (gk.p4m, 5), (gk.p6, 3)):
        points, order = len(group.window(k)), group.order
        count = {
            share: sum(
                p.numel() for p in separable(group, 7, 5, k, bias=False, share=share).parameters()
            )
            for share in SHARES
        }
        assert count == {"g": 7 * 5 * (order + points), "gc": 5 * (7 * order + points)}
    names = [key for key, _ in separable(gk.p4, 2, 2, 3).named_parameters()]
    assert names == ["pointwise_weight", "spatial_weight", "bias"]


@pytest.mark.parametrize(("share", "count"), [("g", 8910), ("gc", 3420)])
def test_the_network_of_the_paper_has_its_number_of_parameters(share: str, count: int) -> None:
    L = gt.layers(gk.p4)
    sizes = [3, 3, 3, 3, 3, 4]
    net = nn.Sequential(
        L.LiftingConv(1, 10, 3),
        *(L.SeparableGroupConv(10, 10, k, share=share) for k in sizes),
        *(L.BatchNorm(10) for _ in range(7)),
        nn.Linear(10, 10),
    )
    assert sum(p.numel() for p in net.parameters()) == count


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(
    ("group", "kernel_size", "input_type"),
    [
        (gk.p4m, 3, "regular"),
        (gk.p4, 1, "regular"),
        (gk.p6, 5, "planar"),
        (mirror_line, 9, "regular"),
        (cubic, 2, "regular"),
    ],
    ids=name,
)
def test_outputs_start_with_the_variance_of_the_full_layers(
    group: gk.SplitGroup, kernel_size: int, input_type: str, share: str
) -> None:
    options = {"input_type": input_type, "bias": False, "dtype": torch.float64}
    n = 4096 // group.order
    full = gt.GroupConv(group, 8, n, kernel_size, **options)
    layer = gt.SeparableGroupConv(group, 8, n, kernel_size, share=share, **options)
    shape = layer.input_type.array_shape((kernel_size,) * group.dimension)
    # maps that are positive and smooth, as after a nonlinearity: variances of sums then differ
    x = torch.randn(1, 8, *shape, dtype=torch.float64).relu() + 1
    power = {full: 0.0, layer: 0.0}
    for each, _ in product(power, range(10)):
        each.reset_parameters()
        with torch.no_grad():
            power[each] += each(x).square().mean().item()
    assert power[layer] == pytest.approx(power[full], rel=0.15)
    layer = gt.SeparableGroupConv(
        group, 8, n, kernel_size, share=share, **options, algorithm="factored"
    )
    squares = layer._expanded_factors()[1].flatten(2).square().sum(-1)
    assert (squares - 1).abs().max() <= 1e-12  # no kernel starts near zero


def test_initial_biases_and_pointwise_weights_have_their_fan_in() -> None:
    layer = separable(gk.p4m, 64, 64, 3)
    assert layer.pointwise_weight.abs().max() <= 1 / math.sqrt(64 * 8)
    assert layer.bias.abs().max() <= 1 / math.sqrt(64 * 8 * 9)
    assert layer.bias.std() > 0.4 / math.sqrt(64 * 8 * 9)


@pytest.mark.parametrize(
    ("group", "channels", "kernel_size", "options", "algorithm"),
    [
        (gk.p4m, 23, 3, {}, "factored"),
        (gk.p4m, 50, 3, {}, "factored"),
        (gk.p4, 10, 3, {}, "factored"),
        (gk.p4m, 23, 1, {}, "expanded"),  # nothing to save
        (gk.p4, 2, 3, {}, "expanded"),  # too narrow
        (gk.p4m, 23, 3, {"input_type": "planar"}, "expanded"),
        (gk.p4m, 23, 2, {"stride": 2}, "expanded"),  # every point is read once
        (gk.p4m, 24, 3, {"groups": 24}, "expanded"),
        (gk.p4m, 50, 3, {"share": "g"}, "expanded"),
        (gk.p6m, 10, 3, {}, "factored"),
        (cubic, 4, 3, {}, "factored"),
    ],
    ids=name,
)
def test_the_cheaper_algorithm_is_chosen(
    group: gk.SplitGroup, channels: int, kernel_size: int, options: dict[str, Any], algorithm: str
) -> None:
    layer = separable(group, channels, channels, kernel_size, **options)
    space = (17,) * group.dimension
    assert layer.algorithm_at(space) == algorithm
    assert (layer.bank_index is None) == (algorithm == "factored")  # one index is kept
    for forced in ("factored", "expanded"):
        layer = separable(group, channels, channels, kernel_size, **options, algorithm=forced)
        assert layer.algorithm_at(space) == forced
        assert f"algorithm='{forced}'" in repr(layer)


def test_where_few_outputs_are_made_the_bank_is_expanded() -> None:
    layer = separable(gk.p4, 10, 10, 4)
    assert layer.algorithm_at((24, 24)) == "factored"
    assert layer.algorithm_at((4, 4)) == "expanded"  # 16 points read for one output
    assert separable(gk.p4, 7, 7, 3, padding=9).algorithm_at((3, 3)) == "factored"
    assert separable(gk.p4, 6, 6, 3, padding=9).algorithm_at((3, 3)) == "expanded"
    assert (
        separable(gk.p4, 6, 6, 3, padding=9)(torch.zeros(1, 6, 4, 3, 3).double()).isfinite().all()
    )


@pytest.mark.parametrize("algorithm", ["factored", "expanded"])
@pytest.mark.parametrize("share", SHARES)
def test_gradients_are_right(share: str, algorithm: str) -> None:
    layer = separable(gk.p6, 2, 2, 3, share=share, algorithm=algorithm)
    x = torch.randn(1, 2, 6, 3, 3, dtype=torch.float64, requires_grad=True)
    parameters = dict(layer.named_parameters())

    def run(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, dict(zip(parameters, values, strict=True)), (x,))

    assert torch.autograd.gradcheck(run, (x, *parameters.values()), fast_mode=True)


def test_what_weighs_alike_is_what_the_planar_kernel_says() -> None:
    """A planar output sums over S first: its kernel is symmetric, and loses less to a stride."""
    options = {"stride": 2, "output_type": "planar"}
    full = gt.GroupConv(gk.p4m, 1, 1, 2, **options, exact="ignore")
    layer = separable(gk.p4m, 1, 1, 2, **options)
    assert set(full.exactness(5).elements) <= set(layer.exactness(5).elements)
    types = layer.input_type, layer.output_type
    for size in ((5, 5), (6, 6), (5, 6), (4, 7)):
        measured = kept_elements(layer, gk.p4m, size, *types, draws=2)
        assert layer.exactness(size).elements == measured


def test_strides_that_lose_symmetry_are_told() -> None:
    layer = gt.SeparableGroupConv(gk.p4, 1, 1, 3, 2, 1)
    with pytest.warns(gt.EquivarianceWarning, match="SeparableGroupConv: stride 2"):
        layer(torch.zeros(1, 1, 4, 8, 8))
    layer.exact = "raise"
    with pytest.raises(gt.InexactError):
        layer(torch.zeros(1, 1, 4, 8, 8))


def test_what_is_no_setting_is_refused() -> None:
    with pytest.raises(SettingError, match='share=\'c\' is neither "g" nor "gc"'):
        separable(gk.p4, 2, 2, 3, share="c")
    with pytest.raises(SettingError, match="algorithm='fast' is none of auto, factored, expanded"):
        separable(gk.p4, 2, 2, 3, algorithm="fast")
    for kinds in ({"input_type": gk.p4.field("vector")}, {"output_type": gk.p4.field("vector")}):
        with pytest.raises(FeatureTypeError, match=r"separable filters take no fields, but .*lift"):
            separable(gk.p4, 2, 2, 3, **kinds)


def test_the_meta_device_gives_shapes() -> None:
    layer = separable(gk.p4m, 4, 4, 3, device="meta")
    x = torch.zeros(1, 4, 8, 5, 5, dtype=torch.float64)
    assert layer(x.to("meta")).shape == (1, 4, 8, 3, 3)
    layer.to_empty(device="cpu").reset_parameters()
    assert layer(x).isfinite().all()


def test_complex_weights_go_through() -> None:
    check(gk.p4, 2, 2, 3, space=(4, 4), dtype=torch.complex128)


@pytest.mark.compile
@pytest.mark.parametrize("options", [{}, {"algorithm": "factored"}, {"share": "g"}], ids=str)
def test_they_compile_whole_and_export_with_any_batch(options: dict[str, Any]) -> None:
    net = nn.Sequential(separable(gk.p6, 2, 2, 3, padding=1, **options), nn.ReLU())
    x = torch.randn(2, 2, 6, 9, 9, dtype=torch.float64)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), net(x), rtol=0, atol=1e-12)
    batch = torch.export.Dim("batch", min=2)
    exported = torch.export.export(net, (x,), dynamic_shapes=({0: batch},)).module()
    more = torch.cat([x, x + 1])
    assert torch.allclose(exported(more), net(more), rtol=0, atol=1e-12)
