"""A `matrix` written in closed form, such as cos(rπ/2): proved with symbols for the indices.

One axis r of size n satisfies M(r) M(r') = M(r + r') and M(r + n) = M(r).  Two axes of a
product form satisfy M(m, r) M(m', r') = M(m + m', c^m' r + r'), or M(r, m) M(r', m') =
M(r + c^m r', m + m'), with c read from the Cayley table: -1 for a mirror and a rotation.
"""

from __future__ import annotations

from itertools import product as tuples
from typing import Any, Final, NamedTuple

from sympy import Abs, I, Matrix, Symbol, arg, exp, expand, expand_trig, powsimp

from groupkit.verification.index_laws import NO_CALLABLE, SECTION, number_of
from groupkit.verification.law import Finding, claim, not_applicable, proved, refuted
from groupkit.verification.subject import Subject

_HOW: Final = "sympy, integer symbols for the indices"


class _Law(NamedTuple):
    """Which of two axes the other one turns, and by which factor c."""

    turned: int
    factor: int


@claim(
    SECTION,
    "closed form",
    "matrix, with symbols for the indices, satisfies the composition law of S for all integers",
    r"M(i)\, M(i') = M(i \cdot i') \text{ for symbolic } i, i'",
    needs=("Cayley table",),
)
def closed_form(subject: Subject) -> Finding:
    """Decide whether a closed form has its axes' periods and satisfies the law of S."""
    if subject.matrix is None:
        return not_applicable(f"matrix {NO_CALLABLE}")
    if len(subject.axes) not in (1, 2):
        return not_applicable("a law in the indices is known for one or two axes only")
    symbols = [Symbol(name, integer=True) for name in subject.axes]
    form = _evaluate(subject, symbols)
    if form is None or not form.free_symbols:
        return not_applicable("matrix is no closed form: it does not take symbols for the indices")
    flaw = _flaw_at_indices(subject, form, symbols)
    if flaw is not None:
        return flaw
    sizes = list(subject.axes.values())
    for k, symbol in enumerate(symbols):
        moved = form.subs(symbol, symbol + sizes[k])
        if not _zero(moved - form):
            return _unproved(f"that the form has period {sizes[k]} in {symbol}")
    law = _law_of_table(subject)
    if law is None:
        return not_applicable("the indices are no product form, so there is no law to prove")
    primed = [Symbol(f"{name}'", integer=True) for name in subject.axes]
    identities = _identities(subject, form, symbols, primed, law)
    for left, right in identities:
        if not _zero(left - right):
            return _unproved(f"{_spell_law(subject, law)} of the form")
    spelled = _spell_law(subject, law)
    return proved(
        f"{_HOW}: {spelled}, periods {', '.join(map(str, sizes))}; {len(identities)} identities",
        f"With integer symbols the closed form satisfies ${spelled}$ and has the periods "
        f"${', '.join(map(str, sizes))}$; at the index tuples of $S$ it is the tabulated matrix.",
    )


def _unproved(what: str) -> Finding:
    """Return the finding for a form that holds at the index tuples, but not in general."""
    return not_applicable(f"sympy does not prove {what}, for all integers; the table is proved")


def _evaluate(subject: Subject, indices: list[Any]) -> Any:
    """Return ``matrix`` at symbolic indices, None where it does not take them."""
    if subject.matrix is None:
        return None
    try:
        value = subject.matrix(**dict(zip(subject.axes, indices, strict=True)))
        form = Matrix(value.tolist() if hasattr(value, "tolist") else value)
        form = form.applyfunc(_polar_powers)
    except Exception:  # noqa: BLE001 - the user's code may raise anything on symbols
        return None
    return form if form.shape == (subject.dimension, subject.dimension) else None


def _flaw_at_indices(subject: Subject, form: Any, symbols: list[Any]) -> Finding | None:
    """Compare the closed form with the tabulated matrices at all index tuples."""
    for s in range(subject.order):
        indices = subject.indices(s)
        value = form.subs([(symbol, indices[symbol.name]) for symbol in symbols])
        difference = value - Matrix(subject.matrices[s].tolist())
        difference = difference.applyfunc(_expanded)
        if difference.is_zero_matrix:
            continue
        if all(entry.is_finite and abs(entry.evalf(30)) < 1e-20 for entry in difference):
            return _unproved(f"that the form at {indices} is M{subject.label(s)}")
        if _evaluates_to(subject, indices, Matrix(subject.matrices[s].tolist())):
            return not_applicable(
                f"matrix is M{subject.label(s)} at {indices}, but another matrix there in symbols: "
                "it decides by its indices, and symbols decide otherwise"
            )
        shown = f"the closed form is {value.tolist()} at {indices}, not M{subject.label(s)}"
        return refuted(_HOW, shown)
    return None


