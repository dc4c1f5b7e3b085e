"""The stable window of an array, computed from rows, is the one of the definition."""

import numpy as np
import pytest
import torch

import groupkit as gk
from groupkit.errors import WindowError
from groupkit_torch.domain import Domain, _from_rows
from tests.torch.groups import cubic, face_centred, mirror_line, name, p2mm
from tests.torch.oracles_torch import MatrixGroup

CPU = torch.device("cpu")


@pytest.mark.parametrize("group", [gk.p1, gk.p2, gk.p4, gk.p4m, p2mm, mirror_line, cubic], ids=name)
def test_groups_that_keep_boxes_have_no_mask(group: gk.SplitGroup) -> None:
    domain = Domain.of(group.stabilizer)
    assert domain.is_whole
    x = torch.rand([3] * group.dimension)
    assert domain.fill(x) is x
    assert domain.inside_of(x).all()


@pytest.mark.parametrize(
    ("group", "shape"),
    [
        (gk.p6, (7, 7)),
        (gk.p6m, (5, 9)),
        (gk.p6m, (1, 1)),
        (face_centred, (5, 5, 5)),
        (face_centred, (3, 5, 7)),
    ],
    ids=name,
)
def test_masks_are_the_orbits_that_stay_in_the_box(
    group: gk.SplitGroup, shape: tuple[int, ...], device: torch.device
) -> None:
    matrices = MatrixGroup(group.stabilizer.matrices)
    expected = np.array([matrices.is_inside(x, shape) for x in np.ndindex(*shape)]).reshape(shape)
    domain = Domain.of(group.stabilizer)
    eager = domain.inside(shape, device)
    assert eager.device.type == device.type
    assert np.array_equal(eager.cpu().numpy(), expected)
    assert np.array_equal(_from_rows(domain.rows, shape, device).cpu().numpy(), expected)


@pytest.mark.parametrize("group", [gk.p6, face_centred], ids=name)
def test_centres_are_refused_in_both_forms_alike(group: gk.SplitGroup) -> None:
    domain = Domain.of(group.stabilizer)
    for shape in np.ndindex(*[4] * group.dimension):
        sides = tuple(n + 3 for n in shape)
        outcomes = []
        for form in (
            lambda sides: domain.inside(sides, CPU),
            lambda sides: _from_rows(domain.rows, sides, CPU),
        ):
            try:
                outcomes.append(form(sides).tolist())
            except WindowError:
                outcomes.append(None)
        assert outcomes[0] == outcomes[1]


def test_masks_are_made_once() -> None:
    domain = Domain.of(gk.p6.stabilizer)
    first = domain.inside((9, 9), CPU)
    assert domain.inside((9, 9), CPU) is first
