from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import algebra
from groupkit.algebra import direct_product, identify, is_isomorphic, semidirect_product
from tests.algebra.groups_for_algebra import (
    SPECIAL,
    cyclic,
    relabelled,
    special_linear_3,
    subgroups_of_s6,
    symmetric,
)
from tests.known_groups import NAMES, RECORDS, declared


def ours(gap: str) -> str:
    """Translate GAP's name, which counts the elements of dihedral groups."""
    if gap == "1":
        return "C1"
    return gap.replace(" x ", " × ").replace("D8", "D4").replace("D12", "D6")


def metacyclic(n: int, m: int, power: int) -> gk.FiniteGroup:
    """Return C_n ⋊ C_m, whose second generator acts by a ↦ a^power."""
    action = [[pow(power, h, n) * a % n for a in range(n)] for h in range(m)]
    return semidirect_product(cyclic(n), cyclic(m), action)


def permutations(*generators: Any) -> gk.FiniteGroup:
    return gk.FiniteGroup.from_generators([list(generator) for generator in generators])


def matrices_modulo(p: int, *generators: tuple[int, int, int, int]) -> gk.FiniteGroup:
    """Return the group that 2×2 matrices generate, as it permutes the vectors modulo p."""
    vectors = [(x, y) for x in range(p) for y in range(p)]
    return permutations(
        *(
            [vectors.index(((a * x + b * y) % p, (c * x + d * y) % p)) for x, y in vectors]
            for a, b, c, d in generators
        )
    )


KNOWN = {
    "C1": cyclic(1),
    "C2 × C2": direct_product(cyclic(2), cyclic(2)),
    "C12": direct_product(cyclic(3), cyclic(4)),
    "C12 × C2": direct_product(cyclic(2), cyclic(3), cyclic(4)),
    "C6 × C6": direct_product(*[cyclic(2)] * 2, *[cyclic(3)] * 2),
    "C4 × C2 × C2": direct_product(cyclic(2), cyclic(4), cyclic(2)),
    "S3": metacyclic(3, 2, 2),
    "D4": metacyclic(4, 2, 3),
    "D5": metacyclic(5, 2, 4),
    "D6": direct_product(symmetric(3), cyclic(2)),
    "D24": metacyclic(24, 2, 23),
    "S4": symmetric(4),
    "S5": symmetric(5),
    "S6": symmetric(6),
    "A4": declared("P23").stabilizer,
    "A5": SPECIAL["A5"],
    "A6": permutations((1, 2, 3, 4, 0, 5), (0, 1, 2, 4, 5, 3)),
    "Q8": SPECIAL["Q8"],
    "Dic3": metacyclic(3, 4, 2),
    "Dic5": metacyclic(5, 4, 4),
    "C5 ⋊ C4": metacyclic(5, 4, 2),
    "C7 ⋊ C3": metacyclic(7, 3, 2),
    "C3 ⋊ C8": metacyclic(3, 8, 2),
    "SD16": metacyclic(8, 2, 3),
    "SD32": metacyclic(16, 2, 7),
    "C8 ⋊ C2": metacyclic(8, 2, 5),
    "C4 ⋊ C4": metacyclic(4, 4, 3),
    "SL(2, 3)": special_linear_3(),
    "GL(2, 3)": matrices_modulo(3, (1, 1, 0, 1), (1, 0, 1, 1), (2, 0, 0, 1)),
    "PSL(2, 7)": permutations((1, 2, 3, 4, 5, 6, 0, 7), (7, 6, 3, 2, 5, 4, 1, 0)),
    "C2 × S4": declared("Pm-3m").stabilizer,
    "C3 × S3": direct_product(symmetric(3), cyclic(3)),
    "S3 × S3": direct_product(symmetric(3), symmetric(3)),
    "C2 × C2 × S3": direct_product(gk.p6m.stabilizer, cyclic(2)),
    "C2 × Q8": direct_product(SPECIAL["Q8"], cyclic(2)),
    "C5 × A4": direct_product(declared("P23").stabilizer, cyclic(5)),
    "C2 × SL(2, 3)": direct_product(special_linear_3(), cyclic(2)),
    "(C3 × C3) ⋊ C2": semidirect_product(
        direct_product(cyclic(3), cyclic(3)), cyclic(2), [range(9), [0, 2, 1, 6, 8, 7, 3, 5, 4]]
    ),
    "C2 × C2 × (C5 ⋊ C4)": direct_product(cyclic(2), metacyclic(5, 4, 2), cyclic(2)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_groups_by_their_names(name: str) -> None:
    assert identify(KNOWN[name]) == name


@pytest.mark.parametrize("name", NAMES)
def test_the_88_groups_as_gap_names_them(name: str) -> None:
    expected = ours(RECORDS[name]["gap_structure"])
    assert identify(declared(name).stabilizer) == expected
    split = identify(declared(name))
    assert split.startswith("Z")
    assert split.endswith(expected) or " × " in expected or expected == "C1"


def test_split_groups_are_named_with_their_lattice() -> None:
    assert identify(gk.p1) == "Z^2"
    assert identify(declared("line-pm")) == "Z ⋊ C2"
    assert identify(declared("Pm-3m")) == "Z^3 ⋊ (C2 × S4)"


def test_generalised_quaternions() -> None:
    # a of order 8 and b with b² = a⁴, bab⁻¹ = a⁻¹: the elements a^i b^j act on themselves.
    def times(x: int, y: int) -> int:
        (i, j), (k, m) = divmod(x, 2), divmod(y, 2)
        return (i + (-1) ** j * k + 4 * (j & m)) % 8 * 2 + (j + m) % 2

    q16 = gk.FiniteGroup([[times(x, y) for y in range(16)] for x in range(16)])
    assert identify(q16) == "Q16"


def test_what_does_not_split_is_an_extension() -> None:
    # The binary octahedral group in SL(2, 7): one involution, so no complement of anything.
    octahedral = matrices_modulo(7, (5, 2, 5, 5), (6, 2, 3, 0))
    assert (octahedral.order, int((octahedral.element_orders == 2).sum())) == (48, 1)
    assert identify(octahedral) == "C2 . S4"


@pytest.mark.parametrize("name", NAMES)
def test_relabelling_the_88_groups_changes_nothing_but_labels(name: str) -> None:
    group = declared(name).stabilizer
    order = np.random.default_rng(len(name)).permutation(group.order).tolist()
    again = relabelled(group, order)
    assert identify(again) == identify(group)
    assert algebra.is_isomorphic(again, group)
    renamed = {tuple(sorted(order[a] for a in h)) for h in algebra.all_subgroups(again)}
    assert renamed == {h.members for h in algebra.all_subgroups(group)}
    for function in (algebra.centre, algebra.derived_subgroup):
        assert {order[a] for a in function(again)} == set(function(group))
    degrees = algebra.character_table(group).degrees
    np.testing.assert_array_equal(algebra.character_table(again).degrees, degrees)


@settings(max_examples=6)
@given(subgroups_of_s6, st.randoms(use_true_random=False))
def test_names_do_not_depend_on_labels(group: gk.FiniteGroup, random: Any) -> None:
    order = list(range(group.order))
    random.shuffle(order)
    assert identify(relabelled(group, order)) == identify(group)


def test_names_without_splitting_tell_groups_apart() -> None:
    plain = [name for name in KNOWN if "⋊" not in name and KNOWN[name].order <= 48]
    for one in plain:
        for other in plain:
            assert is_isomorphic(KNOWN[one], KNOWN[other]) == (one == other)
