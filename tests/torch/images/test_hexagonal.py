"""Offset arrays and lattice arrays: the same pixels, at the places that geometry gives them."""

import math

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.action import array_action, stable_mask
from groupkit_torch.functional import act
from groupkit_torch.images.hexagonal import LayoutError, OffsetLayout

LAYOUTS = ["odd-row", "even-row", "odd-column", "even-column"]
SHAPES = [(1, 1), (1, 4), (5, 1), (2, 2), (4, 7), (9, 6), (8, 8)]
axial = gk.SplitGroup.from_generators("p6-axial", {"r": [[0, -1], [1, 1]]})


def plane(shape: tuple[int, int], layout: str) -> np.ndarray:
    """Return where pixels lie, (down, right), by drawing them: shifted lines, √3/2 apart."""
    places = np.empty((*shape, 2))
    for row, column in np.ndindex(*shape):
        if layout.endswith("row"):
            moved = row % 2 == (1 if layout.startswith("odd") else 0)
            places[row, column] = row * math.sqrt(3) / 2, column + moved / 2
        else:
            moved = column % 2 == (1 if layout.startswith("odd") else 0)
            places[row, column] = row + moved / 2, column * math.sqrt(3) / 2
    return places


@pytest.mark.parametrize("fit", ["hexagon", "box"])
@pytest.mark.parametrize("basis", [120, 60])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_there_and_back_to_the_bit(
    shape: tuple[int, int], layout: str, basis: int, fit: str, device: torch.device
) -> None:
    grid = OffsetLayout(shape, layout, basis, fit)
    for dtype in (torch.float32, torch.complex64, torch.int64, torch.bool):
        image = torch.randint(1, 9, (2, 3, *shape)).to(device, dtype)
        array = grid.to_lattice(image)
        assert array.dtype == dtype
        assert array.device == image.device
        assert array.shape == (2, 3, *grid.array_shape)
        assert not array[..., ~grid.mask].any()
        assert int(grid.mask.sum()) == shape[0] * shape[1]
        assert torch.equal(grid.to_offset(array), image)
    assert grid.to_offset(grid.mask).all()


@pytest.mark.parametrize("basis", [120, 60])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_lattice_coordinates_are_the_places_on_the_page(layout: str, basis: int) -> None:
    grid = OffsetLayout((5, 6), layout, basis)
    points = grid.coordinates.reshape(-1, 2)
    cosine = 0.5 if basis == 60 else -0.5
    gram = np.array([[1, cosine], [cosine, 1]])
    apart = points[:, None] - points
    lattice = np.einsum("abi,ij,abj->ab", apart, gram, apart)
    places = plane((5, 6), layout).reshape(-1, 2)
    drawn = ((places[:, None] - places) ** 2).sum(-1)
    assert np.allclose(lattice, drawn)
    # and not mirrored: the first basis vector turns to the second one counter-clockwise, as the
    # first array axis, down, turns to the second one, to the right
    step = np.linalg.lstsq(points - points[0], places - places[0], rcond=None)[0]
    assert np.linalg.det(step) == pytest.approx(math.sqrt(3) / 2)


@pytest.mark.parametrize("basis", [120, 60])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_hexagon_is_stable_holds_all_and_is_the_smallest(
    shape: tuple[int, int], layout: str, basis: int
) -> None:
    group = gk.p6 if basis == 120 else axial
    grid = OffsetLayout(shape, layout, basis)
    side = grid.array_shape[0]
    stable = stable_mask(group.stabilizer, grid.array_shape)
    assert stable is not None
    assert stable[grid.mask.numpy()].all()
    if side > 1:
        smaller = stable_mask(group.stabilizer, (side - 2, side - 2))
        assert smaller is not None
        for a in range(-side, side + 1):
            for b in range(-side, side + 1):
                moved = grid.coordinates.reshape(-1, 2) + np.array([a, b])
                inside = ((moved >= 0) & (moved < side - 2)).all(axis=1)
                assert not (inside.all() and smaller[tuple(moved.T)].all())


def test_the_two_bases_are_one_lattice() -> None:
    for layout in LAYOUTS:
        a, b = OffsetLayout((4, 6), layout), OffsetLayout((4, 6), layout, 60)
        assert a.array_shape == b.array_shape
        image = torch.rand(4, 6)
        for s in range(6):
            turned = act(
                a.to_lattice(image),
                array_action(gk.p6.stabilizer, s, a.array_shape, gk.p6.feature_type("planar")),
            )
            axially = act(
                b.to_lattice(image),
                array_action(axial.stabilizer, s, b.array_shape, axial.feature_type("planar")),
            )
            assert torch.equal(a.to_offset(turned), b.to_offset(axially))


def test_neighbours_by_the_textbook_table() -> None:
    """In an odd-row array, the neighbours below an odd row are at columns j and j + 1."""
    grid = OffsetLayout((5, 5), "odd-row")
    steps = {(1, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1)}
    for (i, j), below in {(1, 2): {2, 3}, (2, 2): {1, 2}}.items():
        here = grid.coordinates[i, j]
        found = {c for c in range(5) if tuple(grid.coordinates[i + 1, c] - here) in steps}
        assert found == below


def test_gradients_pass() -> None:
    image = torch.rand(3, 4, requires_grad=True)
    OffsetLayout((3, 4)).to_lattice(image).sum().backward()
    assert image.grad is not None
    assert torch.equal(image.grad, torch.ones(3, 4))


def test_a_layer_of_p6_sees_every_pixel() -> None:
    grid = OffsetLayout((6, 7), "odd-column")
    layer = gt.LiftingConv(gk.p6, 1, 2, 3, padding=1)
    array = grid.to_lattice(torch.rand(1, 1, 6, 7)).requires_grad_()
    layer(array).square().sum().backward()
    assert array.grad is not None
    assert array.grad[..., grid.mask].all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((4, 4), "odd-r"), "layout='odd-r' is none of 'odd-row'"),
        (((4, 4), "odd-row", 90), "basis=90 is none of 120, 60"),
        (((4, 4), "odd-row", 120, "tight"), "fit='tight' is none of"),
        (((0, 4),), "two positive integers"),
        (((4, 4, 4),), "two positive integers"),
    ],
    ids=str,
)
@pytest.mark.untyped
def test_what_is_no_layout_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        OffsetLayout(*arguments)


def test_arrays_of_another_shape_are_refused() -> None:
    grid = OffsetLayout((4, 4))
    with pytest.raises(LayoutError, match=r"are not \(4, 4\), as this layout has them"):
        grid.to_lattice(torch.rand(1, 5, 4))
    with pytest.raises(LayoutError, match="make an OffsetLayout"):
        grid.to_offset(torch.rand(4, 4))


@pytest.mark.untyped
def test_a_single_axis_is_refused() -> None:
    with pytest.raises(LayoutError, match="make an OffsetLayout"):
        OffsetLayout((4, 4)).to_lattice(torch.rand(4))
