"""The symmetry traced through models is the one measured; losses and gaps are named."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from groupkit_torch.tracing.trace_report import TraceError
from tests.torch.groups import cubic

DOUBLE = torch.float64


class Function(nn.Module):
    """A model that is one function of its input."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.unused = nn.Parameter(torch.zeros((), dtype=DOUBLE))  # gives the input its dtype

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def resnet() -> nn.Module:
    L = gt.layers(gk.p4m)
    return nn.Sequential(
        L.LiftingConv(1, 2, 3, padding=1, dtype=DOUBLE),
        L.BatchNorm(2, dtype=DOUBLE),
        nn.ReLU(),
        L.GroupConv(2, 2, 3, stride=2, padding=1, dtype=DOUBLE),
        nn.ReLU(),
        L.CosetPool("max"),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2, 3, dtype=DOUBLE),
    ).eval()


def test_a_resnet_loses_all_but_the_diagonal_mirror_on_even_sizes() -> None:
    net = resnet()
    for n in (12, 13):
        trace = gt.trace_exactness(net, (1, 1, n, n))
        assert trace.kept == gt.find_symmetry(net, gk.p4m, (1, 1, n, n)).elements
    assert trace.first_loss is None
    trace = gt.trace_exactness(net, (1, 1, 12, 12))
    assert trace.kept == (0, 5)
    assert trace.first_loss is not None
    assert trace.first_loss.name == "3 (GroupConv)"
    assert [str(c) for c in trace.first_loss.track.centre] == ["11/4", "11/4"]  # not 5/2
    assert "first lost at 3 (GroupConv)" in str(trace)
    assert trace.exact_sizes(12) == [1, 3, 5, 7, 9, 11]


symmetric = torch.ones(1, 1, 3, 3, dtype=DOUBLE)
lopsided = torch.arange(9, dtype=DOUBLE).view(1, 1, 3, 3)
FUNCTIONS: list[tuple[Callable[[Tensor], Tensor], int]] = [
    (lambda x: F.relu(x) * 2 + 1, 9),
    (lambda x: x + torch.randn(2, 1, 1, 1, dtype=DOUBLE).sum(), 9),
    (lambda x: x[..., 1:-1, 1:-1], 9),
    (lambda x: x[..., :-1, :], 9),
    (lambda x: x[:, :, ::2, ::2], 9),
    (lambda x: x[:, :, ::2, ::2], 8),
    (lambda x: F.pad(x, (1, 0, 1, 0)), 8),
    (lambda x: F.pad(x, (1, 1, 1, 1)), 8),
    (lambda x: F.max_pool2d(x, 3, 2, 1), 8),
    (lambda x: F.max_pool2d(x, 3, 2, 1), 9),
    (lambda x: F.avg_pool2d(x, 2), 9),
    (lambda x: F.conv2d(x, symmetric, padding=1), 8),
    (lambda x: F.conv2d(x, symmetric, stride=2), 8),
    (lambda x: F.conv2d(x, lopsided), 8),
    (lambda x: F.conv2d(x, lopsided + lopsided.flip(2, 3)), 8),
    (lambda x: F.adaptive_avg_pool2d(x, 3), 8),
    (lambda x: torch.cat([x, x.sigmoid()], 1), 8),
    (lambda x: x.mean((-2, -1), keepdim=True) + x, 8),
]


