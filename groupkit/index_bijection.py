"""The bijection between index tuples and stabilizer matrices: tabulated, inverted, found."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, Final

import numpy as np
from jaxtyping import Int

from groupkit.errors import (
    AxesError,
    DeclarationError,
    DimensionError,
    IndexBijectionError,
    TooLargeError,
    brief,
)
from groupkit.generation import MOST_ELEMENTS, generate_matrices
from groupkit.integers import integer, integer_matrices, integer_matrix
from groupkit.stabilizer import Stabilizer, check_axes

SINGLE_AXIS: Final = "s"
_LARGEST_ORDER: Final = {1: 2, 2: 12, 3: 48, 4: 1152}  # of finite subgroups of GL(d, Z)
_LARGEST_DIMENSION: Final = 8


def tabulate(axes: Mapping[str, int], matrix: Callable[..., Any]) -> tuple[Stabilizer, list[Any]]:
    """Return the stabilizer whose element at each index tuple is ``matrix(**indices)``.

    Returns
    -------
    stabilizer : Stabilizer
    raw : list
        What the callable returned, in storage order.

    Raises
    ------
    DeclarationError
        Or the subclass that names the broken law.
    """
    checked = check_axes(axes)
    count = math.prod(checked.values())
    check_order(count)
    raw: list[Any] = []
    matrices: list[Int[np.ndarray, "d d"]] = []
    for indices in product(*(range(size) for size in checked.values())):
        named = dict(zip(checked, indices, strict=True))
        shown = ", ".join(f"{name}={value}" for name, value in named.items())
        value = _call(matrix, named, f"matrix({shown})")
        raw.append(value)
        matrices.append(integer_matrix(value, f"matrix({shown})"))
        if len(raw) == 1:
            check_order(count, len(matrices[0]))
    return Stabilizer(checked, integer_matrices(matrices)), raw


def check_order(count: int, dimension: int | None = None) -> None:
    """Raise AxesError if no finite group of matrices of this size has so many elements."""
    limit = _LARGEST_ORDER.get(dimension or 0, MOST_ELEMENTS)
    if count > limit:
        matrices = f"{dimension}×{dimension} matrices" if dimension else "matrices"
        raise AxesError(
            f"the axes count {count} elements, but no finite group of integer {matrices} that "
            f"can be tabulated has more than {limit}; correct the sizes",
            witness=count,
        )


def check_dimension(dimension: int) -> None:
    """Raise TooLargeError beyond the dimension in which lattices are derived and proved."""
    if dimension > _LARGEST_DIMENSION:
        raise TooLargeError(
            f"dimension {dimension} is more than {_LARGEST_DIMENSION}, the most in which a lattice "
            "is derived; state a smaller one",
            witness=dimension,
        )


def check_index(stabilizer: Stabilizer, raw: list[Any], index: Callable[[Any], Any]) -> None:
    """Raise IndexBijectionError unless index(matrix(**i)) = i for every index tuple i.

    The matrices are distinct, so this also gives matrix(**index(M)) = M for every M.
    ``index`` receives each matrix in the form in which ``matrix`` returns it.
    """
    for number, value in enumerate(raw):
        matrix = stabilizer.matrices[number].tolist()
        expected = {n: int(i) for n, i in stabilizer.axis_indices(number).items()}
        result = _call(index, (value,), f"index({matrix})")
        if not isinstance(result, Mapping):
            raise IndexBijectionError(
                f"index({matrix}) returned {brief(result)}; return a dict such as {expected}",
                witness=(expected, result),
            )
        found = {name: integer(i) for name, i in result.items()}
        if found != expected:
            raise IndexBijectionError(
                f"index is not the inverse of matrix: matrix at {expected} is {matrix}, but index "
                f"gives {dict(result)}; correct one of the two, and round floats to integers",
                witness=(expected, dict(result)),
            )


def from_generators(generators: Mapping[str, Any] | list[Any], dimension: int | None) -> Stabilizer:
    """Return the stabilizer that matrices generate, indexed by a product form if there is one.

    The product form of generators m, r is m^i r^j, with axes in the order of the mapping.
    It is used when these products are all elements, each once, and every generator adds to
    those after it; otherwise one axis ``s`` runs identity first, then breadth-first.
    """
    if isinstance(generators, Mapping):
        names = list(check_axes(dict.fromkeys(generators, 1)))
        values = list(generators.values())
    else:
        names, values = [f"g{i}" for i in range(len(generators))], list(generators)
    if not values:
        return _trivial(dimension)
    steps = integer_matrices(
        [integer_matrix(v, f"generator {n}") for n, v in zip(names, values, strict=True)],
        "generator",
    )
    elements = generate_matrices(steps, names)
    if dimension is not None and integer(dimension) != elements.shape[-1]:
        raise DimensionError(
            f"dimension {brief(dimension)} was stated, but the generators have dimension "
            f"{elements.shape[-1]}; leave dimension out",
            witness=dimension,
        )
    sizes = _product_form(steps, elements) if isinstance(generators, Mapping) else None
    if sizes is None:
        return Stabilizer({SINGLE_AXIS: len(elements)}, elements)
    powers = [
        [np.linalg.matrix_power(step, i) for i in range(size)]
        for step, size in zip(steps, sizes, strict=True)
    ]
    matrices = [_multiply(factors) for factors in product(*powers)]
    return Stabilizer(dict(zip(names, sizes, strict=True)), np.array(matrices))


def _trivial(dimension: int | None) -> Stabilizer:
    """Return the stabilizer of p1."""
    if dimension is None:
        raise DeclarationError(
            "no generators give the group of translations alone, whose dimension they do not "
            "tell; state it: from_generators('p1', {}, dimension=2)"
        )
    size = integer(dimension)
    if size is None or size < 1:
        raise DimensionError(
            f"dimension {brief(dimension)} is not a positive integer; state one", witness=dimension
        )
    check_dimension(size)
    return Stabilizer({SINGLE_AXIS: 1}, np.eye(size, dtype=np.int64)[None])


def _product_form(
    steps: Int[np.ndarray, "n d d"], elements: Int[np.ndarray, "order d d"]
) -> list[int] | None:
    """Return the size of each generator's axis in the product form, None if there is none."""
    covered = {np.eye(elements.shape[-1], dtype=np.int64).tobytes(): 0}
    tail = [np.eye(elements.shape[-1], dtype=np.int64)]
    sizes: list[int] = []
    for step in reversed(steps):
        size, power = 1, step
        while power.tobytes() not in covered:
            size, power = size + 1, power @ step
        tail = [np.linalg.matrix_power(step, i) @ rest for i in range(size) for rest in tail]
        covered = {matrix.tobytes(): i for i, matrix in enumerate(tail)}
        if size == 1 or len(covered) != len(tail):
            return None
        sizes.insert(0, size)
    return sizes if len(tail) == len(elements) else None


def _multiply(factors: tuple[Int[np.ndarray, "d d"], ...]) -> Int[np.ndarray, "d d"]:
    result = factors[0]
    for factor in factors[1:]:
        result = result @ factor
    return result


def _call(function: Callable[..., Any], arguments: Any, what: str) -> Any:
    """Call a user's function; any exception of theirs becomes the cause of ours."""
    try:
        if isinstance(arguments, dict):
            return function(**arguments)
        return function(*arguments)
    except Exception as error:  # the user's code may raise anything
        names = ", ".join(arguments) if isinstance(arguments, dict) else "M"
        raise DeclarationError(
            f"{what} raised {type(error).__name__}: {error}; it is called with {names} as "
            "arguments and must return "
            + ("a matrix" if isinstance(arguments, dict) else "a dict of indices"),
            witness=arguments,
        ) from error
