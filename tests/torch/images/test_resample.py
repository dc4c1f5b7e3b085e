"""Images on lattices and back: linear functions, constants and common isometries are kept."""

import copy
import math
import pickle
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import groupkit as gk
import groupkit_torch as gt
from groupkit.action import array_action, stable_mask
from groupkit_torch.functional import act
from groupkit_torch.images.resample import Resampling, ResamplingError
from tests.torch.groups import cubic, face_centred, mirror_line, name, p2mm, p3m1

CASES = [
    (mirror_line, (12,), 1.3),
    (gk.p4m, (9, 9), 1.0),
    (gk.p4, (12, 12), 2.5),
    (p2mm, (10, 13), 1.6),
    (gk.p6, (14, 14), 1.0),
    (gk.p6m, (14, 11), 1.8),
    (p3m1, (9, 12), 0.7),
    (cubic, (7, 7, 7), 1.4),
    (face_centred, (7, 8, 7), 1.0),
    (gk.Lattice.named("cubic F"), (8, 8, 8), 1.0),
    (gk.Lattice.named("cubic I"), (7, 7, 7), 1.6),
    (gk.Lattice.named("hexagonal", 3), (7, 7, 6), 1.2),
    (gk.Lattice.named("oblique"), (11, 11), 1.0),
]


def signed_permutations(d: int) -> list[np.ndarray]:
    """Return all matrices with one ±1 in each row and column, the identity first."""
    eye = np.eye(d, dtype=np.int64)
    return [
        eye[list(order)] * np.array(signs)
        for order in permutations(range(d))
        for signs in product((1, -1), repeat=d)
    ]


def coordinates(shape: tuple[int, ...]) -> Tensor:
    """Return the places of pixels about the image's centre, [d, *shape]."""
    axes = [torch.arange(n, dtype=torch.float64) - (n - 1) / 2 for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))


def places(resampling: Resampling) -> Tensor:
    """Return the places of samples about the image's centre, [d, *array]."""
    lattice = resampling.lattice
    basis = (lattice.lattice if isinstance(lattice, gk.SplitGroup) else lattice).basis
    apart = torch.tensor(basis * resampling.spacing)
    return torch.einsum("ij,j...->i...", apart, coordinates(resampling.array_shape))


@pytest.mark.parametrize(("lattice", "shape", "spacing"), CASES, ids=name)
def test_linear_functions_are_exact_inside(
    lattice: Any, shape: tuple[int, ...], spacing: float
) -> None:
    resampling = Resampling(lattice, shape, spacing)
    slopes = torch.tensor([0.7, -1.3, 0.4], dtype=torch.float64)[: len(shape)]
    image = torch.einsum("i,i...->...", slopes, coordinates(shape)) + 2
    at = places(resampling)
    samples = torch.einsum("i,i...->...", slopes, at) + 2
    size = torch.tensor(shape).view(-1, *[1] * len(shape))
    reach = longest_hat(lattice) * spacing + (spacing < 1)  # a smaller cell averages over a pixel
    inside = (at.abs() <= (size - 1) / 2 - (0 if spacing <= 0.7 else reach)).all(0)
    assert inside.any()
    assert (resampling(image) - samples)[inside].abs().max() < 1e-12
    back = resampling.to_image(torch.where(resampling.mask, samples, 1e6))
    middle = (coordinates(shape).abs() <= size / 2 - reach).all(0)
    assert middle.any()
    assert torch.allclose(back[middle], image[middle], rtol=0, atol=1e-12)
    assert back.abs().max() < 1e3  # what lies outside the image is not read


def longest_hat(lattice: Any) -> float:
    """Return how far the hat of a lattice of spacing 1 reaches at most: over a whole cell."""
    matrices = [np.eye(lattice.dimension, dtype=int)]
    basis = lattice.basis if isinstance(lattice, gk.Lattice) else lattice.lattice.basis
    if isinstance(lattice, gk.SplitGroup):
        matrices = list(lattice.stabilizer.matrices)
    corners = np.array(list(product((-1, 0, 1), repeat=lattice.dimension)))
    return max(float(np.abs(corners @ (basis @ matrix).T).max()) for matrix in matrices)


