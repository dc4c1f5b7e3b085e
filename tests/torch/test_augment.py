"""Random elements: each map gets one, all are equally likely, labels move alike."""

import copy
import pickle

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.action import stable_mask
from groupkit.errors import FeatureTypeError, WindowError
from groupkit_torch.augment import RandomTransform, UnequalSidesError
from groupkit_torch.geometry import SettingError
from tests.torch.groups import GROUPS, image, name, p2mm


def seeded(group: gk.SplitGroup, input_type: str = "planar", seed: int = 0) -> RandomTransform:
    return RandomTransform(group, input_type, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("input_type", ["planar", "regular"])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_each_map_is_transformed_by_its_own_element(
    group: gk.SplitGroup, input_type: str, device: torch.device
) -> None:
    space = image(group, flat=5, line=6, solid=3)
    axis = () if input_type == "planar" else (group.order,)
    x = torch.rand(9, 2, *axis, *space).to(device)
    y, elements = seeded(group, input_type).with_elements(x)
    assert y.device == elements.device == x.device
    for before, after, s in zip(x, y, elements.tolist(), strict=True):
        assert torch.equal(gt.act(before[None], group, s, input_type)[0], after)


def test_all_elements_are_equally_likely() -> None:
    _, elements = seeded(gk.p4m).with_elements(torch.zeros(8000, 1, 1, 1))
    counts = elements.bincount(minlength=8)
    assert (counts - 1000).abs().max() < 150  # five standard deviations


def test_evaluation_leaves_maps_as_they_are() -> None:
    augment = seeded(gk.p6).eval()
    x = torch.rand(3, 1, 5, 5)
    assert augment(x) is x
    y, elements = augment.with_elements(x)
    assert y is x
    assert elements.tolist() == [0, 0, 0]


def test_labels_move_alike() -> None:
    images = torch.rand(20, 1, 6, 6)
    masks = (images.squeeze(1) * 10).long()
    augment = seeded(gk.p4m)
    moved, elements = augment.with_elements(images)
    labels = augment.act(masks, elements)
    assert labels.dtype == torch.int64
    assert torch.equal(labels, (moved.squeeze(1) * 10).long())
    assert torch.equal(augment.act(masks > 4, elements), labels > 4)
    assert torch.equal(augment.act(images, elements), moved)


def test_other_types_move_alike() -> None:
    augment = seeded(gk.p4m)
    flow = gk.p4m.field("vector")
    images = torch.rand(10, 1, 6, 6)
    _, elements = augment.with_elements(images)
    arrows = torch.rand(10, 2, 6, 6)
    moved = augment.act(arrows, elements, flow)
    for before, after, s in zip(arrows, moved, elements.tolist(), strict=True):
        assert torch.equal(gt.act(before[None], gk.p4m, s, flow)[0], after)
    fields = RandomTransform(gk.p4m, flow)
    moved, elements = fields.with_elements(arrows)
    assert torch.equal(moved, augment.act(arrows, elements, flow))


def test_a_generator_gives_the_same_elements_again() -> None:
    x = torch.rand(30, 1, 5, 5)
    first, again = (seeded(gk.p4, seed=3).with_elements(x)[1] for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, seeded(gk.p4, seed=4).with_elements(x)[1])
    torch.manual_seed(0)
    default = RandomTransform(gk.p4)
    one, two = default.with_elements(x)[1], default.with_elements(x)[1]
    assert not torch.equal(one, two)
    torch.manual_seed(0)
    assert torch.equal(default.with_elements(x)[1], one)


def test_gradients_pass_and_modules_copy() -> None:
    x = torch.rand(5, 1, 4, 4, requires_grad=True)
    augment = seeded(gk.p4)
    augment(x).sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, torch.ones_like(x))
    for other in (copy.deepcopy(augment), pickle.loads(pickle.dumps(augment))):
        assert other(x).shape == x.shape
    assert repr(augment) == "RandomTransform(p4, planar)"
    assert repr(gt.layers(gk.p4).RandomTransform()) == repr(augment)


def test_an_empty_batch_stays_empty() -> None:
    assert seeded(gk.p4)(torch.zeros(0, 1, 4, 4)).shape == (0, 1, 4, 4)


def test_hexagonal_maps_are_zero_outside_the_stable_window() -> None:
    y = seeded(gk.p6)(torch.ones(4, 1, 5, 5))
    expected = torch.tensor(stable_mask(gk.p6.stabilizer, (5, 5)))
    assert torch.equal(y, expected.float().expand_as(y))


def test_unequal_sides_are_refused_where_they_are_exchanged() -> None:
    x = torch.rand(2, 1, 4, 6)
    with pytest.raises(
        UnequalSidesError, match=r"r=1 of p4 maps an array of 4×6 to one of 6×4, .* pad or crop"
    ) as caught:
        seeded(gk.p4)(x)
    assert caught.value.witness == 1
    assert seeded(p2mm)(x).shape == x.shape


def test_wrong_maps_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match="expected a feature map"):
        seeded(gk.p4, "regular")(torch.zeros(2, 1, 5, 5))
    with pytest.raises(WindowError, match="no centre"):
        seeded(gk.p6)(torch.zeros(2, 1, 4, 4))
    with pytest.raises(SettingError, match="3 elements do not act on a batch of 2 maps"):
        seeded(gk.p4).act(torch.zeros(2, 1, 5, 5), torch.zeros(3, dtype=torch.int64))


@pytest.mark.untyped
def test_a_name_is_no_group() -> None:
    with pytest.raises(SettingError, match="a declared SplitGroup"):
        RandomTransform("p4")  # type: ignore[arg-type]
