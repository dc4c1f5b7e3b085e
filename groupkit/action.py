"""L_g on arrays: the permutation of array entries that an element of S is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int

from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType
from groupkit.integers import exact_matmul, exact_sum
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import read_box, stable_subset


def stable_mask(stabilizer: Stabilizer, shape: Sequence[int]) -> Bool[np.ndarray, "*shape"] | None:
    """Return where an array holds features: None if everywhere.

    Groups of signed permutations map boxes to boxes, and nothing is masked.  For all others
    features live on the largest S-stable subset of the array about its centre.

    Parameters
    ----------
    stabilizer : Stabilizer
    shape : tuple of int
        Sides of the array along the lattice axes.

    Raises
    ------
    WindowError
        If the centre of the array is not allowed (hexagonal lattices: even sides).

    Examples
    --------
    >>> from groupkit import p4, p6
    >>> stable_mask(p4.stabilizer, (3, 3)) is None
    True
    >>> stable_mask(p6.stabilizer, (3, 3)).sum()
    np.int64(7)
    """
    if stabilizer.is_signed_permutation:
        return None
    return stable_subset(stabilizer, shape)


def image_shape(stabilizer: Stabilizer, s: int, shape: Sequence[int]) -> tuple[int, ...]:
    """Return the sides of L_s of an array: exchanged as M exchanges axes, kept if it shears."""
    matrix = np.abs(stabilizer.matrices[s])
    if not stabilizer.is_signed_permutation:
        return tuple(shape)
    return tuple(int(side) for side in matrix @ np.asarray(shape))


def array_action(
    stabilizer: Stabilizer,
    s: int,
    shape: Sequence[int],
    feature_type: FeatureType,
    torus: bool = False,
) -> Int[np.ndarray, "*out"]:
    """Return where each entry of L_s f comes from: (L_s f)(sH', x) = f(s⁻¹s'H, M(s)⁻¹x).

    Parameters
    ----------
    stabilizer : Stabilizer
    s : int
        Number of the element.
    shape : tuple of int
        Sides of the array along the lattice axes; S acts about its centre, (n - 1)/2.
    feature_type : FeatureType
        Whether and how S also permutes the stabilizer axis.
    torus : bool
        Act about index 0 of the periodic array instead, as circular padding does.

    Returns
    -------
    numpy.ndarray
        int64 [*output array], flat positions in the input array; the sentinel ``input size``
        where features live on a smaller stable window and the entry lies outside it.
        ``np.append(f, 0)[index]`` is L_s f.

    Raises
    ------
    WindowError, DimensionError
        If the centre is not allowed, S does not preserve the torus, or the sides are no box.
    ElementError
        If s is not the number of an element.

    References
    ----------
    Cohen & Welling (2016), equation 4.

    Examples
    --------
    >>> from groupkit import p4
    >>> array_action(p4.stabilizer, 1, (2, 2), p4.feature_type("planar")).tolist()
    [[1, 3], [0, 2]]
    """
    sides = read_box(shape, stabilizer.dimension)
    s = stabilizer.number(s)
    output = sides if torus else image_shape(stabilizer, s, sides)
    inverse = stabilizer.matrices[stabilizer.inverses[s]]
    points = np.stack(np.unravel_index(np.arange(np.prod(output)), output), axis=1)
    if torus:
        _check_torus(stabilizer, sides)
        sources = exact_matmul(points, inverse.T) % np.array(sides)
        inside = np.ones(len(points), dtype=bool)
    else:
        mask = stable_mask(stabilizer, sides)
        inside = np.ones(len(points), dtype=bool) if mask is None else mask.reshape(-1)
        # twice the coordinates relative to the centres, which are halves
        relative = 2 * points - (np.array(output) - 1)
        sources = exact_sum(exact_matmul(relative, inverse.T), np.array(sides) - 1) // 2
        sources = np.where(inside[:, None], sources, 0)
    n_space = int(np.prod(sides))
    space = np.ravel_multi_index(tuple(sources.T.astype(np.int64)), sides)
    size = feature_type.size
    cosets = feature_type.action[stabilizer.inverses[s]]
    index = np.where(inside, cosets[:, None] * n_space + space, size * n_space)
    return index.reshape(feature_type.array_shape(output)).astype(np.int64)


def _check_torus(stabilizer: Stabilizer, sides: tuple[int, ...]) -> None:
    """Raise WindowError unless every M maps the sublattice of periods to itself."""
    for matrix in stabilizer.matrices:
        # column j of M, times side j, must be a multiple of side i in coordinate i
        if ((matrix * np.array(sides)) % np.array(sides)[:, None]).any():
            raise WindowError(
                f"the torus of size {'×'.join(map(str, sides))} is not preserved by M = "
                f"{matrix.tolist()}; use equal sides along the axes that the group mixes",
                witness=matrix.tolist(),
            )
