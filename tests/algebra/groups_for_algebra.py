"""The groups that tests of the algebra run over, beyond the 88: made here, by permutations."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from hypothesis import strategies as st

import groupkit as gk
from tests.known_groups import declared

# Reflections in the simple roots are s_i(x) = x - (row i · x) e_i in the basis of these roots.
CARTAN_F4 = np.array([[2, -1, 0, 0], [-1, 2, -2, 0], [0, -1, 2, -1], [0, 0, -1, 2]])


def cyclic(order: int) -> gk.FiniteGroup:
    numbers = np.arange(order)
    return gk.FiniteGroup((numbers[:, None] + numbers) % order)


def symmetric(points: int) -> gk.FiniteGroup:
    turn, swap = [*range(1, points), 0], [1, 0, *range(2, points)]
    return gk.FiniteGroup.from_generators([turn, swap])


QUATERNIONS = gk.FiniteGroup.from_generators([(1, 2, 3, 0, 5, 6, 7, 4), (4, 7, 6, 5, 2, 1, 0, 3)])
A5 = gk.FiniteGroup.from_generators([(1, 2, 3, 4, 0), (1, 2, 0, 3, 4)])
FROBENIUS_21 = gk.FiniteGroup.from_generators([(1, 2, 3, 4, 5, 6, 0), (0, 2, 4, 6, 1, 3, 5)])
FROBENIUS_20 = gk.FiniteGroup.from_generators([(1, 2, 3, 4, 0), (0, 2, 4, 1, 3)])


def weyl_f4_reflections() -> np.ndarray:
    reflections = np.tile(np.eye(4, dtype=np.int64), (4, 1, 1))
    for i, reflection in enumerate(reflections):
        reflection[i] -= CARTAN_F4[i]
    return reflections


@cache
def weyl_f4() -> gk.FiniteGroup:
    return gk.FiniteGroup.from_generators(list(weyl_f4_reflections()))


@cache
def special_linear_3() -> gk.FiniteGroup:
    """Return SL(2, 3), which acts on the 8 nonzero vectors of (Z/3)²: 2 quaternionic, no D_n."""
    vectors = [(x, y) for x in range(3) for y in range(3) if (x, y) != (0, 0)]

    def permutation(a: int, b: int, c: int, d: int) -> list[int]:
        return [vectors.index(((a * x + b * y) % 3, (c * x + d * y) % 3)) for x, y in vectors]

    return gk.FiniteGroup.from_generators([permutation(1, 1, 0, 1), permutation(1, 0, 1, 1)])


SPECIAL = {
    "C1": cyclic(1),
    "C7": cyclic(7),
    "C12": cyclic(12),
    "C48": cyclic(48),
    "Q8": QUATERNIONS,
    "A5": A5,
    "C7 ⋊ C3": FROBENIUS_21,
    "C5 ⋊ C4": FROBENIUS_20,
    "SL(2, 3)": special_linear_3(),
    "S5": symmetric(5),
    "S4 × C2": declared("Pm-3m").stabilizer,
}


def subgroup_of_s6(generators: Sequence[Sequence[int]]) -> gk.FiniteGroup:
    return gk.FiniteGroup.from_generators([list(generator) for generator in generators])


subgroups_of_s6 = st.lists(st.permutations(range(6)), min_size=1, max_size=2).map(subgroup_of_s6)


def relabelled(group: gk.FiniteGroup, order: Sequence[int]) -> gk.FiniteGroup:
    """Return the group whose element i is `order[i]` of the given one."""
    chosen = np.array(order)
    names = np.argsort(chosen)
    return gk.FiniteGroup(names[group.cayley_table[np.ix_(chosen, chosen)]])
