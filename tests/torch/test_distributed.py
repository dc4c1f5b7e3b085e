"""Two processes do together what one does with the joint batch."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from tests.torch.distributed_worker import CHECKS, GROUPS
from tests.torch.launch import ROOT, torchrun

pytestmark = pytest.mark.program


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The largest difference that either process found, for each check and group."""
    folder = tmp_path_factory.mktemp("two")
    torchrun(Path(__file__).with_name("distributed_worker.py"), folder)
    first, second = (torch.load(folder / f"{rank}.pt") for rank in (0, 1))
    return {key: max(first[key], second[key]) for key in first}


@pytest.mark.parametrize("group", [group.name for group in GROUPS])
@pytest.mark.parametrize("check", [check.__name__ for check in CHECKS])
def test_two_processes_equal_one(differences: dict[str, float], check: str, group: str) -> None:
    found = differences[f"{check} {group}"]
    if check == "unsynchronised":  # a broken one is noticed
        assert found > 0.01
    else:
        assert found < 1e-10


def test_the_recipe_of_the_docs_trains_on_two_processes() -> None:
    out = torchrun(ROOT / "examples" / "train_distributed.py")
    assert "processes: 2, loss" in out
    assert "full state_dict" in out


LEFT = """
import gc, runpy, sys
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

def left():
    print("left:", sum(isinstance(o, DistributedDataParallel) for o in gc.get_objects()))

dist.destroy_process_group, destroy = (lambda: left() or destroy()), dist.destroy_process_group
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_the_recipe_leaves_no_model_that_outlives_its_group(tmp_path: Path) -> None:
    """One that does may deadlock: its last process group is joined while Python is locked."""
    (tmp_path / "left.py").write_text(LEFT)
    assert "left: 0" in torchrun(tmp_path / "left.py", ROOT / "examples" / "train_distributed.py")


def test_processes_without_an_end_are_stopped(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text("import time; time.sleep(600)")
    with pytest.raises(AssertionError, match="not done after 5 s"):
        torchrun(tmp_path / "waits.py", limit=5)


def test_alone_it_is_the_batch_norm_of_one_process() -> None:
    norm = gt.GroupBatchNorm(gk.p6, 2)
    sync = gt.convert_sync_batchnorm(copy.deepcopy(norm))
    assert type(sync) is gt.GroupSyncBatchNorm
    x = torch.randn(3, 2, 6, 5, 5)
    for mode in (True, False):
        assert torch.equal(sync.train(mode)(x), norm.train(mode)(x))
    assert list(sync.state_dict()) == list(norm.state_dict())


def test_the_converter_keeps_parameters_modules_and_sharing() -> None:
    norm = gt.GroupBatchNorm(gk.p4, 2)
    net = nn.ModuleDict({"a": norm, "b": nn.Sequential(norm, nn.BatchNorm2d(1)), "c": nn.ReLU()})
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    converted = gt.convert_sync_batchnorm(net)
    assert converted is net
    assert net["a"] is net["b"][0]
    assert isinstance(net["a"], gt.GroupSyncBatchNorm)
    assert type(net["b"][1]) is nn.BatchNorm2d
    assert next(iter(net.parameters())) is optimizer.param_groups[0]["params"][0]
    again = gt.convert_sync_batchnorm(net)
    assert again["a"] is net["a"]
    copied = copy.deepcopy(net)
    assert copied["a"] is copied["b"][0]
    assert copied["a"].weight is not net["a"].weight