@pytest.mark.parametrize(("function", "n"), FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_calls_of_torch_are_judged_as_they_measure(
    function: Callable[[Tensor], Tensor], n: int
) -> None:
    net, shape = Function(function), (1, 1, n, n)
    trace = gt.trace_exactness(net, shape, gk.p4m)
    found = gt.find_symmetry(net, gk.p4m, shape, output_type="planar", dtype=DOUBLE)
    if trace.unjudged:
        assert trace.kept is None
    else:
        assert trace.kept == found.elements
    assert trace.unjudged in ((), ("Function: add",))


def test_flattening_a_map_leaves_only_the_identity() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    trace = gt.trace_exactness(net, (1, 1, 8, 8), gk.p4)
    assert trace.kept == gt.find_symmetry(net, gk.p4, (1, 1, 8, 8)).elements == (0,)
    assert gt.trace_exactness(net, (1, 1, 8, 8), gk.p4).exact_sizes(9) == []


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: torch.fft.fft2(x).abs(), "fft_fft2"),
        (lambda x: x + torch.arange(8.0), "add"),  # a position that is not from the input
        (lambda x: torch.cat([x, torch.rand(1, 1, 8, 8)], 1), "cat"),
        (lambda x: x.roll(1, -1), "roll"),
    ],
)
def test_calls_that_cannot_be_judged_are_named(
    function: Callable[[Tensor], Tensor], name: str
) -> None:
    trace = gt.trace_exactness(Function(function), (1, 1, 8, 8), gk.p4)
    assert trace.kept is None
    assert trace.unjudged == (f"Function: {name}",)
    assert "find_symmetry can measure it" in str(trace)


def test_plain_poolings_on_hexagonal_maps_are_not_judged() -> None:
    net = nn.Sequential(gt.LiftingConv(gk.p6, 1, 1, 3, output_type="planar"), nn.MaxPool2d(3))
    assert gt.trace_exactness(net, (1, 1, 9, 9)).unjudged == ("1 (MaxPool2d): max_pool2d",)


def test_nothing_of_the_model_changes() -> None:
    net = resnet().train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    gt.trace_exactness(net, (2, 1, 12, 12))
    assert all(module.training for module in net.modules())
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_bad_input_is_refused() -> None:
    with pytest.raises(FeatureTypeError, match="no layer of the model names a group"):
        gt.trace_exactness(nn.ReLU(), (1, 1, 8, 8))
    with pytest.raises(FeatureTypeError, match="maps of cubic have 5"):
        gt.trace_exactness(nn.ReLU(), (1, 1, 8, 8), cubic)
    with pytest.raises(FeatureTypeError, match="declare its type"):
        gt.find_symmetry(nn.ReLU(), cubic, (1, 1, 8, 8))


def test_find_symmetry_measures_each_layer_on_request() -> None:
    found = gt.find_symmetry(resnet(), gk.p4m, (1, 1, 12, 12), per_layer=True)
    kept = [sum(e <= found.tolerance for e in layer.errors or ()) for layer in found.layers]
    assert kept == [8, 8, 8, 2, 2, 2, 2, 2, 2]
    assert found.subgroup.members == found.elements == (0, 5)
    assert found.errors[0] == 0.0
    assert "3 (GroupConv)" in str(found)
    with pytest.raises(AssertionError, match=r"first layer whose output breaks it is 3 \(Grou"):
        assert_equivariant(resnet(), gk.p4m, (1, 1, 12, 12), output_type="invariant")


