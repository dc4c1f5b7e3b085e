"""Layers between fields and regular maps reach every equivariant kernel, and no other."""

from typing import Any

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from tests.torch.groups import face_centred, mirror_line, name, p3m1

GROUPS = [gk.p4m, gk.p6m, gk.p1, p3m1, mirror_line, face_centred]
FIELDS = ["pseudoscalar", "vector"]


def kernels_of(layer: torch.nn.Module, shape: tuple[int, ...]) -> np.ndarray:
    """Return the bank of each unit weight, [parameters, *shape, points of the window]."""
    count = layer.weight.numel()
    banks = []
    with torch.no_grad():
        for unit in torch.eye(count, dtype=torch.float64):
            layer.weight.copy_(unit.view_as(layer.weight))
            banks.append(layer.expanded_weight())
    inside = torch.tensor(layer.filter_bank.window.mask)
    return torch.stack(banks)[..., inside].reshape(count, *shape, -1).numpy()


def averaged(group: gk.SplitGroup, kernels: np.ndarray, field: Any, window: gk.Window) -> Any:
    """Return the mean over g of K(g⁻¹ s', d, M(g)⁻¹ x) ρ(g⁻¹), the equivariant part of a kernel."""
    S, total = group.stabilizer, np.zeros_like(kernels)
    for g in S:
        back = int(S.inverses[g])
        moved = kernels[:, S.cayley_table[back]][..., window.permutations[back]]
        total += np.einsum("ksdx,dc->kscx", moved, field.matrices[back])
    return total / S.order


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_layers_that_lift_a_field_reach_every_kernel(group: gk.SplitGroup, kind: str) -> None:
    field = group.field(kind)
    n, order = field.size, group.order
    layer = gt.GroupConv(group, n, 1, 3, bias=False, input_type=field, dtype=torch.float64)
    window = layer.filter_bank.window
    kernels = kernels_of(layer, (order, n))
    np.testing.assert_allclose(averaged(group, kernels, field, window), kernels, atol=1e-12)
    every = np.eye(order * n * len(window)).reshape(-1, order, n, len(window))
    dimension = np.linalg.matrix_rank(averaged(group, every, field, window).reshape(len(every), -1))
    # the trace of the projector: only the identity fixes an element of S
    assert dimension == n * len(window) == layer.weight.numel()
    assert np.linalg.matrix_rank(kernels.reshape(len(kernels), -1)) == dimension


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_layers_that_project_onto_a_field_reach_every_kernel(
    group: gk.SplitGroup, kind: str
) -> None:
    """A kernel to a field is one from the dual field, its two sides exchanged."""
    field = group.field(kind)
    n, order = field.size, group.order
    layer = gt.GroupConv(group, 1, n, 3, bias=False, output_type=field, dtype=torch.float64)
    window = layer.filter_bank.window
    kernels = kernels_of(layer, (n, order)).swapaxes(1, 2)
    dual = gk.Field(group.stabilizer, field.duals)
    np.testing.assert_allclose(averaged(group, kernels, dual, window), kernels, atol=1e-12)
    assert np.linalg.matrix_rank(kernels.reshape(len(kernels), -1)) == n * len(window)
    assert layer.weight.numel() == n * len(window)


def test_a_kernel_that_is_not_equivariant_is_noticed() -> None:
    field, window = gk.p4.field("vector"), gk.p4.window(3)
    kernels = np.random.default_rng(0).standard_normal((1, 4, 2, 9))
    assert np.abs(averaged(gk.p4, kernels, field, window) - kernels).max() > 0.1
