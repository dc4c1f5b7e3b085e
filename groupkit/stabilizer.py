"""The stabilizer S of the origin: a finite group, its index axes and its action M on Z^d."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Int, Shaped

from groupkit import cayley
from groupkit.errors import (
    AxesError,
    ElementError,
    MissingIdentityError,
    NotALatticeActionError,
    brief,
)
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.integers import exact_matmul, integer, integer_matrices, numbers_below
from groupkit.naming import product_names
from groupkit.tabulation import matrix_table

TRANSLATION_NAMES = ("u", "v", "w")
RESERVED_NAMES = ("t", *TRANSLATION_NAMES)
_MOST_AXES = 32
_REPEATED: Final = (
    "leave one out, or correct the sizes of the axes; for symmetries that move no point, such "
    "as an exchange of colours, use group.with_internal"
)


class Stabilizer(FiniteGroup):
    """A finite group S with an action M: S → GL(d, Z) and a bijection to index tuples.

    Element number n has the index tuple ``np.unravel_index(n, sizes)``: storage order is
    row-major over the axes, as feature maps store it.  M is usually faithful, and the products
    then follow from the matrices.  Where it is not, the Cayley table tells them, and the
    kernel of M are the *internal* symmetries: they fix every point and act on channels alone.

    Parameters
    ----------
    axes : mapping of str to int
        Names and sizes of the index axes, in storage order; the sizes multiply to the order.
    matrices : numpy.ndarray or iterable of matrices
        [order, d, d], integers, determinants ±1, the complete list in storage order.
    cayley_table : array of int, optional
        [order, order], the number of ss'; needed where M is not faithful, and checked to be
        the table of a group on which M is a homomorphism.

    Raises
    ------
    AxesError, DuplicateMatrixError, MissingIdentityError, NotClosedError
        Naming the witness.
    NotInvertibleError, NotAssociativeError, NotALatticeActionError
        If a Cayley table is not that of a group, or M is no homomorphism on it.

    Examples
    --------
    >>> from groupkit import p4m
    >>> p4m.stabilizer.index_of(m=1, r=2)
    6
    >>> p4m.stabilizer.matrices[6].tolist()
    [[1, 0], [0, -1]]
    """

    matrices: Int[np.ndarray, "order d d"]
    """M(s) for every s, acting on columns of lattice coordinates; read-only."""

    def __init__(
        self, axes: Mapping[str, int], matrices: Iterable[Any], cayley_table: Any = None
    ) -> None:
        checked = check_axes(axes)
        matrices = integer_matrices(matrices)
        if np.prod(list(checked.values()), dtype=object) != len(matrices):
            sizes = " × ".join(str(size) for size in checked.values()) or "1"
            raise AxesError(
                f"the axes {checked} count {sizes} elements, but there are {len(matrices)} "
                "matrices; the sizes of the axes multiply to the order of the stabilizer",
                witness=(checked, len(matrices)),
            )
        identity = np.eye(matrices.shape[-1], dtype=np.int64)
        if not (matrices == identity).all(axis=(-1, -2)).any():
            raise MissingIdentityError(
                f"the identity {identity.tolist()} is none of the {len(matrices)} matrices; add "
                "it: a group has an identity",
                witness=identity.tolist(),
            )
        if cayley_table is None:
            table = matrix_table(matrices, _names(checked), _REPEATED)
        else:
            table = FiniteGroup(cayley_table).cayley_table
            _check_action(table, matrices, _names(checked))
        self._set(cayley_table=table, matrices=matrices, _axes=checked)

    _axes: dict[str, int]
    name: str = ""
    """That of the split group it belongs to, for messages: it takes no part in equality."""

    def named(self, name: str) -> Stabilizer:
        """Return this stabilizer as that of a split group, which messages then name.

        Examples
        --------
        >>> from groupkit import p4
        >>> mine = p4.stabilizer.named("my p4")
        >>> str(p4.stabilizer), str(mine), mine == p4.stabilizer
        ('p4', 'my p4', True)
        """
        same = object.__new__(Stabilizer)
        same._set(cayley_table=self.cayley_table, matrices=self.matrices, _axes=self._axes)
        same._set(name=name)
        return same

    @property
    def axes(self) -> dict[str, int]:
        """Names and sizes of the index axes, in storage order (a copy)."""
        return dict(self._axes)

    @property
    def dimension(self) -> int:
        """The dimension d of the lattice."""
        return int(self.matrices.shape[-1])

    @cached_property
    def internal(self) -> Subgroup:
        """The internal symmetries {s : M(s) = 1}, which fix every point: {e} if M is faithful."""
        identity = np.eye(self.dimension, dtype=np.int64)
        fixing = (self.matrices == identity).all(axis=(-1, -2))
        return Subgroup(self, tuple(int(s) for s in np.flatnonzero(fixing)))

    @property
    def is_faithful(self) -> bool:
        """Whether different elements have different matrices: no internal symmetries but e."""
        return len(self.internal) == 1

    @cached_property
    def is_signed_permutation(self) -> bool:
        """Whether every M permutes the lattice axes up to sign, so maps boxes to boxes."""
        return bool((np.abs(self.matrices).sum(axis=-1) == 1).all())

    def index_of(self, **indices: Any) -> Any:
        """Return the number of the element with these axis indices; missing ones are 0.

        Arrays broadcast to an int64 array of numbers.

        Parameters
        ----------
        **indices : int or numpy.ndarray of int
            One for each axis.

        Returns
        -------
        int or numpy.ndarray
            Row-major over the axes.

        Raises
        ------
        ElementError
            If a name is not an axis, or an index is not in its range.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.index_of(m=1, r=2), p4m.stabilizer.index_of(r=[0, 1]).tolist()
        (6, [0, 1])
        """
        for name, value in indices.items():
            if name not in self._axes:
                raise ElementError(
                    f"{brief(name)} is not an index of this group; its indices are "
                    f"{', '.join(self._axes) or 'none'}",
                    witness=name,
                )
            size = self._axes[name]
            if numbers_below(value, size) is None:
                raise ElementError(
                    f"index {name} = {brief(value)} is not one of the integers 0 to {size - 1} "
                    f"that {name} runs over; choose one of them",
                    witness=value,
                )
        if not self._axes:
            return 0
        arrays = [
            np.asarray(numbers_below(indices.get(name, 0), size))
            for name, size in self._axes.items()
        ]
        try:
            parts = np.broadcast_arrays(*arrays)
        except ValueError:
            raise ElementError(
                f"indices of shapes {' and '.join(str(array.shape) for array in arrays)} do not "
                "broadcast; make their sides equal, or 1",
                witness=indices,
            ) from None
        numbers = np.ravel_multi_index(
            tuple(part.astype(np.int64) for part in parts), tuple(self._axes.values())
        )
        return int(numbers) if np.ndim(numbers) == 0 else numbers.astype(np.int64)

    def axis_indices(
        self, elements: int | Int[np.ndarray, "*shape"]
    ) -> dict[str, Int[np.ndarray, "*shape"] | np.int64]:
        """Return the axis indices of elements, by axis name: the inverse of `index_of`.

        Parameters
        ----------
        elements : int or numpy.ndarray of int
            Numbers of elements.

        Returns
        -------
        dict of str to int or numpy.ndarray
            Of the same shape.

        Examples
        --------
        >>> from groupkit import p4m
        >>> {axis: int(i) for axis, i in p4m.stabilizer.axis_indices(6).items()}
        {'m': 1, 'r': 2}
        """
        numbers = self._elements(elements)
        if not self._axes:
            return {}
        parts = np.unravel_index(numbers, tuple(self._axes.values()))
        return dict(zip(self._axes, parts, strict=True))

    @cached_property
    def element_names(self) -> tuple[str, ...]:
        """A short name for each element: the product of powers that it is, or its number."""
        return product_names(self._axes, self.cayley_table, self.identity)

    def label(self, element: int) -> str:
        """Return a short name of an element: "m=1, r=2".

        Parameters
        ----------
        element : int
            Its number.

        Returns
        -------
        str

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.label(6)
        'm=1, r=2'
        """
        indices = self.axis_indices(element)
        return ", ".join(f"{name}={int(value)}" for name, value in indices.items()) or "identity"

    def subgroup(self, generators: Iterable[Any] = ()) -> Subgroup:
        """Return the subgroup generated by elements, given as numbers or as {axis: index}.

        Parameters
        ----------
        generators : iterable of int or mapping
            Numbers, or indices by axis, of which missing ones are 0.

        Returns
        -------
        Subgroup

        Raises
        ------
        ElementError
            If one is not an element.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.stabilizer.subgroup([{"m": 1}, {"r": 2}]).members
        (0, 2, 4, 6)
        """
        return super().subgroup(
            self.index_of(**generator) if isinstance(generator, Mapping) else generator
            for generator in generators
        )

    def find(self, matrices: Shaped[np.ndarray, "*shape d d"]) -> Int[np.ndarray, "*shape"]:
        """Return the number of the element of each matrix, -1 where it is none of M(S).

        Parameters
        ----------
        matrices : numpy.ndarray of int
            [*shape, d, d].

        Returns
        -------
        numpy.ndarray
            [*shape].

        Raises
        ------
        ElementError
            If M is not faithful: a matrix then is that of several elements.

        Examples
        --------
        >>> import numpy as np
        >>> from groupkit import p4
        >>> p4.stabilizer.find(np.array([[[0, -1], [1, 0]], [[1, 1], [0, 1]]])).tolist()
        [1, -1]
        """
        if not self.is_faithful:
            other = next(s for s in self.internal if s != self.identity)
            raise ElementError(
                f"a matrix does not determine an element of {self}: ({self.label(other)}) and "
                f"({self.label(self.identity)}) both have the identity matrix, and each matrix "
                f"is that of {len(self.internal)} elements; give the indices, element("
                f"{', '.join(f'{name}=…' for name in self._axes)}, t=…)",
                witness=(self.identity, other),
            )
        equal: Bool[np.ndarray, "*shape order"] = (matrices[..., None, :, :] == self.matrices).all(
            axis=(-1, -2)
        )
        return np.where(equal.any(axis=-1), equal.argmax(axis=-1), -1).astype(np.int64)

    @cached_property
    def _key(self) -> tuple[Hashable, ...]:
        axes, matrices = tuple(self._axes.items()), self.matrices.tobytes()
        return self.order, axes, matrices, b"" if self.is_faithful else self.cayley_table.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        table = () if self.is_faithful else (np.array(self.cayley_table),)
        return type(self), (self.axes, np.array(self.matrices), *table), {"name": self.name}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {size}" for name, size in self._axes.items())
        return f"Stabilizer(order={self.order}, dimension={self.dimension}, axes {{{sizes}}})"

    def __str__(self) -> str:
        return self.name or repr(self)

    def told_from(self, other: Stabilizer) -> tuple[str, str]:
        """Return what messages call this stabilizer and another: names, if they differ."""
        same = str(self) == str(other)
        return (repr(self), repr(other)) if same else (str(self), str(other))


def _check_action(
    table: Int[np.ndarray, "n n"],
    matrices: Int[np.ndarray, "order d d"],
    name: Callable[[int], str],
) -> None:
    """Raise NotALatticeActionError unless M(s) M(s') = M(ss') for the products of a table."""
    if len(table) != len(matrices):
        raise NotALatticeActionError(
            f"the Cayley table is that of {len(table)} elements, but there are {len(matrices)} "
            "matrices; give one matrix for each element",
            witness=(len(table), len(matrices)),
        )
    for b in cayley.some_generators(table, cayley.identity_of(table)):  # then for all products
        products = exact_matmul(matrices, matrices[b])
        wrong = (products != matrices[table[:, b]]).any(axis=(-1, -2))
        if not wrong.any():
            continue
        a = int(np.argmax(wrong))
        raise NotALatticeActionError(
            f"M is no homomorphism: {name(a)} times {name(b)} is {products[a].tolist()}, but the "
            f"Cayley table says that the product is element {table[a, b]}, and "
            f"{name(int(table[a, b]))} is {matrices[table[a, b]].tolist()}; correct the table or "
            "the matrices",
            witness=(a, b),
        )


def _names(axes: dict[str, int]) -> Callable[[int], str]:
    """Return how errors call the matrices: by their indices, where the user gave any."""
    if len(axes) < 2:
        return "matrix {}".format
    sizes = tuple(axes.values())

    def name(number: int) -> str:
        indices = zip(axes, np.unravel_index(number, sizes), strict=True)
        return f"matrix({', '.join(f'{axis}={index}' for axis, index in indices)})"

    return name


def check_axes(axes: Any) -> dict[str, int]:
    """Return the axes as a plain dict of identifiers and positive sizes.

    Raises
    ------
    AxesError
        If they are not a mapping, a name is reserved or no identifier, a size is not positive.
    """
    if not isinstance(axes, Mapping):
        raise AxesError(
            f"axes are a mapping of names to sizes, such as {{'m': 2, 'r': 4}}, not {brief(axes)}",
            witness=axes,
        )
    if len(axes) > _MOST_AXES:
        raise AxesError(
            f"{len(axes)} axes are more than {_MOST_AXES}, the most of an index; combine some",
            witness=len(axes),
        )
    checked: dict[str, int] = {}
    for name, size in axes.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise AxesError(
                f"{brief(name)} cannot name an axis; use an identifier such as 'r'", witness=name
            )
        if name in RESERVED_NAMES:
            raise AxesError(
                f"{brief(name)} cannot name an axis: {', '.join(RESERVED_NAMES)} are the "
                "translation; use another letter",
                witness=name,
            )
        count = integer(size)
        if count is None or count < 1 or isinstance(size, bool):
            raise AxesError(
                f"axis {brief(name)} has size {brief(size)}; sizes are positive integers",
                witness=size,
            )
        checked[name] = count
    return checked
