"""Laws of G = Z^d ⋊ S, proved with symbols for the translations: for all of Z^d at once.

Where a law is an identity in blocks, it is proved once, for matrices of symbols: with the
Cayley table checked in integers, it then holds for every choice of elements of S.  A law
that also rests on relations between the matrices is proved for each s ∈ S.
"""

from __future__ import annotations

from typing import Any, Final

from sympy import Expr, eye, linsolve, zeros

from groupkit.verification.identities import PRIMES, SYMBOLIC, decide, listed, vanish
from groupkit.verification.law import Finding, claim, proved, refuted
from groupkit.verification.motions import (
    Formulas,
    Motion,
    element,
    generic,
    homogeneous,
    symbols_of,
    translation_by,
    undefined_function,
)
from groupkit.verification.subject import Subject

SECTION: Final = "the group G = Z^d ⋊ S, for all translations at once"
_STANDARD: Final = Formulas()


@claim(
    SECTION,
    "composition",
    "g(t, s) g(t', s') = g(t + M(s) t', ss') with t + M(s) t' ∈ Z^d",
    r"g(t, s)\, g(t', s') = g(t + M(s) t', ss')",
    needs=("integer", "Cayley table"),
)
def composition(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether the formula is the product of homogeneous matrices, and integer."""
    g, h = (generic(subject.dimension, PRIMES[i], "AB"[i]) for i in range(2))
    for entry in formulas.product(g, h).translation:
        if entry.is_integer is not True:
            return refuted(SYMBOLIC, f"the translation {entry} of a product need not be an integer")
    return decide(
        subject,
        lambda g, h: homogeneous(g) * homogeneous(h) - homogeneous(formulas.product(g, h)),
        2,
        r"Multiplying blocks, $\begin{pmatrix} A & t \\ 0 & 1 \end{pmatrix} \begin{pmatrix} B & "
        r"t' \\ 0 & 1 \end{pmatrix} = \begin{pmatrix} AB & t + A t' \\ 0 & 1 \end{pmatrix}$, an "
        r"identity in the entries of $A$, $B$, $t$ and $t'$. Put $A = M(s)$, $B = M(s')$; then "
        r"$AB = M(ss')$ by the Cayley table, and $t + A t'$ is an integer vector.",
    )


@claim(
    SECTION,
    "associativity of G",
    "(gh)k = g(hk) for all g, h, k ∈ G",
    r"(gh)k = g(hk)",
    needs=("associative", "Cayley table"),
)
def associativity(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether the composition formula associates."""

    def difference(g: Motion, h: Motion, k: Motion) -> Any:
        left = formulas.product(formulas.product(g, h), k)
        return homogeneous(left) - homogeneous(formulas.product(g, formulas.product(h, k)))

    return decide(
        subject,
        difference,
        3,
        r"Both sides have the linear part $ABC$, which is associative in $S$ by its table, and "
        r"the translation $t + A t' + A B t''$: an identity in the entries of three matrices and "
        r"three vectors.",
    )


@claim(
    SECTION,
    "identity of G",
    "(0, e) g = g (0, e) = g for all g ∈ G",
    r"(0, e)\, g = g\, (0, e) = g",
    needs=("integer",),
)
def identity_of_group(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether (0, e) is neutral, with the declared e."""
    one = element(subject, subject.identity, zeros(subject.dimension, 1))

    def difference(g: Motion) -> list[Any]:
        sides = (formulas.product(one, g), formulas.product(g, one))
        return [entry for side in sides for entry in homogeneous(side) - homogeneous(g)]

    return decide(
        subject,
        difference,
        1,
        r"As $M(e) = 1$, both products are $(t, s)$: $0 + t = t$ and $t + M(s)\, 0 = t$.",
    )


@claim(
    SECTION,
    "inverses of G",
    "(t, s)⁻¹ = (-M(s⁻¹) t, s⁻¹), from both sides",
    r"(t, s)^{-1} = (-M(s^{-1})\, t,\; s^{-1})",
    needs=("inverses",),
)
def inverses_of_group(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether g g⁻¹ = g⁻¹ g = 1, for every s and symbolic t."""
    one = eye(subject.dimension + 1)

    def difference(g: Motion) -> list[Any]:
        back = formulas.inverse(g)
        sides = (formulas.product(g, back), formulas.product(back, g))
        return [entry for side in sides for entry in homogeneous(side) - one]

    return decide(
        subject,
        difference,
        1,
        r"$t - M(s) M(s^{-1})\, t = 0$ and $-M(s^{-1})\, t + M(s^{-1})\, t = 0$ for symbolic $t$.",
        concrete=1,
    )


@claim(
    SECTION,
    "translations normal",
    "g τ(v) g⁻¹ = τ(M(s) v) for all g = (t, s) ∈ G and v ∈ Z^d",
    r"g\, \tau(v)\, g^{-1} = \tau(M(s) v)",
    needs=("inverses",),
)
def translations_normal(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether conjugates of translations are translations."""
    d = subject.dimension
    vector = symbols_of(d, name="a")

    def difference(g: Motion) -> Any:
        moved = formulas.product(
            formulas.product(g, translation_by(d, vector)), formulas.inverse(g)
        )
        return homogeneous(moved) - homogeneous(translation_by(d, g.linear * vector))

    return decide(
        subject,
        difference,
        1,
        r"The linear part is $M(s) M(s^{-1}) = 1$ and the translation "
        r"$t + M(s) v - M(s) M(s^{-1})\, t = M(s) v \in \mathbb{Z}^d$, for symbolic $t$ and $v$.",
        concrete=1,
    )


@claim(
    SECTION,
    "trivial intersection",
    "S ∩ Z^d = {1}: τ(t) = (0, s) only for t = 0 and s = e",
    r"S \cap \mathbb{Z}^d = \{1\}",
    needs=("integer",),
)
def trivial_intersection(subject: Subject) -> Finding:
    """Solve τ(t) = (0, s) for t and s."""
    d = subject.dimension
    t = symbols_of(d)
    for s in range(subject.order):
        fixed = element(subject, s, zeros(d, 1))
        equations = list(homogeneous(translation_by(d, t)) - homogeneous(fixed))
        solutions = linsolve(equations, list(t))
        if s != subject.identity and s not in subject.internal and len(solutions):
            return refuted(
                SYMBOLIC, f"M{subject.label(s)} = 1 although it is not the identity of S"
            )
        if s == subject.identity and list(solutions) != [tuple(zeros(d, 1))]:
            return refuted(
                SYMBOLIC, f"τ(t) = (0, e) has the solutions {solutions}, not t = 0 alone"
            )
    others = " and, for internal $s$, where $(0, s)$ is no translation" if subject.internal else ""
    return proved(
        f"{SYMBOLIC}: {subject.order} systems of linear equations",
        r"$\begin{pmatrix} 1 & t \\ 0 & 1 \end{pmatrix} = \begin{pmatrix} M(s) & 0 \\ 0 & 1 "
        rf"\end{{pmatrix}}$ has the solution $t = 0$ for $s = e${others}, "
        "and none for any other $s$.",
    )


@claim(
    SECTION,
    "unique factors",
    "every g ∈ G is τ(t) (0, s) for exactly one t ∈ Z^d and s ∈ S",
    r"g = \tau(t)\, (0, s) \text{ for unique } t, s",
    needs=("faithful",),
)
def unique_factors(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether τ(t)(0, s) = (t, s); t and M(s) are read off its matrix."""
    d = subject.dimension

    def difference(g: Motion) -> Any:
        fixed = Motion(g.linear, g.linear_inverse, zeros(d, 1))
        factored = homogeneous(formulas.product(translation_by(d, g.translation), fixed))
        return factored - homogeneous(g)

    return decide(
        subject,
        difference,
        1,
        r"$\tau(t)\, (0, s) = (t, s)$. The last column of its matrix is $t$ and the rest $M(s)$, "
        r"which is that of one $s$ only, up to internal symmetries, of which $(t, s)$ tells one.",
    )


@claim(
    SECTION,
    "action on points",
    "g·(h·x) = (gh)·x and 1·x = x for all x ∈ Z^d",
    r"g \cdot (h \cdot x) = (gh) \cdot x, \quad 1 \cdot x = x",
    needs=("Cayley table", "identity"),
)
def action_on_points(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether g·x = M(s) x + t is a left action on symbolic points."""
    d = subject.dimension
    x = symbols_of(d, name="x")
    unmoved = formulas.act(translation_by(d, zeros(d, 1)), x) - x
    if not vanish(unmoved):
        return refuted(SYMBOLIC, f"1·x - x = {listed(unmoved)}")
    return decide(
        subject,
        lambda g, h: formulas.act(g, formulas.act(h, x)) - formulas.act(formulas.product(g, h), x),
        2,
        r"$M(s)(M(s') x + t') + t = M(ss') x + (t + M(s) t')$, an identity in all entries.",
    )


@claim(
    SECTION,
    "action on functions",
    "L_g L_h f = L_gh f and L_1 f = f, where (L_g f)(x) = f(g⁻¹x), for every function f",
    r"L_g L_h f = L_{gh} f, \quad (L_g f)(x) = f(g^{-1} x)",
    needs=("Cayley table", "inverses"),
)
def action_on_functions(subject: Subject, formulas: Formulas = _STANDARD) -> Finding:
    """Decide whether L is a left action on an undefined function of symbolic points."""
    d = subject.dimension
    x, f = symbols_of(d, name="x"), undefined_function
    one = translation_by(d, zeros(d, 1))
    if formulas.pull_back(one, f)(x) != f(x):
        return refuted(SYMBOLIC, f"L_1 f(x) = {formulas.pull_back(one, f)(x)}, not f(x)")

    def difference(g: Motion, h: Motion) -> list[Expr]:
        twice = formulas.pull_back(g, formulas.pull_back(h, f))(x)
        once = formulas.pull_back(formulas.product(g, h), f)(x)
        return [one - other for one, other in zip(twice.args, once.args, strict=True)]

    return decide(
        subject,
        difference,
        2,
        r"$(L_g L_h f)(x) = (L_h f)(g^{-1} x) = f(h^{-1} g^{-1} x)$ and $(L_{gh} f)(x) = "
        r"f((gh)^{-1} x)$ are the same term for an undefined $f$: with $g$ running over $S$, $h$ "
        r"generic and symbolic $t$, $t'$, $x$, all arguments agree.",
        concrete=1,
    )


GROUP_LAWS: Final = (
    composition,
    associativity,
    identity_of_group,
    inverses_of_group,
    translations_normal,
    trivial_intersection,
    unique_factors,
    action_on_points,
    action_on_functions,
)
