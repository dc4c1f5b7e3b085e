"""Identities between elements of G: proved once in symbols, or refuted by one choice from S."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product as tuples
from typing import Any, Final

from sympy import Matrix

from groupkit.verification.law import Finding, proved, refuted
from groupkit.verification.motions import Motion, element, generic, symbols_of
from groupkit.verification.subject import Subject

SYMBOLIC: Final = "sympy, integer symbols"
PRIMES: Final = ("", "'", "''")
Difference = Callable[..., Iterable[Any]]


def decide(
    subject: Subject, difference: Difference, arity: int, proof: str, concrete: int = 0
) -> Finding:
    """Decide whether a difference vanishes for all elements of G.

    The first ``concrete`` elements run over S, the others have matrices of symbols.  A
    generic identity that fails says little about one group, so then all elements run over
    S: the first that fails is the witness.
    """
    d = subject.dimension
    free = [generic(d, PRIMES[i], "ABC"[i]) for i in range(concrete, arity)]
    runs = list(tuples(range(subject.order), repeat=concrete))
    if all(vanish(difference(*_chosen(subject, run), *free)) for run in runs):
        how = "one identity in symbolic blocks" if len(runs) == 1 else f"{len(runs)} identities"
        return proved(f"{SYMBOLIC}: {how}", proof)
    for run in tuples(range(subject.order), repeat=arity):
        rest = list(difference(*_chosen(subject, run)))
        if not vanish(rest):
            shown = ", ".join(
                f"{name} = (t{primes}, {subject.label(s)})"
                for name, primes, s in zip("ghk", PRIMES, run, strict=False)
            )
            return refuted(SYMBOLIC, f"for {shown} the two sides differ by {listed(rest)}")
    return proved(
        f"{SYMBOLIC}: {subject.order**arity} identities, one for each choice from S", proof
    )


def _chosen(subject: Subject, run: tuple[int, ...]) -> list[Motion]:
    return [
        element(subject, s, symbols_of(subject.dimension, PRIMES[i])) for i, s in enumerate(run)
    ]


def vanish(entries: Iterable[Any] | Matrix) -> bool:
    """Return whether all entries are the zero polynomial."""
    return all(entry.expand() == 0 for entry in entries)


def listed(entries: Iterable[Any] | Matrix) -> str:
    """Return the entries that are not zero."""
    return ", ".join(str(e) for e in (entry.expand() for entry in Matrix(list(entries))) if e != 0)