class Writes(nn.Module):
    """Writes one corner of its input's copy."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def forward(self, x: Tensor) -> Tensor:
        y = x * 1
        if self.how == "item":
            y[:, :, 0, 0] = 0
        else:
            y[..., :2, :].mul_(2)
        return y


@pytest.mark.parametrize("how", ["item", "view"])
def test_positions_written_in_place_are_not_judged(how: str) -> None:
    trace = gt.trace_exactness(Writes(how), (1, 1, 8, 8), gk.p4m)
    assert trace.kept is None
    assert not trace.steps[-1].judged


def test_one_point_is_followed_through_layers_that_keep_different_ones() -> None:
    torch.manual_seed(0)
    options = {"padding_mode": "circular", "dtype": DOUBLE, "exact": "ignore"}
    circular = gt.GroupConv(gk.p4, 1, 1, 3, 2, 1, input_type="planar", **options)
    zeros = gt.GroupConv(gk.p4, 1, 1, 3, 1, 1, dtype=DOUBLE)
    both = nn.Sequential(circular, zeros)
    assert circular.exactness(8).is_exact  # about index 0
    assert zeros.exactness(4).is_exact  # about the centre
    trace = gt.trace_exactness(both, (1, 1, 8, 8))
    assert trace.kept == (0,)
    assert trace.kept == gt.find_symmetry(both, gk.p4, (1, 1, 8, 8), output_type="regular").elements
    around = nn.Sequential(circular, gt.GroupConv(gk.p4, 1, 1, 3, padding=1, **options))
    trace = gt.trace_exactness(around, (1, 1, 8, 8))
    assert (trace.kept, trace.about) == ((0, 1, 2, 3), "index 0 of the torus")
    assert str(trace).startswith("about index 0 of the torus")
    assert trace.exact_sizes(8) == [1, 2, 4, 6, 8]
    centre = gt.trace_exactness(around, (1, 1, 8, 8), about="the array's centre")
    measured = gt.find_symmetry(around, gk.p4, (1, 1, 8, 8), output_type="regular")
    assert centre.kept == measured.elements


def test_no_remedy_is_what_the_layer_has() -> None:
    mirror = gk.SplitGroup.from_generators("mirror", {"m": [[-1]]})
    layer = gt.GroupConv(mirror, 1, 1, 2, 3, 1, 2)
    assert "with kernel 2 and padding 1" not in layer.exactness(3).remedies


def test_the_subgroup_found_holds_no_broken_element() -> None:
    layer = gt.GroupConv(gk.p4, 1, 1, 3, 2, 1, input_type="planar", exact="ignore").double()
    found = gt.find_symmetry(layer, gk.p4, (1, 1, 8, 9), output_type="regular")
    assert set(found.subgroup) <= set(found.elements)
    assert found.elements == layer.exactness((8, 9)).elements


def keeps(function: Callable[[Tensor], Tensor], group: gk.SplitGroup = gk.p4, n: int = 8) -> object:
    return gt.trace_exactness(Function(function), (1, 2, n, n), group).kept


def test_calls_that_draw_random_numbers_are_not_judged() -> None:
    for random in (
        F.dropout,  # training is its default
        lambda x: F.dropout2d(x, training=True),
        lambda x: torch.bernoulli(x.sigmoid()),
        lambda x: x + torch.rand_like(x),
        lambda x: F.rrelu(x, training=True),
    ):
        assert keeps(random) is None
    for certain in (
        lambda x: F.dropout(x, training=False),
        lambda x: F.dropout2d(x, 0.0),
        nn.Dropout(),  # models are traced in evaluation mode
    ):
        assert keeps(certain) == (0, 1, 2, 3)


def test_maxima_with_tensors_and_sums_along_axes() -> None:
    position = torch.arange(8.0, dtype=DOUBLE)
    assert keeps(lambda x: torch.max(x, position)) is None
    assert keeps(lambda x: torch.maximum(x, position)) is None
    assert keeps(lambda x: torch.max(x, x.relu())) == (0, 1, 2, 3)
    assert keeps(lambda x: torch.sum(x, axis=(2, 3))) == (0, 1, 2, 3)
    assert keeps(lambda x: torch.sum(x, axis=1, keepdim=True)) == (0, 1, 2, 3)
    assert keeps(lambda x: torch.sum(x, axis=3)) is None  # one lattice axis alone
    assert keeps(lambda x: x.max()) == (0, 1, 2, 3)


def test_statistics_of_boxes_are_judged_where_boxes_are_stable() -> None:
    for norm in (nn.GroupNorm(2, 2).double(), nn.InstanceNorm2d(2).double()):
        assert keeps(norm) == (0, 1, 2, 3)
        assert keeps(norm, gk.p6, 9) is None
        assert keeps(lambda x, norm=norm: norm(x[..., :-1])) == (0,)
    layers = gt.layers(gk.p6)
    for own in (layers.InstanceNorm(2, feature_type="planar"), layers.GlobalPool("mean")):
        kind = "planar" if "planar" in repr(own) else "regular"
        net = nn.Sequential(layers.LiftingConv(1, 2, 3, output_type=kind), own).double()
        assert gt.trace_exactness(net, (1, 1, 9, 9)).kept == tuple(range(6))


class Derived(gt.GroupConv):
    """A subclass that does something of its own around the layer."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).relu()


class Calls(nn.Module):
    """Calls its layer in one of the ways that there are."""

    def __init__(self, layer: nn.Module, how: str) -> None:
        super().__init__()
        self.layer, self.how = layer, how

    def forward(self, x: Tensor) -> Tensor:
        if self.how == "forward":
            return self.layer.forward(x)
        return self.layer(x=x) if self.how == "keyword" else self.layer(x)