@pytest.mark.parametrize(("lattice", "shape", "spacing"), CASES, ids=name)
def test_constants_are_kept_up_to_the_border(
    lattice: Any, shape: tuple[int, ...], spacing: float
) -> None:
    resampling = Resampling(lattice, shape, spacing)
    ones = torch.ones(shape, dtype=torch.float64)
    samples = resampling(ones)
    assert torch.allclose(samples, resampling.mask.double(), rtol=0, atol=1e-12)
    assert torch.allclose(resampling.to_image(samples), ones, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("lattice", "shape", "spacing"), CASES, ids=name)
def test_every_sample_inside_the_image_is_in_the_array_and_stays_there(
    lattice: Any, shape: tuple[int, ...], spacing: float
) -> None:
    resampling = Resampling(lattice, shape, spacing)
    assert all(side % 2 for side in resampling.array_shape)
    at = places(resampling)
    size = torch.tensor(shape).view(-1, *[1] * len(shape))
    assert torch.equal(resampling.mask, (at.abs() <= size / 2 + 1e-9).all(0))
    larger = Resampling(lattice, shape, spacing, [side + 2 for side in resampling.array_shape])
    assert larger.mask.sum() == resampling.mask.sum()
    if isinstance(lattice, gk.SplitGroup):
        stable = stable_mask(lattice.stabilizer, resampling.array_shape)
        assert stable is None or stable[resampling.mask.numpy()].all()


# the face-centred cubic lattice along the axes of the cube, and the symmetry of the cube on it
ALONG_THE_CUBE = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])


def on_the_lattice(matrices: list[np.ndarray]) -> list[np.ndarray]:
    """Return Cartesian matrices in the coordinates of the face-centred lattice."""
    inverse = np.linalg.inv(ALONG_THE_CUBE)
    return [np.round(inverse @ matrix @ ALONG_THE_CUBE).astype(np.int64) for matrix in matrices]


fm3m = gk.SplitGroup.from_matrices("Fm-3m", on_the_lattice(signed_permutations(3)))

# how many elements the image and the lattice share
COMMON = [
    (mirror_line, (12,), 1.3, None, 2),
    (gk.p4m, (9, 9), 1.0, None, 8),
    (gk.p4, (12, 12), 2.5, None, 4),
    (gk.p4m, (12, 9), 1.5, None, 4),
    (p2mm, (10, 13), 1.6, None, 4),
    (p2mm, (10, 13), 1.0, [[1, 0], [0, 2.7]], 4),
    (gk.p6, (14, 14), 1.0, None, 2),
    (gk.p6m, (14, 11), 1.8, None, 4),
    (p3m1, (9, 12), 0.7, None, 2),
    (cubic, (7, 7, 7), 1.4, None, 24),
    (fm3m, (6, 6, 6), 1.0, ALONG_THE_CUBE, 48),
    (fm3m, (5, 6, 7), 0.8, ALONG_THE_CUBE, 8),
]


