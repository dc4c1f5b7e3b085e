"""Groups made of groups: with internal symmetries, products, other bases, subgroups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from groupkit import products, relations
from groupkit.declared import Declared, declared, naming
from groupkit.finite_group import FiniteGroup, Subgroup


def with_internal(
    group: Declared, factors: Mapping[str, int | FiniteGroup], name: str | None
) -> Declared:
    """Return G × K, named "p4m × C2" by default (see `products.with_internal`)."""
    with naming(group.name):
        stabilizer = products.with_internal(group.stabilizer, factors)
    parts = (axis if isinstance(k, FiniteGroup) else f"C{k}" for axis, k in factors.items())
    default = " × ".join((group.name, *parts))
    return declared(default if name is None else name, stabilizer, group.lattice)


def direct_product(one: Declared, other: Declared, name: str | None) -> Declared:
    """Return G × G', on the orthogonal sum of the lattices (see `products.direct_product`)."""
    default = f"{one.name} × {other.name}"
    with naming(default):
        stabilizer = products.direct_product(one.stabilizer, other.stabilizer)
    lattice = one.lattice.direct_sum(other.lattice)
    return declared(default if name is None else name, stabilizer, lattice)


def change_basis(group: Declared, basis: Any, name: str | None) -> Declared:
    """Return the group in the basis of the columns of P (see `relations.change_basis`)."""
    with naming(group.name):
        matrix = relations.read_basis(basis, group.stabilizer.dimension)
        stabilizer = relations.change_basis(group.stabilizer, matrix)
        lattice = group.lattice.change_basis(matrix)
    default = f"{group.name} in another basis"
    return declared(default if name is None else name, stabilizer, lattice)


def restrict(group: Declared, subgroup: Subgroup | Iterable[int], name: str | None) -> Declared:
    """Return Z^d ⋊ H on the lattice of the group (see `relations.restrict`)."""
    chosen = group.stabilizer.as_subgroup(subgroup)
    stabilizer, _ = relations.restrict(group.stabilizer, chosen)
    default = f"{group.name} restricted to order {len(chosen)}"
    return declared(default if name is None else name, stabilizer, group.lattice)
