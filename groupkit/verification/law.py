"""A law, what was found about it, and how claims are judged in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Generic, Literal, ParamSpec

Status = Literal["proved", "refuted", "not applicable"]
P = ParamSpec("P")


@dataclass(frozen=True)
class Law:
    """One law of a report: what it states, whether it holds, and how that was decided.

    Parameters
    ----------
    name : str
        Short and fixed: ``"associative"``.
    section : str
        The part of the report it belongs to.
    statement : str
        The mathematical statement, in Unicode.
    status : {"proved", "refuted", "not applicable"}
    method : str
        How it was decided, with counts; for a law that is not applicable, why it is not.
    witness : str or None
        For a refuted law, the smallest thing found that breaks it.
    formula, proof : str
        The statement and its proof in LaTeX, for `Report.to_latex`.
    seconds : float
        How long it took; takes no part in comparisons.

    Examples
    --------
    >>> from groupkit import p4
    >>> law = p4.verify()["associative"]
    >>> law.status, law.statement
    ('proved', '(ab)c = a(bc) for all a, b, c ∈ S')
    """

    name: str
    section: str
    statement: str
    status: Status
    method: str
    witness: str | None = None
    formula: str = field(default="", repr=False)
    proof: str = field(default="", repr=False)
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Finding:
    """What a check found: a status, how, and a witness or a proof."""

    status: Status
    method: str
    witness: str | None = None
    proof: str = ""


def proved(method: str, proof: str = "") -> Finding:
    """Return the finding that a law holds."""
    return Finding("proved", method, proof=proof)


def refuted(method: str, witness: str) -> Finding:
    """Return the finding that a law is broken, with a witness."""
    return Finding("refuted", method, witness=witness)


def not_applicable(reason: str) -> Finding:
    """Return the finding that there is nothing to prove, or nothing to prove it from."""
    return Finding("not applicable", reason)


class Claim(Generic[P]):
    """A law together with the function that decides it; calling it gives the timed `Law`.

    Parameters
    ----------
    check : callable
        Returns a `Finding`.
    name, section, statement, formula : str
        As in `Law`.
    needs : tuple of str
        Names of the laws without which this one says nothing.
    """

    def __init__(
        self,
        check: Callable[P, Finding],
        name: str,
        section: str,
        statement: str,
        formula: str,
        needs: tuple[str, ...] = (),
    ) -> None:
        self.check = check
        self.name = name
        self.section = section
        self.statement = statement
        self.formula = formula
        self.needs = needs
        self.__doc__ = check.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Law:
        """Decide the law."""
        start = perf_counter()
        finding = self.check(*args, **kwargs)
        return self.law(finding, perf_counter() - start)

    def renamed(self, name: str) -> Claim[P]:
        """Return the same claim under another name."""
        return Claim(self.check, name, self.section, self.statement, self.formula, self.needs)

    def settled(self, name: str, finding: Finding) -> Claim[[]]:
        """Return the claim for a case that is decided before it can be checked."""
        return Claim(lambda: finding, name, self.section, self.statement, self.formula, self.needs)

    def law(self, finding: Finding, seconds: float = 0.0) -> Law:
        """Return the law with a finding about it."""
        return Law(
            self.name,
            self.section,
            self.statement,
            finding.status,
            finding.method,
            finding.witness,
            self.formula,
            finding.proof,
            seconds,
        )


def claim(
    section: str, name: str, statement: str, formula: str, needs: tuple[str, ...] = ()
) -> Callable[[Callable[P, Finding]], Claim[P]]:
    """Return a decorator that makes a claim of a check (see `Claim`)."""

    def decorate(check: Callable[P, Finding]) -> Claim[P]:
        return Claim(check, name, section, statement, formula, needs)

    return decorate


def judge(claims: Iterable[tuple[Claim[...], tuple[object, ...]]]) -> tuple[Law, ...]:
    """Return the laws of some claims, each called with its arguments, in order.

    A claim that needs a law which was not proved before it is not applicable: its proof
    would rest on something false.
    """
    laws: list[Law] = []
    missing: set[str] = set()
    for one, arguments in claims:
        lost = [name for name in one.needs if name in missing]
        if lost:
            law = one.law(not_applicable(f"rests on {', '.join(lost)}, which is not proved"))
        else:
            law = one(*arguments)
        if law.status != "proved":
            missing.add(law.name)
        laws.append(law)
    return tuple(laws)
