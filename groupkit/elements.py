"""Arrays of group elements (t, s): composed, inverted and applied exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, Shaped

from groupkit.errors import DimensionError, ElementError, brief
from groupkit.frozen import Frozen
from groupkit.integers import (
    INT64_LIMIT,
    compact,
    exact_matmul,
    exact_sum,
    integer,
    largest,
    numbers_below,
)
from groupkit.stabilizer import TRANSLATION_NAMES, Stabilizer

_Integers = Shaped[np.ndarray, "*shape d"]  # int64, or Python integers beyond its range


class Elements(Frozen):
    """An array of elements g = (t, s) of G = Z^d ⋊ S, of any shape; () for a single one.

    (t, s)(t', s') = (t + M(s) t', s s'), g·x = M(s) x + t.  Shapes broadcast as numpy's do.
    Translations beyond int64 are kept as Python integers, so no result ever wraps around.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    index : array of int [*shape]
        The numbers of the s.
    translation : array of int [*shape, d]
        The t.

    Raises
    ------
    ElementError, DimensionError

    References
    ----------
    Cohen & Welling (2016), sections 4.2 and 4.3.

    Examples
    --------
    >>> from groupkit import p4
    >>> g = p4.element(r=1, u=2, v=3)
    >>> g @ g.inverse() == p4.identity()
    np.True_
    >>> g.act([1, 0]).tolist()
    [2, 4]
    >>> (p4.element(r=[0, 1, 2, 3]) @ g).indices()["r"].tolist()
    [1, 2, 3, 0]
    """

    __slots__ = ("index", "stabilizer", "translation")

    stabilizer: Stabilizer
    index: Int[np.ndarray, "*shape"]
    translation: _Integers

    def __init__(self, stabilizer: Stabilizer, index: Any, translation: Any) -> None:
        numbers = numbers_below(index, stabilizer.order)
        if numbers is None:
            raise ElementError(
                f"{brief(index)} are not numbers of elements of {stabilizer}; these are the "
                f"integers 0 to {stabilizer.order - 1}",
                witness=index,
            )
        vectors = _integers(translation, "a translation")
        if vectors.shape[-1:] != (stabilizer.dimension,):
            raise DimensionError(
                f"a translation of this group has {stabilizer.dimension} coordinates, but the "
                f"last axis of shape {vectors.shape} is another; give [..., "
                f"{stabilizer.dimension}]",
                witness=vectors.shape,
            )
        shape = _common_shape(numbers.shape, vectors.shape[:-1])
        self._set(
            stabilizer=stabilizer,
            index=np.array(np.broadcast_to(numbers, shape)),
            translation=np.array(np.broadcast_to(vectors, (*shape, stabilizer.dimension))),
        )

    @classmethod
    def from_indices(cls, stabilizer: Stabilizer, **indices: Any) -> Elements:
        """Return elements by axis indices and translation: ``t=(…)``, or ``u``, ``v``, ``w``.

        Missing indices are 0; arrays broadcast.

        Parameters
        ----------
        stabilizer : Stabilizer
            S.
        **indices : int or numpy.ndarray of int
            One for each axis of S; and t, [..., d], or the coordinates u, v, w.

        Returns
        -------
        Elements
            Of the shape to which the indices broadcast.

        Raises
        ------
        ElementError
            For an unknown index, one out of range, or both t and u, v, w.

        Examples
        --------
        >>> from groupkit import p4
        >>> Elements.from_indices(p4.stabilizer, r=[0, 1], u=2).to_matrix().shape
        (2, 3, 3)
        """
        dimension = stabilizer.dimension
        names = TRANSLATION_NAMES[:dimension] if dimension <= len(TRANSLATION_NAMES) else ()
        given = {name: indices.pop(name) for name in names if name in indices}
        vector = indices.pop("t", None)
        if vector is not None and given:
            raise ElementError(
                f"give the translation as t or as {', '.join(names)}, not both",
                witness=(vector, given),
            )
        if vector is None:
            parts = [_integers(given.get(name, 0), f"translation {name}") for name in names]
            _common_shape(*(part.shape for part in parts))
            vector = (
                np.stack(np.broadcast_arrays(*parts), axis=-1)
                if names
                else np.zeros(dimension, dtype=np.int64)
            )
        for name in indices:
            if name not in stabilizer.axes:
                known = ", ".join((*stabilizer.axes, "t", *names))
                raise ElementError(
                    f"{brief(name)} is not an index of this group; its indices are {known}",
                    witness=name,
                )
        return cls(stabilizer, stabilizer.index_of(**indices), vector)

    @classmethod
    def from_matrix(cls, stabilizer: Stabilizer, matrices: Any) -> Elements:
        """Return the elements of homogeneous matrices [[M(s), t], [0, 1]], [*shape, d+1, d+1].

        Parameters
        ----------
        stabilizer : Stabilizer
            S.
        matrices : array_like of int
            [*shape, d+1, d+1].

        Returns
        -------
        Elements
            Of this shape.

        Raises
        ------
        ElementError
            If one is not the matrix of an element, with that matrix; or if the group has
            internal symmetries, so that matrices do not determine elements.

        Examples
        --------
        >>> from groupkit import p4
        >>> g = Elements.from_matrix(p4.stabilizer, [[0, -1, 2], [1, 0, 3], [0, 0, 1]])
        >>> bool(g == p4.element(r=1, u=2, v=3))
        True
        """
        d = stabilizer.dimension
        array = _integers(matrices, "a homogeneous matrix")
        if array.shape[-2:] != (d + 1, d + 1):
            raise DimensionError(
                f"homogeneous matrices of this group are {d + 1}×{d + 1}, not of shape "
                f"{array.shape[-2:]}; give [[M, t], [0, 1]]",
                witness=array.shape,
            )
        last_row = np.array([0] * d + [1])
        index = stabilizer.find(array[..., :d, :d])
        bad = (index < 0) | (array[..., d, :] != last_row).any(axis=-1)
        if bad.any():
            witness = array[tuple(np.argwhere(bad)[0])].tolist()
            raise ElementError(
                f"{witness} is not the matrix of an element; it should be [[M, t], [0, 1]] with "
                "M one of the stabilizer's matrices",
                witness=witness,
            )
        return cls(stabilizer, index, array[..., :d, d])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of elements."""
        return self.index.shape

    def __matmul__(self, other: Elements) -> Elements:
        """Compose: (t, s)(t', s') = (t + M(s) t', s s')."""
        if not isinstance(other, Elements):
            return NotImplemented
        self._check_same_group(other)
        _common_shape(self.shape, other.shape)
        moved = self._rotate(other.translation)
        product = self.stabilizer.cayley_table[self.index, other.index]
        return Elements(self.stabilizer, product, exact_sum(self.translation, moved))

    def inverse(self) -> Elements:
        """Return (t, s)⁻¹ = (-M(s)⁻¹ t, s⁻¹).

        Returns
        -------
        Elements
            Of the same shape.

        Examples
        --------
        >>> from groupkit import p4
        >>> g = p4.element(r=1, u=2, v=3)
        >>> bool(g @ g.inverse() == p4.identity())
        True
        """
        inverse = self.stabilizer.inverses[self.index]
        back = Elements(self.stabilizer, inverse, np.zeros(self.stabilizer.dimension, np.int64))
        return Elements(self.stabilizer, inverse, _negated(back._rotate(self.translation)))

    def act(self, points: Any) -> _Integers:
        """Return g·x = M(s) x + t for lattice points x, [..., d], broadcasting.

        Parameters
        ----------
        points : array_like of int
            [..., d].

        Returns
        -------
        numpy.ndarray
            The images, [..., d].

        Raises
        ------
        ElementError, DimensionError
            If the points are not integer vectors of dimension d.

        Examples
        --------
        >>> from groupkit import p4
        >>> p4.element(r=1, u=2, v=3).act([[0, 0], [1, 0]]).tolist()
        [[2, 3], [2, 4]]
        """
        array = _integers(points, "a lattice point")
        if array.shape[-1:] != (self.stabilizer.dimension,):
            raise DimensionError(
                f"points of this group have {self.stabilizer.dimension} coordinates, not the last "
                f"axis of shape {array.shape}",
                witness=array.shape,
            )
        _common_shape(self.shape, array.shape[:-1])
        return exact_sum(self._rotate(array), self.translation)

    def to_matrix(self) -> Shaped[np.ndarray, "*shape e e"]:
        """Return the homogeneous matrices [[M(s), t], [0, 1]], [*shape, d + 1, d + 1].

        Returns
        -------
        numpy.ndarray
            Exact integers.

        Examples
        --------
        >>> from groupkit import p4
        >>> p4.element(r=1, u=2, v=3).to_matrix().tolist()
        [[0, -1, 2], [1, 0, 3], [0, 0, 1]]
        """
        d = self.stabilizer.dimension
        result = np.zeros((*self.shape, d + 1, d + 1), dtype=self.translation.dtype)
        result[..., :d, :d] = self.stabilizer.matrices[self.index]
        result[..., :d, d] = self.translation
        result[..., d, d] = 1
        return result

    def indices(self) -> dict[str, Any]:
        """Return axis indices and translation coordinates, as `SplitGroup.element` takes them.

        Returns
        -------
        dict of str to int or numpy.ndarray

        Examples
        --------
        >>> from groupkit import p4m
        >>> {name: int(i) for name, i in p4m.element(m=1, r=2, u=5).indices().items()}
        {'m': 1, 'r': 2, 'u': 5, 'v': 0}
        """
        d = self.stabilizer.dimension
        if d > len(TRANSLATION_NAMES):
            return {**self.stabilizer.axis_indices(self.index), "t": self.translation}
        translation = {
            name: self.translation[..., i] for i, name in enumerate(TRANSLATION_NAMES[:d])
        }
        return {**self.stabilizer.axis_indices(self.index), **translation}

    def __eq__(self, other: object) -> Bool[np.ndarray, "*shape"] | np.bool_:  # type: ignore[override]
        """Compare element by element, broadcasting as numpy arrays do."""
        if not isinstance(other, Elements):
            return NotImplemented
        self._check_same_group(other)
        _common_shape(self.shape, other.shape)
        same_translation = (self.translation == other.translation).all(axis=-1)
        result: Bool[np.ndarray, "*shape"] = (self.index == other.index) & same_translation
        return result

    def __hash__(self) -> int:
        if self.shape:
            raise TypeError("only single elements, of shape (), are hashable")
        return hash((self.stabilizer, int(self.index), tuple(int(x) for x in self.translation)))

    def __getitem__(self, key: Any) -> Elements:
        index = self.index[key]
        rows = key if isinstance(key, tuple) else (key,)
        rows = rows if Ellipsis in [k for k in rows if k is Ellipsis] else (*rows, Ellipsis)
        return Elements(self.stabilizer, index, self.translation[(*rows, slice(None))])

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a single element has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Elements]:
        return (self[i] for i in range(len(self)))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.stabilizer, np.array(self.index), np.array(self.translation))

    def __repr__(self) -> str:
        if self.shape:
            return f"<array of {'×'.join(map(str, self.shape))} elements of {self.stabilizer!r}>"
        shown = ", ".join(f"{name}={value}" for name, value in self.indices().items())
        return f"element({shown})"

    def _rotate(self, vectors: Shaped[np.ndarray, "*some d"]) -> Shaped[np.ndarray, "*all d"]:
        """Return M(s) x, broadcasting s against the leading axes of x."""
        return exact_matmul(self.stabilizer.matrices[self.index], vectors[..., None])[..., 0]

    def _check_same_group(self, other: Elements) -> None:
        if self.stabilizer != other.stabilizer:
            one, another = self.stabilizer.told_from(other.stabilizer)
            raise ElementError(
                f"elements of two groups do not mix: {one} and {another}; convert one with "
                "from_matrix(x.to_matrix()), or by its indices()",
                witness=(self.stabilizer, other.stabilizer),
            )


