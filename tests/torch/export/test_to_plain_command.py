"""groupkit to-plain writes a program that torch alone loads."""

from pathlib import Path

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit.cli import main
from groupkit_torch.export.to_plain_command import main as to_plain_main

pytestmark = pytest.mark.compile


def saved(folder: Path) -> tuple[nn.Module, Path]:
    L = gt.layers(gk.p4)
    net = nn.Sequential(L.LiftingConv(1, 2, 3), L.BatchNorm(2), nn.ReLU(), L.CosetPool())
    torch.save(net, folder / "net.pt")
    return net.eval(), folder / "net.pt"


def test_a_saved_model_becomes_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, checkpoint = saved(tmp_path)
    out = tmp_path / "net.pt2"
    assert main(["to-plain", str(checkpoint), "--shape", "1,1,9,9", "--out", str(out)]) == 0
    assert "takes any×1×9×9, equal outputs" in capsys.readouterr().out
    program = torch.export.load(out)
    assert "batch_norm" not in str(program.graph)
    for batch in (1, 5):
        x = torch.randn(batch, 1, 9, 9)
        assert torch.allclose(program.module()(x), net(x), atol=1e-6)
    arguments = [str(checkpoint), "--shape", "1,1,9,9", "--out", str(out)]
    assert to_plain_main([*arguments, "--fixed", "--keep-batch-norm"]) == 0
    program = torch.export.load(out)
    assert "batch_norm" in str(program.graph)
    assert torch.allclose(program.module()(x[:1]), net(x[:1]), atol=1e-6)
    with pytest.raises(AssertionError, match=r"size\(\)\[0\] == 1"):
        program.module()(x)


def test_a_state_dict_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, checkpoint = saved(tmp_path)
    torch.save(net.state_dict(), checkpoint)
    assert main(["to-plain", str(checkpoint), "--shape", "1,1,9,9"]) == 2
    assert "holds a OrderedDict, which does not say how" in capsys.readouterr().err


def test_a_file_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = tmp_path / "net.pt"
    assert main(["to-plain", str(checkpoint), "--shape", "1,1,9,9"]) == 2
    assert "net.pt cannot be used: No such file" in capsys.readouterr().err
    checkpoint.write_text("no pickle")
    assert main(["to-plain", str(checkpoint), "--shape", "1,1,9,9"]) == 2
    said = capsys.readouterr().err
    assert "net.pt cannot be loaded: " in said
    assert "give a file that torch.save(model, path) wrote" in said


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, checkpoint = saved(tmp_path)
    out = str(tmp_path / "nowhere" / "net.pt2")
    assert main(["to-plain", str(checkpoint), "--shape", "1,1,9,9", "--out", out]) == 2
    assert f"{out} cannot be used: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("shape", ["28", "a,b", "1,0,3", ""])
def test_a_shape_is_checked(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        to_plain_main(["net.pt", "--shape", shape])
    assert "is no shape; write one like 1,1,28,28" in capsys.readouterr().err
