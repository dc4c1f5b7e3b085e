"""The wide network has the counts of its descriptions: the paper's widths and the authors' ones."""

import pytest
import torch

import groupkit as gk
from groupkit_torch.models import WideResNet26, n_parameters


@pytest.mark.parametrize(
    ("group", "widths", "expected"),
    [
        (gk.p1, (71, 142, 248), 5_972_941),
        (gk.p4m, (50, 100, 150), 19_427_760),
        (gk.p1, (71, 142, 284), 7_231_573),  # published: 7.24 M
        (gk.p4m, (25, 50, 100), 7_164_535),  # published: 7.17 M
    ],
    ids=["planar, paper", "p4m, paper", "planar, authors", "p4m, authors"],
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
