import copy
import itertools
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import FilterBank, Window, errors
from tests import oracles
from tests.known_groups import SHIPPED, SHIPPED_NAMES, SOME, declared, group as named


def subgroups(group: gk.SplitGroup) -> list[tuple[int, ...]]:
    """Return the subgroups that one or two elements generate, and S."""
    pairs = itertools.combinations_with_replacement(range(min(group.order, 12)), 2)
    found = {group.stabilizer.subgroup(pair).members for pair in pairs}
    return sorted({*found, tuple(range(group.order))})


def by_definition(bank: FilterBank) -> np.ndarray:
    """Return the index array of the oracle, in the layout of a filter bank."""
    matrices = [oracles.matrix(m) for m in bank.window.stabilizer.matrices.tolist()]
    points = [tuple(x) for x in bank.window.points.tolist()]
    h_in, h_out = bank.input_type.subgroup, bank.output_type.subgroup
    numbers = oracles.filter_index(matrices, h_in, h_out, points, bank.window.centre)
    array = np.full(bank.index.shape, max(numbers.values()) + 1)
    inputs = sorted({s for _, s, _ in numbers})
    outputs = sorted({out for out, _, _ in numbers})
    for (out, s, x), number in numbers.items():
        place = tuple(y - low for y, low in zip(x, bank.window.corner, strict=True))
        array[(outputs.index(out), inputs.index(s), *place)] = number
    return array


