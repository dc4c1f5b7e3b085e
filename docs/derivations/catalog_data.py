"""Derive the catalogue's data files from spglib's tables: python docs/derivations/catalog_data.py

docs/catalog.md says how.  Needs spglib; everything after reading its tables is
exact.  The files in groupkit/groups/data/ are what this writes, to the byte.
"""

import json
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import spglib

os.environ.setdefault("SPGLIB_OLD_ERROR_HANDLING", "0")  # exceptions, not warnings
DATA = Path(__file__).parents[2] / "groupkit" / "groups" / "data"
HALVES = Fraction(1, 2)
THIRD = Fraction(1, 3)
Rows = list[list[Any]]

# Primitive basis vectors, as columns, in the conventional basis (ITA, table 1.5.1.1).
PRIMITIVE: dict[str, Rows] = {
    "P": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "A": [[1, 0, 0], [0, HALVES, -HALVES], [0, HALVES, HALVES]],
    "C": [[HALVES, HALVES, 0], [-HALVES, HALVES, 0], [0, 0, 1]],
    "I": [[-HALVES, HALVES, HALVES], [HALVES, -HALVES, HALVES], [HALVES, HALVES, -HALVES]],
    "F": [[0, HALVES, HALVES], [HALVES, 0, HALVES], [HALVES, HALVES, 0]],
    "R": [[2 * THIRD, -THIRD, -THIRD], [THIRD, THIRD, -2 * THIRD], [THIRD, THIRD, THIRD]],
    "p": [[1, 0], [0, 1]],
    "c": [[HALVES, -HALVES], [HALVES, HALVES]],
}

# Wallpaper groups as sections of polar space groups: number, symbols, the space group's full
# symbol, the axis that is left out, orbifold symbol.
WALLPAPER = [
    (1, "p1", (), "P 1", 2, "o"),
    (2, "p2", (), "P 1 1 2", 2, "2222"),
    (3, "pm", (), "P 1 m 1", 0, "**"),
    (4, "pg", (), "P 1 c 1", 0, "xx"),
    (5, "cm", (), "A 1 m 1", 0, "*x"),
    (6, "p2mm", ("pmm",), "P m m 2", 2, "*2222"),
    (7, "p2mg", ("pmg",), "P m a 2", 2, "22*"),
    (8, "p2gg", ("pgg",), "P b a 2", 2, "22x"),
    (9, "c2mm", ("cmm",), "C m m 2", 2, "2*22"),
    (10, "p4", (), "P 4", 2, "442"),
    (11, "p4mm", ("p4m",), "P 4 m m", 2, "*442"),
    (12, "p4gm", ("p4g",), "P 4 b m", 2, "4*2"),
    (13, "p3", (), "P 3", 2, "333"),
    (14, "p3m1", (), "P 3 m 1", 2, "*333"),
    (15, "p31m", (), "P 3 1 m", 2, "3*3"),
    (16, "p6", (), "P 6", 2, "632"),
    (17, "p6mm", ("p6m",), "P 6 m m", 2, "*632"),
]
PLANAR_LATTICES = {
    "1": "oblique", "2": "oblique", "m": "rectangular", "2mm": "rectangular", "4": "square",
    "4mm": "square", "3": "hexagonal", "3m": "hexagonal", "6": "hexagonal", "6mm": "hexagonal",
}  # fmt: skip

