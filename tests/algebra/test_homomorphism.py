import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import errors
from groupkit.algebra import Homomorphism, homomorphisms, normal_subgroups, projection
from tests.algebra.groups_for_algebra import cyclic, subgroups_of_s6

P4, P4M = gk.p4.stabilizer, gk.p4m.stabilizer
SIGNS = cyclic(2)
SIGN_MAPS = {tuple(hom.images.tolist()) for hom in homomorphisms(P4M, SIGNS)}


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
        assert tuple(images) in SIGN_MAPS


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


@pytest.mark.untyped
def test_images_of_generators_are_a_mapping() -> None:
    with pytest.raises(errors.ElementError, match=r"given as {generator: image}, not \[1\]"):
        Homomorphism.from_generators(P4, SIGNS, [1])  # type: ignore[arg-type]


@pytest.mark.untyped
def test_a_split_group_has_no_table_of_images() -> None:
    with pytest.raises(errors.InfiniteRequestError, match="homomorphisms of p4 = Z"):
        Homomorphism(gk.p4, SIGNS, [0, 1, 0, 1])  # type: ignore[arg-type]
