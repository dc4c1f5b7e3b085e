"""What is inside a group: its subgroups, its characters, and what a window is made of.

Run it: ``python examples/explore_subgroups.py``, or with the name of another group of the
catalogue: ``python examples/explore_subgroups.py p4m``.
"""

import sys

import groupkit as gk
from groupkit import algebra


def subgroups(group: gk.SplitGroup) -> None:
    """Print the subgroups of the stabilizer up to conjugacy, and what they are good for."""
    S = group.stabilizer
    maximal = algebra.maximal_subgroups(S)
    print(f"{len(algebra.all_subgroups(S))} subgroups of S, up to conjugacy:")
    for conjugates in algebra.subgroup_classes(S):
        H = conjugates[0]
        remarks = []
        if H == algebra.centre(S):
            remarks.append("the centre")
        if H == algebra.derived_subgroup(S):
            remarks.append("the derived subgroup")
        if H in maximal:
            remarks.append("maximal")
        if len(conjugates) == 1:
            remarks.append(f"normal, S/H = {algebra.identify(algebra.quotient_group(S, H))}")
        else:
            remarks.append(f"{len(conjugates)} conjugates")
        generators = [S.label(H.members[g]) for g in H.as_group().generators]
        name = algebra.identify(H.as_group())
        print(f"  {name:8} from {'; '.join(generators) or 'nothing':20} {', '.join(remarks)}")


def representations(group: gk.SplitGroup) -> None:
    """Print the character table, and how functions on a 3×3 window fall apart."""
    print("\nIts characters:")
    print(algebra.character_table(group))
    window = group.window(3)
    print(f"\nFunctions on {window}, a sum of real irreducible representations:")
    for part in algebra.decompose(algebra.GSet.of_window(window)):
        irrep = part.irrep
        print(f"  {part.multiplicity} × dimension {irrep.dimension}, {irrep.kind}", end="")
        print(" (the filters that are invariant)" if irrep.constituents == (0,) else "")


def colourings(group: gk.SplitGroup) -> None:
    """Count patterns of black and white windows by Burnside's lemma."""
    points = algebra.GSet.of_window(group.window(3))
    patterns = points.count_colourings(2)
    print(f"\n{2 ** len(points)} black and white windows, {patterns} up to S.")


def main(name: str = "p6m") -> None:
    """Print what is inside a group of the catalogue."""
    chosen = gk.catalog[name]
    print(f"{chosen.name} = {algebra.identify(chosen)}\n")
    subgroups(chosen)
    representations(chosen)
    colourings(chosen)


if __name__ == "__main__":
    main(*sys.argv[1:])
