"""Curvature of level sets: known surfaces, the definition by eigenvalues, and turned volumes."""

import numpy as np
import pytest
import torch

from groupkit_torch.experiments.data.orientation import ORIENTATIONS, orient
from groupkit_torch.experiments.data.shape_index import shape_index, smoothed

LINE = np.arange(-4.0, 5.0)
X, Y, Z = np.meshgrid(LINE, LINE, LINE, indexing="ij")
CENTRE = (X == 0) & (Y == 0) & (Z == 0)
EVERYWHERE = np.ones(X.shape, bool)


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (X**2 + Y**2, 1),
        (X**2, 0.5),
        (X**2 - Y**2, 0),
        (X * Y, 0),
        (-(X**2), -0.5),
        (-(X**2) - Y**2, -1),
        (2 * X**2 + Y**2, 2 / np.pi * np.arctan(3)),
    ],
    ids=["dome", "ridge", "saddle", "turned saddle", "groove", "hollow", "oval"],
)
def test_surfaces_whose_shape_is_known(height: np.ndarray, expected: float) -> None:
    index, steepness = shape_index(-Z - 0.05 * height, CENTRE)
    assert index == pytest.approx(expected, abs=1e-12)
    assert steepness == pytest.approx(1)
    brighter, _ = shape_index(-3 * Z - 0.15 * height + 7, CENTRE)
    assert brighter == pytest.approx(index)


def test_it_is_what_the_eigenvalues_of_the_hessian_on_the_tangent_plane_say() -> None:
    volume = np.random.default_rng(1).normal(size=(6, 5, 7))
    at = np.random.default_rng(2).random(volume.shape) < 0.3
    found, steepness = shape_index(volume, at)
    first = np.gradient(volume)
    second = [np.gradient(part) for part in first]
    for n, place in enumerate(zip(*np.nonzero(at), strict=True)):
        g = np.array([part[place] for part in first])
        hessian = np.array([[part[place] for part in row] for row in second])
        length = np.linalg.norm(g)
        tangent = np.linalg.svd(g[None])[2][1:]  # an orthonormal basis of the plane g·v = 0
        low, high = np.linalg.eigvalsh(-tangent @ hessian @ tangent.T / length)
        expected = 2 / np.pi * np.arctan((high + low) / (high - low))
        assert found[n] == pytest.approx(expected, abs=1e-9)
        assert steepness[n] == pytest.approx(length)


def test_turned_and_mirrored_volumes_have_the_same_shapes() -> None:
    volume = np.random.default_rng(0).normal(size=3 * (7,))
    index = shape_index(volume, np.ones(volume.shape, bool))[0].reshape(volume.shape)
    for mirror in (1, -1):
        both = torch.from_numpy(np.stack([volume, index])[:, ::mirror].copy())
        for which in range(len(ORIENTATIONS)):
            turned, expected = orient(both[None], torch.tensor([which]))[0].numpy()
            found, _ = shape_index(turned, np.ones(turned.shape, bool))
            assert found == pytest.approx(expected.reshape(-1), abs=1e-12)


def test_where_no_surface_is_the_index_is_0() -> None:
    index, steepness = shape_index(np.ones(X.shape), EVERYWHERE)
    assert not index.any()
    assert not steepness.any()


def test_smoothing_is_a_mean_with_binomial_weights() -> None:
    volume = np.random.default_rng(0).normal(size=(7, 6, 5))
    found = smoothed(volume, times=2)
    weights = np.array([1, 4, 6, 4, 1]) / 16
    expected = 0.0
    for i in range(5):
        for j in range(5):
            for k in range(5):
                weight = weights[i] * weights[j] * weights[k]
                expected += weight * volume[1 + i, j, k]
    assert found[3, 2, 2] == pytest.approx(expected)
    assert np.array_equal(smoothed(volume, times=0), volume)
