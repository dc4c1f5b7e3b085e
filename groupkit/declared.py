"""What a declaration comes to: a name, a stabilizer and a lattice, each checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from groupkit.errors import DeclarationError, brief
from groupkit.index_bijection import (
    SINGLE_AXIS,
    check_dimension,
    check_index,
    check_order,
    from_generators,
    tabulate,
)
from groupkit.integers import integer_matrices, listed
from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer


@dataclass(frozen=True)
class Declared:
    """The parts of a split group Z^d ⋊ S: its name, S, and a lattice that S preserves.

    `declared` and the functions below it check them.
    """

    name: str
    stabilizer: Stabilizer
    lattice: Lattice


def declared(name: Any, stabilizer: Stabilizer, lattice: Any) -> Declared:
    """Return a checked name, stabilizer and lattice: the last step of every declaration.

    Parameters
    ----------
    name : str
    stabilizer : Stabilizer
    lattice : str, Lattice or None
        By default the most general one that S preserves.

    Raises
    ------
    DeclarationError
        Or the subclass that names what is wrong.

    Examples
    --------
    >>> half_turn = Stabilizer({"r": 2}, [[[1, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> declared("p2", half_turn, None).lattice.name
    'oblique'
    """
    if not isinstance(name, str) or not name:
        raise DeclarationError(f"a group has a name, a string, not {brief(name)}", witness=name)
    check_dimension(stabilizer.dimension)
    if lattice is None:
        lattice = Lattice.invariant(stabilizer.matrices)
    elif isinstance(lattice, str):
        lattice = Lattice.named(lattice, stabilizer.dimension)
    elif not isinstance(lattice, Lattice):
        raise DeclarationError(
            f"a lattice is a name or a Lattice, not {brief(lattice)}; Lattice.from_gram makes one",
            witness=lattice,
        )
    lattice.check_isometries(stabilizer.matrices)
    return Declared(name, stabilizer.named(name), lattice)


def by_function(
    name: Any,
    axes: Mapping[str, int],
    matrix: Callable[..., Any],
    index: Callable[[Any], Any] | None,
    lattice: Any,
) -> Declared:
    """Return what axes and a function from indices to matrices declare (see `SplitGroup`)."""
    with naming(name):
        if not callable(matrix):
            raise DeclarationError(
                f"matrix is a function of the indices, not {type(matrix).__name__}; for a list "
                "of matrices use SplitGroup.from_matrices",
                witness=type(matrix).__name__,
            )
        stabilizer, raw = tabulate(axes, matrix)
        if index is not None:
            check_index(stabilizer, raw, index)
        return declared(name, stabilizer, lattice)


def by_generators(
    name: Any, generators: Mapping[str, Any] | Iterable[Any], lattice: Any, dimension: int | None
) -> Declared:
    """Return what generators declare (see `SplitGroup.from_generators`)."""
    with naming(name):
        if not isinstance(generators, Mapping):
            generators = listed(generators, "generators")
        if not generators and dimension is None and lattice is not None:
            known = lattice if isinstance(lattice, Lattice) else Lattice.named(lattice)
            dimension = known.dimension
        return declared(name, from_generators(generators, dimension), lattice)


def by_matrices(
    name: Any,
    matrices: Iterable[Any],
    axes: Mapping[str, int] | None,
    lattice: Any,
    cayley_table: Any,
) -> Declared:
    """Return what a complete list of matrices declares (see `SplitGroup.from_matrices`)."""
    with naming(name):
        read = integer_matrices(matrices)
        check_order(len(read))
        indexed = {SINGLE_AXIS: len(read)} if axes is None else axes
        return declared(name, Stabilizer(indexed, read, cayley_table), lattice)


@contextmanager
def naming(name: object) -> Iterator[None]:
    """Put the name of the group in front of the errors of its declaration."""
    try:
        yield
    except DeclarationError as error:
        if isinstance(name, str) and name:
            error.message = f"{name}: {error.message}"
            error.args = (error.message,)
        raise
