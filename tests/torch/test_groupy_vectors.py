"""Outputs equal those of GrouPy, whose index arrays are Cohen's own."""

from pathlib import Path

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt

VECTORS = Path(__file__).parents[1] / "vectors" / "groupy_vectors.npz"
CASES = [
    "p4_lift_k3",
    "p4_regular_k3",
    "p4_regular_k4",
    "p4m_lift_k3",
    "p4m_regular_k3",
    "p4m_regular_k1",
]


def test_every_case_of_the_file_is_tested() -> None:
    with np.load(VECTORS) as vectors:
        assert {key.split("/")[0] for key in vectors} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_outputs_equal_those_of_groupy(case: str, device: torch.device) -> None:
    with np.load(VECTORS) as vectors:
        x, weight, bias, y = (
            torch.tensor(vectors[f"{case}/{key}"], device=device)
            for key in ("x", "weight", "bias", "y")
        )
        stride, padding = int(vectors[f"{case}/stride"]), int(vectors[f"{case}/padding"])
    group = gk.catalog[case.split("_", maxsplit=1)[0]]
    layer = (gt.LiftingConv if "lift" in case else gt.GroupConv)(
        group,
        weight.shape[1],
        weight.shape[0],
        weight.shape[-1],
        stride,
        padding,
        device=device,
        dtype=torch.float64,
    )
    with torch.no_grad():
        layer.weight.copy_(weight.reshape(layer.weight.shape))  # no reordering
        layer.bias.copy_(bias)
    assert (layer(x) - y).abs().max() <= 1e-12
