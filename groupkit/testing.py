"""Hypothesis strategies: groups, elements, windows, and almost-groups broken in a named way.

For your own tests; it needs hypothesis, which groupkit itself does not: ``pip install hypothesis``.

Examples
--------
>>> from hypothesis import given, settings
>>> @settings(max_examples=5, deadline=None)
... @given(conjugated_groups())
... def every_conjugate_is_proved(group):
...     assert group.verify()
>>> every_conjugate_is_proved()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Int

from groupkit.elements import Elements
from groupkit.errors import (
    DeclarationError,
    DuplicateMatrixError,
    MissingExtraError,
    MissingIdentityError,
    NotClosedError,
    NotUnimodularError,
    WindowError,
)
from groupkit.groups import catalog
from groupkit.split_group import SplitGroup
from groupkit.window import Window

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ModuleNotFoundError as error:
    raise MissingExtraError(
        f"groupkit.testing needs {error.name}, which is not installed; run pip install hypothesis",
        witness=error.name,
    ) from error

_Matrices = Int[np.ndarray, "_ d d"]  # breaking a group may change the order


def groups(
    where: Callable[[SplitGroup], bool] | None = None,
) -> SearchStrategy[SplitGroup]:
    """Return a strategy for the groups of the catalogue.

    Parameters
    ----------
    where : callable, optional
        Which of them; all by default.

    Returns
    -------
    SearchStrategy
        Of SplitGroup.

    Examples
    --------
    >>> squares = groups(lambda group: group.lattice.name == "square")
    """
    return st.sampled_from([g for g in catalog.values() if where is None or where(g)])


@st.composite
def unimodular_matrices(draw: Any, dimension: int, steps: int = 4) -> Int[np.ndarray, "d d"]:
    """Return a strategy for changes of basis of Z^d: products of elementary matrices.

    Parameters
    ----------
    dimension : int
        d.
    steps : int
        The most factors.

    Returns
    -------
    SearchStrategy
        Of arrays [d, d] with determinant ±1.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(unimodular_matrices(3))
    ... def test_volume(matrix):
    ...     assert round(abs(np.linalg.det(matrix))) == 1
    >>> test_volume()
    """
    basis = np.eye(dimension, dtype=np.int64)
    for _ in range(draw(st.integers(0, steps)) if dimension > 1 else 0):
        i, j = draw(st.permutations(range(dimension)))[:2]
        step = np.eye(dimension, dtype=np.int64)
        step[i, j] = draw(st.integers(-2, 2))
        basis = basis @ step
    if draw(st.booleans()):
        basis[:, 0] = -basis[:, 0]
    return basis


@st.composite
def conjugated_groups(
    draw: Any, of: SearchStrategy[SplitGroup] | None = None, steps: int = 4
) -> SplitGroup:
    """Return a strategy for groups in other bases: P⁻¹ M(s) P for a random unimodular P.

    Parameters
    ----------
    of : SearchStrategy, optional
        The groups; by default those of `groups`.
    steps : int
        As in `unimodular_matrices`.

    Returns
    -------
    SearchStrategy
        Of SplitGroup.

    Examples
    --------
    >>> import groupkit as gk
    >>> from hypothesis import given, strategies
    >>> @given(conjugated_groups(strategies.just(gk.p4m)))
    ... def test_order(group):
    ...     assert group.order == 8
    >>> test_order()
    """
    group = draw(groups() if of is None else of)
    basis = draw(unimodular_matrices(group.dimension, steps))
    moved: SplitGroup = group.change_basis(basis, f"{group.name} conjugated")
    return moved


@st.composite
def elements(
    draw: Any, group: SplitGroup, shape: tuple[int, ...] = (), radius: int = 100
) -> Elements:
    """Return a strategy for arrays of elements with translations in [-radius, radius]^d.

    Parameters
    ----------
    group : SplitGroup
        G.
    shape : tuple of int
        Of the arrays; one element by default.
    radius : int
        The largest entry of a translation.

    Returns
    -------
    SearchStrategy
        Of Elements.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from groupkit import p4
    >>> @settings(max_examples=5, deadline=None)
    ... @given(elements(p4, radius=3))
    ... def has_an_inverse(g):
    ...     assert g @ g.inverse() == p4.identity()
    >>> has_an_inverse()
    """
    count = int(np.prod(shape, dtype=np.int64))
    numbers = draw(st.lists(st.integers(0, group.order - 1), min_size=count, max_size=count))
    length = count * group.dimension
    entries = draw(st.lists(st.integers(-radius, radius), min_size=length, max_size=length))
    return Elements(
        group.stabilizer,
        np.array(numbers, dtype=np.int64).reshape(shape),
        np.array(entries, dtype=object).reshape(*shape, group.dimension),
    )


@st.composite
def windows(draw: Any, group: SplitGroup, largest: int = 7) -> Window:
    """Return a strategy for windows: boxes of the sizes that work, and unions of orbits.

    Parameters
    ----------
    group : SplitGroup
        G.
    largest : int
        The longest side of a box.

    Returns
    -------
    SearchStrategy
        Of Window.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from groupkit import p6
    >>> @settings(max_examples=5, deadline=None)
    ... @given(windows(p6))
    ... def falls_into_orbits(window):
    ...     assert window.permutations.shape == (6, len(window))
    >>> falls_into_orbits()
    """
    found = []
    for size in range(1, largest + 1):
        try:
            found.append(group.window(size))
        except WindowError:
            continue
    boxed: bool = draw(st.booleans())
    if found and boxed:
        window: Window = draw(st.sampled_from(found))
        return window
    point = st.lists(
        st.integers(-(largest // 2), largest // 2),
        min_size=group.dimension,
        max_size=group.dimension,
    )
    seeds = np.array(draw(st.lists(point, min_size=1, max_size=3)), dtype=np.int64)
    orbits = (group.stabilizer.matrices @ seeds.T).swapaxes(-1, -2).reshape(-1, group.dimension)
    return group.window_of_points(orbits.tolist(), centre=[0] * group.dimension)


@dataclass(frozen=True)
class AlmostGroup:
    """A declaration that is broken in one named way.

    Parameters
    ----------
    flaw : str
        What was done to it: a key of ``FLAWS``.
    matrices : list
        Nested lists; ``SplitGroup.from_matrices("x", matrices)`` refuses them.
    error : type
        The exception that names the broken law.
    """

    flaw: str
    matrices: list[list[list[int]]]
    error: type[DeclarationError]


class _Flaw(NamedTuple):
    """How to break a group, the law that this breaks, and what must exceed 1 for it."""

    change: Callable[[_Matrices, int], _Matrices]
    error: type[DeclarationError]
    needed: tuple[str, ...] = ()


def _drop_identity(matrices: _Matrices, s: int) -> _Matrices:
    del s
    one = np.eye(matrices.shape[-1], dtype=np.int64)
    kept: _Matrices = matrices[(matrices != one).any(axis=(-1, -2))]
    return kept


def _repeat(matrices: _Matrices, s: int) -> _Matrices:
    return np.concatenate([matrices, matrices[s : s + 1]])


def _double_row(matrices: _Matrices, s: int) -> _Matrices:
    changed = matrices.copy()
    changed[s, 0] *= 2
    return changed


def _shear(matrices: _Matrices, s: int) -> _Matrices:
    shear = np.eye(matrices.shape[-1], dtype=np.int64)
    others = np.flatnonzero((matrices != shear).any(axis=(-1, -2)))
    changed = matrices.copy()
    shear[0, 1] = 1
    changed[others[s % len(others)]] = shear
    return changed


FLAWS: Final[Mapping[str, _Flaw]] = {
    "identity dropped": _Flaw(_drop_identity, MissingIdentityError, ("order",)),
    "element doubled": _Flaw(_repeat, DuplicateMatrixError),
    "determinant 2": _Flaw(_double_row, NotUnimodularError),
    "element sheared": _Flaw(_shear, NotClosedError, ("order", "dimension")),
}
"""The ways in which `almost_groups` breaks a group."""


@st.composite
def almost_groups(draw: Any, flaw: str | None = None) -> AlmostGroup:
    """Return a strategy for groups of the catalogue, broken in a named way.

    Parameters
    ----------
    flaw : str, optional
        A key of ``FLAWS``; any of them by default.

    Returns
    -------
    SearchStrategy
        Of AlmostGroup.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> import pytest
    >>> @settings(max_examples=5, deadline=None)
    ... @given(almost_groups("element doubled"))
    ... def is_refused(almost):
    ...     with pytest.raises(almost.error):
    ...         SplitGroup.from_matrices("almost", almost.matrices)
    >>> is_refused()
    """
    name = draw(st.sampled_from(sorted(FLAWS))) if flaw is None else flaw
    broken = FLAWS[name]
    group = draw(groups(lambda group: all(getattr(group, n) > 1 for n in broken.needed)))
    s = draw(st.integers(0, group.order - 1))
    return AlmostGroup(name, broken.change(group.stabilizer.matrices, s).tolist(), broken.error)
