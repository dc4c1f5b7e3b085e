import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit.algebra import (
    GSet,
    IsotypicComponent,
    all_subgroups,
    decompose,
    irrep_multiplicities,
    real_irreps,
)
from groupkit.errors import NotAnActionError
from tests.algebra.groups_for_algebra import QUATERNIONS, SPECIAL, subgroups_of_s6
from tests.known_groups import SOME, declared


def permutation_matrices(gset: GSet) -> np.ndarray:
    matrices = np.zeros((gset.group.order, len(gset), len(gset)))
    for matrix, images in zip(matrices, gset.permutations, strict=True):
        matrix[images, np.arange(len(gset))] = 1
    return matrices


def judge(gset: GSet, components: tuple[IsotypicComponent, ...] | None = None) -> None:
    """Assert that the projectors are the isotypic ones."""
    components = decompose(gset) if components is None else components
    actions = permutation_matrices(gset)
    np.testing.assert_allclose(
        sum(component.projector for component in components), np.eye(len(gset)), atol=1e-12
    )
    for component in components:
        projector = component.projector
        np.testing.assert_allclose(projector, projector.T, atol=1e-13)
        np.testing.assert_allclose(projector @ projector, projector, atol=1e-12)
        assert round(float(np.trace(projector))) == component.dimension
        for a in gset.group.generators:
            np.testing.assert_allclose(projector @ actions[a], actions[a] @ projector, atol=1e-12)
        inside = np.einsum("aij,ji->a", actions, projector)
        expected = component.multiplicity * component.irrep.character
        np.testing.assert_allclose(inside, expected, atol=1e-11)


@pytest.mark.parametrize("name", SOME)
def test_windows_and_cosets(name: str) -> None:
    group = declared(name)
    judge(GSet.of_window(group.window(3)))
    for h in all_subgroups(group.stabilizer)[:6]:
        judge(GSet.of_cosets(group, h))


@pytest.mark.parametrize("name", ["Q8", "C7 ⋊ C3", "SL(2, 3)", "S4 × C2"])
def test_the_regular_representation_contains_everything(name: str) -> None:
    gset = GSet.regular(SPECIAL[name])
    judge(gset)
    counts = irrep_multiplicities(gset)
    assert list(counts) == list(real_irreps(gset.group))
    assert all(count == irrep.multiplicity for irrep, count in counts.items())


@settings(max_examples=10)
@given(subgroups_of_s6, st.lists(st.integers(0, 719), min_size=1, max_size=2))
def test_random_actions(group: gk.FiniteGroup, generators: list[int]) -> None:
    h = group.subgroup([g % group.order for g in generators])
    gset = GSet.of_cosets(group, h)
    if len(gset) <= 60:
        judge(gset)
    counts = irrep_multiplicities(gset)
    assert sum(count * irrep.dimension for irrep, count in counts.items()) == len(gset)
    # Frobenius: the trivial irrep occurs once for each orbit.
    assert counts[real_irreps(group)[0]] == gset.orbit_count == 1


def test_the_trivial_part_is_the_mean_over_orbits() -> None:
    gset = GSet.of_window(gk.p4m.window(3))
    first = decompose(gset)[0]
    assert first.multiplicity == len(gset.orbits)
    expected = [[(i == j) / n for j in gset.orbit_of] for i, n in _orbit_sizes(gset)]
    np.testing.assert_allclose(first.projector, expected, atol=1e-15)


def _orbit_sizes(gset: GSet) -> list[tuple[int, int]]:
    return [(int(i), len(gset.orbits[i])) for i in gset.orbit_of]


def test_rank_of_an_action_is_the_number_of_double_cosets() -> None:
    group = gk.p6m.stabilizer
    for h in all_subgroups(group):
        counts = irrep_multiplicities(GSet.of_cosets(group, h))
        rank = sum(n * n * irrep.commutant_dimension for irrep, n in counts.items())
        assert rank == len(group.double_cosets(h, h))


def test_the_judge_notices_what_is_wrong() -> None:
    gset = GSet.of_window(gk.p4m.window(3))
    good = decompose(gset)
    judge(gset, good)
    first, second = good[:2]
    swapped = (
        IsotypicComponent(first.irrep, first.multiplicity, second.projector),
        IsotypicComponent(second.irrep, second.multiplicity, first.projector),
        *good[2:],
    )
    other = tuple(
        IsotypicComponent(part.irrep, part.multiplicity, part.projector[::-1]) for part in good
    )
    for wrong in (good[1:], (*good, first), swapped, other):
        with pytest.raises(AssertionError):
            judge(gset, wrong)


def test_components_are_shown_and_read_only() -> None:
    components = decompose(GSet.regular(QUATERNIONS))
    assert repr(components[-1]) == (
        "IsotypicComponent(1 × RealIrrep(dimension=4, quaternionic, of a group of order 8))"
    )
    with pytest.raises(ValueError, match="read-only"):
        components[0].projector[0] = 0


@pytest.mark.untyped
def test_only_actions_are_decomposed() -> None:
    with pytest.raises(NotAnActionError, match=r"axes {m: 2, r: 4}\) is no G-set; make one"):
        decompose(gk.p4m.stabilizer)  # type: ignore[arg-type]
    with pytest.raises(NotAnActionError, match="3 is no G-set"):
        irrep_multiplicities(3)  # type: ignore[arg-type]
    with pytest.raises(NotAnActionError, match="is no window; make one"):
        GSet.of_window(gk.p4m)  # type: ignore[arg-type]
