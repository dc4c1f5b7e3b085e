"""Homomorphisms of finite groups, checked when they are made."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit.algebra.commuting import of_mask
from groupkit.algebra.finite_part import finite_group
from groupkit.errors import ElementError, NotAHomomorphismError, brief
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.frozen import Frozen
from groupkit.integers import integer, listed

Images = Int[np.ndarray, " order"]


class Homomorphism(Frozen):
    """A map φ: G → K of finite groups with φ(ab) = φ(a) φ(b) for all a and b.

    Parameters
    ----------
    source, target : FiniteGroup
    images : iterable of int
        φ(0), φ(1), …, as many as the source has elements.

    Raises
    ------
    NotAHomomorphismError
        With a pair a, b for which φ(ab) ≠ φ(a) φ(b).
    ElementError
        If an image is no element of the target, or their number is wrong.

    Examples
    --------
    >>> from groupkit import FiniteGroup, p4m
    >>> signs = FiniteGroup([[0, 1], [1, 0]])
    >>> determinant = Homomorphism(p4m.stabilizer, signs, [0, 0, 0, 0, 1, 1, 1, 1])
    >>> determinant.kernel.members
    (0, 1, 2, 3)
    """

    source: FiniteGroup
    target: FiniteGroup
    images: Images
    """φ(a) for every a; read-only."""

    def __init__(self, source: FiniteGroup, target: FiniteGroup, images: Iterable[Any]) -> None:
        source = finite_group(source, "homomorphisms")
        target = finite_group(target, "homomorphisms")
        numbers = [target.number(image) for image in listed(images, "images")]
        if len(numbers) != source.order:
            raise ElementError(
                f"{len(numbers)} images for {source.order} elements; give one for each element, "
                "or use Homomorphism.from_generators",
                witness=len(numbers),
            )
        array = np.array(numbers, dtype=np.int64)
        equal = array[source.cayley_table] == target.cayley_table[np.ix_(array, array)]
        if not equal.all():
            a, b = (int(i) for i in np.argwhere(~equal)[0])
            raise _not_a_homomorphism(source, target, array, a, b)
        self._set(source=source, target=target, images=array)

    @classmethod
    def from_generators(
        cls, source: FiniteGroup, target: FiniteGroup, images: Mapping[int, int]
    ) -> Homomorphism:
        """Return the homomorphism with these images of generators, extended to all products.

        Parameters
        ----------
        source, target : FiniteGroup
        images : mapping of int to int
            Generators of the source and where they go.

        Raises
        ------
        NotAHomomorphismError
            If the generators satisfy a relation that their images do not: the witness is the
            pair whose product shows it.
        ElementError
            If they do not generate the source.

        Examples
        --------
        >>> from groupkit import p4, p4m
        >>> Homomorphism.from_generators(p4.stabilizer, p4m.stabilizer, {1: 3}).images.tolist()
        [0, 3, 2, 1]
        """
        source = finite_group(source, "homomorphisms")
        target = finite_group(target, "homomorphisms")
        if not isinstance(images, Mapping):
            raise ElementError(
                f"images of generators are given as {{generator: image}}, not {brief(images)}; for "
                "a list of all images use Homomorphism(source, target, images)",
                witness=images,
            )
        generators = [source.number(a) for a in images]
        reached = source.subgroup(generators)
        if len(reached) < source.order:
            missing = next(a for a in source if a not in reached)
            raise ElementError(
                f"{generators} generate {len(reached)} of {source.order} elements, {missing} is "
                "not among them; give images of enough elements to generate the group",
                witness=missing,
            )
        chosen = np.array([[target.number(b) for b in images.values()]], dtype=np.int64)
        return cls(source, target, extended(source, target, tuple(generators), chosen)[0])

    @cached_property
    def kernel(self) -> Subgroup:
        """The elements that go to the identity: a normal subgroup of the source."""
        return of_mask(self.source, self.images == self.target.identity)

    @cached_property
    def image(self) -> Subgroup:
        """The elements that something goes to: a subgroup of the target."""
        return Subgroup(self.target, tuple(sorted(set(self.images.tolist()))))

    @property
    def is_injective(self) -> bool:
        """Whether the kernel is trivial."""
        return len(self.kernel) == 1

    @property
    def is_surjective(self) -> bool:
        """Whether the image is all of the target."""
        return len(self.image) == self.target.order

    @property
    def is_isomorphism(self) -> bool:
        """Whether it has an inverse."""
        return self.is_injective and self.is_surjective

    @property
    def inverse(self) -> Homomorphism:
        """The inverse of an isomorphism.

        Raises
        ------
        NotAHomomorphismError
            If it is none: the witness is its kernel or its image.
        """
        if not self.is_isomorphism:
            short = self.kernel if not self.is_injective else self.image
            raise NotAHomomorphismError(
                f"{self!r} has no inverse: "
                + (
                    f"{short.members} all go to the identity"
                    if not self.is_injective
                    else f"only {len(short)} of {self.target.order} elements are images"
                )
                + "; only an isomorphism has one",
                witness=short,
            )
        return Homomorphism(self.target, self.source, np.argsort(self.images).tolist())

    def __call__(self, element: Any) -> Any:
        """Return φ of an element, or of an array of them.

        Raises
        ------
        ElementError
        """
        if integer(element) is not None:
            return int(self.images[self.source.number(element)])
        return self.images[self.source.product(element, self.source.identity)]

    def __matmul__(self, first: Homomorphism) -> Homomorphism:
        """Return a ↦ self(first(a)).

        Raises
        ------
        ElementError
            If the first one does not end in the group where this one starts.
        """
        if first.target != self.source:
            raise ElementError(
                f"{self!r} starts in another group than {first!r} ends in; compose homomorphisms "
                "that meet in one group",
                witness=(first.target, self.source),
            )
        return Homomorphism(first.source, self.target, self.images[first.images].tolist())

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.source, self.target, self.images.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.source, self.target, self.images.tolist())

    def __repr__(self) -> str:
        return (
            f"Homomorphism(order {self.source.order} → order {self.target.order}, "
            f"kernel of order {len(self.kernel)}, image of order {len(self.image)})"
        )


def extended(
    source: FiniteGroup,
    target: FiniteGroup,
    generators: tuple[int, ...],
    images: Int[np.ndarray, "maps generators"],
) -> Int[np.ndarray, "maps order"]:
    """Return the images of all elements, each written as a product of generators one way."""
    result = np.full((len(images), source.order), -1, dtype=np.int64)
    result[:, source.identity] = target.identity
    reached = [source.identity]
    known = {source.identity}
    for a in reached:  # grows while it runs
        for k, g in enumerate(generators):
            b = int(source.cayley_table[a, g])
            if b not in known:
                known.add(b)
                reached.append(b)
                result[:, b] = target.cayley_table[result[:, a], images[:, k]]
    return result


def _not_a_homomorphism(
    source: FiniteGroup, target: FiniteGroup, images: Images, a: int, b: int
) -> NotAHomomorphismError:
    product, image = int(source.cayley_table[a, b]), int(images[source.cayley_table[a, b]])
    other = int(target.cayley_table[images[a], images[b]])
    return NotAHomomorphismError(
        f"{brief(images.tolist(), 60)} is no homomorphism: {a}·{b} = {product} goes to {image}, "
        f"but the images {images[a]} and {images[b]} of {a} and {b} have the product {other}; "
        "correct one of these images",
        witness=(a, b),
    )
