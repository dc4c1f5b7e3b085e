"""Stabilizers in other bases, restricted to subgroups, and inside each other."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.errors import DimensionError, NotASubgroupError, NotUnimodularError
from groupkit.finite_group import Subgroup
from groupkit.index_bijection import SINGLE_AXIS
from groupkit.integers import adjugate, determinant, exact_matmul, integer_matrix
from groupkit.stabilizer import Stabilizer


def read_basis(basis: Any, dimension: int) -> Int[np.ndarray, "d d"]:
    """Return a change of basis of Z^d, checked to be one.

    Raises
    ------
    NotUnimodularError, DimensionError, NotAMatrixError, NotIntegerError
    """
    try:
        matrix = integer_matrix(basis, "the change of basis P")
    except NotUnimodularError as error:
        raise NotUnimodularError(
            f"{error.message.split(', so')[0]}, so its columns are no basis of Z^{dimension}: they "
            "span another lattice, and the group would change; give a unimodular P, and for "
            "coordinates in a centred cell use conventional_matrices",
            witness=error.witness,
        ) from None
    if len(matrix) != dimension:
        raise DimensionError(
            f"the change of basis P is {len(matrix)}×{len(matrix)}, the group has dimension "
            f"{dimension}; give {dimension} columns of {dimension} integers",
            witness=matrix.tolist(),
        )
    return matrix


def change_basis(stabilizer: Stabilizer, basis: Int[np.ndarray, "d d"]) -> Stabilizer:
    """Return S with M(s) → P⁻¹ M(s) P: the same elements in the basis of the columns of P."""
    inverse = determinant(basis) * adjugate(basis)  # the determinant is 1 or -1
    moved = exact_matmul(inverse, exact_matmul(stabilizer.matrices, basis))
    table = None if stabilizer.is_faithful else stabilizer.cayley_table
    return Stabilizer(stabilizer.axes, list(moved), table)


def conventional_matrices(
    stabilizer: Stabilizer, basis: tuple[tuple[Fraction, ...], ...]
) -> Int[np.ndarray, "order d d"]:
    """Return C M(s) C⁻¹ for a matrix C of fractions that makes them integer matrices."""
    scale = math.lcm(*(entry.denominator for row in basis for entry in row))
    whole = np.array([[int(scale * entry) for entry in row] for row in basis], dtype=np.int64)
    moved = exact_matmul(exact_matmul(whole, stabilizer.matrices), adjugate(whole))
    return moved // determinant(whole)


def restrict(stabilizer: Stabilizer, subgroup: Subgroup) -> tuple[Stabilizer, list[int]]:
    """Return a subgroup as a stabilizer of its own, and the number of each of its elements in S.

    Where the index tuples of H are a product of ranges 0, k, 2k, … of the axes, the axes keep
    their names, and index i then stands for i k; axes of which 0 alone is left are dropped.
    Otherwise one axis ``s`` runs identity first, then breadth-first, each element times each of
    the generators that `FiniteGroup.generators` finds.
    """
    members = np.array(subgroup.members)
    sizes = dict.fromkeys(stabilizer.axes, 0)
    for name, indices in stabilizer.axis_indices(members).items():
        used, size = np.unique(indices).tolist(), stabilizer.axes[name]
        if used == list(range(0, size, max(size // len(used), 1))):
            sizes[name] = len(used)
    axes: dict[str, int] = {}
    if math.prod(sizes.values()) == len(members):
        axes = {name: size for name, size in sizes.items() if size > 1}
        order = [int(s) for s in members]
    else:
        order = _breadth_first(stabilizer, subgroup)
    place = np.full(stabilizer.order, -1)
    place[order] = np.arange(len(order))
    table = place[stabilizer.cayley_table[np.ix_(order, order)]]
    matrices = list(stabilizer.matrices[order])
    return Stabilizer(axes or {SINGLE_AXIS: len(order)}, matrices, table), order


def embedding(small: Stabilizer, large: Stabilizer) -> Int[np.ndarray, " order"]:
    """Return the number in S of each element of H, found by its matrix.

    Where a group has internal symmetries, so that matrices do not determine elements, it is
    found by the names of the axes instead, as `restrict` leaves them: index i of an axis that
    is k times as long in S goes to i k, and axes that H has not are at 0.

    Raises
    ------
    NotASubgroupError
        If the matrix of an element of H is none of M(S), with that matrix, or the axes name no
        subgroup with the same matrices.
    DimensionError
        If the two have different dimensions.
    """
    if small.dimension != large.dimension:
        raise DimensionError(
            f"a group of dimension {small.dimension} is no subgroup of one of dimension "
            f"{large.dimension}; take groups of one dimension",
            witness=(small.dimension, large.dimension),
        )
    if not (small.is_faithful and large.is_faithful):
        return _embedding_by_axes(small, large)
    numbers = large.find(small.matrices)
    if (numbers < 0).any():
        s = int(np.argmax(numbers < 0))
        matrix = small.matrices[s].tolist()
        raise NotASubgroupError(
            f"{small!r} is not contained in {large!r}: M({small.label(s)}) = {matrix} is none of "
            "its matrices; if it is in another basis, use change_basis first",
            witness=matrix,
        )
    return numbers


def _embedding_by_axes(small: Stabilizer, large: Stabilizer) -> Int[np.ndarray, " order"]:
    """Return the embedding that keeps the names of axes, checked to be one."""
    foreign = {name: size for name, size in small.axes.items() if size > 1 and (
        large.axes.get(name, 1) % size)}  # fmt: skip
    if not foreign:
        indices = {
            name: index * (large.axes[name] // small.axes[name])
            for name, index in small.axis_indices(np.arange(small.order)).items()
            if small.axes[name] > 1
        }
        numbers = np.broadcast_to(large.index_of(**indices), (small.order,)).astype(np.int64)
        products = large.cayley_table[numbers[:, None], numbers]
        same = (products == numbers[small.cayley_table]).all()
        if same and (large.matrices[numbers] == small.matrices).all():
            return numbers
    raise NotASubgroupError(
        f"{small!r} is not contained in {large!r} with the axes of the same names: matrices do not "
        "determine elements where there are internal symmetries; name the axes alike, as "
        "group.restrict does",
        witness=(small.axes, large.axes),
    )


def _breadth_first(stabilizer: Stabilizer, subgroup: Subgroup) -> list[int]:
    generators = [subgroup.members[g] for g in subgroup.as_group().generators]
    order = [stabilizer.identity]
    for element in order:  # grows while it runs
        for generator in generators:
            product = int(stabilizer.cayley_table[element, generator])
            if product not in order:
                order.append(product)
    return order
