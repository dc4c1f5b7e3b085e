"""Names, stabilizers and lattices are checked, whichever way a group is declared."""

from typing import Any

import pytest

import groupkit as gk
from groupkit.declared import (
    Declared,
    by_function,
    by_generators,
    by_matrices,
    declared,
    naming,
)
from groupkit.errors import (
    AxesError,
    DeclarationError,
    DimensionError,
    FieldError,
    NotClosedError,
    NotIsometryError,
)

TURN = ((0, -1), (1, 0))
S = gk.p4.stabilizer


def test_three_ways_to_one_group() -> None:
    expected = Declared("p4", S, gk.Lattice.named("square"))
    assert declared("p4", S, None) == declared("p4", S, "square") == expected
    assert declared("p4", S, expected.lattice) == expected
    assert by_generators("p4", {"r": TURN}, None, None) == expected
    assert by_matrices("p4", S.matrices, {"r": 4}, "square", None) == expected
    assert by_function("p4", {"r": 4}, lambda r: S.matrices[r], None, None) == expected
    assert by_matrices("p4", S.matrices, None, None, None).stabilizer.axes == {"s": 4}


def test_a_lattice_tells_the_dimension_of_translations() -> None:
    assert by_generators("p1", {}, "square", None).stabilizer.dimension == 2
    assert by_generators("p1", [], gk.Lattice.named("line"), None).stabilizer.dimension == 1
    with pytest.raises(DeclarationError, match=r"p1: no generators .* state it"):
        by_generators("p1", {}, None, None)


@pytest.mark.parametrize(
    ("name", "lattice", "message"),
    [
        ("", None, "a group has a name, a string, not ''"),
        (4, None, "a group has a name, a string, not 4"),
        ("p4", 4, "a lattice is a name or a Lattice, not 4; Lattice.from_gram"),
    ],
)
def test_what_is_no_name_or_lattice(name: Any, lattice: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        declared(name, S, lattice)


def test_lattices_that_do_not_fit() -> None:
    with pytest.raises(NotIsometryError, match="no isometry of the hexagonal lattice"):
        declared("p4", S, "hexagonal")
    with pytest.raises(DimensionError, match="has dimension 1"):
        declared("p4", S, "line")


def test_errors_of_a_declaration_begin_with_the_name() -> None:
    with pytest.raises(NotClosedError, match=r"^p4: "):
        by_matrices("p4", S.matrices[:2], None, None, None)
    with pytest.raises(AxesError, match=r"^p4: "):
        by_function("p4", {"u": 4}, lambda u: S.matrices[u], None, None)
    with pytest.raises(FieldError, match=r"^mine$"), naming("p4"):  # no error of a declaration
        raise FieldError("mine")
    with pytest.raises(DeclarationError, match=r"^mine$"), naming(""):
        raise DeclarationError("mine")
