import subprocess
import sys

import pytest

import groupkit as gk
from groupkit.errors import UnknownNameError
from tests import oracles
from tests.known_groups import RECORDS

TURN, FLIP = ((0, -1), (1, 0)), ((-1, 0), (0, 1))


def power(a: oracles.Matrix, n: int) -> oracles.Matrix:
    return oracles.multiply(power(a, n - 1), a) if n else oracles.identity(2)


def test_names() -> None:
    assert list(gk.catalog) == ["p1", "p2", "p4", "p4m", "p6", "p6m"]
    assert len(gk.catalog) == 6
    for name, group in gk.catalog.items():
        assert group.name == name
        assert getattr(gk, name) is group
    assert gk.catalog["p4mm"] is gk.p4m
    assert gk.catalog["p6mm"] is gk.p6m
    assert "p4mm" in gk.catalog
    assert "p5" not in gk.catalog
    assert repr(gk.catalog) == "Catalog(p1, p2, p4, p4m, p6, p6m)"


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("name", "hint"),
    [("p6mmm", "did you mean 'p6mm'"), ("P4", "did you mean 'p4'"), ("p3m1", "that is not shipped"),
     ("p5", "declare others with SplitGroup"), (3, "there are p1, p2"),
     (["p4"], "there are p1, p2"), (None, "there are p1, p2")],
)  # fmt: skip
def test_unknown_names(name: object, hint: str) -> None:
    with pytest.raises(UnknownNameError, match="the catalogue has no group") as caught:
        gk.catalog[name]  # type: ignore[index]
    assert any(part in str(caught.value) for part in hint.split("|"))
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("name", ["pg", "p4g", "p2gg"])
def test_groups_that_do_not_split_say_so(name: str) -> None:
    with pytest.raises(UnknownNameError, match=rf"{name} does not split .* refined by m = 2"):
        gk.catalog[name]


@pytest.mark.parametrize("name", list(gk.catalog))
def test_matrices_are_those_of_the_wallpaper_group(name: str) -> None:
    record = RECORDS[{"p4m": "p4mm", "p6m": "p6mm"}.get(name, name)]
    found = {oracles.matrix(m) for m in gk.catalog[name].stabilizer.matrices.tolist()}
    assert found == {oracles.matrix(m) for m in record["elements"]}


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
    assert [group.lattice.name for group in gk.catalog.values()] == [
        "oblique", "oblique", "square", "square", "hexagonal", "hexagonal",
    ]  # fmt: skip


def test_importing_groupkit_leaves_sympy_out() -> None:
    """sympy takes most of a second, and nothing that is shipped needs it."""
    code = "import sys, groupkit; print('sympy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