def _evaluates_to(subject: Subject, indices: dict[str, int], matrix: Any) -> bool:
    """Return whether ``matrix``, called with integers, gives this one."""
    form = _evaluate(subject, [indices[name] for name in subject.axes])
    return form is not None and bool((form - matrix).applyfunc(_expanded).is_zero_matrix)


def _expanded(entry: Any) -> Any:
    return entry.expand(complex=True)


def _law_of_table(subject: Subject) -> _Law | None:
    """Return the law that the whole Cayley table satisfies, None if there is no such law."""
    names = list(subject.axes)
    candidates = [_Law(0, 1)]
    if len(names) == 2:
        sizes = [subject.axes[name] for name in names]
        candidates = [
            _Law(turned, c)
            for turned in (1, 0)
            for c in sorted(range(1 - sizes[turned], sizes[turned]), key=lambda c: (abs(c), -c))
        ]
    indices = [subject.indices(s) for s in range(subject.order)]
    for law in candidates:
        if all(
            subject.table[a, b] == number_of(subject, _compose(subject, i, j, law))
            for (a, i), (b, j) in tuples(enumerate(indices), repeat=2)
        ):
            return law
    return None


def _compose(subject: Subject, i: dict[str, int], j: dict[str, int], law: _Law) -> dict[str, int]:
    """Return the indices that a law gives the product of two elements."""
    left, right = list(i.values()), list(j.values())
    if len(left) == 2:
        k = law.turned
        if k == 1:
            left[1] *= law.factor ** right[0]
        else:
            right[0] *= law.factor ** left[1]
    total = zip(subject.axes, left, right, strict=True)
    return {name: (a + b) % subject.axes[name] for name, a, b in total}


def _identities(
    subject: Subject, form: Any, symbols: list[Any], primed: list[Any], law: _Law
) -> list[tuple[Any, Any]]:
    """Return both sides of the law, for every residue of the index in the exponent.

    With m = n k + i and c^n = 1 modulo the size of the turned axis, c^m is c^i.
    """
    if len(symbols) == 1:
        (r,), (q,) = symbols, primed
        return [(form * form.subs(r, q), form.subs(r, r + q))]
    n = subject.axes[symbols[1 - law.turned].name]
    sides = []
    for i in range(n):
        exponent = n * Symbol("k", integer=True) + i
        left, right = list(symbols), list(primed)
        (right if law.turned == 1 else left)[1 - law.turned] = exponent
        total = [a + b for a, b in zip(left, right, strict=True)]
        turned = (left if law.turned == 1 else right)[law.turned]
        total[law.turned] += (law.factor**i - 1) * turned
        factors = [_at(form, symbols, indices) for indices in (left, right)]
        sides.append((factors[0] * factors[1], _at(form, symbols, total)))
    return sides


def _at(form: Any, symbols: list[Any], values: list[Any]) -> Any:
    return form.subs(list(zip(symbols, values, strict=True)), simultaneous=True)


def _spell_law(subject: Subject, law: _Law) -> str:
    names = list(subject.axes)
    if len(names) == 1:
        (r,) = names
        return f"M({r}) M({r}') = M({r} + {r}')"
    exponent = f"{names[1 - law.turned]}'" if law.turned == 1 else names[1]
    base = {1: "", -1: f"(-1)^{{{exponent}}} "}.get(law.factor, f"{law.factor}^{{{exponent}}} ")
    terms = [[name, f"{name}'"] for name in names]
    terms[law.turned][1 - law.turned] = base + terms[law.turned][1 - law.turned]
    first, second = (", ".join(pair) for pair in zip(*([n, f"{n}'"] for n in names), strict=True))
    return f"M({first}) M({second}) = M({', '.join(' + '.join(pair) for pair in terms)})"


def _zero(matrix: Any) -> bool:
    """Return whether sympy proves all entries zero: by expansion, exponentials, simplify."""
    return all(_is_zero(entry) for entry in matrix)


def _is_zero(entry: Any) -> bool:
    if expand(expand_trig(expand(entry))) == 0:
        return True
    return bool(expand(powsimp(expand(expand(entry).rewrite(exp)))) == 0)


def _polar_powers(entry: Any) -> Any:
    """Write powers of complex numbers, which powers of matrices hold, as exponentials."""
    polar = entry.replace(
        lambda e: e.is_Pow and e.base.is_number and not e.base.is_real and e.exp.free_symbols,
        lambda e: Abs(e.base) ** e.exp * exp(I * arg(e.base) * e.exp),
    )
    return polar.replace(
        lambda e: e.is_Pow and e.is_number and not e.is_real, lambda e: e.expand(complex=True)
    ).expand()
