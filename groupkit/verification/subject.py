"""What a report is about: the plain data of a declared group, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Shaped

from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer


@dataclass(frozen=True)
class Subject:
    """The claims that a declared group makes, as data that the laws judge.

    A declared group has passed its constructor; a subject may be wrong in any part, so that
    every law can be tested on something that breaks it.

    Parameters
    ----------
    name : str
    axes : mapping of str to int
        Index axes of S, in storage order.
    matrices : numpy.ndarray
        [order, d, d], M(s); integers, or anything else in an object array.
    table : numpy.ndarray
        int64 [order, order], the number of ss'.
    identity : int
    inverses : numpy.ndarray
        int64 [order].
    lattice : Lattice
    matrix, index, compose : callable, optional
        The user's closed forms: index → matrix, matrix → index, (index, index) → index.
    internal : tuple of int
        The elements other than e that are declared to fix every point.
    """

    name: str
    axes: Mapping[str, int]
    matrices: Shaped[np.ndarray, "..."]
    table: Shaped[np.ndarray, "..."]
    identity: int
    inverses: Shaped[np.ndarray, "..."]
    lattice: Lattice
    matrix: Callable[..., Any] | None = None
    index: Callable[[Any], Any] | None = None
    compose: Callable[[Any, Any], Any] | None = None
    internal: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        stabilizer: Stabilizer,
        lattice: Lattice,
        matrix: Callable[..., Any] | None = None,
        index: Callable[[Any], Any] | None = None,
        compose: Callable[[Any, Any], Any] | None = None,
    ) -> Subject:
        """Return the subject of a declared group's parts."""
        return cls(
            name,
            stabilizer.axes,
            stabilizer.matrices,
            stabilizer.cayley_table,
            stabilizer.identity,
            stabilizer.inverses,
            lattice,
            matrix,
            index,
            compose,
            tuple(s for s in stabilizer.internal if s != stabilizer.identity),
        )

    def changed(self, **parts: Any) -> Subject:
        """Return a copy with some parts replaced, checked by nothing."""
        return replace(self, **parts)

    @cached_property
    def stabilizer(self) -> Stabilizer:
        """The stabilizer that the subject describes, made anew: for laws that come after its own.

        Products follow from the matrices wherever these determine the elements.
        """
        table = (self.table,) if self.internal else ()
        return Stabilizer(self.axes, self.matrices, *table)

    @property
    def order(self) -> int:
        """The number of elements of S."""
        return len(self.matrices)

    @property
    def dimension(self) -> int:
        """The dimension d of the lattice."""
        return int(self.matrices.shape[-1])

    def indices(self, number: int) -> dict[str, int]:
        """Return the index tuple of an element by its number: row-major over the axes."""
        parts = np.unravel_index(number, tuple(self.axes.values())) if self.axes else ()
        return {name: int(part) for name, part in zip(self.axes, parts, strict=True)}

    def label(self, number: int) -> str:
        """Return how witnesses name an element: "(m=1, r=2)"."""
        listed = ", ".join(f"{name}={value}" for name, value in self.indices(number).items())
        return f"({listed})"
