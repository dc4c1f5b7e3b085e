"""The functions below the layers, against gathers and loops in numpy."""

from typing import Any

import numpy as np
import pytest
import torch

import groupkit as gk
from groupkit.action import array_action
from groupkit.errors import FeatureTypeError
from groupkit_torch.functional import (
    act,
    expand_filters,
    fill_outside,
    flat_positions,
    group_conv,
    pointwise,
    take_filters,
)
from tests.torch.groups import GROUPS, array, image, mirror_line, name
from tests.torch.oracles_torch import MatrixGroup


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_gather_is_weight_at_index(group: gk.SplitGroup, device: torch.device) -> None:
    bank = group.filter_bank(3)
    weight = array(3, 2, bank.n_parameters)
    index = torch.tensor(bank.index, device=device)
    expanded = expand_filters(torch.tensor(weight, device=device), index).cpu().numpy()
    order = len(group.stabilizer)
    with_zero = np.concatenate([weight, np.zeros((3, 2, 1))], axis=2)
    expected = with_zero[:, :, bank.index]  # [out, in, s', s, *box]
    expected = expected.swapaxes(1, 2).reshape(3 * order, 2 * order, *bank.window.box)
    assert np.array_equal(expanded, expected)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_looking_entries_up_is_the_gather(group: gk.SplitGroup, device: torch.device) -> None:
    bank = group.filter_bank(3)
    index = torch.tensor(bank.index, device=device)
    whole = bool(bank.index.max() < bank.n_parameters)
    weight = torch.tensor(array(3, 2, bank.n_parameters), device=device).requires_grad_()
    other = weight.detach().clone().requires_grad_()
    taken = take_filters(other, flat_positions(other, index, fills_box=whole), fills_box=whole)
    gathered = expand_filters(weight, index)
    assert torch.equal(taken, gathered)
    gradient = torch.randn_like(taken)
    taken.backward(gradient)
    gathered.backward(gradient)
    assert weight.grad is not None
    assert other.grad is not None
    assert torch.allclose(other.grad, weight.grad, rtol=0, atol=1e-12)


