"""Registered groups: their class is found by counting, in any basis."""

import pytest

import groupkit as gk
from groupkit.groups.registered import crystal_class, record_of
from tests.known_groups import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_classes_are_found_in_any_basis(name: str) -> None:
    """Over the rationals, a class is known by the determinants and traces of its elements."""
    group = gk.catalog[name]
    basis = {1: [[-1]], 2: [[2, 1], [1, 1]], 3: [[2, 1, 0], [1, 1, 0], [1, 0, 1]]}
    moved = group.change_basis(basis[group.dimension], name="moved")
    record = gk.catalog.record(name)
    assert crystal_class(moved) == record.classes == crystal_class(group)


def test_internal_symmetries_change_no_class() -> None:
    assert record_of(gk.p4m.with_internal({"swap": 2})).classes == ("4mm", "D4")


def test_there_are_no_names_beyond_three_dimensions() -> None:
    assert record_of(gk.hyperoctahedral(4), ("tesseract",)).classes == ("", "")
