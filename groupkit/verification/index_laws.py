"""Laws of the indices: index ↔ element, the user's inverse map and composition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from sympy import Matrix

from groupkit.integers import integer, integer_matrix
from groupkit.verification.identities import SYMBOLIC
from groupkit.verification.law import Finding, claim, not_applicable, proved, refuted
from groupkit.verification.motions import Motion, homogeneous, symbols_of
from groupkit.verification.subject import Subject

SECTION: Final = "the indices"
NO_CALLABLE: Final = "was not given, or was left behind by pickle or a file"
_NumberOf = Callable[[Subject, dict[str, int]], int]
_IndicesOf = Callable[[Subject, int], dict[str, int]]


def number_of(subject: Subject, indices: dict[str, int]) -> int:
    """Return the place of an index tuple in storage order, row-major over the axes."""
    number = 0
    for name, size in subject.axes.items():
        number = number * size + indices[name]
    return number


@claim(
    SECTION,
    "index bijection",
    "index → element → index and element → index → element are identities, for all t ∈ Z^d",
    r"(i, t) \mapsto g(t, s_i) \mapsto (i, t)",
    needs=("faithful",),
)
def index_bijection(
    subject: Subject,
    number: _NumberOf = number_of,
    indices: _IndicesOf = Subject.indices,
) -> Finding:
    """Decide whether indices and translation can be read back from every element's matrix."""
    d = subject.dimension
    t = symbols_of(d)
    known: dict[Any, list[int]] = {}  # matrix -> its element, and those that differ internally
    for s, matrix in enumerate(subject.matrices):
        known.setdefault(_key(matrix), []).append(s)
    for s, entries in enumerate(subject.matrices):
        tuple_of_s = indices(subject, s)
        if number(subject, tuple_of_s) != s:
            return refuted(
                SYMBOLIC,
                f"element {s} has the indices {tuple_of_s}, which are those of element "
                f"{number(subject, tuple_of_s)}",
            )
        matrix = homogeneous(Motion(Matrix(entries.tolist()), None, t))
        same = known[_key(matrix[:d, :d])]
        found = s if s in same else same[0]
        if indices(subject, found) != tuple_of_s or matrix[:d, d] != t:
            return refuted(
                SYMBOLIC, f"the matrix of {tuple_of_s} reads back as {indices(subject, found)}"
            )
        again = Matrix(subject.matrices[number(subject, indices(subject, found))].tolist())
        if homogeneous(Motion(again, None, matrix[:d, d])) != matrix:
            return refuted(SYMBOLIC, f"the indices {tuple_of_s} give another matrix back")
    return proved(
        f"{SYMBOLIC}: {subject.order} elements with symbolic translations",
        r"For each index tuple $i$ and symbolic $t$, the last column of the matrix of $g(t, s_i)$ "
        + (
            r"is $t$ and its linear part occurs in the list at place $i$, and elsewhere only where "
            r"the element differs from that by an internal symmetry."
            if subject.internal
            else r"is $t$ and its linear part occurs once in the list, at place $i$."
        ),
    )


@claim(
    SECTION,
    "index map",
    "index(matrix(i)) = i and matrix(index(M(s))) = M(s), for the callables of the declaration",
    r"\mathrm{index}(\mathrm{matrix}(i)) = i, \quad \mathrm{matrix}(\mathrm{index}(M)) = M",
    needs=("faithful",),
)
def index_map(subject: Subject) -> Finding:
    """Decide whether the user's `index` is the inverse of `matrix`, both ways."""
    matrix, index = subject.matrix, subject.index
    if index is None or matrix is None:
        return not_applicable(f"index {NO_CALLABLE}")
    how = "the callables, exhaustive"
    for s in range(subject.order):
        expected = subject.indices(s)
        try:
            raw = matrix(**expected)
            result = index(raw)
            found = {name: integer(value) for name, value in dict(result).items()}
            back = matrix(**found) if None not in found.values() else None
        except Exception as error:  # noqa: BLE001 - the user's code may raise anything
            return refuted(how, f"at {expected} it raised {type(error).__name__}: {error}")
        if found != expected:
            return refuted(how, f"index gives {dict(result)} for the matrix at {expected}")
        for read in (raw, back):
            if not (integer_matrix(read) == subject.matrices[s]).all():
                return refuted(how, f"matrix gives {read} at {expected}, not what was tabulated")
    return proved(
        f"{how}: {subject.order} index tuples",
        r"The inverse map was evaluated on all matrices, and the matrix at the indices it gives "
        r"compared with the one it was given.",
    )