def _with_inverse(
    group: gk.SplitGroup, device: torch.device | str = "cpu"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments of the bank for 3-point kernels, without and with its inverse."""
    bank = group.filter_bank(3)
    whole = bool(bank.index.max() < bank.n_parameters)
    known = {"index": torch.tensor(bank.index, device=device), "fills_box": whole}
    return known, {**known, "inverse": torch.tensor(bank.inverse, device=device)}


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_gradients_that_are_gathered_are_those_that_are_added(
    group: gk.SplitGroup, device: torch.device
) -> None:
    without, gathers = _with_inverse(group, device)
    weight = torch.tensor(array(3, 2, group.filter_bank(3).n_parameters), device=device)
    weight.requires_grad_()
    one, other = expand_filters(weight, **without), expand_filters(weight, **gathers)
    assert torch.equal(one, other)
    gradient = torch.tensor(array(*one.shape, seed=1), device=device)
    (expected,) = torch.autograd.grad(one, weight, gradient)
    for laid_out in (gradient, gradient.transpose(0, 1).contiguous().transpose(0, 1)):
        (found,) = torch.autograd.grad(other, weight, laid_out, retain_graph=True)
        assert torch.allclose(found, expected, rtol=0, atol=1e-12)
    again = [torch.autograd.grad(other, weight, gradient, retain_graph=True)[0] for _ in range(3)]
    assert all(torch.equal(found, again[0]) for found in again)


@pytest.mark.compile
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("group", [gk.p4, gk.p6, mirror_line], ids=name)
def test_gathered_gradients_in_all_modes_of_differentiation(group: gk.SplitGroup) -> None:
    without, gathers = _with_inverse(group)
    n_parameters = group.filter_bank(3).n_parameters
    weight, tangent = torch.tensor(array(2, 2, 1, n_parameters))
    weight.requires_grad_()

    def bank(weight: torch.Tensor) -> torch.Tensor:
        return expand_filters(weight, **gathers)

    def loss(weight: torch.Tensor, expand: dict[str, Any] = gathers) -> torch.Tensor:
        return expand_filters(weight, **expand).pow(3).sum()

    assert torch.autograd.gradcheck(bank, weight, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(loss, weight)
    (first,) = torch.autograd.grad(loss(weight), weight)
    assert torch.allclose(torch.func.grad(loss)(weight), first)
    assert torch.allclose(torch.func.jvp(bank, (weight,), (tangent,))[1], bank(tangent))
    hessian = torch.func.hessian(loss)(weight)
    assert torch.allclose(hessian, torch.func.hessian(loss)(weight.detach(), without))
    each = torch.func.vmap(torch.func.grad(loss))(torch.stack([weight, tangent]))
    assert torch.allclose(each[0], first)
    (compiled,) = torch.autograd.grad(torch.compile(loss, backend="aot_eager")(weight), weight)
    assert torch.allclose(compiled, first)


def test_gathered_gradients_are_made_where_gradients_are_asked_for() -> None:
    _, gathers = _with_inverse(gk.p4)
    weight = torch.randn(2, 2, 36, requires_grad=True)
    assert "_Gathered" in str(expand_filters(weight, **gathers).grad_fn)
    with torch.no_grad():
        assert expand_filters(weight, **gathers).grad_fn is None
    assert expand_filters(weight.detach(), **gathers).grad_fn is None


def test_windows_that_fill_their_box_need_no_zero() -> None:
    weight = torch.randn(3, 2, 36)
    index = torch.tensor(gk.p4.filter_bank(3).index)
    assert torch.equal(expand_filters(weight, index), expand_filters(weight, index, fills_box=True))
    hexagon = torch.tensor(gk.p6.filter_bank(3).index)
    assert hexagon.max() == 42
    bank = expand_filters(torch.ones(3, 2, 42), hexagon)
    assert bank.unique().tolist() == [0, 1]
    assert bank.count_nonzero() == 3 * 6 * 2 * 6 * 7


def test_every_weight_of_a_regular_layer_is_used_once_for_each_element() -> None:
    weight = torch.randn(2, 2, 72, requires_grad=True)
    expand_filters(weight, torch.tensor(gk.p4m.filter_bank(3).index)).sum().backward()
    assert weight.grad is not None
    assert weight.grad.unique().tolist() == [8]


def test_group_conv_takes_numbers_or_tuples(device: torch.device) -> None:
    index = torch.tensor(gk.p4.filter_bank(3).index, device=device)
    x, weight = torch.randn(1, 1, 4, 7, 7, device=device), torch.randn(2, 1, 36, device=device)
    bias = torch.randn(2, device=device)
    for mode in ("zeros", "circular"):
        one = group_conv(x, weight, index, bias, 2, 1, 1, padding_mode=mode)
        two = group_conv(x, weight, index, bias, (2, 2), (1, 1), (1, 1), padding_mode=mode)
        assert torch.equal(one, two)
        without = group_conv(x, weight, index, None, 2, 1, padding_mode=mode)
        assert torch.allclose(one, without + bias.view(1, 2, 1, 1, 1), atol=1e-5)


@pytest.mark.parametrize("kind", ["planar", "regular"])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_action_moves_points_as_matrices_do(
    group: gk.SplitGroup, kind: str, device: torch.device
) -> None:
    S, space = group.stabilizer, image(group, 5, 6, 3)
    feature_type = group.feature_type(kind)
    x = array(2, *feature_type.array_shape(space))
    inverse, matrices = S.inverses, MatrixGroup(S.matrices)
    for s in range(len(S)):
        index = array_action(S, s, space, feature_type)
        y = act(torch.tensor(x, device=device), index).cpu().numpy()
        centre = (np.array(space) - 1) / 2
        for point in np.ndindex(*space):
            source = S.matrices[inverse[s]] @ (np.array(point) - centre) + centre
            if not matrices.maps_boxes_to_boxes() and not matrices.is_inside(point, space):
                assert not y[(..., *point)].any()
                continue
            f = x[(..., *source.astype(int))]
            if kind == "regular":
                f = f[:, S.cayley_table[inverse[s]]]
            assert np.array_equal(y[(..., *point)], f)


def test_an_index_may_be_a_tensor() -> None:
    index = array_action(gk.p4.stabilizer, 1, (3, 3), gk.p4.feature_type("planar"))
    x = torch.arange(18).reshape(2, 3, 3)
    assert torch.equal(act(x, torch.tensor(index)), torch.rot90(x, 1, (-2, -1)))
    assert torch.equal(act(x, index), torch.rot90(x, 1, (-2, -1)))
    assert act(torch.zeros(3, 3, dtype=torch.bool), index).dtype == torch.bool


def test_an_index_for_another_shape_is_refused() -> None:
    index = array_action(gk.p4.stabilizer, 1, (3, 3), gk.p4.feature_type("regular"))
    for shape in ((3, 3), (2, 4, 5, 5)):
        with pytest.raises(FeatureTypeError, match="does not act on a tensor"):
            act(torch.zeros(shape), index)


def test_the_outside_is_filled_and_has_no_gradient() -> None:
    mask = torch.tensor([True, False])
    x = torch.tensor([[1.0, torch.nan]], requires_grad=True)
    y = fill_outside(x, mask, -torch.inf)
    assert y.tolist() == [[1.0, -torch.inf]]
    y[..., 0].sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[1.0, 0.0]]
    assert fill_outside(x.bfloat16(), mask).dtype == torch.bfloat16


@pytest.mark.compile
@pytest.mark.parametrize("shape", [(2, 3, 5, 5), (2, 3, 4, 5, 5), (2, 3, 4, 5, 5, 5)])
def test_a_pointwise_function_sees_one_axis_of_channels_where_it_is_compiled(
    shape: tuple[int, ...],
) -> None:
    torch._dynamo.reset()
    seen = []

    def f(y: torch.Tensor) -> torch.Tensor:
        seen.append(y.shape)
        return y.relu()

    x = torch.randn(shape)
    compiled = torch.compile(lambda x: pointwise(x, f), fullgraph=True, backend="eager")
    assert torch.equal(compiled(x), x.relu())
    assert torch.equal(pointwise(x, f), x.relu())
    merged = shape if len(shape) == 4 else (2, 12, *shape[3:])
    assert [tuple(s) for s in seen] == [merged, shape]
