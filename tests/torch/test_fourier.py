"""The Fourier transform over S is orthogonal, and S acts on each of its blocks by itself."""

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import FeatureTypeError
from groupkit_torch.action import act
from groupkit_torch.fourier import fourier_basis, fourier_transform, inverse_fourier_transform
from tests.known_groups import NAMES, declared
from tests.torch.groups import GROUPS, image, name, subgroups

# the units of the quaternions, by their left multiplication: an irrep of quaternionic kind
quaternions = gk.SplitGroup.from_generators(
    "Q8",
    {
        "i": [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]],
        "j": [[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]],
    },
)


def check(feature_type: gk.FeatureType) -> None:
    basis = fourier_basis(feature_type)
    size, q = feature_type.size, basis.matrix
    np.testing.assert_allclose(q @ q.T, np.eye(size), rtol=0, atol=1e-13)
    assert [block.start for block in basis.blocks] == [
        0,
        *[block.stop for block in basis.blocks[:-1]],
    ]
    assert basis.blocks[-1].stop == size
    assert basis.blocks[0].copies == 1  # the constants
    np.testing.assert_allclose(q[0], 1 / np.sqrt(size), atol=1e-13)
    for a in feature_type.stabilizer:
        moved = np.eye(size)[feature_type.action[a]].T  # L_a as a matrix on values
        expected = np.zeros((size, size))
        for block in basis.blocks:
            blocks = np.kron(np.eye(block.copies), block.irrep.matrices[a])
            expected[block.start : block.stop, block.start : block.stop] = blocks
        np.testing.assert_allclose(q @ moved @ q.T, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_group_acts_block_by_block_on_regular_maps(name: str) -> None:
    group = declared(name)
    check(group.feature_type("regular"))
    for block in fourier_basis(group.feature_type("regular")).blocks:
        assert block.copies == block.irrep.multiplicity


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_every_group_acts_block_by_block_on_maps_on_cosets(group: gk.SplitGroup) -> None:
    for members in subgroups(group):
        check(group.feature_type(members))


def test_dependent_entries_are_left_out() -> None:
    """A complex irrep of p6 has 4 entries, 2 of which are independent functions."""
    basis = fourier_basis(gk.p6.feature_type("regular"))
    assert [(b.irrep.dimension, b.irrep.kind, b.copies) for b in basis.blocks] == [
        (1, "real", 1),
        (1, "real", 1),
        (2, "complex", 1),
        (2, "complex", 1),
    ]
    basis = fourier_basis(quaternions.feature_type("regular"))
    last = basis.blocks[-1]
    assert (last.irrep.dimension, last.irrep.kind, last.copies) == (4, "quaternionic", 1)
    assert sum(block.irrep.dimension**2 for block in basis.blocks) > quaternions.order
    for members in subgroups(quaternions):
        check(quaternions.feature_type(members))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.complex128], ids=str)
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_inverse_is_exact_and_norms_are_kept(
    group: gk.SplitGroup, dtype: torch.dtype, device: torch.device
) -> None:
    tolerance = 1e-6 if dtype == torch.float32 else 1e-13
    for members in subgroups(group)[:3]:
        kind = group.feature_type(members)
        for space in ((), image(group, 4, 4, 3)):
            x = torch.randn(2, 3, *kind.array_shape(space), dtype=dtype, device=device)
            y = fourier_transform(x, group, members)
            assert y.dtype == dtype
            back = inverse_fourier_transform(y, group, members)
            assert (back - x).abs().max() <= tolerance * x.abs().max()
            assert abs(y.norm() / x.norm() - 1) <= tolerance


@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_maps_move_by_the_matrices_of_each_block(group: gk.SplitGroup) -> None:
    basis = fourier_basis(group.feature_type("regular"))
    x = torch.randn(1, 2, group.order, *image(group, 5, 5, 3), dtype=torch.float64)
    before = basis.split(fourier_transform(act(x, group, 0, "regular"), group))
    for s in group.stabilizer:
        after = basis.split(fourier_transform(act(x, group, s, "regular"), group))
        for block, f, g in zip(basis.blocks, before, after, strict=True):
            matrix = torch.tensor(block.irrep.matrices[s])
            turned = torch.einsum("ij,bcmj...->bcmi...", matrix, f)
            positions = turned.flatten(1, 3)
            assert torch.allclose(
                act(positions, group, s, "planar").view_as(g), g, rtol=0, atol=1e-12
            )


@pytest.mark.parametrize("group", [gk.p4m, gk.p6m], ids=name)
def test_an_equivariant_layer_mixes_copies_alone(group: gk.SplitGroup) -> None:
    """Schur: between coefficients a G-linear layer is a matrix on copies, for real irreps."""
    basis = fourier_basis(group.feature_type("regular"))
    layer = gt.GroupLinear(group, 1, 1, bias=False, dtype=torch.float64)
    bank = layer.expanded_weight().detach().flatten(1).numpy()
    seen = basis.matrix @ bank @ basis.matrix.T
    expected = np.zeros_like(seen)
    for block in basis.blocks:
        n, where = block.irrep.dimension, slice(block.start, block.stop)
        own = seen[where, where].reshape(block.copies, n, block.copies, n)
        on_copies = own[:, 0, :, 0]
        expected[where, where] = np.kron(on_copies, np.eye(n))
    np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-13)


def test_a_broken_basis_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All columns of a complex irrep, dependent ones too, make no orthogonal matrix."""
    import groupkit_torch.fourier as module

    monkeypatch.setattr(module, "_independent", lambda _, projector: np.eye(len(projector)))
    with pytest.raises(AssertionError):
        fourier_basis.__wrapped__(gk.p4.feature_type("regular"))


def test_gradients_go_through() -> None:
    x = torch.randn(1, 2, 4, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: fourier_transform(x, gk.p4), (x,))


def test_maps_without_the_axis_are_refused() -> None:
    with pytest.raises(FeatureTypeError, match=r"expected a map \[batch, channels, 4, ...\]"):
        fourier_transform(torch.zeros(1, 2, 8, 3, 3), gk.p4)
    with pytest.raises(FeatureTypeError, match="a planar map has no stabilizer axis"):
        inverse_fourier_transform(torch.zeros(1, 2, 3, 3), gk.p4, "planar")


@pytest.mark.untyped
def test_integers_are_transformed_as_floats() -> None:
    x = torch.randint(-5, 5, (2, 3, 4, 5, 5))
    assert torch.equal(fourier_transform(x, gk.p4), fourier_transform(x.float(), gk.p4))