@pytest.mark.parametrize(("group", "shape", "spacing", "basis", "common"), COMMON, ids=name)
def test_common_isometries_of_image_and_lattice_commute(
    group: gk.SplitGroup, shape: tuple[int, ...], spacing: float, basis: Any, common: int
) -> None:
    """Elements that permute the image's axes up to sign move the image as the samples."""
    resampling = Resampling(group, shape, spacing, basis=basis)
    basis = group.lattice.basis if basis is None else np.array(basis, dtype=float)
    image = torch.rand(2, *shape, dtype=torch.float64)
    array = torch.rand(2, *resampling.array_shape, dtype=torch.float64) * resampling.mask
    square = gk.SplitGroup.from_matrices("image", signed_permutations(len(shape)), lattice=None)
    planar, planar_image = group.feature_type("planar"), square.feature_type("planar")
    kept = resampling.exactness(shape).elements
    found = 0
    for s, matrix in enumerate(group.stabilizer.matrices):
        cartesian = basis @ matrix @ np.linalg.inv(basis)
        rounded = np.round(cartesian).astype(np.int64)
        if not np.allclose(cartesian, rounded):
            assert s not in kept
            continue
        q = int(square.stabilizer.find(rounded))
        moved = act(image, array_action(square.stabilizer, q, shape, planar_image))
        assert (s in kept) == (moved.shape == image.shape)
        if s not in kept:
            continue
        found += 1
        index = array_action(group.stabilizer, s, resampling.array_shape, planar)
        assert (resampling(moved) - act(resampling(image), index)).abs().max() < 1e-12
        turned = act(
            resampling.to_image(array), array_action(square.stabilizer, q, shape, planar_image)
        )
        assert (resampling.to_image(act(array, index)) - turned).abs().max() < 1e-12
    assert found == common


@pytest.mark.parametrize(
    ("group", "shape", "basis"),
    [(gk.p6m, (9, 11), None), (fm3m, (6, 6, 5), ALONG_THE_CUBE)],
    ids=name,
)
def test_interpolation_knows_the_lattice_not_the_group(
    group: gk.SplitGroup, shape: tuple[int, ...], basis: Any
) -> None:
    """A lattice alone, or a group with few elements, interpolates as the whole symmetry does."""
    whole = Resampling(group, shape, 1.3, basis=basis)
    few = gk.SplitGroup.from_generators("few", [], lattice=group.lattice)
    image, array = torch.rand(shape), torch.rand(whole.array_shape)
    for lattice in (group.lattice, few):
        other = Resampling(lattice, shape, 1.3, whole.array_shape, basis=basis)
        assert torch.equal(other(image), whole(image))
        assert torch.equal(other.to_image(array), whole.to_image(array))


def test_a_quarter_turn_of_the_image_is_one_of_the_samples() -> None:
    resampling = Resampling(gk.p4, 12, 1.5)
    image = torch.rand(12, 12, dtype=torch.float64)
    turned = resampling(torch.rot90(image))
    assert (turned - torch.rot90(resampling(image))).abs().max() < 1e-12


def test_the_image_itself_on_its_own_grid() -> None:
    for shape in [(9, 9), (5, 7)]:
        image = torch.rand(3, *shape)
        resampling = Resampling(gk.Lattice.named("square"), shape)
        assert torch.equal(resampling(image), image)
        assert torch.equal(resampling.to_image(image), image)


@pytest.mark.parametrize(
    ("lattice", "shape", "spacing", "bound"),
    [
        (gk.p6m, (28, 28), 1.0, 0.01),
        (gk.p4, (28, 28), 1.0, 0.01),
        (gk.p6, (28, 28), 0.5, 0.006),
        (gk.p6, (28, 28), 2.0, 0.04),
        (gk.Lattice.named("cubic I"), (16, 16, 16), 1.0, 0.03),
        (gk.Lattice.named("cubic F"), (16, 16, 16), 1.0, 0.03),
    ],
    ids=name,
)
def test_smooth_images_come_back(
    lattice: Any, shape: tuple[int, ...], spacing: float, bound: float
) -> None:
    at = coordinates(shape) / max(shape) * 2
    image = torch.cos(2 * at[0] + 0.3) * torch.sin(1.7 * at[1] + 1) + at.sum(0) / 5
    resampling = Resampling(lattice, shape, spacing)
    back = resampling.to_image(resampling(image))
    inner = (slice(4, -4),) * len(shape)
    assert (back - image)[inner].abs().max() < bound
    assert (back - image).abs().max() < 12 * bound


def test_shrinking_does_not_alias() -> None:
    """Stripes finer than the samples turn grey; without antialiasing they turn into others."""
    stripes = ((torch.arange(60) % 2) * 2.0 - 1).expand(60, 60)
    for lattice in (gk.p4, gk.p6):
        smooth = Resampling(lattice, 60, 3.3)(stripes)
        sharp = Resampling(lattice, 60, 3.3, antialias=False)(stripes)
        inner = (slice(4, -4),) * 2
        assert smooth[inner].abs().max() < 0.15
        assert sharp[inner].abs().max() > 0.5