@pytest.mark.parametrize("group", SHIPPED, ids=lambda group: group.name)
def test_all_pairs_of_types_by_definition(group: gk.SplitGroup) -> None:
    pairs = list(itertools.product(["planar", "regular", *subgroups(group)], repeat=2))
    for input_type, output_type in pairs[:: max(1, len(pairs) // 25)]:
        bank = group.filter_bank(3, input_type, output_type)
        np.testing.assert_array_equal(bank.index, by_definition(bank))


@pytest.mark.parametrize("group", SHIPPED, ids=lambda group: group.name)
def test_the_inverse_says_where_every_parameter_is(group: gk.SplitGroup) -> None:
    for input_type, output_type in itertools.product(["planar", *subgroups(group)], repeat=2):
        bank = group.filter_bank(3, input_type, output_type)
        rows = bank.index.reshape(bank.output_type.size, -1)
        counts = [np.bincount(row, minlength=bank.n_parameters) for row in rows]
        once = all((count[: bank.n_parameters] == 1).all() for count in counts)
        assert (bank.inverse is not None) == once
        if bank.inverse is None:
            continue
        for row, places in zip(rows, bank.inverse, strict=True):
            np.testing.assert_array_equal(row[places], np.arange(bank.n_parameters))
        with pytest.raises(ValueError, match="read-only"):
            bank.inverse[0, 0] = 0


def test_filters_of_regular_maps_have_an_inverse() -> None:
    for group in SHIPPED:
        assert group.filter_bank(3).inverse is not None
    assert gk.p4.filter_bank(3, output_type="planar").inverse is None


WINDOWS = [
    (gk.p4, gk.p4.window(4)),
    (gk.p4m, gk.p4m.window(2)),
    (gk.p2, gk.p2.window((1, 4))),
    (gk.p6m, gk.p6m.window(5)),
    (declared("p3"), declared("p3").window_of_points([(0, 0), (0, 1), (1, 1)])),
    (declared("F-43m"), Window.from_points(
        declared("F-43m").stabilizer, [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)],
        [Fraction(1, 4)] * 3)),
    (declared("P4/mmm"), declared("P4/mmm").window((3, 3, 1))),
    (declared("line-pm"), declared("line-pm").window(4)),
    (declared("I4"), declared("I4").window(3)),
]  # fmt: skip


@pytest.mark.parametrize(("group", "window"), WINDOWS)
def test_other_windows_and_dimensions_by_definition(group: gk.SplitGroup, window: Window) -> None:
    types: list[Any] = ["planar", "regular", subgroups(group)[len(subgroups(group)) // 2]]
    for input_type, output_type in itertools.product(types, repeat=2):
        bank = group.filter_bank(window, input_type, output_type)
        if bank.index.size < 5000:
            np.testing.assert_array_equal(bank.index, by_definition(bank))


@given(st.sampled_from([*SHIPPED_NAMES, *SOME]), st.data())
def test_laws(name: str, data: st.DataObject) -> None:
    group = named(name)
    elements = st.lists(st.integers(0, group.order - 1), max_size=2)
    window = group.window(data.draw(st.sampled_from([1, 3])))
    h_in, h_out = (group.stabilizer.subgroup(data.draw(elements)) for _ in range(2))
    bank = group.filter_bank(window, h_in, h_out)
    table, inverses = group.stabilizer.cayley_table, group.stabilizer.inverses
    values = bank.index[:, :, window.mask]
    # equivariance: index[a s', a s, M(a) x] = index[s', s, x]
    for a in range(group.order):
        rows, columns = bank.output_type.action[a], bank.input_type.action[a]
        moved = values[rows][:, columns][:, :, window.permutations[a]]
        np.testing.assert_array_equal(moved, values)
    # every member of a coset gives the same row: orbit of (s'⁻¹ s, M(s')⁻¹ x)
    for row, coset in enumerate(bank.output_type.cosets):
        for member in coset:
            inverse = inverses[member]
            assert table[inverse, member] == group.stabilizer.identity
            orbit = bank.orbits[bank.input_type.action[inverse]][:, window.permutations[inverse]]
            np.testing.assert_array_equal(orbit, values[row])
    # every parameter is used, in order of first appearance; the rest is the sentinel
    assert list(dict.fromkeys(values.flat)) == list(range(bank.n_parameters)) or len(h_out) > 1
    assert sorted(set(values.flat)) == list(range(bank.n_parameters))
    assert list(dict.fromkeys(bank.orbits.flat)) == list(range(bank.n_parameters))
    assert (bank.index[:, :, ~window.mask] == bank.n_parameters).all()
    # Burnside: the number of orbits is the mean number of fixed points
    fixed = sum(
        int((bank.input_type.action[h] == np.arange(bank.input_type.size)).sum())
        * int((window.permutations[h] == np.arange(len(window))).sum())
        for h in h_out
    )
    assert bank.n_parameters * len(h_out) == fixed


@pytest.mark.parametrize("group", [gk.p4, gk.p4m])
def test_filters_turn_as_numpy_turns_arrays(group: gk.SplitGroup) -> None:
    weight = np.random.default_rng(0).normal(size=(group.order, 5, 5))
    lifting = weight[0].reshape(-1)[group.filter_bank(5, "planar").index]
    regular = weight.reshape(-1)[group.filter_bank(5).index]
    table, inverses = group.stabilizer.cayley_table, group.stabilizer.inverses
    for a in range(group.order):
        mirrored, turns = divmod(a, 4)

        def moved(x: np.ndarray, m: int = mirrored, r: int = turns) -> np.ndarray:
            turned = np.rot90(x, r)
            return np.flip(turned, 0) if m else turned

        np.testing.assert_array_equal(lifting[a, 0], moved(weight[0]))
        for s in range(group.order):
            expected = moved(weight[table[inverses[a], s]])
            np.testing.assert_array_equal(regular[a, s], expected)


def test_parameters_of_lifting_run_over_points_and_of_regular_layers_over_elements_too() -> None:
    for group in (gk.p4m, gk.p6):
        window = group.window(3)
        lifting, regular = group.filter_bank(window, "planar"), group.filter_bank(window)
        assert lifting.index[0, 0][window.mask].tolist() == list(range(len(window)))
        flat = regular.index[0][:, window.mask].reshape(-1)
        assert flat.tolist() == list(range(group.order * len(window)))


def test_parts_of_different_groups() -> None:
    with pytest.raises(errors.FilterBankError, match=r"belongs to .* the window to .* one group"):
        gk.p4.filter_bank(gk.p4m.window(3))
    with pytest.raises(errors.FilterBankError, match="belongs to"):
        FilterBank(gk.p4.window(3), gk.p4.feature_type("regular"), gk.p4m.feature_type("planar"))


def test_values() -> None:
    bank = gk.p4.filter_bank(3, "planar")
    for again in (copy.deepcopy(bank), pickle.loads(pickle.dumps(bank)), gk.p4.filter_bank((3, 3), "planar")):  # fmt: skip  # noqa: E501
        assert again == bank
        assert hash(again) == hash(bank)
    assert bank != gk.p4.filter_bank(3)
    for array in (bank.index, bank.orbits):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 1
    with pytest.raises(AttributeError, match="frozen"):
        bank.window = None
    assert repr(bank) == (
        "FilterBank(planar -> regular, Window(9 points of 3×3, centre (1, 1)), 9 parameters)"
    )
