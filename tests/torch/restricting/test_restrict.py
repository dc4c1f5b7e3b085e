"""A restricted network has the outputs of the whole one, in eval and in training, and trains on."""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import DimensionError, NotASubgroupError
from groupkit_torch.restricting.restrict import Spanning, restrict
from groupkit_torch.restricting.restriction import RestrictionError, restrict_map
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import cubic, face_centred, image, mirror_line, name, p2mm, p3m1
from tests.torch.restricting.test_restriction import part_of

DOUBLE = torch.float64
PAIRS = [
    (gk.p4m, gk.p4),
    (gk.p4m, gk.p2),
    (gk.p4m, p2mm),
    (gk.p4, gk.p1),
    (gk.p6m, gk.p6),
    (gk.p6m, p3m1),
    (gk.p6, gk.p2),
    (p3m1, part_of(p3m1, (0,))),
    (mirror_line, part_of(mirror_line, (0,))),
    (cubic, part_of(cubic, tuple(cubic.stabilizer.subgroup([1])))),
    (face_centred, part_of(face_centred, (0, 1))),
]


def network(group: gk.SplitGroup) -> nn.Sequential:
    L = gt.layers(group)
    net = nn.Sequential(
        L.LiftingConv(2, 3, 3, padding=1),
        L.BatchNorm(3),
        nn.ReLU(),
        L.GroupConv(3, 4, 3, padding=1, groups=1),
        L.BatchNorm(4),
        nn.Sigmoid(),
        L.MaxPool(3, 1, 1),
        L.GroupConv(4, 4, 3, padding=1, groups=2, bias=False),
        L.AvgPool(3, 1, 1),
        L.CosetPool("mean"),
    )
    return net.to(DOUBLE)


def data(group: gk.SplitGroup, channels: int = 2) -> Tensor:
    return torch.randn(2, channels, *image(group), dtype=DOUBLE)


