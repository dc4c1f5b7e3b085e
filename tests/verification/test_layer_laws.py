"""What layers rely on: proved for the sizes a user names, refuted on broken arrays."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit.action import array_action
from groupkit.errors import GroupkitError
from groupkit.verification import layer_laws as laws
from tests.known_groups import SHIPPED

GROUPS = pytest.mark.parametrize("group", SHIPPED, ids=lambda g: g.name)


@GROUPS
def test_holds(group: gk.SplitGroup) -> None:
    report = group.verify(kernel_sizes=(1, 3, (5, 5)))
    names = [law.name for law in report if law.section == laws.SECTION]
    assert names == [
        f"{law}{size}"
        for size in ("1", "3", "5×5")
        for law in ("window ", "filter banks ", "L_g on ")
    ]
    assert all(report[name].status == "proved" for name in names)


def test_a_size_without_a_window_is_refuted_if_named() -> None:
    report = gk.p6.verify(kernel_sizes=(2,))
    assert [law.name for law in report.refuted] == ["window 2"]
    assert "1 or 3" in str(report["window 2"].witness)


def test_a_size_without_a_window_is_not_applicable_if_not_named() -> None:
    sheared = gk.SplitGroup.from_generators("p4 in a long basis", {"r": [[3, -10], [1, -3]]})
    report = sheared.verify()
    assert report["window 3"].status == "not applicable"
    assert "kernel_sizes" in report["window 3"].method
    assert report


class Unchecked(gk.Window):
    """A window of any points, with permutations that may be wrong."""

    def __init__(self, window: gk.Window, points: Any, permutations: Any) -> None:
        object.__setattr__(self, "stabilizer", window.stabilizer)
        object.__setattr__(self, "centre", window.centre)
        object.__setattr__(self, "points", points)
        self.__dict__["permutations"] = permutations


def test_a_window_that_is_not_stable_is_refuted() -> None:
    square = gk.p4.window(3)
    assert laws.window_stable(square).status == "proved"
    without_corner = Unchecked(square, square.points[1:], square.permutations[:, 1:] - 1)
    assert "out of the window" in str(laws.window_stable(without_corner).witness)
    turned_back = Unchecked(square, square.points, square.permutations[[0, 3, 2, 1]])
    assert "permutation" in str(laws.window_stable(turned_back).witness)


@GROUPS
@pytest.mark.parametrize("types", [("planar", "regular"), ("regular", "regular")])
def test_a_wrong_entry_of_an_index_array_is_found(
    group: gk.SplitGroup, types: tuple[str, str]
) -> None:
    bank = group.filter_bank(3, *types)
    assert laws.flaw_of_bank(bank, bank.index) is None
    for position in np.argwhere(bank.index < bank.n_parameters):
        wrong = bank.index.copy()
        wrong[tuple(position)] = (wrong[tuple(position)] + 1) % bank.n_parameters
        assert laws.flaw_of_bank(bank, wrong)


@GROUPS
def test_a_bank_turned_the_wrong_way_is_found(group: gk.SplitGroup) -> None:
    if group.stabilizer.element_orders.max() < 3:
        pytest.skip("every element is its own inverse")
    bank = group.filter_bank(3, "planar")
    assert laws.flaw_of_bank(bank, bank.index[group.stabilizer.inverses])


def test_parameters_outside_the_window_or_numbered_with_gaps_are_found() -> None:
    bank = gk.p6.filter_bank(3, "planar")
    outside = np.where(bank.index == bank.n_parameters, 0, bank.index)
    assert "outside" in str(laws.flaw_of_bank(bank, outside))
    gaps = np.where(bank.index < bank.n_parameters, 2 * bank.index, bank.index)
    assert "numbered" in str(laws.flaw_of_bank(bank, gaps))


def forward(s: int, group: gk.Stabilizer) -> int:
    """Return the element whose L is f(gx) for g = s."""
    return int(group.inverses[s])


@GROUPS
def test_f_of_gx_is_no_left_action(group: gk.SplitGroup) -> None:
    def pushed(stabilizer: gk.Stabilizer, s: int, *rest: Any) -> Any:
        return array_action(stabilizer, forward(s, stabilizer), *rest)

    kinds = [group.feature_type(kind) for kind in ("planar", "regular")]
    right = laws.array_actions(group.stabilizer, (3, 3), kinds)
    wrong = laws.array_actions(group.stabilizer, (3, 3), kinds, pushed)
    assert right.status == "proved"
    assert wrong.status == ("proved" if group.stabilizer.is_abelian else "refuted")


@pytest.mark.parametrize("group", [gk.p4, gk.p6m], ids=lambda g: g.name)
def test_an_action_off_by_one_is_refuted(group: gk.SplitGroup) -> None:
    def next_one(stabilizer: gk.Stabilizer, s: int, *rest: Any) -> Any:
        return array_action(stabilizer, (s + 1) % stabilizer.order, *rest)

    found = laws.array_actions(group.stabilizer, (3, 3), [group.feature_type("planar")], next_one)
    assert found.status == "refuted"


def test_unequal_sides_are_side_permuted() -> None:
    kinds = [gk.p4.feature_type("regular")]
    assert laws.array_actions(gk.p4.stabilizer, (3, 5), kinds).status == "proved"


def test_windows_about_thirds() -> None:
    triangle = gk.SplitGroup.from_generators("p3", {"r": [[0, -1], [1, -1]]})
    window = triangle.window_of_points([(0, 0), (1, 0), (1, 1)])
    assert window.centre == (Fraction(2, 3), Fraction(1, 3))
    assert laws.window_stable(window).status == "proved"


@pytest.mark.untyped
def test_kernel_sizes_are_read_as_windows_read_them() -> None:
    assert gk.p4.verify(5)["window 5"].status == "proved"
    assert gk.p4.verify([np.int64(3)])["window 3"].status == "proved"


@pytest.mark.untyped
@pytest.mark.parametrize("sizes", [[1.5], [None], [0], [-1], ["3"], [(3, 3, 3)], 0, "x"])
def test_what_is_no_kernel_size(sizes: Any) -> None:
    with pytest.raises(GroupkitError, match="size"):
        gk.p4.verify(sizes)
