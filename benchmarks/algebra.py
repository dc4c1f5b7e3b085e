"""How long the algebra of groups takes: ``python benchmarks/algebra.py`` prints a table.

Goals, on one core: the Cayley table and inverses of a cubic group of 48 elements from its
matrices in 5 ms, those of the Weyl group of F4, 1152 elements in four dimensions, in 1 s; all
subgroups of a symmorphic group in up to three dimensions in 1 s.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import groupkit as gk
from groupkit import algebra
from groupkit.generation import generate_matrices

CUBIC = gk.SplitGroup.from_generators(
    "m-3m",
    [
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    ],
)
# Reflections in the simple roots of F4, in the basis of these roots.
F4 = np.array(
    [
        [[-1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        [[1, 0, 0, 0], [1, -1, 2, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, -1, 1], [0, 0, 0, 1]],
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, -1]],
    ]
)


def fresh(group: gk.FiniteGroup, turn: int) -> gk.FiniteGroup:
    """Return a group that is equal to no earlier one: nothing about it is known yet."""
    names = np.roll(np.arange(group.order), turn)
    return gk.FiniteGroup(np.argsort(names)[group.cayley_table[np.ix_(names, names)]])


def best(call: Callable[[Any], object], arguments: list[Any]) -> float:
    """Return the least time that the call takes on one of the arguments."""
    times = []
    for argument in arguments:
        start = time.perf_counter()
        call(argument)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    cubic, weyl = np.array(CUBIC.stabilizer.matrices), generate_matrices(F4)
    tables: dict[str, tuple[Callable[[Any], object], Any, int]] = {
        "m-3m: table and inverses of 48 matrices": (_tabulate, cubic, 20),
        "F4: table and inverses of 1152 matrices": (_tabulate, weyl, 3),
        "F4: the same, from 4 generators": (lambda g: _tabulate(generate_matrices(g)), F4, 3),
    }
    print("| what | ms |\n|---|---|")
    for name, (call, argument, repeats) in tables.items():
        print(f"| {name} | {1e3 * best(call, [argument] * repeats):.2f} |", flush=True)
    questions: dict[str, Callable[[Any], object]] = {
        "all subgroups": algebra.all_subgroups,
        "normal subgroups": algebra.normal_subgroups,
        "character table": algebra.character_table,
        "real irreducible representations": algebra.real_irreps,
        "its name": algebra.identify,
        "an isomorphism": lambda g: algebra.isomorphism(g, CUBIC.stabilizer),
    }
    for number, (name, call) in enumerate(questions.items()):
        groups = [fresh(CUBIC.stabilizer, turn) for turn in range(7 * number + 1, 7 * number + 7)]
        print(f"| m-3m: {name} | {1e3 * best(call, groups):.2f} |", flush=True)
    group = gk.FiniteGroup.from_matrices(list(weyl))
    large = ("normal subgroups", "character table", "real irreducible representations")
    for number, name in enumerate(large):
        again = [fresh(group, 2 * number + 1), fresh(group, 2 * number + 2)]
        print(f"| F4: {name} | {1e3 * best(questions[name], again):.2f} |", flush=True)


def _tabulate(matrices: np.ndarray) -> None:
    group = gk.Stabilizer({"s": len(matrices)}, matrices)
    assert len(group.inverses) == len(matrices)


if __name__ == "__main__":
    main()
