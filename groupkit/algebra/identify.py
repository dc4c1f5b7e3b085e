"""What group is this: a name for its structure."""

from __future__ import annotations

from functools import lru_cache

from groupkit.algebra.families import SIMPLE, abelian_invariants, family_name
from groupkit.algebra.finite_part import finite_part
from groupkit.algebra.products import direct_product
from groupkit.algebra.quotients import quotient_group
from groupkit.algebra.subgroups import normal_subgroups, subgroup_classes
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.split_group import SplitGroup


def identify(group: FiniteGroup | SplitGroup) -> str:
    """Return a name for the structure of a group; isomorphic groups have the same name.

    C_n is cyclic; D_n dihedral with 2n elements (D3 is S3); S_n and A_n symmetric and
    alternating; Q_n generalised quaternion, Dic_n dicyclic with 4n elements, SD_n semidihedral,
    each of n elements; SL(2, 3), GL(2, 3).  Others are direct products × of what cannot be
    decomposed, semidirect products N ⋊ H, or extensions N . H of H by N that do not split.
    The structure that a name with ⋊ or . describes may be that of several groups; all other
    names tell groups apart.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup
        Z^d ⋊ S is named with what S is.

    Returns
    -------
    str

    Raises
    ------
    TooLargeError
        If naming needs the subgroups and there are more than 20,000.

    Examples
    --------
    >>> from groupkit import p4, p6m
    >>> identify(p6m.stabilizer), identify(p6m), identify(p4)
    ('D6', 'Z^2 ⋊ D6', 'Z^2 ⋊ C4')
    """
    name = _name_of(finite_part(group))
    if not isinstance(group, SplitGroup):
        return name
    lattice = f"Z^{group.dimension}" if group.dimension > 1 else "Z"
    return lattice if group.order == 1 else f"{lattice} ⋊ {_factor(name)}"


@lru_cache(maxsize=1024)
def _name_of(group: FiniteGroup) -> str:
    known = family_name(group)
    if known is not None:
        return known
    normal = normal_subgroups(group)
    factors = _direct_factors(group, normal)
    if len(factors) > 1:
        return _product_name(factors)
    proper = normal[1:-1]
    if not proper:
        return SIMPLE[group.order]
    return _split_name(group, proper) or _extension_name(group, proper)


def _direct_factors(group: FiniteGroup, normal: tuple[Subgroup, ...]) -> list[FiniteGroup]:
    """Return indecomposable factors of a direct product: unique up to isomorphism (Krull-Schmidt).

    The first two normal subgroups that meet trivially and fill the group are split further.
    """
    by_order: dict[int, list[Subgroup]] = {}
    for h in normal[1:-1]:
        by_order.setdefault(len(h), []).append(h)
    for one in normal[1:-1]:
        for other in by_order.get(group.order // len(one), ()):
            if len(one) * len(other) == group.order and set(one) & set(other) == {group.identity}:
                halves = (one.as_group(), other.as_group())
                parts = (_direct_factors(half, normal_subgroups(half)) for half in halves)
                return [factor for part in parts for factor in part]
    return [group]


def _product_name(factors: list[FiniteGroup]) -> str:
    abelian = direct_product(*(factor for factor in factors if factor.is_abelian))
    cyclic = [f"C{n}" for n in abelian_invariants(abelian)]
    others = sorted((f.order, _factor(_name_of(f))) for f in factors if not f.is_abelian)
    return " × ".join([*cyclic, *(name for _, name in others)])


def _split_name(group: FiniteGroup, normal: tuple[Subgroup, ...]) -> str | None:
    """Return the name N ⋊ H with abelian parts of equal size rather than others; None without."""
    complements = [kind[0] for kind in subgroup_classes(group)]
    names = []
    for n in normal:
        for h in complements:
            if len(n) * len(h) == group.order and set(n) & set(h) == {group.identity}:
                one, other = n.as_group(), h.as_group()
                uneven = max(len(n), len(h)) / min(len(n), len(h))
                rank = (not one.is_abelian, not other.is_abelian, uneven)
                names.append((rank, one, other))
    best = min((rank for rank, _, _ in names), default=None)
    return min(
        (
            f"{_factor(_name_of(one))} ⋊ {_factor(_name_of(other))}"
            for rank, one, other in names
            if rank == best
        ),
        key=lambda name: (len(name), name),
        default=None,
    )


def _extension_name(group: FiniteGroup, normal: tuple[Subgroup, ...]) -> str:
    """Return the shortest name N . G/N."""
    names = (
        f"{_factor(_name_of(n.as_group()))} . {_factor(_name_of(quotient_group(group, n)))}"
        for n in normal
    )
    return min(names, key=lambda name: (len(name), name))


def _factor(name: str) -> str:
    """Put a name of several parts in parentheses."""
    return f"({name})" if " " in name and not name.startswith(("SL", "GL", "PSL")) else name
