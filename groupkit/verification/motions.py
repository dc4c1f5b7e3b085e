"""Elements of G with symbolic translations: x ↦ A x + t, and the formulas to prove.

Nothing here is taken from `Elements`: these are the formulas as one writes them on paper,
so that the laws can also be tested on wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Function, Matrix, Symbol, eye, zeros

from groupkit.stabilizer import TRANSLATION_NAMES
from groupkit.verification.subject import Subject

Field = Callable[[Any], Expr]  # a function of a column of lattice coordinates


@dataclass(frozen=True)
class Motion:
    """The element x ↦ A x + t, together with A⁻¹ (which a stabilizer knows as M(s⁻¹))."""

    linear: Any
    linear_inverse: Any
    translation: Any


def product(g: Motion, h: Motion) -> Motion:
    """Return (t, s)(t', s') = (t + M(s) t', ss')."""
    return Motion(
        g.linear * h.linear,
        h.linear_inverse * g.linear_inverse,
        g.translation + g.linear * h.translation,
    )


def inverse(g: Motion) -> Motion:
    """Return (t, s)⁻¹ = (-M(s⁻¹) t, s⁻¹)."""
    return Motion(g.linear_inverse, g.linear, -g.linear_inverse * g.translation)


def act(g: Motion, x: Any) -> Any:
    """Return g·x = M(s) x + t."""
    return g.linear * x + g.translation


def pull_back(g: Motion, f: Field) -> Field:
    """Return L_g f = (x ↦ f(g⁻¹x))."""
    return lambda x: f(act(inverse(g), x))


@dataclass(frozen=True)
class Formulas:
    """The formulas that the laws of G are about; tests replace one by a wrong one."""

    product: Callable[[Motion, Motion], Motion] = product
    inverse: Callable[[Motion], Motion] = inverse
    act: Callable[[Motion, Any], Any] = act
    pull_back: Callable[[Motion, Field], Field] = pull_back


def symbols_of(dimension: int, primes: str = "", name: str = "t") -> Any:
    """Return a column of integer symbols: u, v, w for a translation, x_1, … otherwise."""
    names = [f"{name}_{i + 1}" for i in range(dimension)]
    if name == "t" and dimension <= len(TRANSLATION_NAMES):
        names = list(TRANSLATION_NAMES[:dimension])
    return Matrix([Symbol(f"{one}{primes}", integer=True) for one in names])


def generic(dimension: int, primes: str, name: str) -> Motion:
    """Return an element with symbols for all entries of A, A⁻¹ and t."""
    return Motion(
        _matrix_of_symbols(dimension, name),
        _matrix_of_symbols(dimension, f"{name}i"),
        symbols_of(dimension, primes),
    )


def element(subject: Subject, s: int, translation: Any) -> Motion:
    """Return (t, s) with the matrices of a declared group."""
    inverse_matrix = subject.matrices[subject.inverses[s]]
    return Motion(
        Matrix(subject.matrices[s].tolist()), Matrix(inverse_matrix.tolist()), translation
    )


def translation_by(dimension: int, vector: Any) -> Motion:
    """Return x ↦ x + t."""
    return Motion(eye(dimension), eye(dimension), vector)


def homogeneous(g: Motion) -> Any:
    """Return the matrix [[A, t], [0, 1]]."""
    d = g.linear.rows
    last = zeros(1, d).row_join(Matrix([[1]]))
    return g.linear.row_join(g.translation).col_join(last)


def undefined_function(x: Any) -> Expr:
    """Return f(x) for an undefined function f of the lattice coordinates."""
    return Function("f")(*(entry.expand() for entry in x))


def _matrix_of_symbols(dimension: int, name: str) -> Any:
    return Matrix(dimension, dimension, lambda i, j: Symbol(f"{name}_{i + 1}{j + 1}", integer=True))