# Axes of S by point group, in storage order: the name, and the isometry (ITA's symbol) that its
# index counts.  r and c are rotations or rotoinversions, m mirrors, d two-fold axes, i inversion.
AXES: dict[str, tuple[tuple[str, str], ...]] = {
    "1": (),
    "-1": (("i", "-1"),),
    "2": (("r", "2"),),
    "m": (("m", "m"),),
    "2/m": (("i", "-1"), ("r", "2")),
    "222": (("d", "2"), ("r", "2")),
    "mm2": (("m", "m"), ("r", "2")),
    "2mm": (("m", "m"), ("r", "2")),
    "mmm": (("i", "-1"), ("m", "m"), ("r", "2")),
    "4": (("r", "4"),),
    "-4": (("r", "-4"),),
    "4/m": (("i", "-1"), ("r", "4")),
    "422": (("d", "2"), ("r", "4")),
    "4mm": (("m", "m"), ("r", "4")),
    "-42m": (("m", "m"), ("r", "-4")),
    "4/mmm": (("i", "-1"), ("m", "m"), ("r", "4")),
    "3": (("r", "3"),),
    "-3": (("r", "-3"),),
    "32": (("d", "2"), ("r", "3")),
    "3m": (("m", "m"), ("r", "3")),
    "-3m": (("m", "m"), ("r", "-3")),
    "6": (("r", "6"),),
    "-6": (("r", "-6"),),
    "6/m": (("i", "-1"), ("r", "6")),
    "622": (("d", "2"), ("r", "6")),
    "6mm": (("m", "m"), ("r", "6")),
    "-6m2": (("m", "m"), ("r", "-6")),
    "6/mmm": (("i", "-1"), ("m", "m"), ("r", "6")),
    "23": (("c", "3"), ("d", "2"), ("r", "2")),
    "m-3": (("c", "-3"), ("m", "m"), ("r", "2")),
    "432": (("c", "3"), ("d", "2"), ("r", "4")),
    "-43m": (("c", "3"), ("m", "m"), ("r", "-4")),
    "m-3m": (("c", "-3"), ("m", "m"), ("r", "4")),
}
SAME_CLASS = {"-4m2": "-42m", "-62m": "-6m2", "-31m": "-3m", "-3m1": "-3m"}
# Directions of m and d, most wanted first: as p4m and p6m have them.
TURNED = [(1, 0, 0), (0, 1, 0), (1, -1, 0), (1, 1, 0), (0, 0, 1)]
TURNED_HEXAGONAL = [(1, -1, 0), (1, 1, 0)]
MAIN = [(0, 0, 1), (0, 1, 0), (1, 0, 0)]


# Exact linear algebra -------------------------------------------------------------------------


