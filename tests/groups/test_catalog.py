"""The catalogue: names, numbers, filters; storage order of the groups that weights depend on."""

import re
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import NameClashError, NotSplitError, UnknownNameError
from groupkit.groups.catalog import Catalog
from groupkit.groups.embeddings import is_subgroup_in_some_basis
from groupkit.groups.records import non_symmorphic_records
from tests import oracles
from tests.known_groups import NAMES, RECORDS, SHIPPED, SOME

TURN, FLIP = ((0, -1), (1, 0)), ((-1, 0), (0, 1))
SYMBOLS = {"p4m": "p4mm", "p6m": "p6mm"}


def power(a: oracles.Matrix, n: int) -> oracles.Matrix:
    return oracles.multiply(power(a, n - 1), a) if n else oracles.identity(2)


def test_names() -> None:
    assert [SYMBOLS.get(name, name) for name in gk.catalog] == NAMES
    assert len(gk.catalog) == 88
    for name, group in gk.catalog.items():
        assert group.name == name
        assert gk.catalog[name] is group
    for group in SHIPPED:
        assert gk.catalog[group.name] is group is getattr(gk, group.name)
    assert repr(gk.catalog) == "Catalog(88 groups)"


def test_other_names_and_case() -> None:
    assert gk.catalog["p4mm"] is gk.p4m
    assert gk.catalog["*632"] is gk.catalog["p6mm"] is gk.p6m
    assert gk.catalog["Pm-3m"] is gk.catalog["Oh^1"] is gk.catalog["P 4/m -3 2/m"]
    assert gk.catalog["p4"].dimension == 2
    assert gk.catalog["P4"].dimension == 3
    assert "p4mm" in gk.catalog
    assert "p4mm" not in list(gk.catalog)
    assert gk.catalog.aliases["C1m1"] == "Cm"
    for absent in ("p5", "pg", "P2_1", None, 3):
        assert absent not in gk.catalog
    names = [*gk.catalog, *gk.catalog.aliases]
    for record in non_symmorphic_records().values():
        names += [record.name, *record.aliases]
    assert len(set(names)) == len(names)


def test_classes_name_the_groups_of_the_primitive_cubic_lattice() -> None:
    for symbol, name in {
        "T": "P23", "Th": "Pm-3", "O": "P432", "Td": "P-43m", "Oh": "Pm-3m",
    }.items():  # fmt: skip
        assert gk.catalog[symbol] is gk.catalog[name]
        assert list(gk.catalog.filter(point_group=symbol, lattice="cubic P")) == [name]
    assert gk.catalog["o"].dimension == 2  # the orbifold of p1


@pytest.mark.parametrize("name", ["P21/c", "P2_1/c", "P 1 21/c 1", "P 1 2_1/c 1", "C2h^5"])
def test_screw_axes_are_written_with_or_without_a_line_below(name: str) -> None:
    assert gk.catalog.split_overgroup(name).name == "P2_1/c"
    with pytest.raises(NotSplitError, match="P2_1/c does not split"):
        gk.catalog[name]


def test_numbers() -> None:
    assert gk.catalog.space_group(221) is gk.catalog["Pm-3m"]
    assert gk.catalog.space_group(75) is gk.catalog["P4"]
    assert gk.catalog.wallpaper_group(11) is gk.p4m
    assert gk.catalog.line_group(2) is gk.catalog["line-pm"]
    for name, record in RECORDS.items():
        found = gk.catalog.record(name)
        assert found.number == record["ita_number"]
        family = {1: gk.catalog.line_group, 2: gk.catalog.wallpaper_group}
        by_number = family.get(found.dimension, gk.catalog.space_group)
        assert by_number(record["ita_number"]) is gk.catalog[name]


@pytest.mark.untyped
@pytest.mark.parametrize("number", [0, 231, -1, 1.5, "221", None, 10**30, True, np.True_, False])
def test_numbers_of_no_group(number: Any) -> None:
    assert gk.catalog.space_group(np.int64(75)).name == "P4"  # but numpy's integers are numbers
    with pytest.raises(UnknownNameError, match=r"no space group has the number .* 1 to 230"):
        gk.catalog.space_group(number)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("name", "hint"),
    [("p6mmm", "did you mean 'p6mm'"), ("P4M", "did you mean 'p4m'"), ("pm3m", "'Pm-3m'"),
     ("p5", "declare others with SplitGroup"), ("Zebra!", r"list\(catalog\) has all names"),
     (3, "no group 3"), (["p4"], "no group"), (None, "no group None")],
)  # fmt: skip
def test_unknown_names(name: Any, hint: str) -> None:
    with pytest.raises(UnknownNameError, match="the catalogue has no group") as caught:
        gk.catalog[name]
    assert re.search(hint, str(caught.value)), str(caught.value)
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize(
    ("name", "m", "over"),
    [("pg", 2, "pm"), ("p4g", 2, "p4m"), ("p2gg", 2, "p2mm"), ("P2_1/c", 2, "P2/m"),
     ("P3_1", 3, "P3"), ("P4_1", 4, "P4"), ("P6_1", 6, "P6")],
)  # fmt: skip
def test_groups_that_do_not_split_say_so(name: str, m: int, over: str) -> None:
    with pytest.raises(NotSplitError) as caught:
        gk.catalog[name]
    said = str(caught.value)
    assert "does not split into translations and a stabilizer: whatever the origin" in said
    assert f"on the lattice refined by m = {m}, (1/{m})Z^" in said
    assert "catalog.split_overgroup(" in said
    assert f" returns that, {over} on the finer lattice" in said


