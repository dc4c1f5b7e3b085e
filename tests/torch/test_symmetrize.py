"""Any network becomes equivariant; what is averaged is the definition's sum."""

import copy
import pickle
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.symmetrize import Symmetrize
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import GROUPS, cubic, image, name

_CONVS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def plain(dimension: int, c_in: int = 1, c_out: int = 2) -> nn.Module:
    """Return a network of torch's own layers, which has no symmetry."""
    conv = _CONVS[dimension]
    return nn.Sequential(
        conv(c_in, 3, 3, padding=1), nn.ReLU(), conv(3, c_out, 3, padding=1)
    ).double()


class Split(nn.Module):
    """Return planar channels as a stabilizer axis."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.size))


@pytest.mark.parametrize("mode", ["mean", "max"])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_equivariant_networks_of_plain_layers(group: gk.SplitGroup, mode: str) -> None:
    net, shape = plain(group.dimension), (1, 1, *image(group, flat=7, line=7, solid=5))
    made = Symmetrize(net, group, output_type="planar", mode=mode)
    assert_equivariant(made, group, shape, output_type="planar")
    if group.order > 1:
        assert equivariance_error(net, group, shape, output_type="planar").error > 1e-3


@pytest.mark.parametrize("mode", ["mean", "max"])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, cubic], ids=name)
def test_invariant_networks(group: gk.SplitGroup, mode: str) -> None:
    shape = (2, 1, *image(group, flat=7, solid=3))
    net = nn.Sequential(nn.Flatten(), nn.Linear(shape[-1] ** group.dimension, 3)).double()
    made = Symmetrize(net, group, mode=mode)
    assert_equivariant(made, group, shape, output_type="invariant")


@pytest.mark.parametrize("group", [gk.p4, gk.p6m], ids=name)
def test_outputs_and_inputs_on_the_group_and_its_quotients(group: gk.SplitGroup) -> None:
    half = group.stabilizer.subgroup([{"r": group.axes["r"] // 2}])
    for kind in ("regular", half):
        size = group.feature_type(kind).size
        lift = nn.Sequential(plain(2, 1, 2 * size), Split(size))
        made = Symmetrize(lift, group, output_type=kind)
        assert_equivariant(made, group, (1, 1, 7, 7), output_type=kind)
        net = nn.Sequential(nn.Flatten(1, 2), plain(2, size, 2 * size), Split(size))
        made = Symmetrize(net, group, kind, kind)
        assert_equivariant(made, group, (1, 1, size, 7, 7), kind, kind)


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_vector_fields(group: gk.SplitGroup) -> None:
    vector = group.field("vector")
    made = Symmetrize(plain(2, 2, 4), group, vector, vector)
    assert_equivariant(made, group, (1, 2, 7, 7), vector, vector)


def test_it_is_the_sum_over_quarter_turns() -> None:
    net, x = plain(2), torch.rand(2, 1, 6, 6, dtype=torch.float64)
    turned = [torch.rot90(net(torch.rot90(x, r, (-2, -1))), -r, (-2, -1)) for r in range(4)]
    mean = Symmetrize(net, gk.p4, output_type="planar")(x)
    assert torch.allclose(mean, torch.stack(turned).mean(0), rtol=0, atol=1e-12)
    most = Symmetrize(net, gk.p4, output_type="planar", mode="max")(x)
    assert torch.equal(most, torch.stack(turned).amax(0))


def test_unequal_sides() -> None:
    x = torch.rand(1, 1, 5, 8, dtype=torch.float64)
    made = Symmetrize(plain(2), gk.p4, output_type="planar")
    assert made(x).shape == (1, 2, 5, 8)
    assert_equivariant(made, gk.p4, (1, 1, 5, 8), output_type="planar")
    lines = nn.Conv2d(1, 1, 3, stride=(2, 1), dtype=torch.float64)
    with pytest.raises(FeatureTypeError, match=r"transformed by r=1 has, once .* equal sides"):
        Symmetrize(lines, gk.p4, output_type="planar")(x)


def test_it_learns_and_stays_equivariant() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 1, 3))
    made = Symmetrize(net.double(), gk.p4, output_type="planar")
    x, target = torch.rand(4, 1, 8, 8).double(), torch.rand(4, 1, 4, 4).double()
    optimizer = torch.optim.Adam(made.parameters(), lr=1e-2)
    losses = []
    for _ in range(20):
        loss = F.mse_loss(made(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    for mode in (made.train(), made.eval()):
        assert_equivariant(mode, gk.p4, (2, 1, 8, 8), output_type="planar")


def test_a_function_will_do_and_modules_are_found() -> None:
    assert Symmetrize(torch.sin, gk.p4, output_type="planar")(torch.ones(1, 1, 2, 2)).shape
    made = Symmetrize(plain(2), gk.p4)
    assert len(list(made.parameters())) == 4
    assert list(made.state_dict()) == [f"model.{key}" for key in plain(2).state_dict()]
    x = torch.rand(1, 1, 5, 5, dtype=torch.float64)
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert torch.equal(other(x), made(x))
    assert repr(Symmetrize(nn.ReLU(), gk.p4, mode="max")).startswith(
        "Symmetrize(\n  p4, planar -> invariant, mode='max'"
    )


@pytest.mark.compile
def test_compiled_networks() -> None:
    net = plain(2)
    made = Symmetrize(torch.compile(net, backend="eager"), gk.p4m, output_type="planar")
    x = torch.rand(1, 1, 6, 6, dtype=torch.float64)
    assert torch.equal(made(x), Symmetrize(net, gk.p4m, output_type="planar")(x))


@pytest.mark.compile
@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_it_compiles_and_exports_whole(group: gk.SplitGroup) -> None:
    made = Symmetrize(plain(2), group, output_type="planar")
    compiled = torch.compile(made, backend="eager", fullgraph=True, dynamic=False)
    for n in (7, 9):
        x = torch.rand(1, 1, n, n, dtype=torch.float64)
        assert torch.equal(compiled(x), made(x))
    exported = torch.export.export(made, (x,)).module()
    assert torch.equal(exported(x), made(x))
    assert type(made(x)) is Tensor  # nothing of the traces is left behind


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"mode": "sum"}, SettingError, 'neither "mean" nor "max"'),
        ({"output_type": "vector"}, FeatureTypeError, "no feature type"),
        (
            {"output_type": gk.p4.field("vector"), "mode": "max"},
            SettingError,
            r"r=1, which does not permute channels.*use mode=.mean.",
        ),
        ({"input_type": gk.p6.feature_type("regular")}, FeatureTypeError, "another|belongs"),
    ],
    ids=["mode", "type", "field", "group"],
)
def test_what_cannot_be_symmetrized_is_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Symmetrize(nn.ReLU(), gk.p4, **options)


def test_a_maximum_of_permuted_channels_is_fine() -> None:
    scalars = 2 * gk.p4.field("scalar")
    made = Symmetrize(plain(2, 1, 2), gk.p4, output_type=scalars, mode="max")
    assert_equivariant(made, gk.p4, (1, 1, 6, 6), output_type=scalars)


@pytest.mark.untyped
def test_the_group_comes_second() -> None:
    with pytest.raises(SettingError, match="the model comes first, then the group"):
        Symmetrize(gk.p4, nn.ReLU())  # type: ignore[arg-type]


def test_maps_of_another_type_or_without_a_centre_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match="expected a feature map"):
        Symmetrize(nn.ReLU(), gk.p4, "regular")(torch.zeros(1, 1, 5, 5))
    with pytest.raises(FeatureTypeError, match="expected a feature map"):
        Symmetrize(nn.Flatten(), gk.p4, output_type="planar")(torch.zeros(1, 1, 5, 5))
    with pytest.raises(WindowError, match="no centre"):
        Symmetrize(nn.ReLU(), gk.p6)(torch.zeros(1, 1, 4, 4))


def test_it_is_exported() -> None:
    assert "Symmetrize" in gt.__all__
    assert "Symmetrize" in dir(gt.layers(gk.p4))


@pytest.mark.untyped
def test_what_is_no_map_is_refused() -> None:
    with pytest.raises(SettingError, match="3 is no map of tensors"):
        gt.Symmetrize(3, gk.p4)  # type: ignore[arg-type]