def random_elements(
    stabilizer: Stabilizer,
    shape: int | tuple[int, ...],
    radius: int,
    generator: np.random.Generator,
) -> Elements:
    """Return uniformly random elements with translations in [-radius, radius]^d."""
    if integer(radius) is None or not 0 <= radius < INT64_LIMIT:
        raise ElementError(
            f"radius {brief(radius)} is not an integer from 0 to 2^63 - 1; choose one",
            witness=radius,
        )
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    index = generator.integers(stabilizer.order, size=sizes)
    translation = generator.integers(
        -radius, radius, size=(*sizes, stabilizer.dimension), endpoint=True
    )
    return Elements(stabilizer, index, translation)


def _common_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that shapes broadcast to, or raise ElementError."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ElementError(
            f"arrays of shapes {' and '.join(map(str, shapes))} do not broadcast; make their "
            "sides equal, or 1",
            witness=shapes,
        ) from None


def _integers(values: Any, what: str) -> Shaped[np.ndarray, "..."]:
    """Return an exact integer array, or raise ElementError."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "fuO":  # lists of huge integers arrive as float, uint64 or object
            array = np.asarray(values, dtype=object)
            flat = [integer(entry) for entry in array.flat]
            if None not in flat:
                exact = np.empty(len(flat), dtype=object)
                exact[:] = flat
                return compact(exact.reshape(array.shape))
        elif array.dtype.kind == "i":
            return array.astype(np.int64, copy=False)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ElementError(f"{what} has integer coordinates, unlike {brief(values)}", witness=values)


def _negated(array: _Integers) -> _Integers:
    """Return -array exactly: the smallest int64 has no negative in int64."""
    if array.dtype == object or largest(array) == INT64_LIMIT:
        return compact(-array.astype(object))
    return -array
