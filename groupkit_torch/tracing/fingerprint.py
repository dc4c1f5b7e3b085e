r"""What each position of a map is a function of, as a number: exact for chains of layers.

A model is run on positions alone, once for each element s of S, modulo a prime: input position
x of :math:`L_s f` holds a random number :math:`r(M^{-1} x)`, a convolution sums what it reads with
random weights, turned by s, a maximum keeps the set of what it reads. Two positions of a map then
hold the same number when they are the same function of the same inputs, and else with probability
below :math:`2^{-50}`: the polynomials in weights and inputs that they are differ somewhere (the
lemma of Schwartz and Zippel). So s is kept by all layers together when

.. math:: F_s(M o) = F_e(o) \quad\text{for every output position}\ o.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from groupkit.action import image_shape
from groupkit.errors import WindowError
from groupkit.stabilizer import Stabilizer
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel, Place
from groupkit_torch.sampling.reads import home, inside_of, moved_about_centres, positions_read
from groupkit_torch.tracing.residues import (
    LANES,
    PRIME,
    Numbers,
    distinct,
    flat,
    inverses,
    of_sets,
    pack,
    scramble,
    unpack,
)


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """The numbers of a map, computed from each L_s f.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    torus : bool
        Whether S acts about index 0 of periodic arrays, not about the centres.
    values : tuple
        For each s, int64 [2, *sides]; None where the map of L_s f does not exist.
    parts : tuple, optional
        For each s, of a map of maxima: int64 [positions, most], what each is the largest of, as
        codes, ascending and without repetitions; -1 for none.
    """

    stabilizer: Stabilizer
    torus: bool
    values: tuple[Numbers | None, ...]
    parts: tuple[Numbers | None, ...] | None = None

    @classmethod
    def of_input(
        cls, stabilizer: Stabilizer, size: Sides, draw: np.random.Generator, torus: bool = False
    ) -> Fingerprint:
        """Return the numbers of an input, another one at each position.

        What lies outside the stable window is another one for each s, too.

        Examples
        --------
        >>> import groupkit as gk
        >>> draw = np.random.default_rng(0)
        >>> Fingerprint.of_input(gk.p4.stabilizer, (3, 4), draw).kept()
        (0, 1, 2, 3)
        """
        first = draw.integers(1, PRIME, (LANES, *size))
        values: list[Numbers | None] = []
        for s in stabilizer:
            found = _matched(stabilizer, s, size, torus)
            if found is None:
                values.append(None)
                continue
            here, there, image = found
            moved = draw.integers(1, PRIME, (LANES, *image)).reshape(LANES, -1)
            moved[:, there] = first.reshape(LANES, -1)[:, here]
            values.append(moved.reshape(LANES, *image))
        values[stabilizer.identity] = first
        return cls(stabilizer, torus, tuple(values))

    @property
    def size(self) -> Sides:
        """The sides of the map of f itself; empty where it has no lattice axes."""
        first = self.values[self.stabilizer.identity]
        assert first is not None
        return tuple(first.shape[1:])

    def kept(self) -> tuple[int, ...]:
        """Return the elements that all layers up to here keep together."""
        first = self.values[self.stabilizer.identity]
        assert first is not None
        size, kept = self.size, []
        for s, value in enumerate(self.values):
            if value is None:
                continue
            if not size:
                same = value.shape == first.shape and bool((value == first).all())
            else:
                found = _matched(self.stabilizer, s, size, self.torus)
                same = found is not None and value.shape[1:] == found[2]
                if same and found is not None:
                    here, there, _ = found
                    same = bool((flat(value)[:, there] == flat(first)[:, here]).all())
            if same:
                kept.append(s)
        return tuple(kept)

    def each(self, change: Callable[[int, Numbers], Numbers]) -> Fingerprint:
        """Return the map of new numbers, none where the new map does not exist."""
        values: list[Numbers | None] = []
        for s, value in enumerate(self.values):
            try:
                values.append(None if value is None else change(s, value))
            except WindowError:
                if s == self.stabilizer.identity:
                    raise
                values.append(None)
        return Fingerprint(self.stabilizer, self.torus, tuple(values))

    def filtered(
        self,
        kernel: Kernel,
        place: Place,
        draw: np.random.Generator,
        *,
        adjoint: Callable[[Sides], Sides] | None = None,
        bias: bool = False,
        divide: str = "",
    ) -> Fingerprint:
        """Return what a layer with filters makes of a map.

        Parameters
        ----------
        kernel, place
            What it reads, and where, as `reads_alike` takes them.
        draw : Generator
            Gives the weights, those of tents excepted.
        adjoint : callable, optional
            Of a transposed layer: input sides -> output sides.
        bias : bool
            Whether something is added.
        divide : {"", "inside", "all"}
            Whether sums are divided by that of all weights read inside the map, or by their
            number.
        """
        weights = draw.integers(1, PRIME, (LANES, int(kernel.labels.max()) + 1))
        if kernel.is_tent or divide:
            own = np.arange(int(kernel.labels.max()) + 1) if kernel.is_tent else np.ones(1, int)
            weights = np.broadcast_to(own, (LANES, len(own)))
        shift = draw.integers(1, PRIME, (LANES, 1)) * bias
        stabilizer = self.stabilizer

        def change(s: int, value: Numbers) -> Numbers:
            labels = kernel.labels
            if kernel.permutations is not None:
                labels = labels[kernel.permutations[stabilizer.inverses[s]]]
            own = weights[:, labels]
            ones = np.ones((1, value[0].size), dtype=np.int64)
            run = _written if adjoint else _summed
            size = tuple(value.shape[1:])
            sides = adjoint(size) if adjoint else size
            total, after = run(kernel, place, sides, flat(value), own, size)
            if divide == "all":
                total = total * pow(len(labels), PRIME - 2, PRIME) % PRIME
            elif divide == "inside":
                counts, _ = run(kernel, place, sides, ones, own[:1], size)
                total = total * inverses(counts) % PRIME
            return np.asarray((total + shift) % PRIME).reshape(LANES, *after)

        return self.each(change)

    def largest(self, kernel: Kernel, place: Place) -> Fingerprint:
        """Return the map of maxima of what a kernel reads; of maxima, of all that they are of."""

        def gather(s: int, value: Numbers) -> Numbers:
            size = tuple(value.shape[1:])
            index, inside, _ = _reads(kernel, place, size)
            return np.where(inside[..., None], self._codes(s)[index], -1).reshape(len(index), -1)

        return self._of_sets(gather, lambda size: place(size)[0])

    def largest_of_all(
        self, ranges: Callable[[Sides], Sequence[Numbers]], sides: Sides
    ) -> Fingerprint:
        """Return maxima over given sets of flat positions, one for each output position."""

        def gather(s: int, value: Numbers) -> Numbers:
            lists = ranges(tuple(value.shape[1:]))
            codes = self._codes(s)
            most = max(map(len, lists))
            index = np.array([np.resize(flat, most) for flat in lists])
            return np.asarray(codes[index].reshape(len(lists), -1))

        return self._of_sets(gather, lambda _: sides)

    def apply(self, draw: np.random.Generator, *, zero: bool, monotone: bool) -> Fingerprint:
        """Return some function of each number.

        Parameters
        ----------
        draw : Generator
            Says which function.
        zero : bool
            Whether it is 0 at 0, as in padding.
        monotone : bool
            Whether it commutes with maxima.
        """
        salt = int(draw.integers(1, 2**62))

        def function(codes: Numbers) -> Numbers:
            new = pack(scramble(codes, salt))
            return np.where(codes == 0, 0, new) if zero else new

        return self._through(function, monotone)

    def scaled(self, factor: Numbers, shift: Numbers, *, monotone: bool = False) -> Fingerprint:
        """Return factor·F + shift, each number [2]."""

        def function(codes: Numbers) -> Numbers:
            return pack((unpack(codes) * factor[:, None] + shift[:, None]) % PRIME)

        return self._through(function, monotone)

    def with_total(self, draw: np.random.Generator, *, alone: bool) -> Fingerprint:
        """Return a function of each number and all of them; or, alone, of all of them."""
        salts = draw.integers(1, 2**62, 2)
        masks = not self.torus and not self.stabilizer.is_signed_permutation

        def change(_: int, value: Numbers) -> Numbers:
            codes = pack(flat(value))
            if masks:
                codes = codes[home(self.stabilizer, tuple(value.shape[1:])).reshape(-1)]
            total = scramble(codes, int(salts[0])).sum(axis=1) % PRIME
            if alone:
                return np.asarray(total)
            mixed = pack((flat(value) + total[:, None] * int(salts[1] % PRIME)) % PRIME)
            return scramble(mixed, int(salts[1])).reshape(value.shape)

        return self.each(change)

    def summed(self, draw: np.random.Generator) -> Fingerprint:
        """Return the sum over all positions, times something."""
        factor = draw.integers(1, PRIME, LANES)
        return self.each(lambda _, value: flat(value).sum(axis=1) % PRIME * factor % PRIME)

    def listed(self, draw: np.random.Generator) -> Fingerprint:
        """Return a function of all numbers in their order, as a linear layer behind flatten."""
        weights = draw.integers(
            1, PRIME, (LANES, max(v.size for v in self.values if v is not None))
        )

        def change(_: int, value: Numbers) -> Numbers:
            row = flat(value)
            return np.asarray((row * weights[:, : row.shape[1]] % PRIME).sum(axis=1) % PRIME)

        return self.each(change)

    def along(self, matrices: Callable[[Sides], Sequence[Numbers]]) -> Fingerprint:
        """Return the map multiplied by a matrix along each axis."""

        def change(_: int, value: Numbers) -> Numbers:
            for axis, matrix in enumerate(matrices(tuple(value.shape[1:])), start=1):
                moved = np.moveaxis(value, axis, -1)[..., None, :] * matrix % PRIME
                value = np.moveaxis(moved.sum(axis=-1) % PRIME, -1, axis)
            return value

        return self.each(change)

    def joined(
        self, others: Sequence[Fingerprint], combine: Callable[[list[Numbers]], Numbers]
    ) -> Fingerprint:
        """Return numbers made of those of several maps at the same position."""

        def change(s: int, value: Numbers) -> Numbers:
            found = [value]
            for other in others:
                more = other.values[s]
                if more is None:
                    raise WindowError("no such map", witness=s)
                found.append(more)
            return combine(found)

        return self.each(change)

    def _codes(self, s: int) -> Numbers:
        """Return [positions, most] codes of what each position is the largest of."""
        own = None if self.parts is None else self.parts[s]
        value = self.values[s]
        assert value is not None
        return pack(flat(value))[:, None] if own is None else own

    def _of_sets(
        self, gather: Callable[[int, Numbers], Numbers], sides: Callable[[Sides], Sides]
    ) -> Fingerprint:
        parts: list[Numbers | None] = []

        def change(s: int, value: Numbers) -> Numbers:
            parts[s] = distinct(gather(s, value))
            return of_sets(parts[s]).reshape(LANES, *sides(tuple(value.shape[1:])))

        parts = [None] * len(self.values)
        found = self.each(change)
        return Fingerprint(self.stabilizer, self.torus, found.values, tuple(parts))

    def _through(self, function: Callable[[Numbers], Numbers], monotone: bool) -> Fingerprint:
        if self.parts is None or not monotone:
            return self.each(
                lambda _, value: unpack(function(pack(flat(value)))).reshape(value.shape)
            )
        parts = tuple(
            None
            if part is None
            else distinct(np.where(part < 0, -1, function(part.reshape(-1)).reshape(part.shape)))
            for part in self.parts
        )
        values = tuple(
            None if part is None or value is None else of_sets(part).reshape(value.shape)
            for part, value in zip(parts, self.values, strict=True)
        )
        return Fingerprint(self.stabilizer, self.torus, values, parts)


def _reads(
    kernel: Kernel, place: Place, size: Sides
) -> tuple[Numbers, Bool[np.ndarray, "outputs points"], Sides]:
    """Return the flat positions that each output reads, which are inside, and the sides."""
    sides, origin = place(size)
    outputs = np.argwhere(np.ones(sides, dtype=bool))
    read = positions_read(kernel, outputs, origin, size)
    inside = inside_of(kernel, read, size)
    bounded = np.where(inside[..., None], read, 0)
    return np.ravel_multi_index(tuple(np.moveaxis(bounded, -1, 0)), size), inside, sides


def _summed(
    kernel: Kernel, place: Place, size: Sides, flat: Numbers, weights: Numbers, _: Sides
) -> tuple[Numbers, Sides]:
    index, inside, sides = _reads(kernel, place, size)
    total = np.zeros((len(flat), len(index)), dtype=np.int64)
    for point in range(index.shape[1]):
        read = flat[:, index[:, point]] * inside[:, point]
        total = (total + read * weights[:, point, None]) % PRIME
    return total, sides


def _written(
    kernel: Kernel, place: Place, size: Sides, flat: Numbers, weights: Numbers, before: Sides
) -> tuple[Numbers, Sides]:
    """Return the adjoint: each input position written where a convolution would read."""
    index, inside, _ = _reads(kernel, place, size)
    # the convolution masks what it reads; of its adjoint the input is masked instead
    whole = kernel.stabilizer.is_signed_permutation
    live = np.ones(before, dtype=bool) if whole else home(kernel.stabilizer, before)
    used = inside & live.reshape(-1)[:, None]
    total = np.zeros((len(flat), int(np.prod(size))), dtype=np.int64)
    for point in range(index.shape[1]):
        at = np.flatnonzero(used[:, point])
        written = flat[:, at] * weights[:, point, None] % PRIME
        total[:, index[at, point]] = (total[:, index[at, point]] + written) % PRIME
    return total, size


def _matched(
    stabilizer: Stabilizer, s: int, size: Sides, torus: bool
) -> tuple[Numbers, Numbers, Sides] | None:
    """Return flat positions o of a map, and M o in its image; None if M has no centre there."""
    matrix = stabilizer.matrices[s]
    if torus:
        n = np.array(size)
        if ((matrix * n) % n[:, None]).any():
            return None
        points = np.argwhere(np.ones(size, dtype=bool))
        image, moved = size, (points @ matrix.T) % n
    else:
        image, doubled = image_shape(stabilizer, s, size), np.array(size) - 1
        if ((matrix @ doubled + np.array(image) - 1) % 2).any():
            return None
        points = np.argwhere(home(stabilizer, size))
        moved = moved_about_centres(matrix, points, size, image)
    here = np.asarray(np.ravel_multi_index(tuple(points.T), size))
    return here, np.asarray(np.ravel_multi_index(tuple(moved.T), image)), image
