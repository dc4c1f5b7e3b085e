"""Direct and semidirect products of finite groups."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.algebra.finite_part import finite_group
from groupkit.algebra.homomorphism import Homomorphism
from groupkit.errors import NotAHomomorphismError, NotAnActionError
from groupkit.finite_group import FiniteGroup
from groupkit.integers import numbers_below
from groupkit.split_group import SplitGroup


def direct_product(*groups: FiniteGroup | SplitGroup) -> FiniteGroup:
    """Return G × K × …: tuples of elements, multiplied entry by entry.

    Tuples are numbered row-major: (a, b) is a·|K| + b, as ``np.ravel_multi_index`` does.

    Parameters
    ----------
    *groups : FiniteGroup or SplitGroup
        The factors, none for the trivial group; of Z^d ⋊ S, give the stabilizer.

    Returns
    -------
    FiniteGroup
        Its order is the product of their orders.

    Raises
    ------
    InfiniteRequestError
        For Z^d ⋊ S; give its stabilizer.

    Examples
    --------
    >>> two = FiniteGroup([[0, 1], [1, 0]])
    >>> direct_product(two, two).element_orders.tolist()
    [1, 2, 2, 2]
    """
    factors = [finite_group(group, "direct products") for group in groups]
    return reduce(_times, factors, FiniteGroup([[0]]))


def _times(one: FiniteGroup, other: FiniteGroup) -> FiniteGroup:
    first, second = one.cayley_table, other.cayley_table
    table = first[:, None, :, None] * other.order + second[None, :, None, :]
    return FiniteGroup(table.reshape(one.order * other.order, -1))


def semidirect_product(
    normal: FiniteGroup | SplitGroup, acting: FiniteGroup | SplitGroup, action: Iterable[Any]
) -> FiniteGroup:
    """Return N ⋊ H: pairs with (n, h)(n', h') = (n · h(n'), h h').

    Pairs are numbered row-major: (n, h) is n·|H| + h.

    Parameters
    ----------
    normal, acting : FiniteGroup
        N and H.
    action : numpy.ndarray or nested sequence
        Integers [|H|, |N|]: entry [h, n] is h(n), where every h acts by an automorphism and
        hh' as h after h'.

    Returns
    -------
    FiniteGroup
        Of order |N| |H|.

    Raises
    ------
    NotAnActionError
        If a row is no permutation of N, or hh' does not act as h after h'.
    NotAHomomorphismError
        If an h does not respect products of N.
    InfiniteRequestError
        For Z^d ⋊ S; give its stabilizer.

    Examples
    --------
    >>> three = FiniteGroup([[0, 1, 2], [1, 2, 0], [2, 0, 1]])
    >>> two = FiniteGroup([[0, 1], [1, 0]])
    >>> semidirect_product(three, two, [[0, 1, 2], [0, 2, 1]])
    FiniteGroup(order=6, not abelian, element orders 1 2 2 2 3 3)
    """
    n, h = finite_group(normal, "semidirect products"), finite_group(acting, "semidirect products")
    images = _automorphisms(n, h, action)
    table = (
        n.cayley_table[np.arange(n.order)[:, None, None, None], images[None, :, :, None]] * h.order
        + h.cayley_table[None, :, None, :]
    )
    return FiniteGroup(table.reshape(n.order * h.order, -1))


def _automorphisms(
    normal: FiniteGroup, acting: FiniteGroup, action: Any
) -> Int[np.ndarray, "acting normal"]:
    """Return an action by automorphisms as an array, checked."""
    images = numbers_below(list(action) if isinstance(action, Iterable) else action, normal.order)
    if images is None or images.shape != (acting.order, normal.order):
        raise NotAnActionError(
            f"the action of {acting!r} on {normal!r} is an array of elements of shape "
            f"({acting.order}, {normal.order}), entry [h, n] the image of n under h; correct it",
            witness=action,
        )
    images = images.astype(np.int64)
    for element, row in enumerate(images):
        if len(set(row.tolist())) < normal.order:
            raise NotAnActionError(
                f"{element} does not act by a permutation: its images {row.tolist()} repeat; "
                "let every element act by an automorphism",
                witness=element,
            )
        try:
            Homomorphism(normal, normal, row.tolist())
        except NotAHomomorphismError as error:
            error.args = (f"{element} does not act by an automorphism: {error.message}",)
            error.message = str(error.args[0])
            raise
    after = images[:, images]  # [h, h', n] = h(h'(n))
    wrong = (after != images[acting.cayley_table]).any(axis=-1)
    if wrong.any():
        one, other = (int(i) for i in np.argwhere(wrong)[0])
        raise NotAnActionError(
            f"{one}·{other} = {acting.cayley_table[one, other]} does not act as {one} after "
            f"{other}; correct one of these rows",
            witness=(one, other),
        )
    return images
