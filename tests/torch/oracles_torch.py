"""Slow layers written from their definitions, with loops over group elements as matrices.

Nothing here uses index arrays, Cayley tables or cosets of groupkit: a group is the list of its
matrices in storage order, a subgroup the list of its members' numbers.  Maps are numpy arrays
[batch, channels, cosets, *space]; planar maps have one coset, all of S.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

Point = tuple[Fraction, ...]


class MatrixGroup:
    """A finite group of integer matrices, every question answered by multiplying them."""

    def __init__(self, matrices: np.ndarray) -> None:
        self.matrices = [tuple(map(tuple, matrix.tolist())) for matrix in matrices]
        self.order = len(self.matrices)

    def product(self, a: int, b: int) -> int:
        return self.matrices.index(
            tuple(map(tuple, (np.array(self.matrices[a]) @ np.array(self.matrices[b])).tolist()))
        )

    def inverse(self, a: int) -> int:
        identity = np.eye(len(self.matrices[0]), dtype=int)
        return next(
            b
            for b in range(self.order)
            if (np.array(self.matrices[a]) @ np.array(self.matrices[b]) == identity).all()
        )

    def act(self, a: int, x: Sequence[Fraction | int]) -> Point:
        return tuple(
            sum((Fraction(m) * v for m, v in zip(row, x, strict=True)), Fraction(0))
            for row in self.matrices[a]
        )

    def left_cosets(self, subgroup: Sequence[int]) -> list[list[int]]:
        """Return the cosets aH, in the order of their smallest elements."""
        cosets: list[list[int]] = []
        for a in range(self.order):
            if not any(a in coset for coset in cosets):
                cosets.append(sorted(self.product(a, h) for h in subgroup))
        return cosets

    def is_inside(self, x: Sequence[int], shape: Sequence[int]) -> bool:
        """Return whether every M maps x into the box, about the centre of the box."""
        centre = [Fraction(n - 1, 2) for n in shape]
        relative = [v - c for v, c in zip(x, centre, strict=True)]
        return all(
            0 <= v + c <= n - 1
            for a in range(self.order)
            for v, c, n in zip(self.act(a, relative), centre, shape, strict=True)
        )

    def maps_boxes_to_boxes(self) -> bool:
        return all(
            sum(abs(entry) for entry in row) == 1 for matrix in self.matrices for row in matrix
        )


def only_inside(group: MatrixGroup, x: np.ndarray, dimension: int, value: float = 0) -> np.ndarray:
    """Return the map with ``value`` outside the stable window, where boxes are not stable."""
    if group.maps_boxes_to_boxes():
        return x
    space = x.shape[x.ndim - dimension :]
    result = np.full_like(x, value)
    for point in np.ndindex(*space):
        if group.is_inside(point, space):
            result[(..., *point)] = x[(..., *point)]
    return result


def orbit_numbers(
    group: MatrixGroup,
    in_cosets: list[list[int]],
    points: Sequence[Sequence[int]],
    centre: Point,
    out_subgroup: Sequence[int],
) -> dict[tuple[int, Point], int]:
    """Return the parameter of each (input coset, point about the centre), constant on orbits."""
    centred = [tuple(Fraction(v) - c for v, c in zip(p, centre, strict=True)) for p in points]
    numbers: dict[tuple[int, Point], int] = {}
    count = 0
    for coset, point in product(range(len(in_cosets)), centred):
        if (coset, point) in numbers:
            continue
        for h in out_subgroup:
            image = group.product(h, in_cosets[coset][0])
            moved = next(i for i, members in enumerate(in_cosets) if image in members)
            numbers[moved, group.act(h, point)] = count
        count += 1
    return numbers


def correlate(
    matrices: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    in_subgroup: Sequence[int],
    out_subgroup: Sequence[int],
    points: Sequence[Sequence[int]],
    centre: Point,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int = 1,
) -> np.ndarray:
    """Evaluate [f ⋆ ψ](t, s') = b + Σ_p Σ_s f(p, s) ψ((t, s')⁻¹ (p, s)) term by term."""
    group, dimension = MatrixGroup(matrices), matrices.shape[-1]
    x = only_inside(group, x, dimension)
    in_cosets, out_cosets = group.left_cosets(in_subgroup), group.left_cosets(out_subgroup)
    psi = orbit_numbers(group, in_cosets, points, centre, out_subgroup)
    assert weight.shape[-1] == max(psi.values()) + 1
    space = x.shape[x.ndim - dimension :]
    low = [min(p[i] for p in points) for i in range(dimension)]
    reach = [max(p[i] for p in points) - low[i] for i in range(dimension)]
    out_space = tuple(
        (n + 2 * p - d * k - 1) // s + 1
        for n, p, d, k, s in zip(space, padding, dilation, reach, stride, strict=True)
    )
    c_in, c_out = weight.shape[1], weight.shape[0]
    y = np.zeros((len(x), c_out, len(out_cosets), *out_space))
    inverses = [group.inverse(coset[0]) for coset in out_cosets]
    rotated = [  # (s'⁻¹ s as a coset) for every output coset s' and input coset s
        [
            next(i for i, m in enumerate(in_cosets) if group.product(inverse, coset[0]) in m)
            for coset in in_cosets
        ]
        for inverse in inverses
    ]
    offsets = sorted({point for _, point in psi})  # the window about its centre
    for row, inverse in enumerate(inverses):
        sources = {offset: group.act(inverse, offset) for offset in offsets}
        for o in np.ndindex(*out_space):
            t = [
                s * n - p + d * (c - lo)
                for s, n, p, d, c, lo in zip(stride, o, padding, dilation, centre, low, strict=True)
            ]
            for offset in offsets:
                p = [v + d * w for v, d, w in zip(t, dilation, offset, strict=True)]
                assert all(v.denominator == 1 for v in map(Fraction, p))
                if not all(0 <= v < n for v, n in zip(p, space, strict=True)):
                    continue
                at = tuple(int(v) for v in p)
                for s in range(len(in_cosets)):
                    w = weight[:, :, psi[rotated[row][s], sources[offset]]]
                    f = x[(slice(None), slice(None), s, *at)]
                    for block in range(groups):
                        outs = slice(block * c_out // groups, (block + 1) * c_out // groups)
                        ins = slice(block * c_in, (block + 1) * c_in)
                        y[(slice(None), outs, row, *o)] += f[:, ins] @ w[outs].T
    return y + bias.reshape(1, -1, 1, *[1] * dimension)


def windows(
    space: Sequence[int],
    points: Sequence[Sequence[int]],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Iterator[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
    """Yield each output position and the points of its window that are in the array."""
    dimension = len(space)
    low = [min(p[i] for p in points) for i in range(dimension)]
    reach = [max(p[i] for p in points) - low[i] for i in range(dimension)]
    out_space = [
        (n + 2 * p - d * k - 1) // s + 1
        for n, p, d, k, s in zip(space, padding, dilation, reach, stride, strict=True)
    ]
    for o in np.ndindex(*out_space):
        reads = [
            tuple(
                s * n - p + d * (w - lo)
                for s, n, p, d, w, lo in zip(stride, o, padding, dilation, point, low, strict=True)
            )
            for point in points
        ]
        yield o, [at for at in reads if all(0 <= v < n for v, n in zip(at, space, strict=True))]


def pool_domain(
    matrices: np.ndarray,
    x: np.ndarray,
    domain: Sequence[tuple[Sequence[int], int]],
    subgroup: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    mode: str,
) -> np.ndarray:
    """Evaluate [P f](g) = max or mean of f(k) for k ∈ gU, U = [(t, s), …], zero where none is."""
    group, dimension = MatrixGroup(matrices), matrices.shape[-1]
    cosets = group.left_cosets(subgroup)
    space = x.shape[x.ndim - dimension :]
    everywhere = [group.act(s, t) for s in range(group.order) for t, _ in domain]
    low = [min(int(p[i]) for p in everywhere) for i in range(dimension)]
    reach = [max(int(p[i]) for p in everywhere) - low[i] for i in range(dimension)]
    out_space = tuple(
        (n + 2 * p - k - 1) // s + 1
        for n, p, k, s in zip(space, padding, reach, stride, strict=True)
    )
    y = np.zeros((*x.shape[:2], len(cosets), *out_space))
    for row, coset in enumerate(cosets):
        for o in np.ndindex(*out_space):
            at = [s * n - p - lo for s, n, p, lo in zip(stride, o, padding, low, strict=True)]
            values = []
            for t, s in domain:
                k = group.product(coset[0], s)
                column = next(i for i, members in enumerate(cosets) if k in members)
                point = tuple(v + int(w) for v, w in zip(at, group.act(coset[0], t), strict=True))
                inside = all(0 <= v < n for v, n in zip(point, space, strict=True)) and (
                    group.maps_boxes_to_boxes() or group.is_inside(point, space)
                )
                if inside:
                    values.append(x[(slice(None), slice(None), column, *point)])
            if values:
                y[(slice(None), slice(None), row, *o)] = (
                    np.max(values, axis=0) if mode == "max" else np.mean(values, axis=0)
                )
    return y
