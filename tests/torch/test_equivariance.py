"""Stacks of layers commute with every element of their group, to rounding."""

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.action import array_action
from groupkit_torch.functional import act
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import GROUPS, cubic, face_centred, image, mirror_line, name, p2mm

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


def randomise(module: nn.Module) -> nn.Module:
    """Give normalisations and biases values that would show any asymmetry."""
    generator = torch.Generator().manual_seed(1)
    for key, tensor in module.state_dict().items():
        if tensor.is_floating_point() and not key.endswith("weight"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return module


def stack(group: gk.SplitGroup, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """Return lift, conv, conv, pool with biases, batch norm and a sigmoid, which moves zero."""
    L = gt.layers(group)
    options = {"device": device, "dtype": dtype}
    net = nn.Sequential(
        L.LiftingConv(2, 3, 3, **options),
        L.BatchNorm(3, **options),
        nn.Sigmoid(),
        L.GroupConv(3, 3, 3, **options),
        L.BatchNorm(3, **options),
        nn.Sigmoid(),
        L.GroupConv(3, 2, 3, padding=1, **options),
        nn.ReLU(),
        L.MaxPool(3, stride=2, padding=1),
    )
    return randomise(net)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_stacks_are_equivariant(
    group: gk.SplitGroup, dtype: torch.dtype, training: bool, device: torch.device
) -> None:
    net = stack(group, device, dtype).train(training)
    shape = (2, 2, *image(group, 13, 13, 9))
    report = equivariance_error(net, group, shape)
    assert report.error <= TOLERANCE[dtype], str(report)
    assert len(report.stabilizer) == len(group.stabilizer)
    if training:
        assert "not applicable" in report.translation_note  # statistics see the border
    elif group.dimension < 3:
        assert min(deviation.compared for deviation in report.translations) > 0


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_other_layers_are_equivariant(group: gk.SplitGroup, device: torch.device) -> None:
    L = gt.layers(group)
    options = {"device": device, "dtype": torch.float64}
    whole = L.GroupConv(2, 2, 3, padding=1, **options)
    shape = (1, 2, len(group.stabilizer), *image(group, 9, 9, 5))
    for last, output_type in (
        (L.AvgPool(3, stride=2, padding=1), "regular"),
        (L.AvgPool(3, padding=1, stride=1, count_include_pad=True), "regular"),
        (L.MaxPool(3, stride=1, dilation=2, padding=1), "regular"),
        (L.CosetPool("mean"), "planar"),
        (L.CosetPool("sum"), "planar"),
        (L.GroupConv(2, 2, 3, dilation=2, padding=2, **options), "regular"),
        (L.GroupConv(2, 2, 3, output_type="planar", **options), "planar"),
        (L.BatchNorm(2, momentum=None, **options), "regular"),
    ):
        net = randomise(nn.Sequential(whole, nn.Sigmoid(), last))
        assert_equivariant(
            net, group, shape, "regular", output_type, dtype=torch.float64, device=device
        )


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m], ids=name)
def test_maps_on_cosets_are_equivariant(group: gk.SplitGroup, device: torch.device) -> None:
    L = gt.layers(group)
    S = group.stabilizer
    rotations, mirror = S.subgroup([{"r": 1}]), S.subgroup([{"m": 1}])
    options = {"device": device, "dtype": torch.float64}
    net = nn.Sequential(
        L.LiftingConv(1, 2, 3, output_type=mirror, **options),
        L.BatchNorm(2, feature_type=mirror, **options),
        nn.Sigmoid(),
        L.MaxPool(3, 1, 1, feature_type=mirror),
        L.AvgPool(3, 1, 1, feature_type=mirror),
        L.GroupConv(2, 2, 3, input_type=mirror, **options),
        L.CosetPool("max", rotations),
    )
    assert_equivariant(net, group, (2, 1, 11, 11), output_type=rotations)


