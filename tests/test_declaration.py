import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import groupkit as gk
from groupkit import Lattice, SplitGroup, errors
from groupkit.declaration import write_lattice
from tests.known_groups import NAMES, SHIPPED, declared
from tests.test_finite_group import JUNK

ALL = [*SHIPPED, *(declared(name) for name in NAMES)]
RIGID = SplitGroup.from_generators(
    "x", {"r": [[-1, 0], [0, -1]]}, lattice=Lattice.from_gram("mine", [[2, 1], [1, 3]])
)
TURN = [[0, -1], [1, 0]]


def test_dictionaries_round_trip() -> None:
    for group in [*ALL, RIGID]:
        again = SplitGroup.from_dict(json.loads(json.dumps(group.to_dict())))
        assert again == group
        assert again.to_dict() == group.to_dict()


@pytest.mark.parametrize("suffix", [".json", ".toml", ".TOML"])
@pytest.mark.parametrize("group", [gk.p1, gk.p4m, declared("Fm-3m"), RIGID], ids=lambda g: g.name)
def test_files_round_trip(group: SplitGroup, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"group{suffix}"
    group.save(path)
    assert SplitGroup.load(path) == SplitGroup.load(str(path)) == group


def test_axes_keep_their_order_in_files(tmp_path: Path) -> None:
    group = SplitGroup.from_generators("x", {"z": [[-1, 0], [0, 1]], "a": TURN})
    for name in ("x.json", "x.toml"):
        group.save(tmp_path / name)
        assert list(SplitGroup.load(tmp_path / name).axes) == ["z", "a"]


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "p4m.toml"
    path.write_text(
        """
        name = "p4m"
        lattice = "square"
        [generators]
        m = [[-1, 0], [0, 1]]
        r = [[0, -1], [1, 0]]
        """
    )
    assert SplitGroup.load(path) == gk.p4m
    path.write_text('name = "p1"\nlattice = "oblique"\ndimension = 2\ngenerators = []')
    assert SplitGroup.load(path) == gk.p1
    path.write_text(
        'name = "p4"\nlattice = "tp"\nmatrices = [[[1, 0], [0, 1]], [[0, -1], [1, 0]], '
        "[[-1, 0], [0, -1]], [[0, 1], [-1, 0]]]\n[axes]\nr = 4"
    )
    assert SplitGroup.load(path) == gk.p4


def test_named_lattices_are_written_by_name_and_others_in_full() -> None:
    assert write_lattice(gk.p6.lattice) == "hexagonal"
    assert write_lattice(declared("P3").lattice) == "hexagonal P"
    assert RIGID.to_dict()["lattice"] == {
        "name": "mine", "gram": [[2, 1], [1, 3]], "forms": [[[2, 1], [1, 3]]],
    }  # fmt: skip


P4 = {"name": "p4", "generators": {"r": TURN}}
FULL: dict[str, Any] = gk.p4.to_dict()


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "is a dictionary with the keys name, .*, not NoneType"),
        ([P4], "is a dictionary .*, not list"),
        ({}, "has a name, a string, not None; add name"),
        ({**P4, "name": 3}, "a string, not 3"),
        ({"name": "x"}, "'x' needs either matrices .* or generators"),
        ({**P4, "matrices": [TURN]}, "needs either matrices .* and not both"),
        ({**P4, "latice": "square"}, "no key 'latice'; did you mean 'lattice'"),
        ({**P4, 3: 4}, "no key 3; known are name"),
        ({**P4, "axes": {"r": 4}}, "has generators, which tell axes; leave axes out"),
        ({**FULL, "dimension": 2}, "has matrices, which tell dimension; leave dimension out"),
        ({**FULL, "axes": 4}, r"axes are pairs such as \[\['m', 2\], \['r', 4\]\]"),
        ({**FULL, "axes": [["r", 4, 4]]}, "axes are pairs"),
        ({**FULL, "axes": [["r", 2], ["r", 4]]}, "name one axis twice"),
        ({**FULL, "matrices": "x"}, "matrices are a list of lists"),
        ({**P4, "generators": 3}, "generators are named matrices"),
        ({**P4, "lattice": 3}, "a lattice is a name, or a table with name and gram, not 3"),
        ({**P4, "lattice": {"name": "x"}}, "a table with name and gram"),
        ({**P4, "lattice": {"name": "x", "gram": [[1, 0], [0, 1]], "forms": 3}}, "forms are"),
        (
            {**P4, "lattice": {"name": "x", "gram": [[1, 0], [0, 1]], "forms": [[[1, 2], [0, 1]]]}},
            "a form is a symmetric 2×2 matrix of integers",
        ),
    ],
)
def test_documents_that_are_no_declaration(document: Any, message: str) -> None:
    with pytest.raises(errors.FileFormatError, match=message):
        SplitGroup.from_dict(document)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({**P4, "generators": {"r": [[1, 1], [0, 1]]}}, errors.InfiniteGroupError),
        ({**P4, "lattice": "hexagonal"}, errors.NotIsometryError),
        ({**P4, "lattice": "sqare"}, errors.UnknownNameError),
        ({**P4, "lattice": {"name": "x", "gram": [[1, 2], [2, 1]]}}, errors.LatticeError),
        ({**FULL, "axes": [["r", 3]]}, errors.AxesError),
        ({**FULL, "matrices": FULL["matrices"][:3]}, errors.AxesError),
        ({**P4, "dimension": 3}, errors.DimensionError),
    ],
)
def test_files_are_checked_as_any_declaration(
    document: Any, kind: type[errors.GroupkitError]
) -> None:
    with pytest.raises(kind):
        SplitGroup.from_dict(document)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.json", "{", "x.json cannot be read as a declaration: .*; give a .json or .toml"),
        ("x.toml", "a = ", "x.toml cannot be read"),
        ("x.json", "[" * 100_000, "cannot be read"),
        ("x.yaml", "name: p4", "neither a .json nor a .toml file"),
        ("x", "", "neither a .json nor a .toml file"),
        ("x.json", None, "cannot be read"),
        ("x.json", "[1]", "not list"),
    ],
)
def test_files_that_cannot_be_read(
    name: str, text: str | None, message: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(errors.FileFormatError, match=message):
        SplitGroup.load(tmp_path / name)
    with pytest.raises(errors.FileFormatError, match="neither"):
        gk.p4.save(tmp_path / "p4.txt")


@pytest.mark.untyped
def test_a_dimension_that_is_no_number() -> None:
    for dimension in (np.eye(2), [2], "2", 3):
        with pytest.raises(errors.DimensionError, match=r"dimension .* was stated, but the gener"):
            SplitGroup.from_dict({**P4, "dimension": dimension})


@pytest.mark.untyped
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(junk: Any) -> None:
    for document in (
        junk,
        {**P4, "generators": junk},
        {**P4, "lattice": junk},
        {"name": "x", "matrices": junk},
        {**FULL, "axes": junk},
        {**FULL, "lattice": {"name": junk, "gram": [[1, 0], [0, 1]], "forms": junk}},
        {**P4, "dimension": junk},
    ):
        with contextlib.suppress(errors.GroupkitError):
            assert isinstance(SplitGroup.from_dict(document), SplitGroup)


@pytest.mark.parametrize("suffix", ["json", "toml"])
@pytest.mark.parametrize("name", ['p"[\n 1,\n 2\n]x', "p,[1,\\", "ℤ² \x7f"])
def test_files_hold_a_matrix_a_line_and_any_name(tmp_path: Path, suffix: str, name: str) -> None:
    group = gk.SplitGroup.from_generators(name, {"r": [[0, -1], [1, 0]]})
    group.save(tmp_path / f"group.{suffix}")
    assert gk.SplitGroup.load(tmp_path / f"group.{suffix}") == group
    lines = (tmp_path / f"group.{suffix}").read_text(encoding="utf-8").splitlines()
    assert [line.strip(" ,") for line in lines if "[[" in line][-1] == "[[0, 1], [-1, 0]]"
