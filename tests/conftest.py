"""What every test shares: the device, the browser, hypothesis, torch's threads and seed."""

import os
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.chromium import find_chromium

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")

# "ci" gives the same examples on every run; HYPOTHESIS_PROFILE=dev looks for new ones.
# What is judged by the clock on the wall (tests/stopwatch.py) fails on a busy machine.
untimed: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, print_blob=True, **untimed)
settings.register_profile("dev", max_examples=300, **untimed)
settings.load_profile(PROFILE)

# Newer versions also draw numbers that stand in the project's modules imported so far: which these
# are depends on the tests that ran before in the same process.
if PROFILE == "ci" and hasattr(providers, "_get_local_constants"):
    no_constants = providers.Constants()
    providers._get_local_constants = lambda: no_constants

torch.set_num_threads(1)  # each test process has one core


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs a GPU or a browser where there is none: it is not part of this run."""
    missing = {
        "cuda": not torch.cuda.is_available(),
        "browser": find_chromium() is None,
    }
    left_out = [
        item
        for item in items
        if any(absent and item.get_closest_marker(mark) for mark, absent in missing.items())
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a line that the tests in a browser were left out."""
    if find_chromium() is None:
        terminalreporter.write_line(
            "no Chromium on PATH or in CHROMIUM: the tests marked browser were left out"
        )


@pytest.fixture(scope="session", params=["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def device(request: pytest.FixtureRequest) -> torch.device:
    """Each device that a test runs on."""
    return torch.device(request.param)


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Give every test the same random numbers, whatever ran before it."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _compile_anew(request: pytest.FixtureRequest) -> None:
    """Forget what tests before have compiled: a function may be compiled only a few times."""
    if request.node.get_closest_marker("compile"):
        torch._dynamo.reset()
