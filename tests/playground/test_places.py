"""Patches stand apart, and turn with the page where they are few enough for rings."""

import numpy as np
import pytest

import groupkit as gk
from groupkit.algebra import all_subgroups
from groupkit.playground.places import APART, places
from tests.playground.planar import GROUPS


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_patches_do_not_touch(group: gk.SplitGroup) -> None:
    for subgroup in all_subgroups(group.stabilizer):
        representatives = group.stabilizer.left_cosets(subgroup).representatives.tolist()
        found = places(group.stabilizer, group.lattice, representatives)
        apart = np.linalg.norm(found[:, None] - found, axis=-1) + 99 * np.eye(len(found))
        assert found.shape == (len(representatives), 2)
        assert apart.min() > APART - 1e-9
        np.testing.assert_allclose(found.min(axis=0), -found.max(axis=0), atol=1e-9)


@pytest.mark.parametrize(("name", "turn"), [("p4", 90), ("p6", 60)])
def test_the_rotation_carries_each_place_to_the_next(name: str, turn: int) -> None:
    group = gk.catalog[name]
    found = places(group.stabilizer, group.lattice, range(group.order))
    angle = np.radians(turn)
    page = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(found @ page.T, np.roll(found, -1, axis=0), atol=1e-9)


def test_many_internal_symmetries_have_places_too() -> None:
    group = gk.p4m.with_internal({"c": 6})
    found = places(group.stabilizer, group.lattice, range(48))
    assert len(np.unique(found.round(6), axis=0)) == 48
