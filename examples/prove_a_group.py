"""Prove a group from its closed form, as in the paper: matrices, inverse map, composition.

Run it: ``python examples/prove_a_group.py``.  It prints the report as a table, and what a
wrong composition formula looks like.  ``report.to_latex()`` writes the proof for an appendix.
"""

from typing import Any

from sympy import Matrix, Mod, atan2, cos, pi, sin

import groupkit as gk

Indices = dict[str, Any]


def matrix(m: Any, r: Any) -> Matrix:
    """Return M(m, r) of p4m (Cohen & Welling 2016, section 4.3), for numbers or symbols."""
    turn = Matrix([[cos(r * pi / 2), -sin(r * pi / 2)], [sin(r * pi / 2), cos(r * pi / 2)]])
    return Matrix([[(-1) ** m, 0], [0, 1]]) * turn


def index(M: Matrix) -> Indices:
    """Return the indices of a matrix: m from its determinant, r from its second row."""
    return {"m": (1 - M.det()) / 2, "r": Mod(atan2(M[1, 0], M[1, 1]) * 2 / pi, 4)}


def compose(g: Indices, h: Indices) -> Indices:
    """Return the indices of gh, which the paper calls cumbersome: hence a proof."""
    sign, angle = (-1) ** g["m"], g["r"] * pi / 2
    return {
        "m": (g["m"] + h["m"]) % 2,
        "r": ((-1) ** h["m"] * g["r"] + h["r"]) % 4,
        "u": g["u"] + sign * (cos(angle) * h["u"] - sin(angle) * h["v"]),
        "v": g["v"] + sin(angle) * h["u"] + cos(angle) * h["v"],
    }


def forgetful(g: Indices, h: Indices) -> Indices:
    """Forget that a mirror turns rotations round."""
    return compose(g, h) | {"r": (g["r"] + h["r"]) % 4}


p4m = gk.SplitGroup("p4m", {"m": 2, "r": 4}, matrix, index=index, lattice="square", compose=compose)
wrong = gk.SplitGroup("p4m, wrongly", {"m": 2, "r": 4}, matrix, compose=forgetful)


def main() -> None:
    """Prove the group, then refute the wrong formula."""
    report = p4m.verify(kernel_sizes=(3, 5))
    report.raise_if_refuted()
    print(report)
    print()
    print("A wrong formula is refuted, with a witness:")
    for law in wrong.verify().refuted:
        print(f"  {law.name}: {law.witness}")


if __name__ == "__main__":
    main()
