"""How long proofs take: ``python benchmarks/verification.py`` prints a table.

Targets on two cores: all shipped groups under a minute in total, p4m alone under a second, a
group of 48 elements under five.  The first report pays for importing sympy.
"""

import time

import groupkit as gk

OCTAHEDRAL = gk.SplitGroup.from_generators(
    "m-3m, 48 elements",
    [
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    ],
    lattice="cubic",
)
PROVED = (gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m, OCTAHEDRAL)


def main() -> None:
    start = time.perf_counter()
    gk.p1.verify()
    print(f"{'first report, with the import of sympy':<42}{time.perf_counter() - start:8.3f} s")
    total = 0.0
    for name, group in [(group.name, group) for group in PROVED]:
        start = time.perf_counter()
        report = group.verify()
        seconds = time.perf_counter() - start
        total += seconds
        slowest = max(report, key=lambda law: law.seconds)
        print(f"{name:<42}{seconds:8.3f} s   slowest: {slowest.name}, {slowest.seconds:.3f} s")
    print(f"{'all':<42}{total:8.3f} s")


if __name__ == "__main__":
    main()
