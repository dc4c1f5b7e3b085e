"""Every law of the stabilizer holds for the shipped groups, and fails on what breaks it."""

import re
from dataclasses import replace

import numpy as np
import pytest

import groupkit as gk
from groupkit.verification import stabilizer_laws as laws
from groupkit.verification.law import Claim
from groupkit.verification.subject import Subject
from tests.known_groups import SHIPPED
from tests.verification.subjects import OCTAHEDRAL, subject_of, with_entry, with_matrix

P4M = subject_of(gk.p4m)


@pytest.mark.parametrize("law", laws.STABILIZER_LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("group", [*SHIPPED, OCTAHEDRAL], ids=lambda g: g.name)
def test_holds(law: Claim[[Subject]], group: gk.SplitGroup) -> None:
    found = law(subject_of(group))
    assert found.status == "proved", found
    assert found.witness is None


def rows_swapped() -> np.ndarray:
    """Return a table that is a Latin square but does not associate: a quasigroup with unit."""
    return np.array(
        [
            [0, 1, 2, 3, 4],
            [1, 0, 3, 4, 2],
            [2, 4, 0, 1, 3],
            [3, 2, 4, 0, 1],
            [4, 3, 1, 2, 0],
        ]
    )


BROKEN = {
    "integer: a half": (laws.integer_entries, with_matrix(P4M, 3, [[0, 0.5], [1, 0]]), "0.5"),
    "integer: too few": (laws.integer_entries, P4M.changed(matrices=P4M.matrices[1:]), "8 el"),
    "integer: not square": (laws.integer_entries, P4M.changed(matrices=P4M.matrices[:, 1:]), "sh"),
    "unimodular: 2": (laws.unimodular, with_matrix(P4M, 3, [[0, 2], [1, 0]]), r"r=3\) = -2"),
    "unimodular: 0": (laws.unimodular, with_matrix(P4M, 3, [[0, 0], [1, 0]]), r"r=3\) = 0"),
    "faithful": (laws.faithful, with_matrix(P4M, 3, P4M.matrices[1]), r"r=1\) = M\(m=0, r=3"),
    "closed": (laws.closed, with_matrix(P4M, 3, [[1, 1], [0, 1]]), "none of the 8"),
    "table: entry": (laws.homomorphism, with_entry(P4M, 2, 3, 0), r"r=2\)·\(m=0, r=3\) = \(m=0, "),
    "table: range": (laws.homomorphism, with_entry(P4M, 2, 3, 8), "number of no element"),
    "table: order": (laws.homomorphism, P4M.changed(table=P4M.table.T), "the table says"),
    "associative: entry": (laws.associative, with_entry(P4M, 2, 3, 0), "but"),
    "associative: range": (laws.associative, with_entry(P4M, 2, 3, -1), "number of no element"),
    "associative: shape": (laws.associative, P4M.changed(table=P4M.table[1:]), "shape"),
    "identity: number": (laws.identity, P4M.changed(identity=3), "not 0"),
    "identity: range": (laws.identity, P4M.changed(identity=8), "none of the 8"),
    "identity: table": (laws.identity, with_entry(P4M, 3, 0, 1), r"\(m=0, r=3\)·\(m=0, r=0\) = 1"),
    "identity: matrix": (laws.identity, with_matrix(P4M, 0, [[1, 1], [0, 1]]), "not the identity"),
    "inverses: number": (laws.inverses, P4M.changed(inverses=np.arange(8)), "not the inverse"),
    "inverses: range": (laws.inverses, P4M.changed(inverses=np.arange(8) + 1), "range"),
    "inverses: table": (laws.inverses, with_entry(P4M, 3, 1, 1), "not the inverse"),
    "inverses: matrix": (laws.inverses, with_matrix(P4M, 3, [[1, 1], [0, 1]]), "not the identity"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_fails(name: str) -> None:
    law, subject, witness = BROKEN[name]
    found = law(subject)
    assert found.status == "refuted"
    assert found.witness is not None
    assert re.search(witness, found.witness), found.witness


def test_associativity_does_not_look_at_the_matrices() -> None:
    loop = replace(P4M, axes={"s": 5}, matrices=np.zeros((5, 2, 2)), table=rows_swapped())
    assert laws.associative(loop).status == "refuted"


def test_products_beyond_int64_are_exact() -> None:
    big = 2**40
    group = gk.SplitGroup.from_generators("sheared", [[[1 + big, -big], [2 + big, -1 - big]]])
    assert all(law(subject_of(group)).status == "proved" for law in laws.STABILIZER_LAWS)
