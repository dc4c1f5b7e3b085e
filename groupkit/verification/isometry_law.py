"""The stabilizer acts on its lattice by isometries, for all lengths and angles at once."""

from __future__ import annotations

from typing import Any, Final

from sympy import Matrix, Symbol, cos, latex, linsolve, sqrt

from groupkit.lattice import Lattice
from groupkit.verification.law import Finding, claim, proved, refuted
from groupkit.verification.stabilizer_laws import SECTION
from groupkit.verification.subject import Subject

_LENGTHS: Final = "abc"
_ANGLES: Final = {(0, 1): "gamma", (0, 2): "beta", (1, 2): "alpha"}


def symbolic_gram(lattice: Lattice) -> Any:
    """Return the general Gram matrix of a family of lattices, in lengths and angles.

    A coefficient of the family that alone sets a diagonal entry is a squared length, one
    that alone sets another entry a product of two lengths and the cosine of their angle;
    any other one is a real symbol.

    Examples
    --------
    >>> symbolic_gram(Lattice.named("oblique"))
    Matrix([
    [          a**2, a*b*cos(gamma)],
    [a*b*cos(gamma),           b**2]])
    >>> symbolic_gram(Lattice.named("hexagonal"))
    Matrix([
    [   a**2, -a**2/2],
    [-a**2/2,    a**2]])
    """
    forms = [Matrix(form) for form in lattice.forms]
    d = lattice.dimension
    coefficients: list[Any] = [None] * len(forms)
    for i in range(d):
        owner = _owner(forms, i, i)
        if owner is not None and coefficients[owner] is None:
            coefficients[owner] = _length(i) ** 2 / forms[owner][i, i]
    for i in range(d):
        for j in range(i + 1, d):
            owner = _owner(forms, i, j)
            if owner is None or coefficients[owner] is not None:
                continue
            sides = [_squared_length(forms, coefficients, k) for k in (i, j)]
            if None not in sides:
                product = sqrt(sides[0]) * sqrt(sides[1]) * _cosine(i, j)
                coefficients[owner] = product / forms[owner][i, j]
    named = [
        Symbol(f"q_{k + 1}", real=True) if coefficient is None else coefficient
        for k, coefficient in enumerate(coefficients)
    ]
    total = Matrix.zeros(d, d)
    for coefficient, form in zip(named, forms, strict=True):
        total += coefficient * form
    return total.applyfunc(lambda entry: entry.expand())


@claim(
    SECTION,
    "isometries",
    "M(s)ᵀ Q M(s) = Q for every Gram matrix Q of the lattice, whatever its lengths and angles",
    r"M(s)^{\mathsf T} Q\, M(s) = Q",
    needs=("integer",),
)
def isometries(subject: Subject) -> Finding:
    """Decide whether all matrices preserve the general Gram matrix of the lattice."""
    gram = symbolic_gram(subject.lattice)
    how = f"sympy, Q = {gram.tolist()}"
    flaw = _flaw_of_member(subject.lattice)
    if flaw:
        return refuted(how, flaw)
    for s, entries in enumerate(subject.matrices):
        matrix = Matrix(entries.tolist())
        moved = (matrix.T * gram * matrix).applyfunc(lambda entry: entry.expand())
        if moved != gram:
            return refuted(
                how, f"M = M{subject.label(s)} = {entries.tolist()} gives MᵀQM = {moved.tolist()}"
            )
    return proved(
        f"{how}: {subject.order} identities",
        f"The Gram matrices of the {subject.lattice.name} lattice are $Q = {latex(gram)}$; "
        rf"$M(s)^{{\mathsf T}} Q\, M(s)$ was expanded for each of the ${subject.order}$ matrices.",
    )


def _flaw_of_member(lattice: Lattice) -> str | None:
    """Say if the exact Gram matrix is not positive definite or not of the family."""
    gram = Matrix(lattice.gram)
    if not gram.is_positive_definite:
        return f"the Gram matrix {gram.tolist()} is not positive definite"
    unknowns = [Symbol(f"q_{k}") for k in range(len(lattice.forms))]
    total = Matrix.zeros(*gram.shape)
    for unknown, form in zip(unknowns, lattice.forms, strict=True):
        total += unknown * Matrix(form)
    if not linsolve(list(total - gram), unknowns):
        return f"the Gram matrix {gram.tolist()} is no combination of the forms {lattice.forms}"
    return None


def _owner(forms: list[Any], i: int, j: int) -> int | None:
    """Return the only form with an entry [i, j], None if there are several or none."""
    owners = [k for k, form in enumerate(forms) if form[i, j] != 0]
    return owners[0] if len(owners) == 1 else None


def _squared_length(forms: list[Any], coefficients: list[Any], i: int) -> Any:
    """Return a_i · a_i if its coefficient is known, None otherwise."""
    owner = _owner(forms, i, i)
    if owner is None or coefficients[owner] is None:
        return None
    return coefficients[owner] * forms[owner][i, i]


def _length(i: int) -> Any:
    return Symbol(_LENGTHS[i] if i < len(_LENGTHS) else f"a_{i + 1}", positive=True)


def _cosine(i: int, j: int) -> Any:
    return cos(Symbol(_ANGLES.get((i, j), f"phi_{i + 1}{j + 1}"), real=True))
