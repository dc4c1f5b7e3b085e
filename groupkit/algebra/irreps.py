"""Irreducible representations of a finite group over the real numbers."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

import numpy as np
from jaxtyping import Float

from groupkit.algebra.characters import KINDS, CharacterTable, Kind, character_table
from groupkit.algebra.conjugacy import conjugacy_classes
from groupkit.algebra.finite_part import finite_part
from groupkit.finite_group import FiniteGroup
from groupkit.frozen import Frozen
from groupkit.split_group import SplitGroup

COMMUTANT_DIMENSIONS: Final = {"real": 1, "complex": 2, "quaternionic": 4}

_ClassFunction = Float[np.ndarray, " order"]


class RealIrrep(Frozen):
    """A homomorphism ρ: G → O(n) that leaves no proper subspace of Rⁿ invariant.

    The matrices that commute with all of ρ form the real numbers, the complex numbers or the
    quaternions: its *kind*.  Then ρ over the complex numbers is χ, χ + χ̄ or 2χ for an
    irreducible χ.

    Examples
    --------
    >>> from groupkit import p4m
    >>> plane = real_irreps(p4m)[-1]
    >>> plane
    RealIrrep(dimension=2, real, of a group of order 8)
    >>> plane.matrices[1].tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """

    group: FiniteGroup
    matrices: Float[np.ndarray, "order n n"]
    """ρ(a) for every a, orthogonal; read-only."""
    kind: Kind
    """"real", "complex" or "quaternionic"."""
    character: Float[np.ndarray, " order"]
    """The trace of ρ(a) for every a; read-only."""
    constituents: tuple[int, ...]
    """The rows of the group's character table that ρ has over the complex numbers: one or two."""

    def __init__(
        self,
        group: FiniteGroup,
        matrices: Float[np.ndarray, "order n n"],
        kind: Kind,
        character: Float[np.ndarray, " order"],
        constituents: tuple[int, ...],
    ) -> None:
        self._set(group=group, matrices=matrices, kind=kind)
        self._set(character=character, constituents=constituents)

    @property
    def dimension(self) -> int:
        """The size n of the matrices."""
        return int(self.matrices.shape[-1])

    @property
    def commutant_dimension(self) -> int:
        """1, 2 or 4: the real dimension of the matrices that commute with all of ρ."""
        return COMMUTANT_DIMENSIONS[self.kind]

    @property
    def multiplicity(self) -> int:
        """How often ρ occurs in the regular representation: dimension / commutant dimension."""
        return self.dimension // self.commutant_dimension

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.group, self.constituents, self.matrices.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        arrays = np.array(self.matrices), self.kind, np.array(self.character)
        return type(self), (self.group, *arrays, self.constituents)

    def __repr__(self) -> str:
        return (
            f"RealIrrep(dimension={self.dimension}, {self.kind}, "
            f"of a group of order {self.group.order})"
        )


def real_irreps(group: FiniteGroup | SplitGroup) -> tuple[RealIrrep, ...]:
    """Return the irreducible real representations of a finite group, or of S for Z^d ⋊ S.

    Up to equivalence, each once, the trivial one first, then in the order of the character
    table.  Together they carry all functions on G: Σ n² / c = |G|, for dimensions n and
    commutant dimensions c.  The matrices are the same on every run, and exact where they are
    integers or halves; elsewhere they are right to about 1e-15.

    Those of S are the ones of Z^d ⋊ S on which translations act trivially.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup

    Returns
    -------
    tuple of RealIrrep

    Notes
    -----
    A primitive idempotent f = e_ψ e_λ of R[G], for the real character ψ and a sign character λ
    of a cyclic subgroup in which ψ contains it once, is a function of positive type: the
    products ⟨v, ρ(a) v⟩ of the images of one unit vector v are f(a) / f(e).  A basis of images
    of v, orthonormalised, gives the matrices.  Where no cyclic subgroup serves, f comes from an
    eigenspace of a symmetric element of R[G].

    References
    ----------
    J.-P. Serre (1977), Linear Representations of Finite Groups, sections 2.6, 12.2 and 13.2.

    Examples
    --------
    >>> from groupkit import p6
    >>> [(irrep.dimension, irrep.kind) for irrep in real_irreps(p6)]
    [(1, 'real'), (1, 'real'), (2, 'complex'), (2, 'complex')]
    """
    return _irreps_of(finite_part(group))


@lru_cache(maxsize=128)
def _irreps_of(group: FiniteGroup) -> tuple[RealIrrep, ...]:
    table = character_table(group)
    irreps = []
    for number, conjugate in enumerate(table.conjugates):
        if conjugate < number:
            continue  # counted with its conjugate
        kind = KINDS[int(table.indicators[number])]
        character = _real_character(table, number, kind)
        product = _spherical_function(group, character, COMMUTANT_DIMENSIONS[kind])
        matrices = _matrices(group, product, round(float(character[group.identity])))
        constituents = (number,) if conjugate == number else (number, int(conjugate))
        irreps.append(RealIrrep(group, matrices, kind, character, constituents))
    return tuple(irreps)


