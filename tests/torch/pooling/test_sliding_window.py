"""Reductions over windows equal torch's unfolding where the window is a box."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F

from groupkit.errors import FeatureTypeError
from groupkit_torch.pooling.sliding_window import reduce_windows


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
