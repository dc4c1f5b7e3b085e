"""Permutation representations as sums of irreducible ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from groupkit.algebra.characters import character_table
from groupkit.algebra.gset import GSet
from groupkit.algebra.irreps import RealIrrep, real_irreps
from groupkit.errors import NotAnActionError, brief


@dataclass(frozen=True, eq=False)
class IsotypicComponent:
    """The sum of all subspaces of functions on X on which G acts by one irrep.

    Attributes
    ----------
    irrep : RealIrrep
    multiplicity : int
        How many copies of it there are: exact.
    projector : numpy.ndarray
        float64 [points, points]: the orthogonal projection onto the component, which commutes
        with the action; the projectors of all components add up to the identity.

    Examples
    --------
    >>> from groupkit import p4m
    >>> [part.multiplicity for part in decompose(GSet.of_window(p4m.window(3)))]
    [3, 1, 1, 2]
    """

    irrep: RealIrrep
    multiplicity: int
    projector: Float[np.ndarray, "points points"]

    @property
    def dimension(self) -> int:
        """The dimension of the component: multiplicity times that of the irrep."""
        return self.multiplicity * self.irrep.dimension

    def __repr__(self) -> str:
        return f"IsotypicComponent({self.multiplicity} × {self.irrep!r})"


def decompose(gset: GSet) -> tuple[IsotypicComponent, ...]:
    """Return the isotypic decomposition of the functions on a G-set, (a f)(x) = f(a⁻¹x).

    RX = ⊕ V_ψ over the irreps ψ of G that occur, in the order of `real_irreps`; with n and c
    the dimensions of ψ and of its commutant, the projector is n / (c |G|) Σ ψ(a) P(a) for the
    permutation matrices P(a).

    Parameters
    ----------
    gset : GSet
        Any action; ``GSet(group, permutations)`` makes one of permutations.

    Returns
    -------
    tuple of IsotypicComponent

    Raises
    ------
    NotAnActionError
        For anything but a G-set.

    References
    ----------
    J.-P. Serre (1977), Linear Representations of Finite Groups, section 2.6.

    Examples
    --------
    >>> from groupkit import p4m
    >>> components = decompose(GSet.of_window(p4m.window(3)))
    >>> [(c.multiplicity, c.irrep.dimension) for c in components]
    [(3, 1), (1, 1), (1, 1), (2, 2)]
    >>> sum(component.dimension for component in components)
    9
    """
    multiplicities = irrep_multiplicities(gset)
    numbers, order = np.arange(len(gset)), gset.group.order
    components = []
    for irrep, multiplicity in multiplicities.items():
        projector = np.zeros((len(gset), len(gset)))
        for value, images in zip(irrep.character, gset.permutations, strict=True):
            projector[images, numbers] += value
        projector *= irrep.dimension / (irrep.commutant_dimension * order)
        projector.flags.writeable = False
        components.append(IsotypicComponent(irrep, multiplicity, projector))
    return tuple(components)


def irrep_multiplicities(gset: GSet) -> dict[RealIrrep, int]:
    """Return how often each real irrep occurs in the functions on a G-set, if it does.

    Parameters
    ----------
    gset : GSet
        As in `decompose`.

    Returns
    -------
    dict of RealIrrep to int
        Those that occur, in the order of `real_irreps`.

    Raises
    ------
    NotAnActionError
        For anything but a G-set.

    Examples
    --------
    >>> from groupkit import p4m
    >>> [count for count in irrep_multiplicities(GSet.regular(p4m)).values()]
    [1, 1, 1, 1, 2]
    """
    if not isinstance(gset, GSet):
        raise NotAnActionError(
            f"{brief(gset)} is no G-set; make one, such as GSet.regular(group), "
            "GSet.of_window(window) or GSet(group, permutations)",
            witness=gset,
        )
    table = character_table(gset.group)
    products = table.scalar_products(gset.fixed_points[table.classes.representatives])
    counts: dict[RealIrrep, int] = {}
    for irrep in real_irreps(gset.group):
        twice = 2 if irrep.kind == "quaternionic" else 1  # then the irrep is 2χ
        if count := int(products[irrep.constituents[0]]) // twice:
            counts[irrep] = count
    return counts
