"""The character table of a finite group, exactly: by eigenvalues of class matrices mod p."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

import numpy as np
from jaxtyping import Bool, Complex, Int

from groupkit.algebra.conjugacy import ConjugacyClasses, conjugacy_classes
from groupkit.algebra.finite_part import finite_part
from groupkit.algebra.modular import common_eigenvectors, inverse_modulo, prime_above, root_of_unity
from groupkit.errors import NotACharacterError, brief
from groupkit.finite_group import FiniteGroup
from groupkit.frozen import Frozen, read_only
from groupkit.integers import exact_matmul
from groupkit.split_group import SplitGroup

Kind = Literal["real", "complex", "quaternionic"]
KINDS: Final[dict[int, Kind]] = {1: "real", 0: "complex", -1: "quaternionic"}


class CharacterTable(Frozen):
    """The characters χ(a) = trace ρ(a) of the complex irreducible representations ρ.

    Kept exactly, as eigenvalues: ρ(a) has the eigenvalue ζʲ, ζ = exp(2πi / exponent),
    ``multiplicities[i, c, j]`` times, for a in class c.  The trivial character is first; then
    by degree, real values before complex ones, and multiplicities, larger ones first.

    Parameters
    ----------
    classes : ConjugacyClasses
        Of G, the columns.
    multiplicities : numpy.ndarray
        int64 [characters, classes, exponent].

    Examples
    --------
    >>> from groupkit import p4m
    >>> table = character_table(p4m)
    >>> table.degrees.tolist()
    [1, 1, 1, 1, 2]
    >>> print(table)
    class   0  1  2  4  5
    size    1  2  1  2  2
    order   1  4  2  2  2
    χ1      1  1  1  1  1
    χ2      1  1  1 -1 -1
    χ3      1 -1  1  1 -1
    χ4      1 -1  1 -1  1
    χ5      2  0 -2  0  0
    """

    classes: ConjugacyClasses
    multiplicities: Int[np.ndarray, "characters classes exponent"]
    """How often each power of ζ is an eigenvalue; read-only."""

    def __init__(
        self,
        classes: ConjugacyClasses,
        multiplicities: Int[np.ndarray, "characters classes exponent"],
    ) -> None:
        self._set(classes=classes, multiplicities=multiplicities)

    @property
    def group(self) -> FiniteGroup:
        """The group whose characters these are."""
        return self.classes.group

    @property
    def degrees(self) -> Int[np.ndarray, " characters"]:
        """χ(e), the dimensions of the complex representations."""
        return read_only(self.multiplicities[:, self.classes.identity, 0])

    @property
    def exponent(self) -> int:
        """The least common multiple of the orders of the elements."""
        return int(self.multiplicities.shape[-1])

    @cached_property
    def values(self) -> Complex[np.ndarray, "characters classes"]:
        """χ(a) for a in each class, complex128; rational values are exact."""
        exponent = self.exponent
        angles = 2 * np.pi * np.arange(exponent) / exponent
        values = self.multiplicities @ np.exp(1j * angles)
        values[self.is_rational] = np.rint(values[self.is_rational].real) + 0.0  # no -0
        conjugate = self.multiplicities[:, :, -np.arange(exponent) % exponent]
        is_real = (self.multiplicities == conjugate).all(axis=-1)
        values[is_real] = values[is_real].real
        return read_only(values)

    @cached_property
    def is_rational(self) -> Bool[np.ndarray, "characters classes"]:
        """Whether χ(a) is an integer: ζʲ and ζᵏ are equally frequent if gcd(j, n) = gcd(k, n)."""
        exponent = self.exponent
        divisors = np.gcd(np.arange(exponent), exponent) % exponent  # 0 stands for itself
        return read_only((self.multiplicities == self.multiplicities[:, :, divisors]).all(axis=-1))

    @cached_property
    def indicators(self) -> Int[np.ndarray, " characters"]:
        """The Frobenius-Schur indicators Σ χ(a²) / |G|: 1 real, 0 complex, -1 quaternionic.

        Exact, by the eigenvalues ζ²ʲ of squares.
        """
        weights = np.tensordot(self.classes.sizes, self.multiplicities, axes=(0, 1))
        return read_only(self._sums(weights, 2) // self.group.order)

    def scalar_products(
        self, values: Int[np.ndarray, " classes"]
    ) -> Int[np.ndarray, " characters"]:
        """Return ⟨f, χ⟩ = Σ f(a) χ(a⁻¹) / |G|, how often each χ occurs in a character f.

        Exact.

        Parameters
        ----------
        values : numpy.ndarray
            int64 [classes]: f on each class, the character of a representation whose traces
            are integers, such as one by permutations.

        Raises
        ------
        NotACharacterError
            If some scalar product is no integer: f is the trace of nothing.

        Examples
        --------
        >>> from groupkit import p4m
        >>> import numpy as np
        >>> regular = np.array([8, 0, 0, 0, 0])
        >>> character_table(p4m).scalar_products(regular).tolist()
        [1, 1, 1, 1, 2]
        """
        weights = np.tensordot(self.classes.sizes * values, self.multiplicities, axes=(0, 1))
        counts, remainders = np.divmod(self._sums(weights, -1), self.group.order)
        if remainders.any():
            number = int(np.argmax(remainders != 0))
            raise NotACharacterError(
                f"{brief(values.tolist())} is no character: its scalar product with χ{number + 1} "
                "is no integer; give the traces of a representation, one for each class",
                witness=number,
            )
        return np.asarray(counts, dtype=np.int64)

    def _sums(
        self, weights: Int[np.ndarray, "characters exponent"], power: int
    ) -> Int[np.ndarray, " characters"]:
        """Return Σ w_j ζ^(power·j), known to be integers: by ζ ↦ z in a large prime field."""
        p = prime_above(2 * int(np.abs(weights).sum(axis=1).max()), self.exponent)
        z = root_of_unity(self.exponent, p)
        roots = np.array([pow(z, power * j, p) for j in range(self.exponent)])
        sums = exact_matmul(weights % p, roots) % p
        return np.where(sums > p // 2, sums - p, sums).astype(np.int64)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Each character's kind: "real", "complex" or "quaternionic"."""
        return tuple(KINDS[int(indicator)] for indicator in self.indicators)

    @cached_property
    def conjugates(self) -> Int[np.ndarray, " characters"]:
        """The number of the complex conjugate of each character."""
        conjugate = self.multiplicities[:, self.classes.inverses]
        equal = (conjugate[:, None] == self.multiplicities).all(axis=(-1, -2))
        return read_only(np.argmax(equal, axis=1).astype(np.int64))

    def exact(self) -> Any:
        """Return the values as a sympy matrix of integers and sums of roots of unity.

        Returns
        -------
        sympy.matrices.immutable.ImmutableDenseMatrix
            A row for each character, a column for each class.

        Examples
        --------
        >>> import groupkit as gk
        >>> gk.algebra.character_table(gk.p4.stabilizer).exact().row(2)
        Matrix([[1, I, -1, -I]])
        """
        import sympy  # noqa: PLC0415 - loaded when asked for

        exponent = self.exponent

        def value(i: Any, c: Any) -> Any:
            if self.is_rational[i, c]:
                return sympy.Integer(int(self.values[i, c].real))
            roots = (
                int(count) * sympy.exp(sympy.Rational(2 * j, exponent) * sympy.pi * sympy.I)
                for j, count in enumerate(self.multiplicities[i, c])
                if count
            )
            return sympy.simplify(sympy.expand_complex(sympy.Add(*roots)))

        return sympy.ImmutableDenseMatrix(len(self), len(self), value)

    def __len__(self) -> int:
        return len(self.multiplicities)

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return (self.classes,)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.classes, np.array(self.multiplicities))

    def __repr__(self) -> str:
        degrees = " ".join(str(degree) for degree in self.degrees)
        return f"CharacterTable({len(self)} characters of degrees {degrees})"

    def __str__(self) -> str:
        heads = {
            "class": self.classes.representatives,
            "size": self.classes.sizes,
            "order": self.classes.element_orders,
        }
        rows = [[name, *(str(x) for x in row)] for name, row in heads.items()]
        rows += [[f"χ{i + 1}", *map(_shown, row)] for i, row in enumerate(self.values)]
        widths = [max(len(row[k]) for row in rows) for k in range(len(self) + 1)]
        return "\n".join(
            row[0].ljust(widths[0] + 1)
            + "".join(
                cell.rjust(width + 1) for cell, width in zip(row[1:], widths[1:], strict=True)
            )
            for row in rows
        )