def inside(group: gk.SplitGroup, y: Tensor) -> Tensor:
    kind = "planar" if y.dim() == group.dimension + 2 else "regular"
    return gt.act(y, group, group.stabilizer.identity, kind)


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_outputs_are_the_same(large: gk.SplitGroup, small: gk.SplitGroup, training: bool) -> None:
    net = network(large)
    net(data(large))  # running statistics that are not the first ones
    net.train(training)
    smaller = restrict(net, small)
    x = data(large)
    y, z = net(x), smaller(x)
    assert torch.allclose(inside(large, z), inside(large, y), rtol=0, atol=1e-12)
    again = data(large)  # after a step of the running statistics too
    y, z = net.eval()(again), smaller.eval()(again)
    assert torch.allclose(inside(large, z), inside(large, y), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_every_pair_of_types_restricts_alike(large: gk.SplitGroup, small: gk.SplitGroup) -> None:
    types = [
        "planar",
        "regular",
        large.stabilizer.generators[:1]
        and large.stabilizer.subgroup(large.stabilizer.generators[:1]),
    ]
    for input_type in types:
        for output_type in types:
            before, after = large.feature_type(input_type), large.feature_type(output_type)
            conv = gt.GroupConv(large, 2, 3, 3, input_type=before, output_type=after, dtype=DOUBLE)
            x = torch.randn(1, 2, *before.array_shape(image(large)), dtype=DOUBLE)
            try:
                smaller = restrict(conv, small)
            except RestrictionError:
                continue
            expected = restrict_map(conv(x), large, small, after)
            actual = smaller(restrict_map(x, large, small, before))
            assert torch.allclose(actual, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("field", ["vector", "pseudoscalar"])
@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_fields_restrict(large: gk.SplitGroup, small: gk.SplitGroup, field: str) -> None:
    kind = large.field(field)
    net = nn.Sequential(
        gt.GroupConv(large, kind.size, 2, 3, input_type=kind),
        gt.GroupConv(large, 2, kind.size, 3, output_type=kind),
    ).to(DOUBLE)
    x = data(large, kind.size)
    assert torch.allclose(restrict(net, small)(x), net(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("small", [gk.p4, gk.p2.with_internal({"c": 2})], ids=name)
def test_internal_symmetries_restrict(small: gk.SplitGroup) -> None:
    board = gk.p4.with_internal({"c": 2})
    stones = board.field({"r": (0, 1), "c": (1, 0)})
    L = gt.layers(board)
    net = nn.Sequential(
        L.GroupConv(2, 3, 3, input_type=stones),
        L.BatchNorm(3),
        nn.ReLU(),
        L.GroupConv(3, 2, 3, output_type=stones),
    ).to(DOUBLE)
    x = torch.randn(2, 2, 9, 9, dtype=DOUBLE)
    smaller = restrict(net, small)
    assert torch.allclose(smaller(x), net(x), rtol=0, atol=1e-12)


def trained(net: nn.Module, x: Tensor, steps: int = 3) -> nn.Module:
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        net(x).square().mean().backward()
        optimizer.step()
    return net


def test_training_goes_on_with_the_smaller_group() -> None:
    x = data(gk.p4m)
    smaller = restrict(network(gk.p4m), gk.p4)
    trained(smaller, x)
    smaller.eval()
    assert_equivariant(smaller, gk.p4, (1, 2, 9, 9), output_type="planar", dtype=DOUBLE)
    report = equivariance_error(smaller, gk.p4m, (1, 2, 9, 9), output_type="planar", dtype=DOUBLE)
    assert report.error > 1e-3  # it may forget the mirrors now


def test_the_network_is_left_as_it_is() -> None:
    net = network(gk.p4m)
    before = copy.deepcopy(net.state_dict())
    kinds = [type(module) for module in net.modules()]
    trained(restrict(net, gk.p4), data(gk.p4m))
    assert [type(module) for module in net.modules()] == kinds
    assert all(torch.equal(net.state_dict()[key], value) for key, value in before.items())


def test_a_layer_that_is_used_twice_stays_one_layer() -> None:
    conv = gt.GroupConv(gk.p4m, 2, 2, 3, padding=1)
    net = nn.Sequential(conv, nn.ReLU(), conv)
    smaller = restrict(net, gk.p4)
    assert isinstance(smaller, nn.Sequential)
    assert smaller[0] is smaller[2]


def test_frozen_parameters_stay_frozen_and_modes_stay() -> None:
    net = network(gk.p4m)
    net[0].requires_grad_(False)
    net[1].eval()
    smaller = restrict(net, gk.p4)
    assert isinstance(smaller, nn.Sequential)
    assert not any(p.requires_grad for p in smaller[0].parameters())
    assert not smaller[1].training
    assert smaller[4].training


def test_restricting_in_steps_is_restricting_at_once() -> None:
    net, x = network(gk.p4m).eval(), data(gk.p4m)
    convs = nn.Sequential(net[0], nn.ReLU(), net[3])
    twice = restrict(restrict(convs, gk.p4), gk.p2)
    once = restrict(convs, gk.p2)
    assert [p.shape for p in twice.parameters()] == [p.shape for p in once.parameters()]
    total = convs(x).sum(dim=(1, 2))
    assert torch.allclose(twice(x).sum(dim=(1, 2)), total, atol=1e-10)
    assert torch.allclose(once(x).sum(dim=(1, 2)), total, atol=1e-10)


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
def test_layers_that_span_copies_restrict_in_steps(training: bool) -> None:
    net, x = network(gk.p4m).train(training), data(gk.p4m)
    net.append(gt.GroupMaxPool(gk.p4m, 3, 2, 1, feature_type="planar"))
    once, twice = restrict(net, gk.p2), restrict(restrict(net, gk.p4), gk.p2)
    y = net(x)
    assert torch.allclose(once(x), y, rtol=0, atol=1e-12)
    assert torch.allclose(twice(x), y, rtol=0, atol=1e-12)
    pools = once[-1].layer, twice[-1].layer.layer
    assert len({pool.exactness(8).elements for pool in pools}) == 1


def test_warnings_are_those_of_the_smaller_group() -> None:
    pool = gt.GroupMaxPool(gk.p4m, 3, stride=2, padding=1, feature_type="planar")
    smaller = restrict(pool, part_of(gk.p4m, (0, 5)))  # one diagonal mirror, which is kept
    assert isinstance(smaller, Spanning)
    x = torch.randn(1, 1, 8, 8)
    with pytest.warns(gt.EquivarianceWarning):
        expected = pool(x)
    assert torch.equal(smaller(x), expected)  # no warning, which would be an error here
    conv = gt.LiftingConv(gk.p4m, 1, 1, 3, stride=2, padding=1, exact="raise")
    with pytest.raises(gt.InexactError, match="of p4 "):
        restrict(conv, gk.p4)(x)


@pytest.mark.compile
def test_restricted_networks_are_ordinary_modules() -> None:
    net = restrict(network(gk.p4m).eval(), gk.p4)
    x = data(gk.p4m)
    y = net(x)
    assert torch.equal(pickle.loads(pickle.dumps(net))(x), y)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), y, atol=1e-13)


@pytest.mark.parametrize(
    ("model", "group", "error"),
    [
        (lambda: nn.Conv2d(1, 1, 3), gk.p4, RestrictionError),
        (lambda: network(gk.p4), gk.p4m, NotASubgroupError),
        (lambda: network(gk.p4), mirror_line, DimensionError),
    ],
    ids=["plain", "larger", "dimension"],
)
def test_what_can_not_be_restricted_is_refused(
    model: Callable[[], nn.Module], group: gk.SplitGroup, error: type[gk.GroupkitError]
) -> None:
    with pytest.raises(error):
        restrict(model(), group)


def rest_of_the_layers(group: gk.SplitGroup) -> dict[str, tuple[nn.Module, str]]:
    """Return layers of every other kind, and the type of the maps that they take."""
    L = gt.layers(group)
    half = group.stabilizer.subgroup(group.stabilizer.generators[:1])
    return {
        "transposed": (L.GroupConvTranspose(2, 3, 3, 1, 1), "regular"),
        "transposed planar": (L.GroupConvTranspose(2, 3, 3, input_type="planar"), "planar"),
        "separable g": (L.SeparableGroupConv(2, 3, 3, share="g"), "regular"),
        "separable gc": (L.SeparableGroupConv(2, 3, 3, share="gc", padding=1), "regular"),
        "separable lifting": (L.SeparableGroupConv(2, 3, 3, input_type="planar"), "planar"),
        "linear": (L.Linear(2, 3), "regular"),
        "linear lifting": (L.Linear(2, 3, input_type="planar"), "planar"),
        "instance norm": (L.InstanceNorm(2, affine=True), "regular"),
        "layer norm": (L.LayerNorm(2), "regular"),
        "group norm": (L.GroupNorm(2, 2), "regular"),
        "RMS norm": (L.RMSNorm(2), "regular"),
        "dropout": (L.Dropout(0.5), "regular"),
        "upsampling": (L.Upsample(3, mode="linear"), "regular"),
        "blur-pool": (L.BlurPool(3, stride=1), "regular"),
        "minimum": (L.CosetPool("min"), "regular"),
        "to cosets": (L.CosetPool("mean", half), "regular"),
        "global": (L.GlobalPool("mean"), "regular"),
        "adaptive": (L.AdaptiveAvgPool(1), "regular"),
    }


@pytest.mark.parametrize("layer", rest_of_the_layers(gk.p4m))
@pytest.mark.parametrize(
    ("large", "small"), [(gk.p4m, gk.p4), (gk.p6m, gk.p6), (gk.p6, gk.p2)], ids=name
)
def test_every_other_layer_restricts(
    large: gk.SplitGroup, small: gk.SplitGroup, layer: str
) -> None:
    module, kind = rest_of_the_layers(large)[layer]
    module = module.to(DOUBLE)
    before = large.feature_type(kind)
    x = torch.randn(2, 2, *before.array_shape(image(large)), dtype=DOUBLE)
    smaller = restrict(module, small)
    torch.manual_seed(1)  # dropout draws for whole maps of G in both
    y = module(x)
    torch.manual_seed(1)
    z = smaller(restrict_map(x, large, small, kind))
    if y.dim() > large.dimension + 2:  # a map with an axis
        after = getattr(module, "output_type", before)
        y = restrict_map(y, large, small, after)
    if z.dim() > 2:
        mask = gt.act(torch.ones(1, 1, *y.shape[-large.dimension :]), large, 0) != 0
        y, z = y * mask[0, 0], z * mask[0, 0]
    assert torch.allclose(z, y, rtol=0, atol=1e-12)


def test_separable_layers_stay_separable() -> None:
    layer = gt.SeparableGroupConv(gk.p4m, 4, 6, 3, share="gc")
    smaller = restrict(layer, gk.p4)
    assert isinstance(smaller, gt.SeparableGroupConv)
    assert smaller.spatial_weight.shape == (12, 1, 9)
    assert smaller.pointwise_weight.shape == (12, 8, 4)


@pytest.mark.parametrize("swap", [(1, 0, 2, 3), (2, 3, 0, 1)], ids=str)
def test_biases_of_fields_restrict(swap: tuple[int, ...]) -> None:
    """The smaller group leaves more vectors alone, and the bias is one of them."""
    field = gk.p4m.field({"m": swap, "r": (0, 1, 2, 3)})
    layer = gt.GroupConv(gk.p4m, 2, 8, 3, output_type=field, dtype=DOUBLE)
    smaller = restrict(layer, gk.p4)
    assert (layer.bias.numel(), smaller.bias.numel()) == (2 * field.invariants.shape[1], 8)
    x = torch.randn(1, 2, 8, 5, 5, dtype=DOUBLE)
    y = smaller(restrict_map(x, gk.p4m, gk.p4))
    assert torch.allclose(y, layer(x), rtol=0, atol=1e-12)


def test_modules_of_ones_own_may_know_their_group() -> None:
    class Block(nn.Module):
        def __init__(self, group: gk.SplitGroup) -> None:
            super().__init__()
            self.group = group
            self.body = nn.ModuleList([gt.GroupConv(group, 2, 2, 3), gt.GroupBatchNorm(group, 2)])

        def forward(self, x: Tensor) -> Tensor:
            for part in self.body:
                x = part(x)
            return x.relu()

    L = gt.layers(gk.p4m)
    net = nn.Sequential(L.LiftingConv(1, 2, 3), Block(gk.p4m), L.CosetPool()).to(DOUBLE)
    smaller = restrict(net, gk.p4)
    assert smaller[1].body[0].group == gk.p4
    x = torch.randn(2, 1, 7, 7, dtype=DOUBLE)
    assert torch.allclose(smaller(x), net(x), rtol=0, atol=1e-12)


def test_parametrized_weights_are_refused() -> None:
    layer = nn.utils.parametrizations.weight_norm(gt.LiftingConv(gk.p4m, 1, 2, 3))
    with pytest.raises(RestrictionError, match="make them plain with"):
        restrict(layer, gk.p4)


def test_layers_of_ones_own_are_named() -> None:
    class Own(nn.Module):
        group = gk.p4m

    with pytest.raises(RestrictionError, match="Own does not say which maps it takes"):
        restrict(Own(), gk.p4)