def test_groups_that_do_not_split_by_number() -> None:
    with pytest.raises(NotSplitError, match="P2_1/c does not split"):
        gk.catalog.space_group(14)
    with pytest.raises(NotSplitError, match="p4gm does not split"):
        gk.catalog.wallpaper_group(12)
    refused = 0
    for number in range(1, 231):
        try:
            gk.catalog.space_group(number)
        except NotSplitError:
            refused += 1
    assert refused == 157


@pytest.mark.parametrize("name", NAMES)
def test_matrices_are_those_of_the_group(name: str) -> None:
    found = {oracles.matrix(m) for m in gk.catalog[name].stabilizer.matrices.tolist()}
    assert found == {oracles.matrix(m) for m in RECORDS[name]["elements"]}


@pytest.mark.parametrize("name", NAMES)
def test_axes_run_over_powers_of_the_generators(name: str) -> None:
    group, record = gk.catalog[name], gk.catalog.record(name)
    assert group.axes == record.axes
    assert group.order == record.order
    assert group.lattice == gk.Lattice.named(record.lattice, group.dimension)
    for s in group.stabilizer:
        product = oracles.identity(group.dimension)
        for axis, index in group.stabilizer.axis_indices(s).items():
            step = oracles.matrix(record.generators[axis]) if record.generators else product
            for _ in range(int(index)):
                product = oracles.multiply(product, step)
        assert oracles.matrix(group.stabilizer.matrices[s].tolist()) == product


@pytest.mark.parametrize("group", SHIPPED, ids=lambda group: group.name)
def test_data_files_hold_the_six_declared_groups_too(group: gk.SplitGroup) -> None:
    assert gk.catalog.record(group.name).build() == group


def test_storage_order_of_p4_and_p4m() -> None:
    for r in range(4):
        assert oracles.matrix(gk.p4.stabilizer.matrices[r].tolist()) == power(TURN, r)
        for m in range(2):
            expected = oracles.multiply(power(FLIP, m), power(TURN, r))
            number = gk.p4m.stabilizer.index_of(m=m, r=r)
            assert number == 4 * m + r
            assert oracles.matrix(gk.p4m.stabilizer.matrices[number].tolist()) == expected


def test_six_fold_rotation_of_hexagonal_groups() -> None:
    turn = ((1, -1), (1, 0))
    for r in range(6):
        assert oracles.matrix(gk.p6.stabilizer.matrices[r].tolist()) == power(turn, r)
        assert oracles.matrix(gk.p6m.stabilizer.matrices[r].tolist()) == power(turn, r)
    assert [group.lattice.name for group in SHIPPED] == [
        "oblique", "oblique", "square", "square", "hexagonal", "hexagonal",
    ]  # fmt: skip


def test_storage_order_of_the_others_stays() -> None:
    """Saved weights depend on it: change nothing here but to add."""
    assert {name: gk.catalog.record(name).axes for name in SOME} == {
        "line-p1": {"s": 1}, "line-pm": {"m": 2}, "p2mm": {"m": 2, "r": 2}, "cm": {"m": 2},
        "p4mm": {"m": 2, "r": 4}, "p3": {"r": 3}, "p31m": {"m": 2, "r": 3},
        "p6mm": {"m": 2, "r": 6}, "P1": {"s": 1}, "R3": {"r": 3}, "I4": {"r": 4},
        "F23": {"c": 3, "d": 2, "r": 2},
    }  # fmt: skip
    numbers = {name: len(gk.catalog.filter(order=order)) for name, order in [("e", 1), ("O", 48)]}
    assert numbers == {"e": 3, "O": 3}
    cube = gk.catalog["Pm-3m"]
    assert cube.axes == {"c": 6, "m": 2, "r": 4}
    assert cube.stabilizer.matrices[[1, 4, 8]].tolist() == [
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[-1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, -1], [-1, 0, 0], [0, -1, 0]],
    ]