@pytest.mark.parametrize("how", ["call", "forward", "keyword"])
def test_layers_are_seen_however_they_are_called_and_derived(how: str) -> None:
    options = {"input_type": "planar", "dtype": DOUBLE, "exact": "ignore"}
    untouched = gt.GroupConv.forward
    for layer in (
        gt.GroupConv(gk.p4m, 1, 1, 3, 2, 1, **options),
        Derived(gk.p4m, 1, 1, 3, 2, 1, **options),
        nn.utils.parametrizations.weight_norm(gt.GroupConv(gk.p4m, 1, 1, 3, 2, 1, **options)),
    ):
        for n, kept in ((8, (0, 5)), (9, tuple(range(8)))):
            trace = gt.trace_exactness(Calls(layer, how), (1, 1, n, n))
            assert trace.kept == kept
            assert not trace.unjudged
            assert len(trace.steps) == 1
    assert gt.GroupConv.forward is untouched
    assert "forward" not in vars(gt.GroupConv(gk.p4, 1, 1, 3))


@pytest.mark.compile
def test_compiled_models_are_refused() -> None:
    net = nn.Sequential(gt.GroupConv(gk.p4, 1, 1, 3, input_type="planar"))
    with pytest.raises(TraceError, match="the model is compiled, so that no call can be seen"):
        gt.trace_exactness(torch.compile(net, backend="eager"), (1, 1, 8, 8))
    net[0].compile(backend="eager")
    with pytest.raises(TraceError, match="0 is compiled"):
        gt.trace_exactness(net, (1, 1, 8, 8))


def test_models_of_integers_are_named_not_failed() -> None:
    class Embeds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.table(x[:, 0]).movedim(-1, 1)

    trace = gt.trace_exactness(Embeds(), (1, 1, 8, 8), gk.p4, dtype=torch.int64)
    assert trace.kept is None
    with pytest.raises(TraceError, match=r"no size can be judged: .* measure with find_symmetry"):
        trace.exact_sizes(4)


def test_residuals_concatenations_and_upsampling_are_judged_together() -> None:
    L = gt.layers(gk.p4m)
    down = L.GroupConv(1, 1, 3, 2, 1, dtype=DOUBLE, exact="ignore")
    up = L.Upsample(2, "linear", exact="ignore")

    class UNet(nn.Module):
        def __init__(self, last: int | None) -> None:
            super().__init__()
            self.down, self.up, self.last = down, up, last

        def forward(self, x: Tensor) -> Tensor:
            y = self.up(self.down(x))
            return torch.cat([y, x[..., : self.last, : self.last]], 1) + y.mean((-2, -1), True)

    for n, last, kept in ((9, None, tuple(range(8))), (8, -1, (0, 5))):
        net = UNet(last)
        trace = gt.trace_exactness(net, (1, 1, 8, n, n), gk.p4m)
        found = gt.find_symmetry(net, gk.p4m, (1, 1, 8, n, n), "regular", "regular", dtype=DOUBLE)
        assert trace.kept == found.elements == kept
        assert not trace.unjudged


def test_a_later_layer_may_hide_what_an_earlier_one_broke() -> None:
    net = Function(lambda x: x[..., 1:, :][..., :-1, :])
    trace = gt.trace_exactness(net, (1, 1, 9, 9), gk.p2)
    assert trace.kept == gt.find_symmetry(net, gk.p2, (1, 1, 9, 9), output_type="planar").elements
    assert trace.kept == (0, 1)
    assert [len(step.track.kept or ()) for step in trace.steps] == [1, 2]
    assert trace.first_loss is None