@claim(
    SECTION,
    "composition of indices",
    "compose(i, i') are the indices of the product of the elements i and i', for all t, t' ∈ Z^d",
    r"\mathrm{compose}(i, i') = \mathrm{index}\, (g_i\, g_{i'})",
    needs=("Cayley table", "composition"),
)
def index_composition(subject: Subject) -> Finding:
    """Decide whether the user's `compose` is the product of matrices."""
    compose = subject.compose
    if compose is None:
        return not_applicable(f"compose {NO_CALLABLE}")
    d = subject.dimension
    t, other = symbols_of(d), symbols_of(d, "'")
    how = f"{SYMBOLIC}, all pairs of S"
    names, first, second = _named(t), _with_translation({}, t), _with_translation({}, other)
    spoken: set[bool] = set()
    for a in range(subject.order):
        left = subject.indices(a) | first
        moved = t + Matrix(subject.matrices[a].tolist()) * other
        for b in range(subject.order):
            right = subject.indices(b) | second
            expected = subject.indices(int(subject.table[a, b]))
            try:
                result = compose(dict(left), dict(right))
            except Exception as error:  # noqa: BLE001 - the user's code may raise anything
                return refuted(how, f"compose raised {type(error).__name__}: {error} at {left}")
            if not isinstance(result, Mapping):
                return refuted(how, f"compose returned {result!r}, not a dict of indices")
            shown = f"compose({_spell(left)}; {_spell(right)})"
            found = {name: integer(result.get(name)) for name in subject.axes}
            if found != expected:
                given = {name: result.get(name) for name in subject.axes}
                return refuted(how, f"{shown} = {_spell(given)}, but it is {_spell(expected)}")
            extra = set(result) - set(subject.axes)
            spoken.add(bool(extra))
            if not extra:
                continue
            if extra != names or not _same_vector(_read_translation(result, d), moved):
                wanted = _with_translation({}, moved)
                given = {name: result[name] for name in result if name in extra}
                return refuted(how, f"{shown} gives {_spell(given)}, but it is {_spell(wanted)}")
    if len(spoken) > 1:
        return refuted(how, "compose returns translations for some elements only")
    part = "indices and translations" if True in spoken else "indices of S, no translations given"
    return proved(
        f"{how}: {subject.order**2} pairs, {part}",
        r"The declared formula was evaluated for every pair of $S$ with symbolic translations $t$, "
        r"$t'$ and compared with the matrix product.",
    )


INDEX_LAWS: Final = (index_bijection, index_map, index_composition)


def _named(vector: Any) -> set[str]:
    return set(_with_translation({}, vector))


def _with_translation(indices: dict[str, Any], vector: Any) -> dict[str, Any]:
    """Return indices together with u, v, w, or with t beyond three dimensions."""
    names = ("u", "v", "w")
    if len(vector) <= len(names):
        return indices | dict(zip(names, list(vector), strict=False))
    return indices | {"t": tuple(vector)}


def _read_translation(indices: Mapping[str, Any], dimension: int) -> Any:
    """Return the translation in a result of compose, None if there is no such vector."""
    try:
        if "t" in indices:
            return Matrix(list(indices["t"]))
        return Matrix([indices[name] for name in ("u", "v", "w")[:dimension]])
    except (KeyError, TypeError, ValueError):
        return None


def _same_vector(found: Any, expected: Any) -> bool:
    if found is None or found.shape != expected.shape:
        return False
    try:
        return all((one - other).expand() == 0 for one, other in zip(found, expected, strict=True))
    except (TypeError, AttributeError):
        return False


def _spell(indices: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in indices.items()) or "nothing"


def _key(matrix: Any) -> tuple[int, ...]:
    flat = matrix.flat() if callable(getattr(matrix, "flat", None)) else np.asarray(matrix).flat
    return tuple(int(entry) for entry in flat)
