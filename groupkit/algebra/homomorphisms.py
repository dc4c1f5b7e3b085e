"""All homomorphisms between two finite groups, and isomorphisms: found by trying generators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import prod
from typing import Final

import numpy as np
from jaxtyping import Int

from groupkit.algebra.conjugacy import conjugacy_classes
from groupkit.algebra.finite_part import finite_group
from groupkit.algebra.homomorphism import Homomorphism, Images, extended
from groupkit.finite_group import FiniteGroup
from groupkit.split_group import SplitGroup

_BATCH: Final = 1024


def homomorphisms(
    source: FiniteGroup | SplitGroup, target: FiniteGroup | SplitGroup
) -> Iterator[Homomorphism]:
    """Yield all homomorphisms between finite groups, by the images of the source's generators.

    Parameters
    ----------
    source, target : FiniteGroup or SplitGroup
        Of Z^d ⋊ S, give the stabilizer.

    Yields
    ------
    Homomorphism

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; ask for those of ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4, p4m
    >>> len(list(homomorphisms(p4.stabilizer, p4m.stabilizer)))
    8
    """
    start = finite_group(source, "homomorphisms")
    end = finite_group(target, "homomorphisms")
    orders = end.element_orders
    allowed = [np.flatnonzero(start.element_orders[g] % orders == 0) for g in start.generators]
    for images in _found(start, end, allowed):
        yield Homomorphism(start, end, images.tolist())


def isomorphisms(
    source: FiniteGroup | SplitGroup, target: FiniteGroup | SplitGroup
) -> Iterator[Homomorphism]:
    """Yield all isomorphisms between finite groups, none if they are not isomorphic.

    Parameters
    ----------
    source, target : FiniteGroup or SplitGroup
        Of Z^d ⋊ S, give the stabilizer.

    Yields
    ------
    Homomorphism

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; ask for those of ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import p4m
    >>> len(list(isomorphisms(p4m.stabilizer, p4m.stabilizer)))  # the automorphisms of D4
    8
    """
    start = finite_group(source, "isomorphisms")
    end = finite_group(target, "isomorphisms")
    ours, theirs = _fingerprints(start), _fingerprints(end)
    if sorted(ours) != sorted(theirs):
        return
    allowed = [
        np.array([b for b in end if theirs[b] == ours[g]], dtype=np.int64) for g in start.generators
    ]
    for images in _found(start, end, allowed):
        if len(set(images.tolist())) == end.order:
            yield Homomorphism(start, end, images.tolist())


def isomorphism(
    source: FiniteGroup | SplitGroup, target: FiniteGroup | SplitGroup
) -> Homomorphism | None:
    """Return an isomorphism between finite groups, None if there is none.

    Parameters
    ----------
    source, target : FiniteGroup or SplitGroup
        Of Z^d ⋊ S, give the stabilizer.

    Returns
    -------
    Homomorphism or None

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; ask about ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import FiniteGroup, p4, p4m
    >>> d4 = FiniteGroup.from_generators([(1, 2, 3, 0), (3, 2, 1, 0)])
    >>> isomorphism(d4, p4m.stabilizer).is_isomorphism
    True
    >>> isomorphism(p4.stabilizer, p4m.stabilizer) is None
    True
    """
    return next(isomorphisms(source, target), None)


def is_isomorphic(one: FiniteGroup | SplitGroup, other: FiniteGroup | SplitGroup) -> bool:
    """Return whether two finite groups are isomorphic.

    Parameters
    ----------
    one, other : FiniteGroup or SplitGroup
        Of Z^d ⋊ S, give the stabilizer.

    Returns
    -------
    bool

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; ask about ``group.stabilizer``.

    Examples
    --------
    >>> from groupkit import catalog, p4, p4m
    >>> is_isomorphic(p4m.stabilizer, catalog["P422"].stabilizer)  # other matrices, one structure
    True
    >>> is_isomorphic(p4.stabilizer, catalog["p2mm"].stabilizer)  # both of order 4
    False
    """
    return isomorphism(one, other) is not None


def _fingerprints(group: FiniteGroup) -> list[tuple[int, ...]]:
    """Return, for each element, numbers that every isomorphism preserves.

    The order of the element, the size of its class, and how many elements have it as their
    square and as their cube.
    """
    classes, numbers = conjugacy_classes(group), np.arange(group.order)
    squares = group.cayley_table[numbers, numbers]
    cubes = group.cayley_table[squares, numbers]
    columns = (
        group.element_orders,
        classes.sizes[classes.index_of],
        np.bincount(squares, minlength=group.order),
        np.bincount(cubes, minlength=group.order),
        group.element_orders[squares],
        classes.sizes[classes.index_of[squares]],
    )
    return [tuple(row) for row in np.stack(columns, axis=1).tolist()]


def _found(
    source: FiniteGroup, target: FiniteGroup, allowed: list[Int[np.ndarray, "_"]]
) -> Iterator[Images]:
    """Yield the homomorphisms that send each generator of the source to an allowed image."""
    generators = source.generators
    choices = product(*(images.tolist() for images in allowed))
    for _ in range(0, prod(len(images) for images in allowed), _BATCH):
        batch = np.array(list(islice(choices, _BATCH)), dtype=np.int64)
        images = extended(source, target, generators, batch)
        good = np.ones(len(images), dtype=bool)
        for g in generators:
            left = images[:, source.cayley_table[:, g]]
            good &= (left == target.cayley_table[images, images[:, [g]]]).all(axis=1)
        yield from images[good]