def _shown(value: complex) -> str:
    """Write a number with at most three decimals."""
    real, imaginary = round(value.real, 3), round(value.imag, 3)
    if not imaginary:
        return f"{real:g}"
    part = f"{imaginary:g}i".replace("1i", "i") if abs(imaginary) == 1 else f"{imaginary:g}i"
    return f"{real:g}{imaginary:+g}i" if real else part


@lru_cache(maxsize=128)
def _table_of(group: FiniteGroup) -> CharacterTable:
    classes = conjugacy_classes(group)
    exponent = int(np.lcm.reduce(group.element_orders))
    p = prime_above(2 * math.isqrt(group.order) + 2, exponent)
    omega = _central_characters(classes, p)
    inverse_sizes = np.array([inverse_modulo(int(size), p) for size in classes.sizes])
    norms = (omega * omega[:, classes.inverses] % p * inverse_sizes % p).sum(axis=1) % p
    squares = {n * n % p: n for n in range(1, math.isqrt(group.order) + 1)}
    degrees = [squares[group.order * inverse_modulo(int(norm), p) % p] for norm in norms]
    chi = omega * np.array(degrees)[:, None] % p * inverse_sizes % p
    z = root_of_unity(exponent, p)
    steps = np.arange(exponent)
    powers = np.array([pow(z, int(k), p) for k in steps])
    fourier = powers[-np.outer(steps, steps) % exponent]
    multiplicities = chi[:, classes.powers] @ fourier % p * inverse_modulo(exponent, p) % p
    is_real = (multiplicities == multiplicities[:, classes.inverses]).all(axis=(1, 2))
    keys = [
        (degree, not real, *(-m).flat)
        for degree, real, m in zip(degrees, is_real, multiplicities, strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return CharacterTable(classes, multiplicities[order])


def _central_characters(classes: ConjugacyClasses, p: int) -> Int[np.ndarray, "characters classes"]:
    """Return ω(C) = |C| χ(C) / χ(e) modulo p: the common eigenvectors of the class matrices.

    A central element of order o acts by an o-th root of unity, which leaves few eigenvalues
    to try: those classes first.
    """
    ranks = np.lexsort((classes.element_orders, classes.sizes))
    orders = [
        int(o) if n == 1 else 0 for o, n in zip(classes.element_orders, classes.sizes, strict=True)
    ]
    vectors = common_eigenvectors(
        ((classes.multiplication[r], int(orders[r])) for r in ranks), len(classes), p
    )
    scale = np.array([inverse_modulo(int(v), p) for v in vectors[:, classes.identity]])
    omega: Int[np.ndarray, "characters classes"] = vectors * scale[:, None] % p
    return omega


def character_table(group: FiniteGroup | SplitGroup) -> CharacterTable:
    """Return the character table of a finite group, or of S for Z^d ⋊ S.

    Parameters
    ----------
    group : FiniteGroup or SplitGroup

    Returns
    -------
    CharacterTable
        Exact: ``multiplicities`` are integers, ``exact()`` a sympy matrix, ``values`` floats.

    References
    ----------
    J. D. Dixon (1967), High speed computation of group characters, Numer. Math. 10.

    Examples
    --------
    >>> from groupkit import p4
    >>> character_table(p4).exact()
    Matrix([
    [1,  1,  1,  1],
    [1, -1,  1, -1],
    [1,  I, -1, -I],
    [1, -I, -1,  I]])
    """
    return _table_of(finite_part(group))
