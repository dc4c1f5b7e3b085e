"""Every layer has as many free parameters as there are equivariant kernels, and no fewer.

A kernel between maps on G/H_in and on G/H_out with support W is equivariant if it is constant on
the orbits of S on (S/H_out) × (S/H_in) × W. The dimension of these kernels is the rank of the
projector (1/|S|) Σ_g π(g), which is its trace: the mean number of fixed points. Both are computed
here from the matrices alone.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import WindowError
from tests.known_groups import NAMES, SHIPPED, declared

KERNELS = range(1, 6)


class Fixed:
    """How many points and cosets each matrix of a group leaves where they are."""

    def __init__(self, group: gk.SplitGroup) -> None:
        self.matrices = [np.array(matrix) for matrix in group.stabilizer.matrices.tolist()]
        self.order = len(self.matrices)
        numbers = {matrix.tobytes(): a for a, matrix in enumerate(self.matrices)}
        self.table = [[numbers[(a @ b).tobytes()] for b in self.matrices] for a in self.matrices]
        identity = numbers[np.eye(group.dimension, dtype=np.int64).tobytes()]
        self.inverse = [row.index(identity) for row in self.table]

    def points(self, size: int) -> list[tuple[int, ...]]:
        """Return twice the points of the n-box, about its middle, that no matrix moves out."""
        steps = range(1 - size, size, 2)
        dimension = len(self.matrices[0])
        box = np.array(list(product(steps, repeat=dimension)))
        images = np.stack([box @ matrix.T for matrix in self.matrices])
        inside = (np.abs(images) < size).all(axis=(0, 2))
        lattice = ((images - box[0]) % 2 == 0).all(axis=(0, 2))  # the middle may be no centre
        return list(map(tuple, box[inside & lattice].tolist()))

    def of_points(self, size: int) -> np.ndarray:
        points = np.array(self.points(size))
        return np.array([(points @ m.T == points).all(axis=1).sum() for m in self.matrices])

    def of_cosets(self, subgroup: Sequence[int]) -> np.ndarray:
        """Count the cosets aH with g a H = a H, that is a⁻¹ g a ∈ H, for every g."""
        members = set(subgroup)
        inside = [
            sum(self.table[self.table[self.inverse[a]][g]][a] in members for a in range(self.order))
            for g in range(self.order)
        ]
        return np.array(inside) // len(members)


def subgroups_up_to_conjugacy(group: gk.SplitGroup) -> list[tuple[int, ...]]:
    """Return one subgroup of each class, closing sets of elements one by one."""
    S, fixed = group.stabilizer, Fixed(group)
    found = {tuple(S.subgroup([]))}
    queue = list(found)
    while queue:
        members = queue.pop()
        for a in set(range(S.order)) - set(members):
            larger = tuple(S.subgroup([*members, a]))
            if larger not in found:
                found.add(larger)
                queue.append(larger)
    classes, seen = [], set()
    for members in sorted(found, key=lambda m: (len(m), m)):
        if members not in seen:
            classes.append(members)
        for a in range(S.order):
            back = fixed.inverse[a]
            seen.add(tuple(sorted(fixed.table[fixed.table[a][h]][back] for h in members)))
    return classes


def windows(group: gk.SplitGroup, sizes: Sequence[int]) -> Iterator[tuple[int, gk.Window]]:
    for size in sizes:
        try:
            yield size, group.window(size)
        except WindowError:
            continue  # no window of this size, which other tests are about


def check(group: gk.SplitGroup, sizes: Sequence[int]) -> int:
    """Compare all pairs of types, for all windows; return how many layers that were."""
    fixed = Fixed(group)
    classes = subgroups_up_to_conjugacy(group)
    types = [group.feature_type(members) for members in classes]
    cosets = np.array([fixed.of_cosets(members) for members in classes])
    count = 0
    for size, window in windows(group, sizes):
        dimensions = np.einsum("ig,og,g->io", cosets, cosets, fixed.of_points(size))
        assert not (dimensions % group.order).any()  # a trace of a projector is an integer
        for (i, inner), (o, outer) in product(enumerate(types), enumerate(types)):
            bank = gk.FilterBank(window, inner, outer)
            assert bank.n_parameters == dimensions[i, o] // group.order, (size, inner, outer)
            count += 1
    return count


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if declared(n).order > 24 else ()) for n in NAMES],
)
def test_parameters_are_the_dimension_of_the_equivariant_kernels(name: str) -> None:
    group = declared(name)
    assert check(group, KERNELS) >= len(subgroups_up_to_conjugacy(group)) ** 2


@pytest.mark.parametrize("group", SHIPPED, ids=lambda group: group.name)
def test_planar_and_regular_types_are_the_ends_of_the_list(group: gk.SplitGroup) -> None:
    fixed, window = Fixed(group), group.window(3)
    ends = {"planar": fixed.of_cosets(range(group.order)), "regular": fixed.of_cosets([0])}
    for inner, outer in product(ends, ends):
        dimension = Fraction(int(ends[inner] @ (ends[outer] * fixed.of_points(3))), group.order)
        assert group.filter_bank(window, inner, outer).n_parameters == dimension


def test_known_numbers() -> None:
    assert gk.p4.filter_bank(3).n_parameters == 36
    assert gk.p4m.filter_bank(3, "planar", "planar").n_parameters == 3  # middle, edge, corner


@pytest.mark.parametrize(
    ("name", "size"), [("p4mm", 3), ("p6", 3), ("line-pm", 5), ("P222", 3), ("P4/mmm", 1)]
)
def test_the_gathered_kernels_are_the_image_of_the_projector(name: str, size: int) -> None:
    """Average all kernels over the group numerically: rank and image are the bank's."""
    group = declared(name)
    S, window = group.stabilizer, group.window(size)
    classes = subgroups_up_to_conjugacy(group)
    for inner, outer in product(classes[:: max(1, len(classes) // 3)], repeat=2):
        types = group.feature_type(inner), group.feature_type(outer)
        bank = gk.FilterBank(window, *types)
        moved = [
            (types[1].action[g], types[0].action[g], window.permutations[g]) for g in range(S.order)
        ]
        shape = (types[1].size, types[0].size, len(window))
        kernels = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        mean = sum(kernels[:, a][:, :, b][..., x] for a, b, x in moved) / S.order
        projector = mean.reshape(len(kernels), -1)
        np.testing.assert_allclose(projector @ projector, projector, atol=1e-12)
        gathered = np.eye(bank.n_parameters)[:, bank.index[..., window.mask]]
        gathered = gathered.reshape(bank.n_parameters, -1)
        np.testing.assert_allclose(gathered @ projector, gathered, atol=1e-12)
        assert np.linalg.matrix_rank(projector) == bank.n_parameters
        assert np.linalg.matrix_rank(gathered) == bank.n_parameters


def test_a_bank_with_fewer_kernels_is_noticed() -> None:
    """The comparison fails for symmetric filters where the type asks for none."""
    fixed = Fixed(gk.p4)
    regular = fixed.of_cosets([0])
    dimension = int((regular * regular * fixed.of_points(3)).sum()) // 4
    assert gk.p4.filter_bank(3, "regular", "planar").n_parameters != dimension
