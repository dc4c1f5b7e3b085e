"""The statements of docs/conventions.md: other people's weights and results depend on them."""

import numpy as np
import pytest
import torch

import groupkit as gk

ALL = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m]


def moved(group: gk.SplitGroup, s: int, f: np.ndarray, feature_type: str) -> np.ndarray:
    """Return L_s f."""
    shape = f.shape[-group.dimension :]
    return np.append(f.reshape(-1), 0)[group.action(s, shape, feature_type)]


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("shape", [(3, 3), (4, 4), (3, 5)])
def test_rotations_of_p4_are_rot90(turns: int, shape: tuple[int, int]) -> None:
    f = np.random.default_rng(0).normal(size=shape)
    turned = moved(gk.p4, turns, f, "planar")
    np.testing.assert_array_equal(turned, np.rot90(f, turns))
    np.testing.assert_array_equal(turned, torch.rot90(torch.tensor(f), turns, (-2, -1)))


def test_the_mirror_of_p4m_reverses_rows() -> None:
    f = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(moved(gk.p4m, 4, f, "planar"), f[::-1])


def test_patches_of_a_regular_map_follow_left_multiplication() -> None:
    f = np.random.default_rng(0).normal(size=(8, 5, 5))
    after = moved(gk.p4m, 1, f, "regular")
    for s in range(8):
        np.testing.assert_array_equal(after[gk.p4m.stabilizer.cayley_table[1, s]], np.rot90(f[s]))


@pytest.mark.parametrize("group", ALL, ids=lambda group: group.name)
@pytest.mark.parametrize("feature_type", ["planar", "regular"])
def test_the_action_is_a_left_action(group: gk.SplitGroup, feature_type: str) -> None:
    sizes = (group.order,) if feature_type == "regular" else ()
    f = np.random.default_rng(0).normal(size=(*sizes, 5, 5))
    table = group.stabilizer.cayley_table
    for a in range(group.order):
        for b in range(group.order):
            twice = moved(group, a, moved(group, b, f, feature_type), feature_type)
            np.testing.assert_array_equal(twice, moved(group, int(table[a, b]), f, feature_type))


@pytest.mark.parametrize("group", ALL, ids=lambda group: group.name)
def test_elements_compose_as_translation_after_matrix(group: gk.SplitGroup) -> None:
    g, h = group.random((20,), seed=1), group.random((20,), seed=2)
    product = g @ h
    matrices = group.stabilizer.matrices[g.index]
    expected = g.translation + np.einsum("nij,nj->ni", matrices, h.translation)
    np.testing.assert_array_equal(product.translation, expected)
    np.testing.assert_array_equal(product.index, group.stabilizer.cayley_table[g.index, h.index])
    homogeneous = g.to_matrix()
    np.testing.assert_array_equal(homogeneous[:, :-1, :-1], matrices)
    np.testing.assert_array_equal(homogeneous[:, :-1, -1], g.translation)
    points = np.arange(40).reshape(20, 2)
    np.testing.assert_array_equal(
        g.act(points), np.einsum("nij,nj->ni", matrices, points) + g.translation
    )


def test_axis_i_of_an_array_is_coordinate_i() -> None:
    f = np.zeros((5, 5), dtype=int)
    point = np.array([1, 0])
    f[tuple(point + 2)] = 1
    after = moved(gk.p4, 1, f, "planar")
    assert after[tuple(gk.p4.stabilizer.matrices[1] @ point + 2)] == 1


def test_storage_order_of_p4m_is_m_then_r() -> None:
    rotation, flip = np.array([[0, -1], [1, 0]]), np.diag([-1, 1])
    assert list(gk.p4m.axes.items()) == [("m", 2), ("r", 4)]
    for m in range(2):
        for r in range(4):
            number = gk.p4m.stabilizer.index_of(m=m, r=r)
            assert number == 4 * m + r
            expected = np.linalg.matrix_power(flip, m) @ np.linalg.matrix_power(rotation, r)
            np.testing.assert_array_equal(gk.p4m.stabilizer.matrices[number], expected)


def test_the_hexagonal_rotation_and_window() -> None:
    rotation, swap = np.array([[1, -1], [1, 0]]), np.array([[0, 1], [1, 0]])
    np.testing.assert_array_equal(gk.p6.stabilizer.matrices[1], rotation)
    np.testing.assert_array_equal(gk.p6m.stabilizer.matrices[1], rotation)
    np.testing.assert_array_equal(gk.p6m.stabilizer.matrices[6], swap)
    for k in range(4):
        x, y = np.mgrid[-k : k + 1, -k : k + 1]
        np.testing.assert_array_equal(gk.p6.window(2 * k + 1).mask, abs(x - y) <= k)


def test_cosets_are_named_and_ordered_by_their_smallest_element() -> None:
    S = gk.p4m.stabilizer
    H = S.subgroup([{"m": 1}])
    left, right = S.left_cosets(H), S.right_cosets(H)
    assert left.members == ((0, 4), (1, 7), (2, 6), (3, 5))
    assert right.members == ((0, 4), (1, 5), (2, 6), (3, 7))
    assert tuple(left.representatives) == (0, 1, 2, 3)
    assert left.index_of.tolist() == [0, 1, 2, 3, 0, 3, 2, 1]


def test_orbits_are_numbered_by_first_appearance() -> None:
    lifting = gk.p4.filter_bank(3, input_type="planar")
    regular = gk.p4.filter_bank(3)
    symmetric = gk.p4.filter_bank(3, input_type="planar", output_type="planar")
    np.testing.assert_array_equal(lifting.index[0, 0].reshape(-1), np.arange(9))
    np.testing.assert_array_equal(regular.index[0].reshape(-1), np.arange(36))
    assert symmetric.index[0, 0].tolist() == [[0, 1, 0], [1, 2, 1], [0, 1, 0]]


def test_without_a_product_form_identity_comes_first_then_breadth() -> None:
    a, b = [[-1, 0], [0, 1]], [[0, 1], [1, 0]]  # two mirrors that generate p4m
    group = gk.SplitGroup.from_generators("two mirrors", [a, b])
    assert list(group.axes.values()) == [8]
    np.testing.assert_array_equal(group.stabilizer.matrices[0], np.eye(2))
    np.testing.assert_array_equal(group.stabilizer.matrices[1:3], [a, b])


def test_a_regular_p1_map_keeps_its_axis() -> None:
    assert gk.p1.feature_type("regular").has_axis
    assert not gk.p1.feature_type("planar").has_axis
