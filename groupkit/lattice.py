"""Lattices: exact Gram matrices, the Bravais lattices by name, invariant lattices.

A Bravais lattice is a family: a rectangle may have any two side lengths.  Its Gram
matrices Q are all positive definite combinations of a few integer *forms*, so one integer
check per form, MᵀQM = Q, proves that M is an isometry for every length and angle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from groupkit.bravais import CELLS, PEARSON, TWICE_PRIMITIVE, Form
from groupkit.centring import conventional_basis, inverse
from groupkit.errors import DimensionError, LatticeError, NotIsometryError, UnknownNameError, brief
from groupkit.forms import (
    primitive_form,
    problem_of_family,
    problem_of_gram,
    span,
    symmetric_forms,
)
from groupkit.integers import exact_matmul, exact_total, rank, rational


@dataclass(frozen=True)
class Lattice:
    """A lattice with basis vectors a_1 … a_d, known by Q[i, j] = a_i · a_j up to scale.

    Parameters
    ----------
    name : str
        For people; two lattices of different names are different.
    gram : tuple of tuples of int
        One exact Gram matrix, used for pictures.
    forms : tuple of such matrices
        Integer matrices that span all Gram matrices of the family; ``(gram,)`` for a single
        rigid lattice.

    Raises
    ------
    LatticeError
        If the Gram matrix is not positive definite, or no combination of the forms.

    References
    ----------
    International Tables for Crystallography, volume A, chapter 3.1 (Bravais lattices).

    Examples
    --------
    >>> Lattice.named("hexagonal").gram
    ((2, -1), (-1, 2))
    >>> Lattice.named("rectangular").forms
    (((1, 0), (0, 0)), ((0, 0), (0, 1)))
    """

    name: str
    gram: Form
    forms: tuple[Form, ...]

    def __post_init__(self) -> None:
        problem = problem_of_family(self.name, self.gram, self.forms)
        if problem:
            raise LatticeError(
                f"lattice {brief(self.name)} {problem}; make lattices with Lattice.named or "
                "Lattice.from_gram",
                witness=(self.gram, self.forms),
            )

    @classmethod
    def named(cls, name: str, dimension: int | None = None) -> Lattice:
        """Return the Bravais lattice of this name or Pearson symbol.

        Parameters
        ----------
        name : str
            ``"line"``; ``"oblique"``, ``"rectangular"``, ``"rhombic"``, ``"square"``,
            ``"hexagonal"``; ``"triclinic"``, ``"monoclinic"``, ``"orthorhombic"``,
            ``"tetragonal"``, ``"rhombohedral"``, ``"hexagonal"``, ``"cubic"``, followed by
            ``" P"`` (the default), ``" S"``, ``" A"``, ``" I"`` or ``" F"`` for the centring, in
            a primitive basis; or a Pearson symbol such as ``"cF"``.
        dimension : int, optional
            Needed for ``"hexagonal"`` in three dimensions only.

        Returns
        -------
        Lattice

        Raises
        ------
        UnknownNameError
            With the nearest name.
        DimensionError
            If the lattice of that name has another dimension.

        Examples
        --------
        >>> Lattice.named("cubic F") == Lattice.named("cF")
        True
        """
        wanted = str(name)  # an array would compare entry by entry
        found = [lattice for lattice in _bravais().values() if wanted in _names(lattice)]
        if not found:
            known = [known for lattice in _bravais().values() for known in _names(lattice)[:-1]]
            near = get_close_matches(wanted, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise UnknownNameError(f"no lattice is called {brief(name)}; {hint}", witness=name)
        for lattice in found:
            if dimension is None or lattice.dimension == dimension:
                return lattice
        raise DimensionError(
            f"the {name} lattice has dimension {found[0].dimension}, the group has dimension "
            f"{dimension}; choose a lattice of dimension {dimension}, or leave it out to have an "
            "invariant one derived",
            witness=(found[0].dimension, dimension),
        )

    @classmethod
    def from_gram(cls, name: str, gram: Any) -> Lattice:
        """Return the rigid lattice with this rational Gram matrix (kept up to scale).

        Parameters
        ----------
        name : str
        gram : array_like of rational numbers
            [d, d], entry [i, j] the product of basis vectors i and j.

        Returns
        -------
        Lattice

        Raises
        ------
        LatticeError
            If the matrix is not square, rational, symmetric and positive definite.

        Examples
        --------
        >>> Lattice.from_gram("my rectangle", [[1, 0], [0, 4]]).dimension
        2
        """
        rows = gram.tolist() if hasattr(gram, "tolist") else gram
        problem = problem_of_gram(rows)
        if problem:
            raise LatticeError(
                f"the Gram matrix {brief(rows)} of lattice {brief(name)} {problem}; give "
                "Q[i][j] = a_i · a_j of linearly independent vectors, in integers or fractions",
                witness=rows,
            )
        entries = [[rational(entry) for entry in row] for row in rows]
        common = lcm(*(entry.denominator for row in entries for entry in row if entry is not None))
        form = primitive_form(
            np.array(
                [[int(entry * common) for entry in row if entry is not None] for row in entries]
            )
        )
        return cls(name, form, (form,))

    @classmethod
    def invariant(cls, matrices: Int[np.ndarray, "order d d"]) -> Lattice:
        """Return the most general lattice on which a finite matrix group acts by isometries.

        Its forms span the solutions of MᵀQM = Q.  They are the group averages of the
        symmetric matrices; one that a Bravais lattice of this module has gets its name.

        Parameters
        ----------
        matrices : numpy.ndarray of int
            [order, d, d], all elements of a group.

        Returns
        -------
        Lattice

        Examples
        --------
        >>> from groupkit import p6
        >>> Lattice.invariant(p6.stabilizer.matrices).name
        'hexagonal'
        """
        dimension = matrices.shape[-1]
        transposed = matrices.swapaxes(-1, -2)
        averages = [
            exact_total(exact_matmul(exact_matmul(transposed, form), matrices))
            for form in symmetric_forms(dimension)
        ]
        gram = exact_total(exact_matmul(transposed, matrices))
        forms = [primitive_form(average) for average in averages]
        known = _bravais_lattice(forms)
        return known or cls(f"invariant-{dimension}d", primitive_form(gram), span(forms))

    def change_basis(self, basis: Int[np.ndarray, "d d"]) -> Lattice:
        """Return the same lattice in the basis whose vectors are the columns P: Q → PᵀQP.

        It keeps its name where a Bravais lattice of this module has these Gram matrices.

        Parameters
        ----------
        basis : numpy.ndarray of int
            P, [d, d].

        Returns
        -------
        Lattice
        """

        def moved(form: Form) -> Form:
            inner = exact_matmul(np.array(form), basis)
            return primitive_form(exact_matmul(basis.T, inner))

        forms = tuple(moved(form) for form in self.forms)
        known = _bravais_lattice(forms)
        return known or Lattice(f"{self.name}, other basis", moved(self.gram), forms)

    def direct_sum(self, other: Lattice) -> Lattice:
        """Return the orthogonal sum: Gram matrices are diagonal blocks of those of the two.

        Parameters
        ----------
        other : Lattice
            Of any dimension.

        Returns
        -------
        Lattice
            Of d + d' dimensions.

        Examples
        --------
        >>> Lattice.named("square").direct_sum(Lattice.named("line")).name
        'tetragonal P'
        """
        d, e = self.dimension, other.dimension

        def block(upper: Form | None, lower: Form | None) -> Form:
            form = np.zeros((d + e, d + e), dtype=object)
            form[:d, :d] += np.array(upper or np.zeros((d, d), dtype=int))
            form[d:, d:] += np.array(lower or np.zeros((e, e), dtype=int))
            return tuple(tuple(int(entry) for entry in row) for row in form)

        forms = (
            *(block(form, None) for form in self.forms),
            *(block(None, f) for f in other.forms),
        )
        known = _bravais_lattice(forms)
        return known or Lattice(f"{self.name} ⊕ {other.name}", block(self.gram, other.gram), forms)

    @property
    def conventional_from_primitive(self) -> tuple[tuple[Fraction, ...], ...]:
        """The basis vectors, as columns, in the conventional cell of ITA: the identity for P.

        x_conventional = C x_primitive.  The conventional cell of the rhombohedral lattice is
        hexagonal, that of the rhombic one rectangular.

        Examples
        --------
        >>> [str(x) for x in Lattice.named("cubic F").conventional_from_primitive[0]]
        ['0', '1/2', '1/2']
        """
        known = self == _named_or_none(self.name, self.dimension)
        return conventional_basis(self.name if known else "", self.dimension)

    @property
    def primitive_from_conventional(self) -> tuple[tuple[Fraction, ...], ...]:
        """The inverse of `conventional_from_primitive`: x_primitive = C⁻¹ x_conventional.

        Examples
        --------
        >>> [str(x) for x in Lattice.named("cubic F").primitive_from_conventional[0]]
        ['-1', '1', '1']
        """
        return inverse(self.conventional_from_primitive)

    @property
    def dimension(self) -> int:
        """The number d of basis vectors."""
        return len(self.gram)

    @property
    def basis(self) -> Float[np.ndarray, "d d"]:
        """Cartesian basis vectors as columns, the first one (1, 0, …): x = basis @ coordinates."""
        gram = np.array(self.gram, dtype=np.float64)
        return np.linalg.cholesky(gram / gram[0, 0]).T

    def check_isometries(self, matrices: Int[np.ndarray, "order d d"]) -> None:
        """Raise NotIsometryError unless MᵀQM = Q for every matrix M and every form Q.

        Raises
        ------
        DimensionError
            If the matrices have another dimension than the lattice.
        NotIsometryError
            Naming the first matrix and form that fail.
        """
        if matrices.shape[-1] != self.dimension:
            raise DimensionError(
                f"the {self.name} lattice has dimension {self.dimension}, the matrices have "
                f"dimension {matrices.shape[-1]}; choose a lattice of their dimension",
                witness=(self.dimension, matrices.shape[-1]),
            )
        for form, kind in ((self.gram, "Gram matrix"), *((form, "form") for form in self.forms)):
            moved = exact_matmul(exact_matmul(matrices.swapaxes(-1, -2), np.array(form)), matrices)
            kept = (moved == np.array(form)).all(axis=(-1, -2))
            if not kept.all():
                matrix = matrices[int(np.argmin(kept))].tolist()
                raise NotIsometryError(
                    f"M = {matrix} is no isometry of the {self.name} lattice: MᵀQM = "
                    f"{moved[int(np.argmin(kept))].tolist()} for its {kind} Q = "
                    f"{[list(row) for row in form]}; choose another lattice, or leave it out to "
                    "have an invariant one derived",
                    witness=(matrix, form),
                )


def _named_or_none(name: str, dimension: int) -> Lattice | None:
    """Return the Bravais lattice of a name, None if there is none."""
    found = (known for known in _bravais().values() if known.dimension == dimension)
    return next((known for known in found if known.name == name), None)


def _bravais_lattice(forms: Sequence[Form]) -> Lattice | None:
    """Return the Bravais lattice whose forms span what these do, None if there is none."""
    vectors = [[entry for row in form for entry in row] for form in forms]
    size = rank(vectors)
    for lattice in _bravais().values():
        if lattice.dimension == len(forms[0]) and len(lattice.forms) == size:
            others = [[entry for row in form for entry in row] for form in lattice.forms]
            if rank([*others, *vectors]) == size:
                return lattice
    return None


def _names(lattice: Lattice) -> tuple[str, ...]:
    """Return the names under which a Bravais lattice is found."""
    symbol = next(symbol for symbol, known in _bravais().items() if known is lattice)
    unqualified = (lattice.name.removesuffix(" P"),) if lattice.name.endswith(" P") else ()
    return (lattice.name, *unqualified, symbol)


@cache
def _bravais() -> Mapping[str, Lattice]:
    """Return the Bravais lattices of one, two and three dimensions by Pearson symbol."""
    return {symbol: _build(cell, centring) for symbol, (cell, centring) in PEARSON.items()}


def _build(cell: str, centring: str | None) -> Lattice:
    """Return the primitive lattice of a conventional cell and centring."""
    forms = [np.array(form) for form, _ in CELLS[cell]]
    gram = np.sum([coefficient * np.array(form) for form, coefficient in CELLS[cell]], axis=0)
    name = cell.removesuffix(" 3-D")
    if centring is not None:
        basis = np.array(TWICE_PRIMITIVE[centring])
        forms = [basis.T @ form @ basis for form in forms]
        gram = basis.T @ gram @ basis
        name = f"{name} {centring}"
    return Lattice(name, primitive_form(gram), tuple(primitive_form(form) for form in forms))
