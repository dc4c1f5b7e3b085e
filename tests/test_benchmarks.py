"""The benchmarks run, on tiny sizes, and write what they measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import groupkit as gk
from benchmarks import expansion

pytestmark = pytest.mark.program

ROOT = Path(__file__).parents[1]
SECTIONS = ["layers", "small", "network", "mixed", "solid", "hexagonal", "separable", "expansion"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the benchmarks."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("section", [*SECTIONS, "compiled", "plain", "memory"])
def test_every_section_runs(section: str, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    done = run("benchmarks", section, "--tiny", "--rounds=2", "--least=0", f"--out={out}")
    assert done.returncode == 0, done.stderr
    record = json.loads(out.read_text("utf-8"))
    assert record["rows"]
    assert all(row["ratios"]["groupkit"] > 0 for row in record["rows"])
    assert "torch" in record["versions"]
    assert out.with_suffix(".png").is_file()


def test_one_section_runs_and_others_are_refused() -> None:
    done = run("benchmarks", "hexagonal", "--tiny", "--rounds=1", "--least=0")
    assert done.returncode == 0, done.stderr
    assert "3×3 p6m C16 33² B8 train" in done.stdout
    wrong = run("benchmarks", "faster")
    assert wrong.returncode == 2
    assert "no section 'faster'; there are layers, small" in wrong.stderr


def test_results_have_a_file_before_anything_is_measured(tmp_path: Path) -> None:
    done = run("benchmarks", "layers", f"--out={tmp_path}")
    assert done.returncode == 2
    assert "is a folder; name a file in it" in done.stderr
    assert not done.stdout


def test_numbers_formats_and_inputs_are_options(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    options = ["--numbers=bf16", "--channels-last", "--inputs=3", "--warm-up=0.001"]
    timing = ["--rounds=1", "--least=0"]
    done = run("benchmarks", "solid", "--tiny", *timing, *options, f"--out={out}")
    assert done.returncode == 0, done.stderr
    record = json.loads(out.read_text("utf-8"))
    assert record["options"]["numbers"] == "bf16"
    assert record["options"]["inputs"] == 3
    wrong = run("benchmarks", "solid", "--graphs")
    assert "--graphs records CUDA graphs; give --device cuda" in wrong.stderr


@pytest.mark.slow
def test_the_algorithms_of_one_point_are_compared(tmp_path: Path) -> None:
    out = tmp_path / "fourier.json"
    done = run("benchmarks.fourier", "--tiny", "--rounds=1", f"--out={out}")
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text("utf-8"))["rows"]
    assert [row["products"] for row in rows] == [6, 12, 10, 20, 64, 128]
    assert {row["auto"] for row in rows} == {"direct"}


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--compiled"]], ids=["eager", "compiled"])
def test_moving_maps_is_compared(options: list[str], tmp_path: Path) -> None:
    out = tmp_path / "moved.json"
    done = run("benchmarks.moved", "--tiny", "--rounds=1", f"--out={out}", *options)
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text("utf-8"))["rows"]
    assert [(row["group"], row["auto"]) for row in rows] == [("p4", "direct"), ("P432", "direct")]
    assert all(
        row[mode].keys() == {"direct", "moved"} for row in rows for mode in ("forward", "train")
    )


@pytest.mark.slow
def test_separable_layers_are_measured() -> None:
    done = run("benchmarks.separable", "--tiny")
    assert done.returncode == 0, done.stderr
    assert "| gc | p6 regular" in done.stdout


@pytest.mark.slow
def test_scaling_runs(tmp_path: Path) -> None:
    out = tmp_path / "scaling.json"
    done = run("benchmarks.scaling", "--tiny", "--rounds=1", f"--out={out}")
    assert done.returncode == 0, done.stderr
    record = json.loads(out.read_text("utf-8"))
    assert {sweep["sweep"] for sweep in record["sweeps"]} >= {"batch", "threads", "order of S"}
    assert [row["processes"] for row in record["data_parallel"]] == [1, 2]
    assert record["prediction"]["worst_factor"] >= 1
    assert out.with_suffix(".png").is_file()


def test_both_ways_to_gather_a_bank_agree() -> None:
    calls = expansion.contestants(gk.p4m, 3)
    assert torch.equal(calls["flat index"](), calls["within rows"]())
