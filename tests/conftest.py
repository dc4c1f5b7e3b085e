"""What every test shares: the device, the hypothesis profile, torch's threads and seed."""

import os

import pytest
import torch
from hypothesis import settings

# "ci" gives the same examples on every run; HYPOTHESIS_PROFILE=dev looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

torch.set_num_threads(1)  # each test process has one core


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the CUDA forms where there is no GPU: they are not part of this run."""
    if torch.cuda.is_available():
        return
    without_gpu = [item for item in items if item.get_closest_marker("cuda")]
    if without_gpu:
        config.hook.pytest_deselected(items=without_gpu)
        items[:] = [item for item in items if not item.get_closest_marker("cuda")]


@pytest.fixture(scope="session", params=["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def device(request: pytest.FixtureRequest) -> torch.device:
    """Each device that a test runs on."""
    return torch.device(request.param)


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Give every test the same random numbers, whatever ran before it."""
    torch.manual_seed(0)
