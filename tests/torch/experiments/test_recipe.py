"""Rates over the epochs, as published, and shortened in proportion."""

from typing import Any

import pytest
import torch

from groupkit_torch.experiments import ExperimentError, Recipe
from groupkit_torch.experiments.recipe import CIFAR10, ROTATED_MNIST


def test_published_rates() -> None:
    assert [ROTATED_MNIST.rate_at(epoch) for epoch in (0, 39, 40, 49)] == [0.01, 0.01, 1e-3, 1e-3]
    rates = [CIFAR10.rate_at(epoch) for epoch in (49, 50, 100, 150, 299)]
    assert rates == pytest.approx([0.05, 5e-3, 5e-4, 5e-5, 5e-5])


def test_they_are_those_of_torchs_scheduler() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = CIFAR10.optimizer_of([parameter])
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [50, 100, 150], 0.1)
    for epoch in range(300):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(CIFAR10.rate_at(epoch))
        optimizer.step()
        schedule.step()


def test_optimisers_have_their_settings() -> None:
    adam = ROTATED_MNIST.optimizer_of([torch.nn.Parameter(torch.zeros(1))])
    assert isinstance(adam, torch.optim.Adam)
    assert adam.defaults["weight_decay"] == 1e-5
    sgd = CIFAR10.optimizer_of([torch.nn.Parameter(torch.zeros(1))])
    assert isinstance(sgd, torch.optim.SGD)
    assert sgd.defaults["momentum"] == 0.9


def test_shortened_in_proportion() -> None:
    assert CIFAR10.shortened(30).milestones == (5, 10, 15)
    assert CIFAR10.shortened(30).rate == CIFAR10.rate
    assert ROTATED_MNIST.shortened(50) == ROTATED_MNIST
    assert CIFAR10.shortened(2).milestones == (0, 1)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"optimizer": "lion"}, "'lion' is none of adam, sgd"),
        ({"rate": 0.0}, "rate=0.0 is out of bounds"),
        ({"rate": float("nan")}, "rate=nan"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch": 0}, "batch=0"),
        ({"divisor": 0.5}, "divisor=0.5"),
        ({"momentum": 1.0}, "momentum=1.0"),
        ({"weight_decay": -1.0}, "weight_decay=-1.0"),
        ({"optimizer": "adam", "momentum": 0.9}, "momentum=0.9 is SGD's"),
        ({"milestones": (5, 5)}, r"milestones=\[5, 5\] do not ascend"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ExperimentError, match=text):
        Recipe(**({"optimizer": "sgd", "rate": 0.1, "epochs": 2, "batch": 8} | changes))
