"""Domains of G: what is read is gU, and what is refused depends on the representative."""

from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit_torch.pooling.pool_domain import PoolDomain, PoolDomainError
from tests.torch.groups import cubic, mirror_line, name, p3m1, subgroups

GROUPS = [mirror_line, gk.p2, gk.p4, gk.p4m, gk.p6, p3m1]


def read(group: gk.SplitGroup, elements: gk.Elements, g: gk.Elements, subgroup: Any) -> list[Any]:
    """Return the cosets kH of k ∈ gU as sets of homogeneous matrices, sorted."""
    members = group.element(t=[0] * group.dimension)
    found = []
    for u in set(elements):
        k = g @ u
        coset = frozenset(
            (k @ gk.Elements(group.stabilizer, np.array(h), members.translation))
            .to_matrix()
            .tobytes()
            for h in subgroup
        )
        found.append(sorted(coset))
    return sorted(found)


def at_origin(group: gk.SplitGroup, s: int) -> gk.Elements:
    return gk.Elements(group.stabilizer, np.array(s), np.zeros(group.dimension, dtype=np.int64))


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_law_is_that_no_representative_matters(group: gk.SplitGroup, counts: bool) -> None:
    """Accepted when gU and ghU hold the same cosets for all g and h of S and H; all of them."""
    accepted = refused = 0
    for seed in range(3):
        elements = group.random(3, radius=1, seed=seed)
        for subgroup in subgroups(group):
            closed = [at_origin(group, h) @ elements for h in subgroup]
            whole = gk.Elements(
                group.stabilizer,
                np.stack([e.index for e in closed]),
                np.stack([e.translation for e in closed]),
            )
            for domain in (elements, whole):
                kind = group.feature_type(subgroup)
                flat = gk.Elements(
                    group.stabilizer,
                    domain.index.reshape(-1),
                    domain.translation.reshape(-1, group.dimension),
                )
                fine = True
                for h in subgroup:
                    one = read(group, flat, at_origin(group, 0), subgroup)
                    other = read(group, flat, at_origin(group, h), subgroup)
                    if not counts:
                        one, other = ([*map(list, {tuple(c) for c in x})] for x in (one, other))
                    fine &= sorted(one) == sorted(other)
                if fine:
                    PoolDomain(group, domain, kind, counts)
                    accepted += 1
                else:
                    assert domain is elements  # HU is always one
                    with pytest.raises(PoolDomainError, match="depend on how its points"):
                        PoolDomain(group, domain, kind, counts)
                    refused += 1
    assert accepted
    assert refused


@pytest.mark.parametrize("group", [*GROUPS, cubic], ids=name)
def test_reads_are_the_cosets_of_gu(group: gk.SplitGroup) -> None:
    elements = group.random(4, radius=2, seed=1)
    domain = PoolDomain(group, elements, group.feature_type("regular"), counts=True)
    for s, reads in enumerate(domain.reads):
        products = at_origin(group, s) @ elements
        expected = {(int(k.index), tuple(k.translation.tolist())) for k in products}
        assert set(reads) == expected
        assert list(reads) == sorted(reads)
    points = {point for reads in domain.reads for _, point in reads}
    assert {tuple(point) for point in domain.window.points.tolist()} == points


def test_repetitions_do_not_matter() -> None:
    once, twice = gk.p4.element(u=[0, 1]), gk.p4.element(u=[[0, 1], [1, 0]])
    kind = gk.p4.feature_type("regular")
    for counts in (True, False):
        assert PoolDomain(gk.p4, once, kind, counts).reads == (
            PoolDomain(gk.p4, twice, kind, counts).reads
        )


def test_windows_are_recognised_and_labels_tell_points_apart() -> None:
    points = gk.p6.window(3).points - 1
    window = gk.p6.element(t=points)
    kind = gk.p6.feature_type("regular")
    domain = PoolDomain(gk.p6, window, kind, counts=False)
    assert domain.is_window
    assert not domain.labels.any()
    ray = PoolDomain(gk.p6, gk.p6.element(u=[0, 1]), kind, counts=False)
    assert not ray.is_window
    assert len(np.unique(ray.labels)) == 7


def test_windows_are_centred_in_their_boxes() -> None:
    """The orbit of (1, 2) under p3m1 lies in [-2, 1] × [-1, 2]: opposite points widen its box."""
    kind = p3m1.feature_type("regular")
    domain = PoolDomain(p3m1, p3m1.element(u=1, v=2), kind, counts=False)
    assert {point for reads in domain.reads for _, point in reads} == {(1, 2), (1, -1), (-2, -1)}
    assert (domain.window.corner, domain.window.box) == ((-2, -2), (5, 5))
    assert len(domain.window) == 6
    assert not domain.is_window
    unread = [tuple(point) not in {(1, 2), (1, -1), (-2, -1)} for point in domain.window.points]
    assert len({int(label) for label in domain.labels[unread]}) == 1


def test_what_depends_on_the_representative_names_it() -> None:
    with pytest.raises(
        PoolDomainError,
        match=r"r=1 moves the translations of U: one leads to \(0, 1\), which is none of them, .* "
        "planar map .* add it, or pool regular maps",
    ) as caught:
        PoolDomain(gk.p4, gk.p4.element(u=[0, 1]), gk.p4.feature_type("planar"), counts=False)
    assert caught.value.witness == (1, (0, (0, 1)))
    half = gk.p4.stabilizer.subgroup([2])
    with pytest.raises(
        PoolDomainError,
        match=r"r=2 moves the elements of U: one leads to the translation \(-1, 0\) with the coset "
        "of r=1, r=3, which is none of them, .* smaller H",
    ):
        PoolDomain(gk.p4, gk.p4.element(u=[1], r=1), gk.p4.feature_type(half), counts=False)


def test_a_mean_counts_how_often_a_coset_is_read() -> None:
    # both elements of U at (1, 0) are of the coset r = 0, 2 and one is at (-1, 0)
    elements = gk.p4.element(u=[1, 1, -1], r=[0, 2, 0])
    kind = gk.p4.feature_type(gk.p4.stabilizer.subgroup([2]))
    assert PoolDomain(gk.p4, elements, kind, counts=False).reads
    with pytest.raises(PoolDomainError, match="which is fewer times one of them"):
        PoolDomain(gk.p4, elements, kind, counts=True)


@pytest.mark.untyped
def test_only_elements_of_the_group_make_a_domain() -> None:
    kind = gk.p4.feature_type("regular")
    for wrong in (gk.p6.element(u=[0, 1]), [(0, 0)], 3):
        with pytest.raises(PoolDomainError, match="are no elements of p4; make them with its"):
            PoolDomain(gk.p4, wrong, kind, counts=False)  # type: ignore[arg-type]
    with pytest.raises(PoolDomainError, match="give at least the identity"):
        PoolDomain(gk.p4, gk.p4.identity(0), kind, counts=False)
