from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    homomorphisms,
    is_isomorphic,
    isomorphism,
    isomorphisms,
)
from tests.algebra.groups_for_algebra import (
    QUATERNIONS,
    SPECIAL,
    cyclic,
    relabelled,
    subgroups_of_s6,
    symmetric,
    weyl_f4,
)
from tests.known_groups import NAMES, RECORDS, declared

P4, P4M = gk.p4.stabilizer, gk.p4m.stabilizer
SIGNS = cyclic(2)


def homomorphisms_by_definition(g: gk.FiniteGroup, k: gk.FiniteGroup) -> set[tuple[int, ...]]:
    """Try all maps."""
    ours, theirs = g.cayley_table.tolist(), k.cayley_table.tolist()
    return {
        images
        for images in product(k, repeat=g.order)
        if all(images[ours[a][b]] == theirs[images[a]][images[b]] for a in g for b in g)
    }


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (P4, P4M),
        (cyclic(4), cyclic(6)),
        (symmetric(3), symmetric(3)),
        (declared("p2mm").stabilizer, cyclic(6)),
        (cyclic(1), P4),
        (P4, cyclic(1)),
    ],
    ids=["C4 D4", "C4 C6", "S3 S3", "C2C2 C6", "C1 C4", "C4 C1"],
)
def test_all_homomorphisms_by_definition(source: gk.FiniteGroup, target: gk.FiniteGroup) -> None:
    found = [tuple(hom.images.tolist()) for hom in homomorphisms(source, target)]
    assert len(found) == len(set(found))
    assert set(found) == homomorphisms_by_definition(source, target)


@pytest.mark.parametrize(
    ("group", "count"),
    [
        (cyclic(12), 4),
        (P4M, 8),
        (QUATERNIONS, 24),
        (symmetric(4), 24),
        (declared("Pmmm").stabilizer, 168),
        (symmetric(3), 6),
    ],
    ids=["C12", "D4", "Q8", "S4", "C2^3", "S3"],
)
def test_numbers_of_automorphisms(group: gk.FiniteGroup, count: int) -> None:
    found = list(isomorphisms(group, group))
    assert len(set(found)) == count
    assert all(automorphism.is_isomorphism for automorphism in found)


@pytest.mark.parametrize("name", NAMES)
def test_isomorphic_exactly_when_gap_says_so(name: str) -> None:
    group, gap = declared(name).stabilizer, RECORDS[name]["gap_small_group_id"]
    seen: set[Any] = set()
    for other, record in RECORDS.items():
        key = tuple(record["gap_small_group_id"])
        if key in seen or record["order"] != group.order:
            continue
        seen.add(key)
        found = isomorphism(group, declared(other).stabilizer)
        assert (found is not None) == (record["gap_small_group_id"] == gap)
        if found is not None:
            assert found.is_isomorphism
            back = found.inverse @ found
            np.testing.assert_array_equal(back.images, np.arange(group.order))


@settings(max_examples=25)
@given(subgroups_of_s6, st.randoms(use_true_random=False))
def test_relabelled_groups_are_isomorphic(group: gk.FiniteGroup, random: Any) -> None:
    order = list(range(group.order))
    random.shuffle(order)
    other = relabelled(group, order)
    found = isomorphism(group, other)
    assert found is not None
    assert found.is_isomorphism
    assert is_isomorphic(other, group)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (P4M, QUATERNIONS),
        (symmetric(4), SPECIAL["SL(2, 3)"]),
        (cyclic(4), declared("p2mm").stabilizer),
        (cyclic(2), cyclic(3)),
    ],
    ids=["D4 Q8", "S4 SL(2,3)", "C4 C2C2", "C2 C3"],
)
def test_groups_of_different_structure(one: gk.FiniteGroup, other: gk.FiniteGroup) -> None:
    assert not is_isomorphic(one, other)
    assert isomorphism(other, one) is None


def test_a_large_group() -> None:
    order = np.random.default_rng(0).permutation(1152).tolist()
    found = isomorphism(weyl_f4(), relabelled(weyl_f4(), order))
    assert found is not None
    assert found.is_isomorphism


def test_infinite_requests_are_refused() -> None:
    for function in (homomorphisms, isomorphisms):
        with pytest.raises(errors.InfiniteRequestError, match="not a finite question"):
            next(function(P4, gk.p4))
