"""The groups that the torch tests run over: all shipped ones, and others declared here."""

from typing import Any

import numpy as np

import groupkit as gk

mirror_line = gk.SplitGroup.from_generators("mirror-line", {"m": [[-1]]})
cubic = gk.SplitGroup.from_generators(
    "cubic",
    {"a": [[0, -1, 0], [1, 0, 0], [0, 0, 1]], "b": [[0, 0, 1], [1, 0, 0], [0, 1, 0]]},
)
p2mm = gk.SplitGroup.from_generators("p2mm", {"m": [[-1, 0], [0, 1]], "n": [[1, 0], [0, -1]]})
p3m1 = gk.SplitGroup.from_generators("p3m1", {"m": [[0, -1], [-1, 0]], "r": [[0, -1], [1, -1]]})
# half turns about the axes of a face-centred cubic lattice, in its primitive basis: in three
# dimensions too, boxes are not always stable
face_centred = gk.SplitGroup.from_generators(
    "F222",
    {"a": [[-1, -1, -1], [0, 0, 1], [0, 1, 0]], "b": [[0, 0, 1], [-1, -1, -1], [1, 0, 0]]},
    lattice="cubic F",
)

# axes that no element mixes with the others: kernels may be longer or shorter along them
tetragonal = gk.SplitGroup.from_generators(
    "P4/m", {"r": [[0, -1, 0], [1, 0, 0], [0, 0, 1]], "m": [[1, 0, 0], [0, 1, 0], [0, 0, -1]]}
)
orthorhombic = gk.SplitGroup.from_generators(
    "Pmm2", {"m": [[-1, 0, 0], [0, 1, 0], [0, 0, 1]], "n": [[1, 0, 0], [0, -1, 0], [0, 0, 1]]}
)

SHIPPED = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m]
GROUPS = [*SHIPPED, mirror_line, cubic, p3m1, face_centred]


def name(value: Any) -> str | None:
    """Name a group in a test's id."""
    return value.name if isinstance(value, gk.SplitGroup) else None


def image(group: gk.SplitGroup, flat: int = 9, line: int = 12, solid: int = 5) -> tuple[int, ...]:
    """Return the sides of an array of the group's dimension."""
    return (({1: line, 2: flat, 3: solid})[group.dimension],) * group.dimension


def subgroups(group: gk.SplitGroup) -> list[tuple[int, ...]]:
    """Return all subgroups that two elements generate: all, for the groups tested."""
    order = len(group.stabilizer)
    found = {tuple(group.stabilizer.subgroup([a, b])) for a in range(order) for b in range(order)}
    return sorted(found, key=lambda members: (len(members), members))


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """Return random normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape)
