"""Maps on G as maps on a smaller group: the same numbers, the same action, adjoint to induction."""

import numpy as np
import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import DimensionError, FeatureTypeError, NotASubgroupError
from groupkit.groups import embedding
from groupkit_torch.restricting.restriction import (
    RestrictionError,
    from_copies,
    induce,
    restrict_map,
    restrict_type,
    to_copies,
)
from tests.torch.groups import cubic, image, name, p3m1, subgroups

DOUBLE = torch.float64


def part_of(group: gk.SplitGroup, members: tuple[int, ...]) -> gk.SplitGroup:
    """Return the group of some elements, declared by their matrices."""
    matrices = [group.stabilizer.matrices[s].tolist() for s in members]
    return gk.SplitGroup.from_matrices(f"{group.name}-{members}", matrices)


PAIRS = [
    (group, part_of(group, members))
    for group in (gk.p4, gk.p4m, gk.p6, p3m1)
    for members in subgroups(group)
] + [(gk.p6m, gk.p6), (gk.p6m, gk.p2), (gk.p6m, p3m1), (cubic, part_of(cubic, (0,)))]


@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_copies_move_as_maps_of_the_smaller_group(
    large: gk.SplitGroup, small: gk.SplitGroup
) -> None:
    numbers = embedding(small, large)
    x = torch.randn(2, 3, large.order, *image(large, solid=3), dtype=DOUBLE)
    x = gt.act(x, large, large.stabilizer.identity, "regular")
    y = restrict_map(x, large, small)
    assert y.shape[1] == 3 * large.order // small.order
    for h in small.stabilizer:
        moved = restrict_map(gt.act(x, large, int(numbers[h]), "regular"), large, small)
        wide = small.stabilizer.is_signed_permutation != large.stabilizer.is_signed_permutation
        if not wide:
            assert torch.equal(gt.act(y, small, h, "regular"), moved)
        else:  # the smaller group's maps fill their arrays; compare where both live
            inside = moved != 0
            assert torch.equal(gt.act(y, small, h, "regular")[inside], moved[inside])


@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_copies_are_a_bijection_for_every_type_that_restricts(
    large: gk.SplitGroup, small: gk.SplitGroup
) -> None:
    for members in subgroups(large):
        kind = large.feature_type(members)
        try:
            seen = restrict_type(kind, large, small)
        except RestrictionError:
            continue
        assert sorted(seen.position.reshape(-1).tolist()) == list(range(kind.size))
        x = torch.randn(1, 2, kind.size, *[1] * large.dimension)
        copied = to_copies(x, seen.order, seen.copies)
        assert torch.equal(from_copies(copied, seen.inverse, seen.copies), x)
        # entry i of copy j is h_i c_j: elements of H move it as they move cosets of K'
        numbers = embedding(small, large)
        for h in small.stabilizer:
            moved = kind.action[numbers[h]][seen.position]
            assert np.array_equal(moved, seen.position[:, seen.part.action[h]])


def test_orbits_of_unlike_kinds_are_refused() -> None:
    diagonal = part_of(gk.p4m, (0, 5))
    kind = gk.p4m.feature_type([0, 4])
    with pytest.raises(RestrictionError, match="are not of one kind; restrict to another"):
        restrict_type(kind, gk.p4m, part_of(gk.p4m, (0, 4)))
    assert restrict_type(kind, gk.p4m, diagonal).copies == 2


@pytest.mark.parametrize(("large", "small"), PAIRS, ids=name)
def test_induction_is_adjoint_to_the_first_copy(large: gk.SplitGroup, small: gk.SplitGroup) -> None:
    numbers = embedding(small, large)
    space = image(large, flat=5, solid=3)
    f = torch.randn(1, 2, small.order, *space, dtype=DOUBLE)
    g = torch.randn(1, 2, large.order, *space, dtype=DOUBLE)
    first = g[:, :, torch.tensor(numbers)]
    assert torch.allclose((induce(f, small, large) * g).sum(), (f * first).sum())
    for h in small.stabilizer:
        f = gt.act(f, small, h, "regular")
        inside = gt.act(torch.ones_like(g), large, 0, "regular") != 0
        moved = gt.act(induce(f, small, large), large, int(numbers[h]), "regular")
        again = induce(gt.act(f, small, h, "regular"), small, large)
        assert torch.equal(moved[inside], again[inside])


def test_functions_on_cosets_are_induced_to_functions_on_cosets() -> None:
    half_turn = [0, 2]
    f = torch.randn(1, 1, 2, 3, 3)
    y = induce(f, gk.p4, gk.p4m, half_turn)
    assert y.shape == (1, 1, 4, 3, 3)
    ours = gk.p4m.feature_type([0, 2]).cosets.index_of[[0, 1]]
    assert torch.equal(y[:, :, ours.tolist()], f)
    assert y.count_nonzero() == f.count_nonzero()


def test_what_is_no_smaller_group_is_refused() -> None:
    x = torch.zeros(1, 1, 4, 3, 3)
    with pytest.raises(NotASubgroupError):
        restrict_map(x, gk.p4, gk.p4m)
    with pytest.raises(DimensionError):
        restrict_map(x, gk.p4, cubic)
    with pytest.raises(RestrictionError, match="planar maps are not extended by zero"):
        induce(torch.zeros(1, 1, 3, 3), gk.p4, gk.p4m, "planar")
    with pytest.raises(FeatureTypeError, match="lift it first"):
        restrict_map(torch.zeros(1, 1, 3, 3), gk.p4m, gk.p4)


def test_planar_maps_stay_as_they_are() -> None:
    x = torch.randn(1, 2, 5, 5)
    assert restrict_map(x, gk.p4m, gk.p4, "planar") is x
    assert restrict_map(x, gk.p4m, gk.p4, gk.p4m.field("vector")) is x