@pytest.mark.untyped
def test_what_is_no_group_or_shape_is_refused() -> None:
    net = gt.LiftingConv(gk.p4, 1, 1, 3)
    with pytest.raises(SettingError, match="declared SplitGroup"):
        gt.trace_exactness(net, (1, 1, 8, 8), "p4")
    with pytest.raises(SettingError, match="declared SplitGroup"):
        gt.find_symmetry(net, "p4", (1, 1, 8, 8))
    for shape in (8, (1, 1, 8, 8.5), (1, 1, 0, 8), None):
        with pytest.raises(SettingError, match="is no shape of a map"):
            gt.trace_exactness(net, shape)
    for shape in (8, None, (1, 1, 8.5, 8)):
        with pytest.raises(SettingError, match="is no shape of a map"):
            gt.find_symmetry(net, gk.p4, shape)
    with pytest.raises(SettingError, match="holds no random normal numbers"):
        gt.find_symmetry(net, gk.p4, (1, 1, 8, 8), dtype=torch.int64)
    with pytest.raises(WindowError, match="use 7 or 9"):
        gt.trace_exactness(nn.ReLU(), (1, 1, 8, 8), gk.p6)
    with pytest.raises(SettingError, match="is neither"):
        gt.trace_exactness(net, (1, 1, 8, 8), about="the corner")
    for size in (8.5, None, True, "8", 0, -3, (8, 8.5)):
        with pytest.raises(SettingError, match="is no size of an array"):
            net.exactness(size)
    assert net.exactness(np.int64(8)).input_size == (8, 8)
    assert net.exactness((np.int64(8), 9)).input_size == (8, 9)


def test_restricted_networks_are_traced() -> None:
    L = gt.layers(gk.p4m)
    options = {"dtype": DOUBLE, "exact": "ignore"}
    net = nn.Sequential(
        L.LiftingConv(1, 1, 3, **options),
        L.BatchNorm(1, dtype=DOUBLE),
        L.MaxPool(3, 2, 1, exact="ignore"),
        L.ConvTranspose(1, 1, 4, 2, 1, **options),
        L.BlurPool(exact="ignore"),
        L.Upsample(2, "linear"),
    ).eval()
    small = gt.restrict(net, gk.p4)
    for n in (9, 10, 11, 12):
        trace = gt.trace_exactness(small, (1, 1, n, n))
        found = gt.find_symmetry(small, gk.p4, (1, 1, n, n), output_type="regular")
        assert trace.group == gk.p4
        assert not trace.unjudged
        assert trace.kept == found.elements


@pytest.mark.untyped
def test_what_is_no_model_or_limit_is_refused() -> None:
    with pytest.raises(SettingError, match=r"is no torch\.nn\.Module, whose calls"):
        gt.trace_exactness(torch.relu, (1, 1, 8, 8), gk.p4)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="is no network"):
        gt.find_symmetry(5, gk.p4, (1, 1, 8, 8))  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"'net' is no torch\.nn\.Module"):
        gt.set_exact("net", "warn")  # type: ignore[arg-type]
    trace = gt.trace_exactness(nn.Identity(), (1, 1, 8, 8), gk.p4)
    for limit in ("8", 8.5, 0, True):
        with pytest.raises(SettingError, match="is no largest side"):
            trace.exact_sizes(limit)  # type: ignore[arg-type]


def test_groups_of_another_dimension_are_refused() -> None:
    net = nn.Sequential(gt.LiftingConv(gk.p4, 1, 1, 3))
    with pytest.raises(gk.errors.DimensionError, match="acts on 3 lattice axes, p4 of the model"):
        gt.trace_exactness(net, (1, 1, 8, 8, 8), cubic)


@pytest.mark.parametrize("name", ["GlobalPool", "AdaptiveAvgPool", "InstanceNorm"])
def test_means_of_a_window_are_not_those_of_a_torus(name: str) -> None:
    L = gt.layers(gk.p6)
    arguments = {"GlobalPool": (), "AdaptiveAvgPool": (1,), "InstanceNorm": (2,)}[name]
    tail = getattr(L, name)(*arguments)
    net = nn.Sequential(
        L.LiftingConv(1, 2, 3, padding="same", padding_mode="circular"), nn.ReLU(), tail
    ).double()
    trace = gt.trace_exactness(net, (1, 1, 9, 9))
    assert trace.kept is None or len(trace.kept) < 6
    output = "invariant" if name == "GlobalPool" else "regular"
    report = gt.testing.equivariance_error(
        net, gk.p6, (1, 1, 9, 9), output_type=output, torus=True, dtype=torch.float64
    )
    assert report.error > 1e-3
