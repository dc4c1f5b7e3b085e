"""Slow versions of everything in the core, from the definitions, in Python integers and fractions.

A matrix is a tuple of rows.  An element (t, s) is its homogeneous matrix [[M(s), t], [0, 1]].
Nothing here looks at groupkit.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

Matrix = tuple[tuple[Any, ...], ...]
Vector = tuple[Any, ...]


def matrix(rows: Iterable[Iterable[Any]]) -> Matrix:
    return tuple(tuple(row) for row in rows)


def identity(d: int) -> Matrix:
    return matrix((int(i == j) for j in range(d)) for i in range(d))


def multiply(a: Matrix, b: Matrix) -> Matrix:
    return matrix(
        (sum(a[i][k] * b[k][j] for k in range(len(b))) for j in range(len(b[0])))
        for i in range(len(a))
    )


def apply(a: Matrix, x: Sequence[Any]) -> Vector:
    return tuple(sum(entry * y for entry, y in zip(row, x, strict=True)) for row in a)


def determinant(a: Matrix) -> Any:
    """Expand along the first row."""
    if not a:
        return 1
    minors = (matrix(row[:j] + row[j + 1 :] for row in a[1:]) for j in range(len(a)))
    return sum((-1) ** j * a[0][j] * determinant(minor) for j, minor in enumerate(minors))


def inverse(a: Matrix) -> Matrix:
    """Divide the transposed cofactors by the determinant; whole results are Python integers."""
    n, det = len(a), determinant(a)

    def cofactor(i: int, j: int) -> Any:
        rows = [row[:j] + row[j + 1 :] for k, row in enumerate(a) if k != i]
        return (-1) ** (i + j) * determinant(matrix(rows))

    entries = [[Fraction(cofactor(j, i)) / det for j in range(n)] for i in range(n)]
    return matrix((int(e) if e.denominator == 1 else e for e in row) for row in entries)


def homogeneous(a: Matrix, t: Sequence[Any]) -> Matrix:
    rows = [(*row, x) for row, x in zip(a, t, strict=True)]
    return matrix([*rows, (*(0 for _ in t), 1)])


def linear_part(g: Matrix) -> Matrix:
    return matrix(row[:-1] for row in g[:-1])


def translation_part(g: Matrix) -> Vector:
    return tuple(row[-1] for row in g[:-1])


def generated(generators: Iterable[Matrix], d: int) -> set[Matrix]:
    """Multiply until nothing new appears."""
    steps, group = list(generators), {identity(d)}
    while True:
        more = {multiply(a, b) for a in group for b in steps} - group
        if not more:
            return group
        group |= more


def cayley_table(elements: Sequence[Matrix]) -> list[list[int]]:
    return [[elements.index(multiply(a, b)) for b in elements] for a in elements]


def order_of(a: Matrix) -> int:
    power, order = a, 1
    while power != identity(len(a)):
        power, order = multiply(power, a), order + 1
    return order


def subgroup(table: Sequence[Sequence[int]], generators: Iterable[int]) -> set[int]:
    neutral = next(e for e in range(len(table)) if list(table[e]) == list(range(len(table))))
    steps, members = set(generators), {neutral}
    while more := {int(table[a][b]) for a in members for b in steps} - members:
        members |= more
    return members


def left_cosets(table: Sequence[Sequence[int]], h: Iterable[int]) -> set[frozenset[int]]:
    members = list(h)
    return {frozenset(int(table[a][b]) for b in members) for a in range(len(table))}


def right_cosets(table: Sequence[Sequence[int]], h: Iterable[int]) -> set[frozenset[int]]:
    members = list(h)
    return {frozenset(int(table[b][a]) for b in members) for a in range(len(table))}


def double_cosets(
    table: Sequence[Sequence[int]], h: Iterable[int], k: Iterable[int]
) -> set[frozenset[int]]:
    left, right = list(h), list(k)
    return {
        frozenset(int(table[table[b][a]][c]) for b in left for c in right)
        for a in range(len(table))
    }


def box_points(box: Sequence[int]) -> Iterator[Vector]:
    return product(*(range(side) for side in box))


def box_centre(box: Sequence[int]) -> Vector:
    return tuple(Fraction(side - 1, 2) for side in box)


def about(a: Matrix, x: Sequence[Any], centre: Sequence[Any], to: Sequence[Any]) -> Vector:
    """Return M(x - centre) + to."""
    relative = [Fraction(y) - c for y, c in zip(x, centre, strict=True)]
    return tuple(y + c for y, c in zip(apply(a, relative), to, strict=True))


@cache
def stable_points(matrices: tuple[Matrix, ...], box: tuple[int, ...]) -> set[Vector]:
    """Return the points of a box whose orbits about its centre stay on its points."""
    inside, c = set(box_points(box)), box_centre(box)
    return {x for x in inside if all(about(a, x, c, c) in inside for a in matrices)}


def orbit_closure(matrices: Sequence[Matrix], points: Iterable[Vector]) -> set[Vector]:
    return {apply(a, x) for x in points for a in matrices}


def filter_index(
    matrices: Sequence[Matrix],
    h_in: Iterable[int],
    h_out: Iterable[int],
    points: Iterable[Vector],
    centre: Sequence[Any],
) -> dict[tuple[int, int, Vector], int]:
    """Return index[s', s, x] by multiplying and decoding homogeneous matrices.

    Section 7.1 of Cohen & Welling (2016): index(s', s, x) = g⁻¹(g(s', 0)⁻¹ g(s, x - c)), where
    the entries of a filter that its type makes equal, (s, x) ~ (h s k, M(h) x) for h in H_out
    and k in H_in, have one number.  Keys hold the smallest members of the cosets s'H_out, sH_in.
    """
    table = cayley_table(matrices)
    inputs = sorted(min(coset) for coset in left_cosets(table, h_in))
    outputs = sorted(min(coset) for coset in left_cosets(table, h_out))
    zero = tuple(0 for _ in centre)
    window = sorted(points)
    relative = {x: tuple(Fraction(y) - c for y, c in zip(x, centre, strict=True)) for x in window}

    numbers: dict[Matrix, int] = {}
    count = 0
    for s in inputs:
        for x in window:
            g = homogeneous(matrices[s], relative[x])
            if g in numbers:
                continue
            for h in h_out:
                for k in h_in:
                    moved = multiply(
                        multiply(homogeneous(matrices[h], zero), g), homogeneous(matrices[k], zero)
                    )
                    numbers[moved] = count
            count += 1
    back = {out: inverse(homogeneous(matrices[out], zero)) for out in outputs}
    return {
        (out, s, x): numbers[multiply(back[out], homogeneous(matrices[s], relative[x]))]
        for out in outputs
        for s in inputs
        for x in window
    }


def moved_value(
    matrices: Sequence[Matrix], s: int, f: Any, x: Vector, out_box: Sequence[int]
) -> Any:
    """Return (L_s f)(x) = f(M(s)⁻¹ x) of a planar array, s about the centres of the arrays.

    Where the stabilizer maps some box to another shape, features live on the stable points
    of the array only, and 0 is returned elsewhere.
    """
    a = matrices[s]
    boxes = all(sum(entry != 0 for entry in row) == 1 for m in matrices for row in m)
    if not boxes and x not in stable_points(tuple(matrices), f.shape):
        return 0
    source = about(inverse(a), x, box_centre(out_box), box_centre(f.shape))
    return f[tuple(int(y) for y in source)]