def test_planar_groups_are_those_of_the_plane_in_space() -> None:
    """P4mm restricted to the plane is p4m: the same indices, the same matrices."""
    for plane, space in [("p4m", "P4mm"), ("p4", "P4"), ("p6m", "P6mm"), ("p3m1", "P3m1"),
                         ("p31m", "P31m"), ("p2mm", "Pmm2")]:  # fmt: skip
        one, other = gk.catalog[plane], gk.catalog[space]
        assert one.axes == other.axes
        np.testing.assert_array_equal(other.stabilizer.matrices[:, :2, :2], one.stabilizer.matrices)


def test_filters() -> None:
    assert list(gk.catalog.filter(dimension=1)) == ["line-p1", "line-pm"]
    assert list(gk.catalog.filter(dimension=2, lattice="hexagonal")) == [
        "p3", "p3m1", "p31m", "p6", "p6m",
    ]  # fmt: skip
    assert list(gk.catalog.filter(point_group="m-3m")) == ["Pm-3m", "Fm-3m", "Im-3m"]
    assert list(gk.catalog.filter(point_group="Oh", lattice="cF")) == ["Fm-3m"]
    assert list(gk.catalog.filter(dimension=2, order=6)) == ["p3m1", "p31m", "p6"]
    assert list(gk.catalog.filter(is_subgroup_of="p4mm")) == [
        "p1", "p2", "pm", "cm", "p2mm", "c2mm", "p4", "p4m",
    ]  # fmt: skip
    assert gk.catalog.filter(dimension=4) == {}
    assert len(gk.catalog.filter()) == 88
    for name, group in gk.catalog.filter(dimension=3, order=24).items():
        assert gk.catalog[name] is group
        assert group.order == 24


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"point_group": "m3m"}, "no class of groups is called 'm3m'; near it are .*m-3m"),
        ({"point_group": "?"}, "use symbols such as m-3m or Oh"),
        ({"lattice": "hexagona"}, "did you mean 'hexagonal'"),
        ({"is_subgroup_of": "p5"}, "has no group 'p5'"),
        ({"is_subgroup_of": "pg"}, "does not split"),
        pytest.param(
            {"dimension": "2"},
            "no group has dimension '2', which is not an integer",
            marks=pytest.mark.untyped,
        ),
        pytest.param({"order": 2.5}, "no group has order 2.5", marks=pytest.mark.untyped),
        ({"order": True}, "no group has order True, which is not an integer"),
    ],
)
def test_filters_by_what_there_is_not(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        gk.catalog.filter(**properties)


def test_subgroups_up_to_a_change_of_basis() -> None:
    catalog = gk.catalog
    for small, large, expected in [
        ("p4", "p4m", True), ("cm", "p4m", True), ("p3", "p4m", False), ("p3m1", "p6m", True),
        ("p31m", "p6m", True), ("P2", "P4", True), ("R3m", "Pm-3m", True), ("P3", "Pm-3m", False),
        ("p4", "P4", False), ("P4", "p4", False), ("line-pm", "line-pm", True),
        ("F222", "F23", True), ("I4", "Fm-3m", True), ("P4", "Fm-3m", False),
    ]:  # fmt: skip
        assert catalog.is_subgroup_of(small, large) is expected, (small, large)
    for name in catalog:
        orders = [catalog.record(one).order for one in catalog.record(name).subgroups]
        assert all(catalog.record(name).order % order == 0 for order in orders)
        for one in catalog.record(name).subgroups:  # it is an order relation
            assert set(catalog.record(one).subgroups) <= set(catalog.record(name).subgroups)


def test_subgroups_are_those_whose_matrices_are_found() -> None:
    """Where a group's matrices stand in another's as they are, the table must have it."""
    for dimension in (1, 2, 3):
        groups = gk.catalog.filter(dimension=dimension)
        inside = {
            name: {oracles.matrix(m) for m in group.stabilizer.matrices.tolist()}
            for name, group in groups.items()
        }
        for small in groups:
            for large in groups:
                if inside[small] <= inside[large]:
                    assert gk.catalog.is_subgroup_of(small, large)


def test_subgroups_of_registered_groups_and_among_them() -> None:
    catalog = Catalog()
    shear = catalog.register(gk.p4.change_basis([[3, 2], [1, 1]], name="my p4"))
    plane = catalog.register(gk.hyperoctahedral(2))
    board = catalog.register(gk.p4m.with_internal({"swap": 2}, name="board"))
    catalog.register(board.restrict(board.subgroup({"r": 1, "swap": 1}), name="turning"))
    catalog.register(gk.hyperoctahedral(4))
    for small, large, expected in [
        ("my p4", "my p4", True), ("my p4", "p4m", True), ("p4", "my p4", True),
        ("p2", "my p4", True), ("pm", "my p4", False), ("p2mm", "my p4", False),
        ("my p4", "p6m", False), ("B2", "p4m", True), ("c2mm", "B2", True), ("p4m", "my p4", False),
        ("p4m", "board", True), ("p3", "board", False), ("board", "p4m", False),
        ("board", "board", True), ("line-pm", "B2", False), ("B4", "B4", True), ("B4", "B2", False),
        ("turning", "my p4", True),  # a turn with a swap is a turn
    ]:  # fmt: skip
        assert catalog.is_subgroup_of(small, large) is expected, (small, large)
    assert shear.stabilizer != gk.p4.stabilizer
    assert plane.stabilizer != gk.p4m.stabilizer
    shipped = list(gk.catalog.filter(is_subgroup_of="p4m"))
    assert list(catalog.filter(is_subgroup_of="B2")) == [*shipped, "my p4", "B2", "turning"]
    assert list(catalog.filter(is_subgroup_of="my p4")) == ["p1", "p2", "p4", "my p4", "turning"]


@pytest.mark.parametrize("name", ["p4m", "p6m", "cm", "P4/mmm", "R-3m", "F-43m", "Cmmm"])
def test_subgroups_that_are_tabulated_are_those_that_a_search_finds(name: str) -> None:
    group = gk.catalog[name]
    assert sorted(gk.catalog.record(name).subgroups) == sorted(
        small
        for small, other in gk.catalog.filter(dimension=group.dimension).items()
        if is_subgroup_in_some_basis(other, group)
    )


def test_registered_groups_have_the_class_of_their_matrices() -> None:
    catalog = Catalog()
    catalog.register(gk.p4.change_basis([[3, 2], [1, 1]], name="my p4"))
    catalog.register(gk.p4m.with_internal({"swap": 2}, name="board"))
    catalog.register(gk.hyperoctahedral(3))
    catalog.register(gk.hyperoctahedral(4))  # a class that nobody has named
    assert list(catalog.filter(point_group="C4", dimension=2)) == ["p4", "my p4"]
    assert list(catalog.filter(point_group="4mm", dimension=2)) == ["p4m", "board"]
    assert list(catalog.filter(point_group="Oh")) == ["Pm-3m", "Fm-3m", "Im-3m", "B3"]
    assert catalog.record("B4").classes == ("", "")


def test_registered_groups() -> None:
    catalog = Catalog()
    shear = gk.SplitGroup.from_generators("my p4", {"r": [[1, -2], [1, -1]]})
    assert catalog.register(shear, aliases=["mine"]) is shear
    assert catalog["my p4"] is catalog["mine"] is shear
    assert list(catalog)[-1] == "my p4"
    assert len(catalog) == 89
    assert catalog.aliases["mine"] == "my p4"
    assert catalog.registered() == {"my p4": shear}
    assert catalog.record("my p4").order == 4
    assert list(catalog.filter(dimension=2, order=4)) == ["p2mm", "c2mm", "p4", "my p4"]
    assert list(catalog.filter(lattice="cubic")) == [n for n in catalog if "P" in n and "3" in n
            and gk.catalog.record(n).lattice == "cubic P"]  # fmt: skip
    catalog.register(gk.SplitGroup.from_generators("my p4", {"r": [[1, -2], [1, -1]]}), ["mine"])
    assert "my p4" not in gk.catalog


@pytest.mark.parametrize(
    ("name", "aliases", "taken"),
    [("p4", (), "p4"), ("p4mm", (), "p4mm"), ("pg", (), "pg"), ("mine", ("P4",), "P4"),
     ("mine", ("Oh\\^1",), "Oh^1"), ("first", (), "first"), ("mine", ("old",), "old")],
)  # fmt: skip
def test_clashes_of_names_are_refused(name: str, aliases: tuple[str, ...], taken: str) -> None:
    catalog = Catalog()
    catalog.register(gk.SplitGroup.from_generators("first", [[[-1]]]), ["old"])
    group = gk.SplitGroup.from_generators(name, {"r": [[-1, 0], [0, -1]]})
    with pytest.raises(
        NameClashError, match=rf"the name '{re.escape(taken)}' is that of a group .* another"
    ):
        catalog.register(group, [alias.replace("\\", "") for alias in aliases])
    assert list(catalog.registered()) == ["first"]


@pytest.mark.untyped
def test_only_groups_are_registered() -> None:
    with pytest.raises(NameClashError, match="3 is no SplitGroup"):
        Catalog().register(3)  # type: ignore[arg-type]