def test_leading_axes_dtypes_and_device(device: torch.device) -> None:
    resampling = Resampling(gk.p6, (8, 9))
    image = torch.rand(2, 3, 4, 8, 9, dtype=torch.float64)
    expected = resampling(image)
    assert expected.shape == (2, 3, 4, *resampling.array_shape)
    for dtype, rtol in [(torch.float32, 1e-5), (torch.bfloat16, 3e-2), (torch.float16, 5e-3)]:
        found = resampling(image.to(device, dtype))
        assert found.dtype == dtype
        assert found.device.type == device.type
        assert (found.cpu().double() - expected).abs().max() < rtol
        assert resampling.to_image(found).dtype == dtype
    whole = torch.complex(image, -image)
    assert torch.allclose(resampling(whole), torch.complex(expected, -expected))
    assert resampling(torch.rand(8, 9)).shape == resampling.array_shape


def test_gradients_are_the_transposed_weights() -> None:
    resampling = Resampling(gk.p6, 5, 1.5)
    image = torch.rand(5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(resampling, image)
    array = torch.rand(resampling.array_shape, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(resampling.to_image, array)


def test_it_is_a_module_that_copies_and_pickles() -> None:
    resampling = Resampling(gk.p6, 8)
    image = torch.rand(8, 8)
    with torch.inference_mode():
        expected = resampling(image)
    image.requires_grad_()
    resampling(image).sum().backward()  # what inference cached serves training too
    assert not list(resampling.state_dict())
    for other in (copy.deepcopy(resampling), pickle.loads(pickle.dumps(resampling))):
        assert torch.equal(other(image), expected)
    assert repr(resampling) == "Resampling(p6, (8, 8) -> (13, 13), spacing=1.0)"


def test_a_network_on_resampled_images_is_exactly_equivariant() -> None:
    resampling = Resampling(gk.p6, 12)
    net = torch.nn.Sequential(
        gt.LiftingConv(gk.p6, 1, 2, 3, padding=1), gt.CosetPool(gk.p6, "max")
    ).double()
    x = resampling(torch.rand(1, 1, 12, 12, dtype=torch.float64))
    planar = gk.p6.feature_type("planar")
    stable = torch.tensor(stable_mask(gk.p6.stabilizer, resampling.array_shape))
    for s in range(6):
        index = array_action(gk.p6.stabilizer, s, resampling.array_shape, planar)
        apart = net(act(x, index)) - act(net(x), index)
        assert apart[..., stable].abs().max() < 1e-12


@pytest.mark.compile
def test_it_compiles_whole() -> None:
    resampling = Resampling(gk.p6, 8)
    image = torch.rand(1, 1, 8, 8)
    compiled = torch.compile(resampling, backend="eager", fullgraph=True)
    assert torch.equal(compiled(image), resampling(image))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((gk.p6, (8, 8, 8)), "2 axes, the dimension of the lattice"),
        ((gk.p6, 0), "one positive integer, or one for each axis"),
        ((gk.p6, 8, 0.0), "spacing=0.0 is no length"),
        ((gk.p6, 8, float("nan")), "spacing=nan is no length"),
        ((gk.p6, 8, 1.0, (7, 8)), "are not all odd"),
        ((gk.p6, 8, 1.0, (7,)), r"sides=\(7,\) is not that of"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_does_not_fit_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ResamplingError, match=message):
        Resampling(*arguments)


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        ([[1, 0], [0, 1]], "none of the hexagonal lattice; turn lattice.basis"),
        ([[1, 0], [1, 0]], "2 independent vectors of 2 coordinates"),
        ([1, 0], "give a square matrix"),
        ("turned", "give a square matrix"),
    ],
    ids=str,
)
def test_a_basis_of_another_lattice_is_refused(basis: Any, message: str) -> None:
    with pytest.raises(ResamplingError, match=message):
        Resampling(gk.p6, 8, basis=basis)


