"""Convolutions with fields do what S does to their channels, and say where they can not."""

import copy
import pickle

import numpy as np
import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import ElementError, FeatureTypeError
from groupkit.field import Field
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import GROUPS, cubic, face_centred, image, mirror_line, name, p3m1

DOUBLE = torch.float64


def fields(group: gk.SplitGroup) -> dict[str, Field]:
    """Return fields of many kinds: real ones that are not orthogonal and not irreducible too."""
    vector = group.field("vector")
    skew = np.eye(vector.size) + np.triu(np.ones((vector.size,) * 2), 1)
    regular = np.eye(group.order)[group.stabilizer.cayley_table].transpose(0, 2, 1)
    return {
        "vector": vector,
        "lattice": group.field("vector", components="lattice"),
        "pseudoscalar": group.field("pseudoscalar"),
        "skew": group.field(skew @ vector.matrices @ np.linalg.inv(skew)),
        "regular": group.field(regular),
        "mixed": 2 * group.field("scalar") + vector,
    }


KINDS = ["vector", "lattice", "pseudoscalar", "skew", "regular", "mixed"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_lifting_and_projection_are_equivariant(group: gk.SplitGroup, kind: str) -> None:
    if kind == "regular" and group.order > 12:
        kind = "vector"
    field = fields(group)[kind]
    net = nn.Sequential(
        gt.GroupConv(group, 2 * field.size, 3, 3, input_type=field, dtype=DOUBLE),
        nn.Sigmoid(),
        gt.GroupConv(group, 3, 2 * field.size, 3, output_type=field, dtype=DOUBLE),
    )
    shape = (2, 2 * field.size, *image(group))
    assert_equivariant(net, group, shape, field, field, dtype=DOUBLE)


def test_another_field_than_the_declared_one_is_seen() -> None:
    group = gk.p4m
    conv = gt.LiftingConv(group, 1, 2, 3, dtype=DOUBLE)
    report = equivariance_error(conv, group, (1, 1, 9, 9), group.field("pseudoscalar"))
    assert report.error > 0.1
    vectors = gt.GroupConv(group, 2, 2, 3, input_type=group.field("vector"), dtype=DOUBLE)
    assert equivariance_error(vectors, group, (1, 2, 9, 9), "planar").error > 0.1


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic, p3m1], ids=name)
def test_lifting_a_field_is_the_sum_of_the_definition(group: gk.SplitGroup) -> None:
    field = fields(group)["skew"]
    conv = gt.GroupConv(group, field.size, 1, 3, input_type=field, bias=False, dtype=DOUBLE)
    space = image(group, flat=5, line=5, solid=3)
    f = torch.randn(1, field.size, *space, dtype=DOUBLE)
    y = conv(f)[0, 0].detach().numpy()
    points = conv.filter_bank.window.points - 1  # about the origin
    weight = conv.weight.detach().numpy()[0]  # [channels, points]
    stabilizer, centre = group.stabilizer, np.array([n // 2 for n in space])
    for s in stabilizer:
        back = field.matrices[stabilizer.inverses[s]]
        total = 0.0
        for number, x in enumerate(points):
            there = tuple(centre + stabilizer.matrices[s] @ x)
            total += weight[:, number] @ (back @ f[0].numpy()[(slice(None), *there)])
        middle = tuple(n // 2 for n in y.shape[1:])
        assert abs(y[(s, *middle)] - total) < 1e-12


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic, p3m1], ids=name)
def test_projecting_onto_a_field_is_the_sum_of_the_definition(group: gk.SplitGroup) -> None:
    field = fields(group)["skew"]
    conv = gt.GroupConv(group, 1, field.size, 3, output_type=field, bias=False, dtype=DOUBLE)
    space = image(group, flat=5, line=5, solid=3)
    f = torch.randn(1, 1, group.order, *space, dtype=DOUBLE)
    y = conv(f)[0].detach().numpy()
    points = conv.filter_bank.window.points - 1
    orbits = conv.filter_bank.orbits[group.stabilizer.identity]  # of (e, x)
    weight = conv.weight.detach().numpy()[:, 0]  # [channels, orbits]
    centre = np.array([n // 2 for n in space])
    total = np.zeros(field.size)
    for s in group.stabilizer:
        for number, x in enumerate(points):
            there = tuple(centre + group.stabilizer.matrices[s] @ x)
            read = f[0, 0].numpy()[(s, *there)]
            total += field.matrices[s] @ weight[:, orbits[number]] * read
    middle = tuple(n // 2 for n in y.shape[1:])
    assert np.abs(y[(slice(None), *middle)] - total).max() < 1e-12


def test_biases_are_invariant_vectors() -> None:
    strand = gk.SplitGroup.from_generators("strand", {"c": [[-1]]})
    bases = strand.field({"c": (3, 2, 1, 0)})
    conv = gt.GroupConv(strand, 2, 8, 3, output_type=bases)
    assert conv.bias is not None
    assert conv.bias.shape == (4,)  # two invariant vectors in each of two fields
    bias = conv.expanded_bias()
    assert bias is not None
    assert torch.equal(bias.view(2, 4), bias.view(2, 4).flip(1))
    arrows = gt.GroupConv(gk.p4, 2, 2, 3, output_type=gk.p4.field("vector"))
    assert arrows.bias is None
    assert "bias=False" in repr(arrows)


def test_fields_and_scalars_stand_side_by_side_in_groups() -> None:
    field = gk.p4m.field("vector")
    conv = gt.GroupConv(gk.p4m, 8, 4, 3, groups=2, input_type=field, dtype=DOUBLE)
    assert conv.weight.shape == (4, 4, 9)
    assert_equivariant(conv, gk.p4m, (1, 8, 7, 7), field, dtype=DOUBLE)


def test_networks_on_strands_see_both_strands_alike() -> None:
    strand = gk.SplitGroup.from_generators("strand", {"c": [[-1]]})
    bases = strand.field({"c": (3, 2, 1, 0)})
    L = gt.layers(strand)
    net = nn.Sequential(
        L.GroupConv(4, 5, 7, input_type=bases), nn.ReLU(), L.GroupConv(5, 5, 7), L.CosetPool("max")
    )
    codes = torch.randint(4, (1, 40))
    read = nn.functional.one_hot(codes, 4).movedim(-1, 1).float()
    other = nn.functional.one_hot((3 - codes).flip(1), 4).movedim(-1, 1).float()
    assert torch.allclose(net(read).flip(-1), net(other), atol=1e-5)
    assert torch.equal(gt.act(read, strand, {"c": 1}, bases), other)


def test_internal_symmetries_act_on_channels_alone() -> None:
    plane = gk.SplitGroup.from_generators("plane", {"r": [[0, -1], [1, 0]]})
    go = plane.with_internal({"c": 2})
    stones = go.field({"r": (0, 1), "c": (1, 0)})  # black and white change places
    net = nn.Sequential(
        gt.GroupConv(go, 2, 3, 3, input_type=stones, dtype=DOUBLE),
        nn.ReLU(),
        gt.GroupConv(go, 3, 2, 3, output_type=stones, dtype=DOUBLE),
    )
    assert_equivariant(net, go, (1, 2, 9, 9), stones, stones, dtype=DOUBLE)
    board = torch.rand(1, 2, 9, 9, dtype=DOUBLE)
    assert torch.allclose(net(board.flip(1)), net(board).flip(1), atol=1e-12)


@pytest.mark.parametrize("group", [gk.p4m, face_centred], ids=name)
def test_layers_with_fields_are_ordinary_modules(group: gk.SplitGroup) -> None:
    field = group.field("vector")
    conv = gt.GroupConv(group, field.size, 2, 3, input_type=field)
    x = torch.randn(1, field.size, *image(group))
    y = conv(x)
    for again in (copy.deepcopy(conv), pickle.loads(pickle.dumps(conv))):
        assert torch.equal(again(x), y)
    fresh = gt.GroupConv(group, field.size, 2, 3, input_type=field)
    fresh.load_state_dict(conv.state_dict())
    assert torch.equal(fresh(x), y)
    assert conv.double()(x.double()).dtype == DOUBLE


@pytest.mark.parametrize("group", [gk.p6, p3m1], ids=name)
def test_fields_are_exact_in_double_after_single_precision(group: gk.SplitGroup) -> None:
    field = group.field("vector")
    conv = gt.GroupConv(group, 2, 2, 3, input_type=field).half().float().double()
    assert_equivariant(conv, group, (1, 2, 9, 9), field, dtype=DOUBLE)


@pytest.mark.compile
def test_layers_with_fields_compile() -> None:
    field = gk.p6.field("vector")
    conv = gt.GroupConv(gk.p6, 2, 2, 3, input_type=field, dtype=DOUBLE)
    x = torch.randn(1, 2, 9, 9, dtype=DOUBLE)
    compiled = torch.compile(conv, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), conv(x), atol=1e-14)


def test_fields_pair_with_regular_maps_only() -> None:
    field = gk.p4.field("vector")
    with pytest.raises(FeatureTypeError, match="pairs with a regular map, not with one of type pl"):
        gt.GroupConv(gk.p4, 2, 2, 3, input_type=field, output_type="planar")
    with pytest.raises(FeatureTypeError, match="pairs with a regular map"):
        gt.GroupConv(gk.p4, 2, 2, 3, input_type=field, output_type=[0, 2])
    with pytest.raises(FeatureTypeError, match="pairs with a regular map"):
        gt.GroupConv(gk.p4, 2, 2, 3, input_type=field, output_type=field)


def test_channels_hold_whole_fields() -> None:
    field = gk.p4.field("vector")
    with pytest.raises(SettingError, match=r"in_channels=3 .* no whole number of fields of 2"):
        gt.GroupConv(gk.p4, 3, 2, 3, input_type=field)
    with pytest.raises(SettingError, match="no whole number of fields"):
        gt.GroupConv(gk.p4, 2, 2, 3, groups=2, input_type=field)
    with pytest.raises(FeatureTypeError, match="3 channels, which are no whole number of Field"):
        gt.act(torch.zeros(1, 3, 4, 4), gk.p4, 1, field)
    with pytest.raises(FeatureTypeError, match="belongs to"):
        gt.GroupConv(gk.p4m, 2, 2, 3, input_type=field)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_act_is_an_action_of_the_group(group: gk.SplitGroup) -> None:
    field = fields(group)["mixed"]
    x = gt.act(torch.randn(1, field.size, *image(group), dtype=DOUBLE), group, 0, field)
    stabilizer = group.stabilizer
    for a in stabilizer.generators:
        for b in range(0, group.order, 3):
            twice = gt.act(gt.act(x, group, b, field), group, a, field)
            once = gt.act(x, group, int(stabilizer.product(a, b)), field)
            assert torch.allclose(twice, once, atol=1e-12)
    with pytest.raises(ElementError):
        gt.act(x, group, group.order, field)


def test_act_names_elements_by_their_indices_and_checks_shapes() -> None:
    x = torch.randn(1, 1, 4, 6)
    assert torch.equal(gt.act(x, gk.p4, {"r": 1}), torch.rot90(x, 1, (-2, -1)))
    assert gt.act(torch.arange(4).view(1, 1, 2, 2), gk.p4, 1).dtype == torch.int64
    with pytest.raises(FeatureTypeError, match="lift it first"):
        gt.act(x, gk.p4, 1, "regular")
    torus = torch.arange(5.0).view(1, 1, 5)
    assert gt.act(torus, mirror_line, 1, torus=True).flatten().tolist() == [0, 4, 3, 2, 1]
