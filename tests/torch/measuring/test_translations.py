"""Total strides are found by trying, and shifts are the obvious ones."""

import pytest
import torch
from torch import Tensor, nn

from groupkit_torch.measuring.translations import shifted, total_stride


@pytest.mark.parametrize(
    ("module", "period"),
    [
        (nn.Identity(), (1, 1)),
        (nn.Conv2d(1, 1, 3), (1, 1)),
        (nn.Conv2d(1, 1, 3, stride=3), (3, 1)),
        (nn.Sequential(nn.Conv2d(1, 1, 3, 2, 1), nn.MaxPool2d(3, 2, 1)), (4, 1)),
        (nn.Sequential(nn.Conv2d(1, 1, 3, 2), nn.MaxPool2d(3), nn.AvgPool2d(2)), (12, 1)),
        (nn.Upsample(scale_factor=2), (1, 2)),
        (nn.Sequential(nn.MaxPool2d(2), nn.Upsample(scale_factor=2)), (2, 2)),
        (nn.AdaptiveAvgPool2d(3), None),
    ],
    ids=str,
)
def test_total_strides(module: nn.Module, period: tuple[int, int] | None) -> None:
    with torch.no_grad():
        found = total_stride(module, torch.zeros(1, 1, 24, 24), 2, torch.randn)
    assert found == (None if period is None else (period, period))


def test_sizes_that_are_refused_are_left_out() -> None:
    def odd(x: Tensor) -> Tensor:
        if x.shape[-1] % 2 == 0:
            raise ValueError("even")
        return x

    assert total_stride(odd, torch.zeros(1, 1, 9, 9), 2, torch.randn) == ((2, 2), (2, 2))

    def one(x: Tensor) -> Tensor:
        if x.shape[-1] != 9:
            raise RuntimeError("another size")
        return x

    assert total_stride(one, torch.zeros(1, 1, 9, 9), 2, torch.randn) is None


def test_axes_may_have_different_strides() -> None:
    module = nn.Conv2d(1, 1, 3, stride=(1, 2))
    with torch.no_grad():
        assert total_stride(module, torch.zeros(1, 1, 9, 9), 2, torch.randn) == ((1, 1), (2, 1))


@pytest.mark.parametrize("shift", [(0, 0), (1, 0), (0, -2), (2, 1), (-5, 1), (0, 7)])
def test_shifts_move_points(shift: tuple[int, int]) -> None:
    x = torch.arange(1, 31).reshape(1, 5, 6)
    y = shifted(x, shift)
    for u in range(5):
        for v in range(6):
            a, b = u - shift[0], v - shift[1]
            assert y[0, u, v] == (x[0, a, b] if 0 <= a < 5 and 0 <= b < 6 else 0)