def test_the_basis_turns_the_lattice_and_gives_it_lengths() -> None:
    turned = [[0, math.sqrt(3) / 2], [1, -0.5]]  # the first vector along the second axis
    image = torch.rand(9, 9, dtype=torch.float64)
    found = Resampling(gk.p6m, 9, basis=turned)(image)
    expected = Resampling(gk.p6m, 9)(image.T)
    assert torch.allclose(found, expected, rtol=0, atol=1e-12)
    assert Resampling(p2mm, (9, 9), basis=[[1, 0], [0, 2]]).array_shape == (9, 5)


@pytest.mark.untyped
def test_a_name_is_no_lattice() -> None:
    with pytest.raises(ResamplingError, match="is neither a group nor a lattice"):
        Resampling("hexagonal", 8)  # type: ignore[arg-type]
    with pytest.raises(ResamplingError, match=r"spacing='1' is no length"):
        Resampling(gk.p6, 8, "1")  # type: ignore[arg-type]


def test_which_isometries_are_shared_is_said() -> None:
    hexagonal = Resampling(gk.p6m, 28)
    found = hexagonal.exactness(28)
    assert len(found.subgroup) == 4
    assert not found.is_exact
    assert (found.input_size, found.output_size) == ((28, 28), hexagonal.array_shape)
    assert str(found).endswith(
        "(the 6-fold rotation r=1 is lost: it does not map the image's grid onto itself)"
    )
    assert copy.deepcopy(hexagonal).exactness((28, 28)).elements == found.elements
    square = Resampling(gk.p4m, (8, 8), 2.0)
    assert square.exactness(8).is_exact
    assert str(square.exactness(8)) == "spacing 2.0 on 8×8 keeps all 8 elements of p4m"
    assert "the image of 8×9 would be of 9×8" in str(Resampling(gk.p4, (8, 9)).exactness((8, 9)))
    long = Resampling(gk.p4, 8, sides=(5, 7))
    assert "the samples, 5×7, would be 7×5" in str(long.exactness(8))
    assert long.exactness(8).elements == (0, 2)
    turned = Resampling(gk.p4, 8, basis=[[0.6, -0.8], [0.8, 0.6]])
    assert turned.exactness(8).is_exact
    mirrored = Resampling(gk.p4m, 8, basis=[[0.6, -0.8], [0.8, 0.6]])
    assert mirrored.exactness(8).elements == (0, 1, 2, 3)


def test_of_a_lattice_alone_the_holohedry_is_judged() -> None:
    assert len(Resampling(gk.Lattice.named("hexagonal"), 9).exactness(9).subgroup) == 4
    along = Resampling(gk.Lattice.named("cubic F"), 5, basis=ALONG_THE_CUBE)
    assert along.exactness(5).is_exact
    assert along.exactness(5).group.order == 48


def test_exactness_at_other_sizes_is_refused() -> None:
    with pytest.raises(ResamplingError, match=r"samples images of \(9, 9\), none of \(8, 8\)"):
        Resampling(gk.p6, 9).exactness(8)
    with pytest.raises(gk.errors.DimensionError, match="3 sides"):
        Resampling(gk.p6, 9).exactness((9, 9, 9))


@pytest.mark.untyped
def test_integers_are_refused_with_the_remedy() -> None:
    with pytest.raises(ResamplingError, match=r"convert it first, with x.float\(\)"):
        Resampling(gk.p6, 8)(torch.zeros(8, 8, dtype=torch.uint8))


def test_other_shapes_are_refused() -> None:
    resampling = Resampling(gk.p6, 8)
    with pytest.raises(ResamplingError, match=r"are not \(8, 8\); make a Resampling"):
        resampling(torch.zeros(1, 8, 9))
    with pytest.raises(ResamplingError, match="make a Resampling for its own shape"):
        resampling.to_image(torch.zeros(8, 8))
