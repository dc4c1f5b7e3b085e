"""The blocks of the irreducible representations are the linear maps that commute with S."""

import numpy as np
import pytest
import torch

import groupkit as gk
from groupkit_torch.convolutions.irrep_blocks import block_weights, irrep_blocks, multiply_blocks
from tests.torch.groups import GROUPS, name

# the units of the quaternions, by their left multiplication: an irrep of quaternionic kind
quaternions = gk.SplitGroup.from_generators(
    "Q8",
    {
        "i": [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]],
        "j": [[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]],
    },
)
EVERY = [*GROUPS, *(gk.catalog[n] for n in ("p3", "P222", "P6/m", "P432", "Pm-3m")), quaternions]


def by_definition(weight: np.ndarray, x: np.ndarray, group: gk.SplitGroup) -> np.ndarray:
    """Evaluate Σ_i Σ_h w_oi(h) f_i(s' h)."""
    table = group.stabilizer.cayley_table
    y = np.zeros((len(x), len(weight), *x.shape[2:]))
    for s in group.stabilizer:
        for h in group.stabilizer:
            y[:, :, s] += np.einsum("oi,ni...->no...", weight[:, :, h], x[:, :, table[s, h]])
    return y


@pytest.mark.parametrize("group", EVERY, ids=name)
def test_they_are_the_sum_over_s(group: gk.SplitGroup) -> None:
    blocks = irrep_blocks(group.stabilizer)
    order = group.order
    np.testing.assert_allclose(blocks.basis @ blocks.basis.T, np.eye(order), rtol=0, atol=1e-12)
    assert sum(size.coefficients for size in blocks.sizes) == order
    basis, irreps = torch.tensor(blocks.basis), torch.tensor(blocks.irreps)
    weight = torch.randn(3, 2, order, dtype=torch.float64)
    bias = torch.randn(3, dtype=torch.float64)
    made = block_weights(weight, irreps, blocks.sizes)
    for space in [(), (4,), (3, 2)]:
        x = torch.randn(2, 2, order, *space, dtype=torch.float64)
        expected = by_definition(weight.numpy(), x.numpy(), group)
        expected += bias.numpy().reshape(1, -1, 1, *[1] * len(space))
        y = multiply_blocks(x, made, bias, basis, blocks.sizes)
        assert y.is_contiguous()
        np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12 * order)


@pytest.mark.parametrize(
    ("group", "products", "all_pairs"),
    [("p4", 6, 16), ("p4m", 12, 64), ("p6", 10, 36), ("p6m", 20, 144), ("Pm-3m", 128, 2304)],
)
def test_products_are_fewer(group: str, products: int, all_pairs: int) -> None:
    """Σ n³ / c, counted in the matrices that are multiplied."""
    declared = gk.catalog[group]
    blocks = irrep_blocks(declared.stabilizer)
    assert blocks.products == products
    assert declared.order**2 == all_pairs
    weight = torch.zeros(1, 1, declared.order, dtype=torch.float64)
    made = block_weights(weight, torch.tensor(blocks.irreps), blocks.sizes)
    assert sum(matrices.numel() for matrices in made) == products


def test_one_wrong_entry_of_the_basis_shows() -> None:
    blocks = irrep_blocks(gk.p4m.stabilizer)
    basis, irreps = torch.tensor(blocks.basis), torch.tensor(blocks.irreps)
    basis[5, 3] *= -1
    weight, x = torch.randn(1, 1, 8).double(), torch.randn(1, 1, 8, 3, 3).double()
    y = multiply_blocks(x, block_weights(weight, irreps, blocks.sizes), None, basis, blocks.sizes)
    assert abs(y.numpy() - by_definition(weight.numpy(), x.numpy(), gk.p4m)).max() > 0.1
