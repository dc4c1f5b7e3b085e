"""Interpolation on lattices is the sum of hats over all samples, and averages what it should."""

import numpy as np
import pytest

import groupkit as gk
from groupkit_torch.images.interpolation import Grid, Sparse, distinct_frames, resampling_matrix
from tests.torch.groups import array, cubic, face_centred, mirror_line, name, p3m1

GROUPS = [mirror_line, gk.p4m, gk.p6, gk.p6m, p3m1, cubic, face_centred]


def hat(group: gk.SplitGroup, z: np.ndarray) -> float:
    """Return h_S(z) = |S|⁻¹ Σ_s Π_i max(0, 1 - |M(s)⁻¹ z|_i)."""
    values = [
        np.prod([max(0.0, 1 - abs(x)) for x in np.linalg.inv(matrix) @ z])
        for matrix in group.stabilizer.matrices
    ]
    return float(np.mean(values))


def lattice(group: gk.SplitGroup, sides: tuple[int, ...], spacing: float = 1.0) -> Grid:
    return Grid(group.lattice.basis * spacing, distinct_frames(group.stabilizer.matrices), sides)


def image(sides: tuple[int, ...]) -> Grid:
    d = len(sides)
    return Grid(np.eye(d), np.eye(d, dtype=np.int64)[None], sides)


def dense(matrix: Sparse, n_in: int) -> np.ndarray:
    result = np.zeros((matrix[0].shape[1], n_in + 1))
    for index, weight in zip(*matrix, strict=True):
        result[np.arange(len(index)), index] += weight
    return result[:, :n_in]


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_it_is_the_sum_of_hats(group: gk.SplitGroup) -> None:
    d = group.dimension
    source = lattice(group, (7,) * d)
    target = image((2,) * d)
    found = dense(resampling_matrix(source, target, antialias=False), 7**d)
    local = target.places @ np.linalg.inv(source.basis).T
    points = np.indices(source.shape).reshape(d, -1).T - source.centre
    for row, x in zip(found, local, strict=True):
        assert row == pytest.approx([hat(group, x - p) for p in points], abs=1e-12)


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_frames_are_the_bases_that_hats_tell_apart(group: gk.SplitGroup) -> None:
    frames = distinct_frames(group.stabilizer.matrices)
    assert group.order % len(frames) == 0
    z = array(group.dimension)
    few = np.mean(
        [np.prod(np.maximum(0, 1 - np.abs(np.linalg.inv(frame) @ z * 0.3))) for frame in frames]
    )
    assert few == pytest.approx(hat(group, 0.3 * z))
    for frame in frames[1:]:
        assert not (np.abs(np.linalg.inv(frames[0]) @ frame).sum(axis=0) == 1).all()


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_spread_is_the_covariance_of_the_hat(group: gk.SplitGroup) -> None:
    d, n = group.dimension, {1: 400, 2: 60, 3: 16}[group.dimension]
    grid = lattice(group, (1,) * d, 1.3)
    axis = (np.arange(-2 * n, 2 * n + 1)) / n
    z = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weights = np.mean(
        [np.prod(np.maximum(0, 1 - np.abs(z @ np.linalg.inv(f).T)), axis=1) for f in grid.frames],
        axis=0,
    )
    places = z @ grid.basis.T
    covariance = (places.T * weights) @ places / weights.sum()
    assert np.allclose(covariance, grid.spread / 6, rtol=2e-2, atol=1e-2)


@pytest.mark.parametrize("spacing", [1.0, 1.3, 2.0, 3.7])
@pytest.mark.parametrize("group", [mirror_line, gk.p4m, gk.p6m, face_centred], ids=name)
def test_a_pulse_is_spread_as_the_wider_of_the_two_hats(
    group: gk.SplitGroup, spacing: float
) -> None:
    """Antialiasing completes the covariance: the source's hat, or the target's if larger."""
    d = group.dimension
    source, target = image(({1: 41, 2: 41, 3: 29}[d],) * d), lattice(group, (1,) * d, spacing)
    weights = dense(resampling_matrix(source, target, antialias=True), np.prod(source.shape))[0]
    found = (source.places.T * weights) @ source.places
    wide = np.maximum(np.linalg.eigvalsh(target.spread) - 1, 0)
    # a hat of n steps has the covariance (1 - 1/n²)/6 of the continuous one, and interpolation
    # at the steps adds up to the source's own hat
    bound = np.linalg.eigvalsh(found)
    assert (bound <= (1 + wide) / 6 + 0.09).all()
    assert (bound >= wide / 6 * 0.7 - 1e-9).all()
    assert np.allclose(weights @ source.places, 0, atol=1e-12)


def test_nothing_is_averaged_where_cells_are_equal_or_smaller() -> None:
    source = image((9, 9))
    for spacing in (0.4, 1.0):
        target = lattice(gk.p4, (5, 5), spacing)
        one, other = (resampling_matrix(source, target, antialias=flag) for flag in (True, False))
        assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_antialiasing_is_continuous_in_the_spacing() -> None:
    source = image((15, 15))
    values = array(225)
    for spacing in (1.0, 2.0):
        below, above = (
            dense(resampling_matrix(source, lattice(gk.p6, (5, 5), x), True), 225) @ values
            for x in (spacing, spacing + 1e-7)
        )
        assert np.abs(below - above).max() < (2e-3 if spacing == 1 else 0.3)


def test_what_has_no_neighbours_takes_the_nearest_all_of_them_alike() -> None:
    real = np.array([True, False, False, False, True])
    source = Grid(np.eye(1), np.eye(1, dtype=np.int64)[None], (5,), real)
    found = dense(resampling_matrix(source, image((5,)), antialias=False), 5)
    assert found.tolist() == [
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0.5, 0, 0, 0, 0.5],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1],
    ]


def test_entries_that_are_no_samples_get_no_weights() -> None:
    nothing = Grid(np.eye(1), np.eye(1, dtype=np.int64)[None], (3,), np.zeros(3, dtype=bool))
    index, weight = resampling_matrix(image((3,)), nothing, antialias=True)
    assert (index == 3).all()
    assert not weight.any()


def test_large_images_are_done_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = image((9, 9)), lattice(gk.p6, (7, 7), 1.7)
    whole = dense(resampling_matrix(source, target, antialias=True), 81)
    monkeypatch.setattr("groupkit_torch.images.interpolation._CHUNK", 100)
    assert np.array_equal(dense(resampling_matrix(source, target, antialias=True), 81), whole)