def _real_character(table: CharacterTable, number: int, kind: Kind) -> _ClassFunction:
    """Return ψ = χ, χ + χ̄ or 2χ on all elements."""
    factor = 1.0 if kind == "real" else 2.0
    character: _ClassFunction = factor * table.values[number].real[table.classes.index_of]
    return character


def _spherical_function(
    group: FiniteGroup, character: _ClassFunction, commutant: int
) -> _ClassFunction:
    """Return a ↦ ⟨v, ρ(a) v⟩ for a unit vector v of the representation with this character.

    Of the v that cyclic subgroups fix up to sign, one is taken whose images are most often
    orthogonal or equal up to sign: matrices are then signed permutations where they can be.
    """
    table, numbers = group.cayley_table, np.arange(group.order)
    best: tuple[int, _ClassFunction] | None = None
    for a in conjugacy_classes(group).representatives:
        powers = [group.identity]
        while (power := int(table[powers[-1], a])) != group.identity:
            powers.append(power)
        for sign in (1, -1) if len(powers) % 2 == 0 else (1,):
            signs = np.array([float(sign) ** k for k in range(len(powers))])
            if round(float(signs @ character[powers]) / len(powers)) == commutant:
                product: _ClassFunction = character[table[numbers[:, None], powers]] @ signs
                product /= product[group.identity]
                whole = int((np.abs(np.abs(product) - 0.5) > 0.5 - 1e-9).sum())  # 0, 1 or -1
                if best is None or whole > best[0]:
                    best = whole, product
    if best is not None:
        return best[1]
    return _generic_spherical_function(group, character, commutant)


def _generic_spherical_function(
    group: FiniteGroup, character: _ClassFunction, commutant: int
) -> _ClassFunction:
    """Return what `_spherical_function` does, by an eigenspace of a symmetric element of R[G].

    Right multiplication by e_ψ x, x symmetric, acts on the left ideal of ψ as a symmetric
    matrix over the commutant: the eigenspaces of a general one are irreducible.
    """
    degree = round(float(character[group.identity]))
    quotients = group.cayley_table[group.inverses]  # [a, b] = a⁻¹ b
    idempotent = character * (degree / commutant) / group.order
    for attempt in range(1, 17):
        weights = np.modf(np.sqrt(2.0) * attempt * np.arange(1, group.order + 1) ** 2)[0]
        symmetric = weights + weights[group.inverses]
        symmetric[group.identity] += symmetric.sum() + 1.0  # all eigenvalues positive
        element = _convolve(group, idempotent, symmetric)
        values, vectors = np.linalg.eigh(element[quotients])
        largest = vectors[:, -degree:]
        if values[-degree] - np.append(0.0, values)[-degree - 1] > 1e-4:
            f = (largest @ largest[group.identity])[group.inverses]
            for _ in range(2):  # Newton's step towards f f = f
                square = _convolve(group, f, f)
                f = 3 * square - 2 * _convolve(group, square, f)
            f = (f + f[group.inverses]) / 2
            product: _ClassFunction = f / f[group.identity]
            return product
    raise AssertionError("a general symmetric matrix has different eigenvalues")


def _convolve(group: FiniteGroup, x: _ClassFunction, y: _ClassFunction) -> _ClassFunction:
    """Return the product Σ x(a) y(b) ab in R[G]."""
    result: _ClassFunction = x @ y[group.cayley_table[group.inverses]]
    return result


def _matrices(
    group: FiniteGroup, product: _ClassFunction, dimension: int
) -> Float[np.ndarray, "order n n"]:
    """Return ρ in an orthonormal basis made of images of v, from the products ⟨v, ρ(a) v⟩."""
    table, inverses = group.cayley_table, group.inverses
    gram = product[table[inverses]]  # ⟨ρ(a) v, ρ(b) v⟩
    residual = np.ones(group.order)
    rows = np.zeros((0, group.order))  # the orthonormal basis, against all images of v
    basis: list[int] = []
    for _ in range(dimension):
        a = int(np.argmax(residual > residual.max() - 1e-9))  # ties fall to the smallest number
        row = (gram[a] - rows[:, a] @ rows) / np.sqrt(residual[a])
        rows = np.concatenate([rows, row[None]])
        residual = residual - row**2
        basis.append(a)
    lower = np.linalg.inv(rows[:, basis].T)
    images = table[inverses[basis]][:, table[:, basis]]  # [i, a, j] = b_i⁻¹ a b_j
    matrices = np.einsum("ik,kal,jl->aij", lower, product[images], lower, optimize=True)
    halves = np.rint(2 * matrices) / 2
    near = np.abs(matrices - halves) < 1e-12
    exact: Float[np.ndarray, "order n n"] = np.where(near, halves, matrices) + 0.0  # no -0
    return exact