def fractions(rows: Iterable[Iterable[Any]]) -> np.ndarray:
    return np.array([[Fraction(x) for x in row] for row in rows], dtype=object)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse by Gauss-Jordan elimination in fractions."""
    n = len(matrix)
    rows = [[*map(Fraction, row), *(Fraction(int(i == j)) for j in range(n))]
            for i, row in enumerate(matrix)]  # fmt: skip
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return fractions(row[n:] for row in rows)


def echelon(rows: list[list[Any]], columns: int) -> int:
    """Bring rows to echelon form in place, by integer row operations; return the rank."""
    done = 0
    for column in range(columns):
        while True:
            alive = [i for i in range(done, len(rows)) if rows[i][column]]
            if not alive:
                break
            best = min(alive, key=lambda i: abs(rows[i][column]))
            rows[done], rows[best] = rows[best], rows[done]
            for i in range(done + 1, len(rows)):
                quotient = rows[i][column] // rows[done][column]
                rows[i] = [x - quotient * y for x, y in zip(rows[i], rows[done], strict=True)]
            if not any(rows[i][column] for i in range(done + 1, len(rows))):
                done += 1
                break
    return done


def refinement(matrices: list[np.ndarray], vectors: list[np.ndarray]) -> tuple[int, list[Fraction]]:
    """Return the least m, and an origin x, with w + (W - 1)x in (1/m)Z^d for all (W, w).

    Integer row operations bring the system A x + b, with blocks A = W - 1 and b = w, to echelon
    form.  They are unimodular, so they keep (1/m)Z; rows of A that vanish leave entries of b
    that no origin changes, and m is the least common multiple of their denominators.
    """
    d = len(matrices[0])
    rows = [
        [*(int(W[i, j]) - int(i == j) for j in range(d)), Fraction(w[i])]
        for W, w in zip(matrices, vectors, strict=True)
        for i in range(d)
    ]
    rank = echelon(rows, d)
    m = lcm(*(Fraction(row[d]).denominator for row in rows[rank:]))
    origin = [Fraction(0)] * d
    for row in reversed(rows[:rank]):
        pivot = next(j for j in range(d) if row[j])
        origin[pivot] = (
            -(row[d] + sum(row[j] * origin[j] for j in range(pivot + 1, d))) / row[pivot]
        )
    return m, origin


# Isometries in the conventional basis ---------------------------------------------------------


def order_of(matrix: np.ndarray) -> int:
    power, order = matrix, 1
    while (power != np.eye(len(matrix), dtype=int)).any():
        power, order = power @ matrix, order + 1
    return order


def det(m: np.ndarray) -> int:
    return round(float(np.linalg.det(m.astype(float))))


def axis_of(rotation: np.ndarray) -> tuple[int, ...]:
    """Return the direction that a proper rotation keeps: its powers' sum maps onto the axis."""
    powers = [np.linalg.matrix_power(rotation, k) for k in range(order_of(rotation))]
    columns = sum(powers).T.tolist()
    column = next(c for c in columns if any(c))
    divisor = int(np.gcd.reduce(column))
    sign = 1 if next(x for x in column if x) > 0 else -1
    return tuple(sign * x // divisor for x in column)


def classify(matrix: np.ndarray) -> tuple[str, tuple[int, ...], bool]:
    """Return ITA's symbol, the direction of the axis, and whether it turns counter-clockwise."""
    sign = det(matrix)
    rotation = sign * matrix
    n = order_of(rotation)
    if n == 1:
        return ("1" if sign > 0 else "-1"), (), True
    axis = axis_of(rotation)
    v = next(np.array(e) for e in np.eye(3, dtype=int) if np.any(np.cross(e, axis)))
    positive = n == 2 or det(np.stack([v, rotation @ v, np.array(axis)], axis=1)) > 0
    symbol = str(n) if sign > 0 else "m" if n == 2 else f"-{n}"
    return symbol, axis, positive


def generators(
    point_group: str, conventional: list[np.ndarray], hexagonal: bool
) -> list[tuple[str, int]]:
    """Return the names of the axes of S, and the numbers of the elements that they count."""
    kinds = [classify(matrix) for matrix in conventional]
    chosen: list[tuple[str, int]] = []
    turned = [*(TURNED_HEXAGONAL if hexagonal else []), *TURNED]
    for name, symbol in AXES[SAME_CLASS.get(point_group, point_group)]:
        wanted = {"r": MAIN, "c": [(1, 1, 1)]}.get(name, turned)
        candidates = [
            (wanted.index(axis) if axis in wanted else len(wanted), axis, number)
            for number, (found, axis, positive) in enumerate(kinds)
            if found == symbol and positive
        ]
        chosen.append((name, min(candidates)[2]))
    return chosen


def in_storage_order(
    names: list[tuple[str, int]], matrices: list[np.ndarray]
) -> tuple[dict[str, int], list[int]]:
    """Return sizes of the axes, and the numbers of the products m^i r^j, each element once."""
    d = len(matrices[0])
    number = {matrix.tobytes(): i for i, matrix in enumerate(matrices)}
    tail, sizes = [np.eye(d, dtype=int)], {}
    for name, generator in reversed(names):
        covered = {matrix.tobytes() for matrix in tail}
        powers = [np.eye(d, dtype=int)]
        while (power := powers[-1] @ matrices[generator]).tobytes() not in covered:
            powers.append(power)
        tail = [power @ rest for power in powers for rest in tail]
        sizes[name] = len(powers)
    order = [number[matrix.tobytes()] for matrix in tail]
    assert sorted(order) == list(range(len(matrices))), names
    return dict(reversed(sizes.items())), order


# spglib's tables ------------------------------------------------------------------------------


def operations(hall: int, centring: str) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return W and w of a Hall number's operations, one a coset, in the primitive basis.

    W is an integer matrix, w a vector of fractions; the last result is the basis.
    """
    table = spglib.get_symmetry_from_database(hall)
    basis = fractions(PRIMITIVE[centring])
    back = inverse(basis)
    matrices: list[np.ndarray] = []
    vectors: list[np.ndarray] = []
    seen: set[bytes] = set()
    for rotation, shift in zip(table["rotations"], table["translations"], strict=True):
        if rotation.tobytes() in seen:
            continue
        seen.add(rotation.tobytes())
        primitive = back @ fractions(rotation.tolist()) @ basis
        assert all(entry.denominator == 1 for entry in primitive.flat)
        matrices.append(primitive.astype(int))
        exact = [Fraction(float(x)).limit_denominator(24) for x in shift]
        vectors.append(back @ np.array(exact, dtype=object))
    return matrices, vectors, basis


def conventional(matrices: list[np.ndarray], basis: np.ndarray) -> list[np.ndarray]:
    return [(basis @ W @ inverse(basis)).astype(int) for W in matrices]


def space_groups() -> Iterator[dict[str, Any]]:
    """Yield all 230, each in the standard setting: the first of its Hall numbers."""
    seen: set[int] = set()
    for hall in range(1, 531):
        kind = spglib.get_spacegroup_type(hall)
        if kind.number in seen:
            continue
        seen.add(kind.number)
        full = kind.international_full
        matrices, vectors, basis = operations(hall, full[0])
        number = kind.number
        system = next(
            name
            for last, name in [
                (2, "triclinic"), (15, "monoclinic"), (74, "orthorhombic"), (142, "tetragonal"),
                (167, "trigonal"), (194, "hexagonal"), (230, "cubic"),
            ]
            if number <= last
        )  # fmt: skip
        hexagonal = system in ("trigonal", "hexagonal")
        lattice = "hexagonal P" if hexagonal else f"{system} {full[0].replace('C', 'S')}"
        if full[0] == "R":
            lattice = "rhombohedral P"
        yield {
            "number": number,
            "symbol": kind.international_short.replace(" ", "").split("=")[0],
            "full_symbol": full.split("=")[0].strip(),
            "aliases": [kind.schoenflies],
            "point_group": kind.pointgroup_international,
            "schoenflies": kind.pointgroup_schoenflies,
            "lattice": lattice,
            "matrices": matrices,
            "vectors": vectors,
            "conventional": conventional(matrices, basis),
            "hexagonal": hexagonal,
        }


def wallpaper_groups() -> Iterator[dict[str, Any]]:
    """Yield all 17, as sections of polar space groups."""
    classes = {1: "C1", 2: "C2", 3: "C3", 4: "C4", 6: "C6"}
    halls = {spglib.get_spacegroup_type(h).international_full: h for h in range(530, 0, -1)}
    for number, symbol, aliases, over, along, orbifold in WALLPAPER:
        plane = [axis for axis in range(3) if axis != along]
        table = spglib.get_symmetry_from_database(halls[over])
        rows = sorted(
            zip(table["rotations"].tolist(), table["translations"].tolist(), strict=True),
            key=lambda row: row[1] != [0.0, 0.0, 0.0],
        )
        basis = fractions(PRIMITIVE[symbol[0]])
        back = inverse(basis)
        matrices: list[np.ndarray] = []
        vectors: list[np.ndarray] = []
        for rotation, shift in rows:
            assert rotation[along][along] == 1, "a polar axis"
            W = np.array([[rotation[i][j] for j in plane] for i in plane])
            primitive = (back @ fractions(W.tolist()) @ basis).astype(int)
            if any((primitive == known).all() for known in matrices):
                continue
            matrices.append(primitive)
            exact = [Fraction(shift[i]).limit_denominator(24) for i in plane]
            vectors.append(back @ np.array(exact, dtype=object))
        turns = sum(det(W) == 1 for W in matrices)
        mirrors = len(matrices) > turns
        point_group = {
            (1, False): "1", (1, True): "m", (2, True): "2mm", (3, True): "3m", (4, True): "4mm",
            (6, True): "6mm",
        }.get((turns, mirrors), str(turns))  # fmt: skip
        yield {
            "number": number,
            "symbol": symbol,
            "full_symbol": {3: "p1m1", 4: "p1g1", 5: "c1m1"}.get(number, symbol),
            "aliases": [*aliases, orbifold],
            "point_group": point_group,
            "schoenflies": classes[turns].replace("C", "D") if mirrors else classes[turns],
            "lattice": "rhombic" if symbol[0] == "c" else PLANAR_LATTICES[point_group],
            "matrices": matrices,
            "vectors": vectors,
            "conventional": [with_axis(W) for W in conventional(matrices, basis)],
            "hexagonal": point_group in ("3", "3m", "6", "6mm"),
        }


def with_axis(matrix: np.ndarray) -> np.ndarray:
    """Return the isometry of space that fixes a third axis."""
    result = np.eye(3, dtype=int)
    result[:2, :2] = matrix
    return result


# The records ----------------------------------------------------------------------------------


def split(record: dict[str, Any]) -> bool:
    return refinement(record["matrices"], record["vectors"])[0] == 1


def written(record: dict[str, Any], types: dict[int, str]) -> dict[str, Any]:
    """Return the record of a group that splits."""
    matrices = record["matrices"]
    names = generators(record["point_group"], record["conventional"], record["hexagonal"])
    sizes, _ = in_storage_order(names, matrices)
    aliases = [*record["aliases"], record["full_symbol"], record["full_symbol"].replace(" ", "")]
    if record["lattice"] == "cubic P":
        aliases.append(record["schoenflies"])
    name = {"p4mm": "p4m", "p6mm": "p6m"}.get(record["symbol"], record["symbol"])
    known = dict.fromkeys([record["symbol"], *aliases])
    return {
        "name": name,
        "number": record["number"],
        "symbol": record["symbol"],
        "full_symbol": record["full_symbol"],
        "aliases": [alias for alias in known if alias != name],
        "point_group": record["point_group"],
        "schoenflies": record["schoenflies"],
        "lattice": record["lattice"],
        "axes": sizes or {"s": 1},
        "generators": {axis: matrices[number].tolist() for axis, number in names},
        "subgroups": sorted(subgroup_types(matrices, types)),
    }


def refused(record: dict[str, Any], partners: dict[frozenset[bytes], dict[str, Any]]) -> Any:
    """Return the record of a group that does not split.

    Its point group is that of one that does, on the same lattice; the translations of its
    coset representatives are given in that group's storage order, times m.
    """
    matrices, vectors = record["matrices"], record["vectors"]
    m, origin = refinement(matrices, vectors)
    partner = partners[frozenset(W.tobytes() for W in matrices)]
    names = [
        (axis, next(i for i, W in enumerate(matrices) if W.tolist() == rows))
        for axis, rows in partner["generators"].items()
    ]
    _, order = in_storage_order(names, matrices)
    x = np.array(origin, dtype=object)
    shifts = [m * (vectors[i] + matrices[i] @ x - x) for i in order]
    assert all(entry.denominator == 1 for shift in shifts for entry in shift)
    full = record["full_symbol"]
    symbols = [full, full.replace(" ", "")]
    known = dict.fromkeys([*record["aliases"], *symbols])
    # P2_1/c is often written P21/c
    known |= dict.fromkeys(symbol.replace("_", "") for symbol in [record["symbol"], *symbols])
    return {
        "name": record["symbol"],
        "number": record["number"],
        "aliases": [alias for alias in known if alias != record["symbol"]],
        "refinement": m,
        "overgroup": partner["name"],
        "translations": [[int(entry) % m for entry in shift] for shift in shifts],
    }


def subgroup_types(matrices: list[np.ndarray], types: dict[int, str]) -> set[str]:
    """Return the split groups, up to a change of basis, whose stabilizers are subgroups of S."""
    count = len(matrices)
    number = {matrix.tobytes(): i for i, matrix in enumerate(matrices)}
    table = [[number[(a @ b).tobytes()] for b in matrices] for a in matrices]
    one = number[np.eye(len(matrices[0]), dtype=int).tobytes()]

    def generated(members: Iterable[int]) -> frozenset[int]:
        inside, frontier = {one}, {one}
        steps = list(members)
        while frontier:
            frontier = {table[a][b] for a in frontier for b in steps} - inside
            inside |= frontier
        return frozenset(inside)

    cyclic = {generated([a]) for a in range(count)}
    found, frontier = set(cyclic), set(cyclic)
    while frontier:
        frontier = {generated(one | other) for one, other in product(frontier, cyclic)} - found
        found |= frontier
    return {types[type_number([matrices[i] for i in members])] for members in found}


def type_number(matrices: list[np.ndarray]) -> int:
    """Return the number of the space group Z^3 ⋊ S, by spglib; planar groups fix a third axis."""
    embedded = np.array([with_axis(m) if len(m) == 2 else m for m in matrices])
    gram = sum(m.T @ m for m in embedded).astype(float)
    kind = spglib.get_spacegroup_type_from_symmetry(
        embedded, np.zeros((len(embedded), 3)), np.linalg.cholesky(gram)
    )
    return int(kind.number)


def write(name: str, records: list[dict[str, Any]]) -> None:
    """Write records, one a line."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (DATA / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main() -> None:
    DATA.mkdir(exist_ok=True)
    line = [
        {
            "name": name, "number": number, "symbol": symbol, "full_symbol": symbol,
            "aliases": aliases, "point_group": symbol[1], "schoenflies": schoenflies,
            "lattice": "line", "axes": axes, "generators": steps, "subgroups": subgroups,
        }
        for name, number, symbol, aliases, schoenflies, axes, steps, subgroups in [
            ("line-p1", 1, "p1", [], "C1", {"s": 1}, {}, ["line-p1"]),
            ("line-pm", 2, "pm", ["p-1"], "D1", {"m": 2}, {"m": [[-1]]}, ["line-p1", "line-pm"]),
        ]
    ]  # fmt: skip
    write("line", line)
    refusals = []
    for file, groups in (("wallpaper", list(wallpaper_groups())), ("space", list(space_groups()))):
        splitting = [record for record in groups if split(record)]
        short = {"p4mm": "p4m", "p6mm": "p6m"}
        types = {type_number(r["matrices"]): short.get(r["symbol"], r["symbol"]) for r in splitting}
        assert len(types) == len(splitting)
        records = [written(record, types) for record in splitting]
        write(file, records)
        partners = {
            frozenset(W.tobytes() for W in record["matrices"]): out
            for record, out in zip(splitting, records, strict=True)
        }
        refusals += [refused(record, partners) for record in groups if not split(record)]
        print(file, len(records), "split;", len(groups) - len(records), "do not")
    write("non_symmorphic", refusals)


if __name__ == "__main__":
    main()
