"""The wide network has the count of its description, which is not the one that was published."""

import pytest
import torch

import groupkit as gk
from groupkit_torch.models import WideResNet26, n_parameters


@pytest.mark.parametrize(
    ("group", "widths", "expected"),
    [(gk.p1, (71, 142, 248), 5_972_941), (gk.p4m, (50, 100, 150), 19_427_760)],
    ids=["planar", "p4m"],
)
def test_parameters(group: gk.SplitGroup, widths: tuple[int, ...], expected: int) -> None:
    with torch.device("meta"):
        net = WideResNet26(group, widths)
    assert n_parameters(net) == expected == by_hand(group.order, widths)


def by_hand(order: int, widths: tuple[int, ...]) -> int:
    """Four blocks a stage: convolutions, norms before them, shortcuts where channels change."""
    total, channels = 3 * widths[0] * 9, widths[0]
    for width in widths:
        total += (channels + 7 * width) * width * order * 9
        total += 2 * (channels + 7 * width)
        total += channels * width * order if width != channels else 0
        channels = width
    return total + 2 * channels + 10 * channels + 10
