"""GroupLinear is the 1×1 convolution, on maps with any lattice axes or none."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import GROUPS, cubic, face_centred, image, mirror_line, name, subgroups
from tests.torch.oracles_torch import MatrixGroup

FLOAT64 = {"dtype": torch.float64}


def by_definition(layer: gt.GroupLinear, x: np.ndarray) -> np.ndarray:
    """Evaluate b + Σ_i Σ_s f_i(s) w_oi(s'⁻¹ s) of a regular layer, with products of matrices."""
    group, weight = MatrixGroup(layer.group.stabilizer.matrices), layer.weight.detach().numpy()
    y = np.zeros((len(x), layer.out_channels, group.order, *x.shape[3:]))
    for a, b in product(range(group.order), repeat=2):
        w = weight[:, :, group.product(group.inverse(a), b)]
        y[:, :, a] += np.einsum("oi,ni...->no...", w, x[:, :, b])
    return y + layer.bias.detach().numpy().reshape(1, -1, 1, *[1] * (x.ndim - 3))


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_equals_its_definition(group: gk.SplitGroup) -> None:
    layer = gt.GroupLinear(group, 2, 3, **FLOAT64)
    assert layer.weight.shape == (3, 2, len(group.stabilizer))
    for space in [(), (4,), image(group, 3, 3, 2)][: 1 + group.dimension]:
        x = torch.randn(2, 2, len(group.stabilizer), *space, **FLOAT64)
        actual = layer(x).detach().numpy()
        np.testing.assert_allclose(actual, by_definition(layer, x.numpy()), atol=1e-13)


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m, mirror_line, cubic, face_centred], ids=name)
def test_it_is_the_convolution_of_one_point(group: gk.SplitGroup, device: torch.device) -> None:
    options = {**FLOAT64, "device": device}
    space = image(group, 5, 6, 3)
    types = ["planar", "regular", *subgroups(group)[1:3]]
    for input_type, output_type in product(types, types):
        kinds = {"input_type": input_type, "output_type": output_type}
        linear = gt.GroupLinear(group, 2, 3, **kinds, **options)
        conv = gt.GroupConv(group, 2, 3, 1, **kinds, **options)
        conv.load_state_dict(linear.state_dict())
        x = torch.randn(2, 2, *linear.input_type.array_shape(space), **options)
        inside = conv.domain.inside(space, device)
        difference = (linear(x) - conv(x))[..., inside]
        assert difference.abs().max() <= 1e-13


def test_it_pairs_with_fields(device: torch.device) -> None:
    for group in (gk.p4m, gk.p6):
        vector = group.field("vector")
        net = nn.Sequential(
            gt.GroupLinear(group, 4, 3, input_type=vector, **FLOAT64, device=device),
            nn.Sigmoid(),
            gt.GroupLinear(group, 3, 2, output_type=vector, **FLOAT64, device=device),
        )
        assert net[2].bias is None  # no vector is invariant
        assert_equivariant(net, group, (2, 4, 5, 5), vector, vector)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_a_head_without_lattice_axes_is_equivariant(group: gk.SplitGroup) -> None:
    S = group.stabilizer
    net = nn.Sequential(
        gt.GroupLinear(group, 2, 3, **FLOAT64), nn.ReLU(), gt.GroupLinear(group, 3, 2, **FLOAT64)
    )
    x = torch.randn(2, 2, S.order, **FLOAT64)
    for s in S:
        moved = torch.tensor(group.feature_type("regular").action[S.inverses[s]])
        assert torch.allclose(net(x[..., moved]), net(x)[..., moved], rtol=0, atol=1e-13)


def test_for_the_trivial_group_it_is_torchs(device: torch.device) -> None:
    planar = torch.nn.Linear(5, 7, device=device)
    linear = gt.GroupLinear(gk.p1, 5, 7, device=device)
    assert sum(p.numel() for p in linear.parameters()) == 5 * 7 + 7
    with torch.no_grad():
        linear.weight.copy_(planar.weight.unsqueeze(-1))
        linear.bias.copy_(planar.bias)
    x = torch.randn(3, 5, device=device)
    assert torch.allclose(linear(x.unsqueeze(-1)).squeeze(-1), planar(x), atol=1e-6)
    bound = 1 / math.sqrt(64 * 8)
    weight = gt.GroupLinear(gk.p4m, 64, 64).weight
    assert weight.abs().max() <= bound
    assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05)


def test_strided_and_channels_last_maps_go_through() -> None:
    layer = gt.GroupLinear(gk.p4, 2, 3, **FLOAT64)
    x = torch.randn(2, 4, 5, 5, 2, **FLOAT64).movedim(-1, 1)
    assert torch.allclose(layer(x), layer(x.contiguous()), rtol=0, atol=1e-14)


def test_complex_maps_go_through() -> None:
    layer = gt.GroupLinear(gk.p4, 2, 3, dtype=torch.complex128)
    assert layer(torch.randn(1, 2, 4, dtype=torch.complex128)).shape == (1, 3, 4)


@pytest.mark.parametrize(
    ("kind", "shape", "message"),
    [
        ("regular", (3, 9, 9, 2, 4), "move them to axis 1"),
        ("regular", (2, 4, 9, 9), "the batch axis is missing"),
        ("regular", (1, 2, 9, 9), "this is a planar map: lift it first"),
        ("regular", (1, 2, 8), "it is one of another group"),
        ("planar", (1, 2, 4, 9, 9), "this map has a stabilizer axis"),
        ("planar", (3, 7, 2), "move them to axis 1"),
        ("planar", (3, 7), r"expected a map \[batch, 2 channels\] with up to 2 lattice axes"),
    ],
    ids=str,
)
def test_maps_of_another_type_are_refused(kind: str, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(FeatureTypeError, match=message):
        gt.GroupLinear(gk.p4, 2, 2, input_type=kind)(torch.zeros(shape))


@pytest.mark.untyped
def test_a_declared_group_is_asked_for() -> None:
    with pytest.raises(ValueError, match="declared SplitGroup"):
        gt.GroupLinear("p4", 2, 2)  # type: ignore[arg-type]
    assert repr(gt.GroupLinear(gk.p4, 2, 3, bias=False, output_type="planar")) == (
        "GroupLinear(p4, 2, 3, bias=False, regular -> planar)"
    )
