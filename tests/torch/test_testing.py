"""The measurement of equivariance sees modules that are not equivariant, and disturbs nothing."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.domain import Domain
from groupkit_torch.functional import act
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import cubic, mirror_line

DOUBLE = torch.float64


def lift(group: gk.SplitGroup = gk.p4, **options: object) -> gt.LiftingConv:
    return gt.LiftingConv(group, 1, 2, 3, dtype=DOUBLE, **options)


def failing(module: Callable[[Tensor], Tensor], group: gk.SplitGroup, *args: object) -> str:
    """Return the name of the element that fails."""
    with pytest.raises(AssertionError, match=r"relative error .*, allowed 1\.0e-12") as caught:
        assert_equivariant(module, group, *args)  # type: ignore[arg-type]
    return str(caught.value).split("commute with ")[1].split(" of ")[0]


def test_a_plain_convolution_fails_with_the_worst_element_named() -> None:
    plain = nn.Conv2d(1, 2, 3, dtype=DOUBLE)
    report = equivariance_error(plain, gk.p4, (1, 1, 9, 9), "planar", "planar")
    assert failing(plain, gk.p4, (1, 1, 9, 9), "planar", "planar") == report.worst.element
    assert report.stabilizer[0].element == "r=0"
    assert report.stabilizer[0].error <= 1e-12  # the identity
    assert all(deviation.error > 1e-2 for deviation in report.stabilizer[1:])
    assert all(deviation.error <= 1e-12 for deviation in report.translations)


def test_one_wrong_element_is_the_one_that_is_named() -> None:
    weight = torch.randn(1, 1, 3, 3, dtype=DOUBLE)
    weight = weight + torch.rot90(weight, 2, (2, 3))  # symmetric under half turns alone

    def halfway(x: Tensor) -> Tensor:
        return nn.functional.conv2d(x, weight)

    report = equivariance_error(halfway, gk.p4, (1, 1, 9, 9), "planar", "planar")
    wrong = [d.element for d in report.stabilizer if d.error > 1e-12]
    assert wrong == ["r=1", "r=3"]


def test_a_crop_off_the_centre_fails() -> None:
    layer = lift()
    assert failing(lambda x: layer(x)[..., :-1, :-1], gk.p4, (1, 1, 9, 9)) != "r=0"
    assert_equivariant(lambda x: layer(x)[..., 1:-1, 1:-1], gk.p4, (1, 1, 9, 9))


def test_a_stack_of_rotated_outputs_without_their_rotation_back_fails() -> None:
    plain = nn.Conv2d(1, 2, 3, dtype=DOUBLE)

    def stacked(x: Tensor) -> Tensor:
        return torch.stack([plain(torch.rot90(x, r, (2, 3))) for r in range(4)], 2)

    def wrong_way(x: Tensor) -> Tensor:
        turned = [plain(torch.rot90(x, r, (2, 3))) for r in range(4)]
        return torch.stack([torch.rot90(y, -r, (2, 3)) for r, y in enumerate(turned)], 2)

    def right_way(x: Tensor) -> Tensor:
        turned = [plain(torch.rot90(x, -r, (2, 3))) for r in range(4)]
        return torch.stack([torch.rot90(y, r, (2, 3)) for r, y in enumerate(turned)], 2)

    assert failing(stacked, gk.p4, (1, 1, 9, 9)) != "r=0"
    assert failing(wrong_way, gk.p4, (1, 1, 9, 9)) != "r=0"
    assert_equivariant(right_way, gk.p4, (1, 1, 9, 9))


@pytest.mark.parametrize("group", [gk.p4, gk.p6, cubic, mirror_line], ids=lambda group: group.name)
def test_a_bias_for_each_entry_of_the_stabilizer_axis_fails(group: gk.SplitGroup) -> None:
    layer, order = lift(group), len(group.stabilizer)
    bias = torch.arange(order, dtype=DOUBLE).view(-1, *[1] * group.dimension)
    shape = (1, 1, *[9] * group.dimension)
    assert failing(lambda x: layer(x) + bias, group, shape) != group.stabilizer.label(0)


def test_a_permuted_stabilizer_axis_fails() -> None:
    layer = lift(gk.p4m)
    swapped = [1, 0, 2, 3, 4, 5, 6, 7]
    assert failing(lambda x: layer(x)[:, :, swapped], gk.p4m, (1, 1, 9, 9)) != "m=0, r=0"
    right = gk.p4m.stabilizer.cayley_table[:, 5].tolist()  # s -> s a, which S does not see
    assert_equivariant(lambda x: layer(x)[:, :, right], gk.p4m, (1, 1, 9, 9))


def test_a_forgotten_mask_fails() -> None:
    first, second = lift(gk.p6), gt.GroupConv(gk.p6, 2, 2, 3, padding=1, dtype=DOUBLE)
    net = nn.Sequential(first, nn.Sigmoid(), second)
    assert_equivariant(net, gk.p6, (1, 1, 9, 9))
    second.domain = Domain.torus(gk.p6.stabilizer)
    assert failing(net, gk.p6, (1, 1, 9, 9)) != "r=0"
    padded = lift(gk.p6, padding=1)
    padded.domain = Domain.torus(gk.p6.stabilizer)
    assert failing(padded, gk.p6, (1, 1, 9, 9))  # it reads what is no part of the map


def test_averages_over_the_whole_hexagonal_array_fail() -> None:
    net = nn.Sequential(lift(gk.p6), nn.Sigmoid(), gt.CosetPool(gk.p6, "max"))
    with pytest.raises(AssertionError):
        assert_equivariant(
            nn.Sequential(net, nn.AdaptiveAvgPool2d(1)),
            gk.p6,
            (1, 1, 9, 9),
            output_type="invariant",
        )


def test_a_map_that_knows_where_it_is_fails_under_translations() -> None:
    def radial(x: Tensor) -> Tensor:  # symmetric under S, not under translations
        ramp = torch.linspace(-1, 1, x.shape[-1], dtype=DOUBLE) ** 2
        return x * (ramp[:, None] + ramp[None, :])

    report = equivariance_error(radial, gk.p4m, (1, 1, 9, 9), "planar", "planar")
    assert max(deviation.error for deviation in report.stabilizer) <= 1e-12
    assert min(deviation.error for deviation in report.translations) > 1e-2
    assert "translation" in failing(radial, gk.p4m, (1, 1, 9, 9), "planar", "planar")


def test_translations_are_compared_where_the_border_is_not_seen() -> None:
    report = equivariance_error(lift(padding=1), gk.p4, (1, 1, 9, 9))
    assert [(d.element, d.compared) for d in report.translations] == [
        ("translation (1, 0)", 6 * 7 + 6 * 2),  # rows 1 to 6 of 9 columns
        ("translation (0, 1)", 6 * 7 + 6 * 2),
        ("translation (1, -2)", 6 * 5),
    ]
    strided = nn.Sequential(lift(padding=1), gt.GroupMaxPool(gk.p4, 3, 2, 1))
    report = equivariance_error(strided, gk.p4, (1, 1, 13, 13))
    assert [d.element for d in report.translations] == [
        "translation (2, 0)",
        "translation (0, 2)",
        "translation (2, -4)",
    ]
    assert report.error <= 1e-12


def test_where_no_translation_can_be_compared_the_report_says_why() -> None:
    norm = nn.Sequential(lift(), gt.GroupBatchNorm(gk.p4, 2, dtype=DOUBLE))
    report = equivariance_error(norm, gk.p4, (2, 1, 9, 9))
    assert report.translation_note == "not applicable: every output sees the border of the input"
    report = equivariance_error(norm.eval(), gk.p4, (2, 1, 9, 9))
    assert report.translation_note == ""
    fixed = nn.Sequential(lift(), nn.Flatten(), nn.Unflatten(1, (2, 4, 7, 7)))
    report = equivariance_error(fixed, gk.p4, (1, 1, 9, 9))
    assert "do not tell the total stride" in report.translation_note
    report = equivariance_error(lambda x: x.sum(), gk.p4, (1, 1, 9, 9), "planar", "invariant")
    assert report.translation_note == "not applicable: the output has no lattice axes"
    assert "not applicable" in str(report)


def test_the_report_is_a_table() -> None:
    report = equivariance_error(lift(gk.p4m), gk.p4m, (1, 1, 9, 9))
    lines = str(report).splitlines()
    assert lines[0].startswith("p4m: worst relative error ")
    assert len(lines) == 1 + 8 + 3
    assert lines[2].split() == ["m=0,", "r=1", lines[2].split()[2], "(49", "points)"]


def test_nan_is_an_infinite_error() -> None:
    report = equivariance_error(lambda x: x * math.nan, gk.p4, (1, 1, 5, 5), "planar", "planar")
    assert report.error == math.inf


def test_nothing_of_the_module_changes(device: torch.device) -> None:
    net = nn.Sequential(
        gt.LiftingConv(gk.p4, 1, 2, 3, device=device),
        gt.GroupBatchNorm(gk.p4, 2, device=device),
        nn.Dropout(0.5),
    )
    before = {key: value.clone() for key, value in net.state_dict().items()}
    state, torch_state = np.random.get_state()[1].tolist(), torch.get_rng_state()  # noqa: NPY002
    equivariance_error(net, gk.p4, (2, 1, 9, 9))
    assert net.training
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())
    assert torch.equal(torch_state, torch.get_rng_state())
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002
    assert all(parameter.grad is None for parameter in net.parameters())


def test_the_state_is_restored_when_the_module_fails() -> None:
    class Fails(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            if self.calls > 1:
                raise RuntimeError("twice")
            return x

    module = Fails()
    with pytest.raises(RuntimeError, match="twice"):
        equivariance_error(module, gk.p4, (1, 1, 5, 5), "planar", "planar")
    assert module.calls == 0


def test_dropout_sees_the_same_random_numbers_in_every_call() -> None:
    report = equivariance_error(
        nn.Dropout(0.5), gk.p4, (1, 1, 9, 9), "planar", "planar", dtype=DOUBLE
    )
    assert report.stabilizer[0].error == 0.0


def test_dtype_and_device_are_those_of_the_module(device: torch.device) -> None:
    seen: list[tuple[torch.dtype, str]] = []

    class Records(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones((), device=device, dtype=torch.float32))

        def forward(self, x: Tensor) -> Tensor:
            seen.append((x.dtype, x.device.type))
            return x * self.scale

    assert_equivariant(Records(), gk.p4, (1, 1, 5, 5), output_type="planar")
    assert set(seen) == {(torch.float32, device.type)}
    assert_equivariant(Records(), gk.p4, (1, 1, 5, 5), output_type="planar", dtype=DOUBLE)
    assert seen[-1] == (DOUBLE, device.type)


def test_the_tolerance_is_the_users() -> None:
    plain = nn.Conv2d(1, 1, 3)
    assert_equivariant(plain, gk.p4, (1, 1, 9, 9), output_type="planar", tolerance=10.0)
    with pytest.raises(AssertionError, match=r"allowed 1\.0e-05"):
        assert_equivariant(plain, gk.p4, (1, 1, 9, 9), output_type="planar")


def test_subgroups_are_types() -> None:
    half_turns = gk.p4.stabilizer.subgroup([2])
    layer = lift(output_type=half_turns)
    assert_equivariant(layer, gk.p4, (1, 1, 9, 9), output_type=half_turns)
    swapped = failing(lambda x: layer(x)[:, :, [0, 0]], gk.p4, (1, 1, 9, 9), "planar", half_turns)
    assert swapped in ("r=1", "r=3")


def test_unsuitable_shapes_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match="declare its type with output_type"):
        equivariance_error(lift(), gk.p4, (1, 1, 9, 9), output_type="planar")
    with pytest.raises(FeatureTypeError, match="declare its type with input_type"):
        equivariance_error(lift(), gk.p4, (1, 1, 9, 9), "regular")
    with pytest.raises(FeatureTypeError, match="stabilizer axis of length 3"):
        equivariance_error(lift(), gk.p4, (1, 1, 3, 9, 9), "regular")
    with pytest.raises(FeatureTypeError, match="returned tuple, not a tensor"):
        equivariance_error(lambda x: (x, x), gk.p4, (1, 1, 9, 9))  # type: ignore[arg-type, return-value]
    with pytest.raises(WindowError, match="has no centre"):
        equivariance_error(nn.ReLU(), gk.p6, (1, 1, 8, 8), output_type="planar")


def test_the_action_of_the_measurement_is_a_left_action() -> None:
    x = torch.randn(4, 5, 5)
    S, regular = gk.p4.stabilizer, gk.p4.feature_type("regular")
    index = [gk.action.array_action(S, s, (5, 5), regular) for s in range(4)]
    assert torch.equal(act(act(x, index[1]), index[2]), act(x, index[3]))
