"""Reductions over windows equal torch's unfolding where the window is a box."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F

from groupkit.errors import FeatureTypeError
from groupkit_torch.pooling.sliding_window import max_windows, reduce_windows


@pytest.mark.parametrize(("stride", "padding", "dilation"), [*product((1, 2), (0, 1), (1, 2))])
def test_sums_over_boxes_are_those_of_unfold(stride: int, padding: int, dilation: int) -> None:
    x = torch.randn(2, 3, 7, 8, dtype=torch.float64)
    points = list(product(range(3), range(2)))
    pairs = ((stride,) * 2, (padding,) * 2, (dilation,) * 2)
    y = reduce_windows(x, points, *pairs, torch.add, 0.0)
    columns = F.unfold(x, (3, 2), dilation, padding, stride).unflatten(1, (3, 6)).sum(2)
    assert torch.allclose(y.flatten(2), columns)


def test_windows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match=r"spans \(5,\) does not fit into a map of \(4,\)"):
        reduce_windows(torch.zeros(4), [(0,), (2,)], [1], [0], [2], torch.add, 0.0)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [*product((1, 2), (0, 1), (1, 2))])
@pytest.mark.parametrize("space", [(9,), (9, 8), (5, 6, 7)])
def test_maxima_and_their_gradients_are_those_of_reduction(
    stride: int, padding: int, dilation: int, space: tuple[int, ...]
) -> None:
    d = len(space)
    points = [*product(range(3), repeat=d)][1::2]
    steps = (stride,) * d, (padding,) * d, (dilation,) * d
    x = torch.randn(2, 3, *space, dtype=torch.float64, requires_grad=True)
    slow = reduce_windows(x, points, *steps, torch.maximum, -torch.inf)
    fast = max_windows(x, points, *steps)
    assert torch.equal(fast, slow)
    weights = torch.randn_like(slow)
    gradients = [torch.autograd.grad(y, x, weights)[0] for y in (slow, fast)]
    assert torch.allclose(*gradients, rtol=0, atol=1e-14)


def test_the_first_of_equal_maxima_has_the_gradient_as_in_torch() -> None:
    x = torch.zeros(1, 1, 6, 6, requires_grad=True)
    y = max_windows(x, [*product(range(3), repeat=2)], [1, 1], [1, 1], [1, 1])
    torchs = F.max_pool2d(x, 3, 1, 1)
    assert torch.equal(*[torch.autograd.grad(z.sum(), x)[0] for z in (y, torchs)])


def test_maxima_pass_on_what_is_no_number() -> None:
    x = torch.tensor([1.0, torch.nan, 2, 3, -torch.inf, -torch.inf])
    y = max_windows(x, [(0,), (1,)], [1], [0], [1])
    assert torch.equal(y.isnan(), torch.tensor([True, True, False, False, False]))
    assert y[2:].tolist() == [3, 3, -torch.inf]
