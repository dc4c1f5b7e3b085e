"""Laws of the stabilizer S, checked exactly and exhaustively on integers."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from jaxtyping import Int, Shaped

from groupkit.integers import compact, determinant, exact_matmul, integer
from groupkit.verification.law import Finding, claim, proved, refuted
from groupkit.verification.subject import Subject

SECTION: Final = "the stabilizer S"
EXACT: Final = "exact integers, exhaustive"


@claim(
    SECTION,
    "integer",
    "every M(s) is a d×d matrix of integers, one for each index tuple",
    r"M(s) \in \mathbb{Z}^{d \times d}",
)
def integer_entries(subject: Subject) -> Finding:
    """Decide whether the matrices are square, integer, and as many as the axes count."""
    shape = subject.matrices.shape
    count = math.prod(subject.axes.values())
    if len(shape) != 3 or shape[1] != shape[2] or shape[0] != count:
        return refuted(EXACT, f"the axes count {count} elements, the matrices have shape {shape}")
    for s, matrix in enumerate(subject.matrices):
        for (i, j), entry in np.ndenumerate(matrix):
            if integer(entry) is None:
                return refuted(EXACT, f"M{subject.label(s)} has entry [{i}, {j}] = {entry!r}")
    return proved(
        f"{EXACT}: {subject.matrices.size} entries",
        f"All ${subject.matrices.size}$ entries of the listed matrices are integers.",
    )


@claim(
    SECTION,
    "unimodular",
    "det M(s) = ±1, so M(s) maps Z^d onto itself",
    r"\det M(s) = \pm 1",
    needs=("integer",),
)
def unimodular(subject: Subject) -> Finding:
    """Decide whether every determinant is 1 or -1."""
    values = [determinant(matrix) for matrix in subject.matrices]
    for s, value in enumerate(values):
        if abs(value) != 1:
            return refuted(EXACT, f"det M{subject.label(s)} = {value} for {_show(subject, s)}")
    return proved(
        f"{EXACT}: {len(values)} determinants",
        f"${values.count(1)}$ of the matrices have determinant $1$ and ${values.count(-1)}$ have "
        "determinant $-1$, so each has an inverse with integer entries.",
    )


@claim(
    SECTION,
    "faithful",
    "M(s) = M(s') only if s = s', or s⁻¹s' is declared internal: an element that fixes every point",
    r"M(s) = M(s') \Rightarrow s^{-1} s' \in K",
    needs=("integer",),
)
def faithful(subject: Subject) -> Finding:
    """Decide whether the kernel of M is the declared one: trivial, unless some are internal."""
    one = np.eye(subject.dimension, dtype=np.int64)
    for s in subject.internal:
        if not (subject.matrices[s] == one).all():
            return refuted(
                EXACT,
                f"{subject.label(s)} is declared internal, but moves points: M{subject.label(s)} = "
                f"{_show(subject, s)}",
            )
    allowed = 1 + len(subject.internal)
    found: dict[tuple[int, ...], list[int]] = {}
    for s, matrix in enumerate(subject.matrices):
        same = found.setdefault(_key(matrix), [])
        same.append(s)
        if len(same) > allowed:
            internal = f", but {allowed - 1} are internal" if subject.internal else ""
            equal = " = ".join(f"M{subject.label(other)}" for other in same)
            return refuted(EXACT, f"{equal} = {_show(subject, s)}{internal}")
    pairs = math.comb(subject.order, 2)
    if not subject.internal:
        return proved(f"{EXACT}: {pairs} pairs", f"The ${subject.order}$ matrices are distinct.")
    return proved(
        f"{EXACT}: {pairs} pairs, {len(subject.internal)} internal symmetries",
        f"The ${len(subject.internal)}$ internal elements have the identity matrix, and no matrix "
        f"is that of more than ${allowed}$ elements: those of one coset of $K$.",
    )


@claim(
    SECTION,
    "closed",
    "M(s) M(s') is one of the matrices, for all s, s' ∈ S",
    r"M(s) M(s') \in M(S)",
    needs=("integer",),
)
def closed(subject: Subject) -> Finding:
    """Decide whether all products of two matrices are in the list."""
    members = {_key(matrix) for matrix in subject.matrices}
    for s in range(subject.order):
        for other, product in enumerate(_products(subject)[s]):
            if _key(product) not in members:
                return refuted(
                    EXACT,
                    f"M{subject.label(s)} M{subject.label(other)} = {compact(product).tolist()} "
                    f"is none of the {subject.order} matrices",
                )
    return proved(
        f"{EXACT}: {subject.order**2} products",
        f"Each of the ${subject.order}^2 = {subject.order**2}$ products is in the list.",
    )


@claim(
    SECTION,
    "Cayley table",
    "M(s) M(s') = M(ss') with ss' read from the Cayley table, for all s, s' ∈ S",
    r"M(s) M(s') = M(ss')",
    needs=("integer", "closed"),
)
def homomorphism(subject: Subject) -> Finding:
    """Decide whether the table is that of the matrices: M is a homomorphism."""
    bad = _out_of_range(subject)
    if bad is not None:
        return refuted(EXACT, bad)
    equal = (_products(subject) == subject.matrices[subject.table]).all(axis=(-1, -2))
    if not equal.all():
        s, other = (int(i) for i in np.argwhere(~equal)[0])
        entry = int(subject.table[s, other])
        product = _products(subject)[s, other].tolist()
        return refuted(
            EXACT,
            f"the table says {subject.label(s)}·{subject.label(other)} = {subject.label(entry)}, "
            f"but M{subject.label(s)} M{subject.label(other)} = {product} and "
            f"M{subject.label(entry)} = {_show(subject, entry)}",
        )
    return proved(
        f"{EXACT}: {subject.order**2} products",
        f"Each of the ${subject.order**2}$ products equals the matrix that the Cayley table names.",
    )


@claim(
    SECTION,
    "associative",
    "(ab)c = a(bc) for all a, b, c ∈ S",
    r"(ab)c = a(bc)",
)
def associative(subject: Subject) -> Finding:
    """Decide whether the table associates, independently of the matrices."""
    bad = _out_of_range(subject)
    if bad is not None:
        return refuted(EXACT, bad)
    table = subject.table
    for a in range(subject.order):
        left, right = table[table[a]], table[a][table]
        if not np.array_equal(left, right):
            b, c = (int(i) for i in np.argwhere(left != right)[0])
            x, y, z = (subject.label(i) for i in (a, b, c))
            return refuted(
                EXACT,
                f"({x}·{y})·{z} = {subject.label(int(left[b, c]))} but {x}·({y}·{z}) = "
                f"{subject.label(int(right[b, c]))}",
            )
    return proved(
        f"{EXACT}: {subject.order**3} triples of the Cayley table",
        f"Checked for all ${subject.order}^3 = {subject.order**3}$ triples of the Cayley table, "
        "without use of the matrices.",
    )


@claim(
    SECTION,
    "identity",
    "ea = ae = a for all a ∈ S, and M(e) = 1",
    r"ea = ae = a, \quad M(e) = 1",
)
def identity(subject: Subject) -> Finding:
    """Decide whether the declared identity is neutral and acts as the identity matrix."""
    e, numbers = subject.identity, np.arange(subject.order)
    if not 0 <= e < subject.order:
        return refuted(EXACT, f"{e} is the number of none of the {subject.order} elements")
    for products, spelled in ((subject.table[e], "{e}·{a}"), (subject.table[:, e], "{a}·{e}")):
        wrong = np.flatnonzero(products != numbers)
        if wrong.size:
            a = int(wrong[0])
            product = spelled.format(e=subject.label(e), a=subject.label(a))
            return refuted(EXACT, f"{product} = {int(products[a])}, not {a}")
    if not (subject.matrices[e] == np.eye(subject.dimension, dtype=np.int64)).all():
        return refuted(EXACT, f"M{subject.label(e)} = {_show(subject, e)} is not the identity")
    return proved(
        f"{EXACT}: {2 * subject.order} products",
        f"$e = {_tex(subject.label(e))}$ has the identity matrix, and its row and column of the "
        "Cayley table are the identity permutation.",
    )


@claim(
    SECTION,
    "inverses",
    "a a⁻¹ = a⁻¹ a = e and M(a) M(a⁻¹) = 1 for all a ∈ S",
    r"a a^{-1} = a^{-1} a = e, \quad M(a) M(a^{-1}) = 1",
    needs=("integer",),
)
def inverses(subject: Subject) -> Finding:
    """Decide whether the declared inverses are, in the table and in the matrices."""
    if ((subject.inverses < 0) | (subject.inverses >= subject.order)).any():
        return refuted(EXACT, f"the inverses {subject.inverses.tolist()} are out of range")
    one = np.eye(subject.dimension, dtype=np.int64)
    for a, b in enumerate(subject.inverses.tolist()):
        x, y = subject.label(a), subject.label(b)
        for left, right in ((a, b), (b, a)):
            product = int(subject.table[left, right])
            if product != subject.identity:
                return refuted(
                    EXACT,
                    f"{y} is not the inverse of {x}: {subject.label(left)}·{subject.label(right)} "
                    f"has number {product}",
                )
        if not (exact_matmul(subject.matrices[a], subject.matrices[b]) == one).all():
            return refuted(EXACT, f"M{x} M{y} is not the identity matrix")
    return proved(
        f"{EXACT}: {2 * subject.order} products",
        "Each listed inverse was multiplied with its element from both sides, in the Cayley table "
        "and as matrices.",
    )


STABILIZER_LAWS: Final = (
    integer_entries,
    unimodular,
    faithful,
    closed,
    homomorphism,
    associative,
    identity,
    inverses,
)


def _products(subject: Subject) -> Shaped[np.ndarray, "order order d d"]:
    """Return M(s) M(s') for all s and s', exactly."""
    return exact_matmul(subject.matrices[:, None], subject.matrices[None, :])


def _out_of_range(subject: Subject) -> str | None:
    """Say which table entry is no element, None if all are."""
    table: Int[np.ndarray, "order order"] = subject.table
    if table.shape != (subject.order, subject.order):
        return f"the Cayley table of {subject.order} elements has shape {table.shape}"
    outside = (table < 0) | (table >= subject.order)
    if not outside.any():
        return None
    a, b = (int(i) for i in np.argwhere(outside)[0])
    return f"entry [{a}, {b}] = {table[a, b]} of the Cayley table is the number of no element"


def _key(matrix: Shaped[np.ndarray, "d d"]) -> tuple[int, ...]:
    return tuple(int(entry) for entry in matrix.flat)


def _show(subject: Subject, s: int) -> str:
    return str(subject.matrices[s].tolist())


def _tex(label: str) -> str:
    return label.replace("=", "{=}")
