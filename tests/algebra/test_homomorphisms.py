import copy
import pickle
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import (
    Homomorphism,
    homomorphisms,
    is_isomorphic,
    isomorphism,
    isomorphisms,
    normal_subgroups,
    projection,
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


@settings(max_examples=20)
@given(subgroups_of_s6)
def test_the_first_isomorphism_theorem(group: gk.FiniteGroup) -> None:
    for normal in normal_subgroups(group)[:4]:
        natural = projection(group, normal)
        assert natural.kernel == normal
        assert len(natural.kernel) * len(natural.image) == group.order
        assert natural.is_injective == (len(normal) == 1)


def test_calling_and_composing() -> None:
    determinant = Homomorphism(P4M, SIGNS, [0, 0, 0, 0, 1, 1, 1, 1])
    inclusion = Homomorphism.from_generators(P4, P4M, {1: 1})
    assert determinant(5) == 1
    np.testing.assert_array_equal(determinant(np.array([[0, 4], [5, 1]])), [[0, 1], [1, 0]])
    assert (determinant @ inclusion).images.tolist() == [0, 0, 0, 0]
    assert inclusion.image.members == (0, 1, 2, 3)
    assert (inclusion.is_injective, inclusion.is_surjective) == (True, False)
    assert repr(determinant) == (
        "Homomorphism(order 8 → order 2, kernel of order 4, image of order 2)"
    )
    for again in (copy.deepcopy(determinant), pickle.loads(pickle.dumps(determinant))):
        assert again == determinant
        assert hash(again) == hash(determinant)
    with pytest.raises(ValueError, match="read-only"):
        determinant.images[0] = 1


def test_the_pair_that_fails_is_shown() -> None:
    with pytest.raises(errors.NotAHomomorphismError) as caught:
        Homomorphism(P4, SIGNS, [0, 1, 1, 0])
    assert caught.value.witness == (1, 1)
    assert str(caught.value) == (
        "[0, 1, 1, 0] is no homomorphism: 1·1 = 2 goes to 1, but the images 1 and 1 of 1 and 1 "
        "have the product 0; correct one of these images"
    )
    with pytest.raises(errors.NotAHomomorphismError) as caught:
        Homomorphism.from_generators(P4, cyclic(3), {1: 1})
    a, b = caught.value.witness  # type: ignore[misc]
    assert (a + b) % 4 != a + b  # where the relation r⁴ = 1 enters


@settings(max_examples=40)
@given(st.lists(st.integers(0, 1), min_size=8, max_size=8))
def test_a_witness_is_one(images: list[int]) -> None:
    try:
        Homomorphism(P4M, SIGNS, images)
    except errors.NotAHomomorphismError as error:
        a, b = error.witness  # type: ignore[misc]
        assert images[P4M.cayley_table[a, b]] != (images[a] + images[b]) % 2
    else:
        assert tuple(images) in homomorphisms_by_definition(P4M, SIGNS)


def test_bad_input() -> None:
    with pytest.raises(errors.ElementError, match="3 images for 4 elements; give one for each"):
        Homomorphism(P4, SIGNS, [0, 1, 0])
    with pytest.raises(errors.ElementError, match="2 is not an element"):
        Homomorphism(P4, SIGNS, [0, 1, 2, 0])
    with pytest.raises(errors.ElementError, match=r"\[2\] generate 2 of 4 elements, 1 is not"):
        Homomorphism.from_generators(P4, SIGNS, {2: 0})
    trivial, sign = Homomorphism(P4, SIGNS, [0] * 4), Homomorphism(P4, SIGNS, [0, 1, 0, 1])
    with pytest.raises(errors.ElementError, match="starts in another group"):
        trivial @ sign
    with pytest.raises(errors.NotAHomomorphismError, match="all go to the identity"):
        _ = trivial.inverse
    with pytest.raises(errors.NotAHomomorphismError, match="only 4 of 8 elements are images"):
        _ = Homomorphism.from_generators(P4, P4M, {1: 1}).inverse
    with pytest.raises(errors.ElementError, match="4 is not an element"):
        trivial(4)
    for function in (homomorphisms, isomorphisms):
        with pytest.raises(errors.InfiniteRequestError, match="not a finite question"):
            next(function(P4, gk.p4))


@pytest.mark.untyped
def test_images_of_generators_are_a_mapping() -> None:
    with pytest.raises(errors.ElementError, match=r"given as {generator: image}, not \[1\]"):
        Homomorphism.from_generators(P4, SIGNS, [1])  # type: ignore[arg-type]


@pytest.mark.untyped
def test_a_split_group_has_no_table_of_images() -> None:
    with pytest.raises(errors.InfiniteRequestError, match="homomorphisms of p4 = Z"):
        Homomorphism(gk.p4, SIGNS, [0, 1, 0, 1])  # type: ignore[arg-type]
