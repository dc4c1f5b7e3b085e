"""Parts of the variance, against covariances by hand, and where they are known."""

import math

import pytest
import torch
from torch import Tensor

from groupkit.errors import FeatureTypeError
from groupkit_torch.analysis import explained_variance


def parts_by_hand(kernels: list[list[float]]) -> list[float]:
    """Return eigenvalues of the covariance over their sum, by Jacobi's rotations."""
    n, points = len(kernels), len(kernels[0])
    means = [sum(kernel) / points for kernel in kernels]
    c = [
        [
            sum((kernels[a][x] - means[a]) * (kernels[b][x] - means[b]) for x in range(points))
            for b in range(n)
        ]
        for a in range(n)
    ]
    total = sum(c[a][a] for a in range(n))
    for _ in range(60):
        for a in range(n):
            for b in range(a):
                if c[a][b] == 0:
                    continue
                angle = math.atan2(2 * c[a][b], c[a][a] - c[b][b]) / 2
                cos, sin = math.cos(angle), math.sin(angle)
                for k in range(n):  # rows
                    c[a][k], c[b][k] = cos * c[a][k] + sin * c[b][k], cos * c[b][k] - sin * c[a][k]
                for k in range(n):  # columns
                    c[k][a], c[k][b] = cos * c[k][a] + sin * c[k][b], cos * c[k][b] - sin * c[k][a]
    return sorted((c[a][a] / total for a in range(n)), reverse=True)


@pytest.mark.parametrize(("order", "points"), [(1, 4), (2, 9), (4, 9), (8, 9), (12, 7), (4, 2)])
def test_parts_against_the_definition(order: int, points: int) -> None:
    torch.manual_seed(order)
    filters = torch.randn(3, 2, order, points, dtype=torch.float64)
    found = explained_variance(filters)
    assert found.shape == (3, 2, min(order, points))
    for kernels, parts in zip(filters.flatten(0, 1), found.flatten(0, 1), strict=True):
        expected = parts_by_hand(kernels.tolist())[: len(parts)]
        assert parts.tolist() == pytest.approx(expected, abs=1e-9)


def outer(u: Tensor, v: Tensor) -> Tensor:
    return u[..., :, None] * v[..., None, :]


def test_one_kernel_explains_products_and_constants() -> None:
    torch.manual_seed(0)
    filters = outer(torch.randn(5, 4), torch.randn(5, 9)) + torch.randn(5, 4, 1)
    assert torch.allclose(explained_variance(filters)[..., 0], torch.ones(5, dtype=torch.float64))


def test_orthogonal_kernels_of_known_size() -> None:
    u, v = torch.eye(3), torch.tensor([[1.0, -1, 0, 0], [0, 0, 1, -1], [1, 1, -1, -1]])
    filters = outer(u[0], 3 * v[0]) + outer(u[1], v[1]) + outer(u[2], v[2])
    assert explained_variance(filters).tolist() == pytest.approx([9 / 12, 2 / 12, 1 / 12])


def test_scale_order_and_constants_do_not_matter() -> None:
    torch.manual_seed(0)
    filters = torch.randn(2, 4, 9, dtype=torch.float64)
    other = 7 * filters.flip(-2)[..., torch.randperm(9)] - 3
    assert torch.allclose(explained_variance(filters), explained_variance(other))


def test_filters_without_variance_are_nan() -> None:
    found = explained_variance(torch.stack([torch.ones(4, 9), torch.eye(4, 9)]))
    assert found[0].isnan().all()
    assert found[1].sum().item() == pytest.approx(1)


def test_complex_and_half_precision() -> None:
    torch.manual_seed(0)
    kernel = torch.randn(9, dtype=torch.complex64)
    turned = outer(torch.tensor([1, 1j, -1, -1j]), kernel)
    assert explained_variance(turned)[0].item() == pytest.approx(1)
    assert explained_variance(torch.randn(4, 9, dtype=torch.bfloat16)).dtype == torch.float64


@pytest.mark.parametrize("shape", [(4, 1), (0, 9), (3, 4, 1), (3, 4, 0)])
def test_what_has_no_variance_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(FeatureTypeError, match=r"have no variance over points: the last two axes"):
        explained_variance(torch.zeros(shape))


@pytest.mark.untyped
def test_one_axis_is_refused() -> None:
    with pytest.raises(FeatureTypeError, match=r"filters of shape \(9,\)"):
        explained_variance(torch.zeros(9))