def test_invariants_are_invariant(device: torch.device) -> None:
    for group in (gk.p4m, gk.p6):
        L = gt.layers(group)
        net = nn.Sequential(
            L.LiftingConv(1, 4, 7, device=device, dtype=torch.float64),
            L.CosetPool("max"),
            nn.Flatten(),
            nn.Linear(4, 3, device=device, dtype=torch.float64),
        )
        assert_equivariant(net, group, (2, 1, 7, 7), output_type="invariant")


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "size", "exact"),
    [
        (3, 2, 1, 9, True),  # ResNet's step, odd
        (3, 2, 1, 8, False),  # even: only the diagonal mirror is left
        (2, 2, 0, 8, True),
        (2, 2, 0, 9, False),
        (3, 3, 0, 9, True),
        (4, 2, 1, 8, True),
    ],
)
def test_a_stride_is_exact_where_it_samples_symmetrically(
    kernel_size: int, stride: int, padding: int, size: int, exact: bool
) -> None:
    layers = [
        gt.GroupConv(gk.p4m, 1, 2, kernel_size, stride, padding, dtype=torch.float64),
        gt.GroupMaxPool(gk.p4m, kernel_size, stride, padding),
    ]
    for layer in layers:
        report = equivariance_error(layer, gk.p4m, (1, 1, 8, size, size), "regular")
        assert ((size + 2 * padding - kernel_size) % stride == 0) == exact
        if exact:
            assert report.error <= 1e-12, str(report)
            continue
        kept = {item.element for item in report.stabilizer if item.error <= 1e-12}
        diagonal = gk.p4m.stabilizer.matrices.tolist().index([[0, 1], [1, 0]])
        assert kept == {"m=0, r=0", gk.p4m.stabilizer.label(diagonal)}


def test_unequal_sides_are_compared_with_the_side_permuted_array(device: torch.device) -> None:
    net = stack(gk.p4m, device, torch.float64).eval()
    assert_equivariant(net, gk.p4m, (1, 2, 13, 17))
    net = stack(p2mm, device, torch.float64).eval()
    assert_equivariant(net, p2mm, (1, 2, 13, 15))
    net = stack(gk.p6, device, torch.float64).eval()
    assert_equivariant(net, gk.p6, (1, 2, 13, 17))


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m, mirror_line, cubic, face_centred], ids=name)
def test_circular_padding_is_equivariant_on_the_torus(
    group: gk.SplitGroup, device: torch.device
) -> None:
    options = {"padding_mode": "circular", "device": device, "dtype": torch.float64}
    net = nn.Sequential(
        gt.LiftingConv(group, 1, 2, 3, padding="same", **options),
        nn.Sigmoid(),
        gt.GroupConv(group, 2, 2, 5, stride=2, padding=2, **options),
    )
    sides, halves = image(group, 8, 8, 6), image(group, 4, 4, 3)
    x = torch.randn(1, 1, *sides, device=device, dtype=torch.float64)
    y = net(x)
    for s in range(len(group.stabilizer)):
        planar, regular = group.feature_type("planar"), group.feature_type("regular")
        gx = act(x, array_action(group.stabilizer, s, sides, planar, torus=True))
        gy = act(y, array_action(group.stabilizer, s, halves, regular, torus=True))
        assert (net(gx) - gy).abs().max() <= 1e-12
    # in steps of the stride, translations are exact all over the torus
    axes = tuple(range(-group.dimension, 0))
    shifted = net(x.roll((2,) * group.dimension, axes))
    assert (shifted - y.roll((1,) * group.dimension, axes)).abs().max() <= 1e-12


def test_what_lies_outside_the_stable_window_is_not_read(device: torch.device) -> None:
    net = stack(gk.p6, device, torch.float64)
    x = torch.randn(1, 2, 13, 13, device=device, dtype=torch.float64)
    mask = torch.tensor(gk.action.stable_mask(gk.p6.stabilizer, (13, 13)), device=device)
    for training in (True, False):
        net.train(training)
        assert torch.equal(net(x), net(torch.where(mask, x, 1e6)))


def test_outputs_are_finite_where_windows_are_empty(device: torch.device) -> None:
    x = torch.randn(2, 2, 6, 9, 9, device=device, dtype=torch.float64, requires_grad=True)
    net = nn.Sequential(gt.GroupMaxPool(gk.p6, 3, 2, 1), gt.GroupBatchNorm(gk.p6, 2)).to(x)
    y = net(x)
    y.square().sum().backward()
    assert y.isfinite().all()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())
