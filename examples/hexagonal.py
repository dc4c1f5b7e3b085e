"""Declare p6 and p6m from the public interface alone: the model of an extension.

Both are shipped too, as `gk.p6` and `gk.p6m`; the tests show that these are the same groups.
"""

from sympy import Matrix

import groupkit as gk
import groupkit_torch as gt

# The crystallographers' hexagonal basis: two vectors of equal length, 120° apart.
rotation = Matrix([[1, -1], [1, 0]])  # by 60°
mirror = Matrix([[0, 1], [1, 0]])  # exchanges the basis vectors

# By index: one axis for each index of the stabilizer, and the matrix of an index.
p6 = gk.SplitGroup("p6", axes={"r": 6}, matrix=lambda r: rotation**r, lattice="hexagonal")

p6m = gk.SplitGroup(
    "p6m",
    axes={"m": 2, "r": 6},
    matrix=lambda m, r: mirror**m @ rotation**r,
    lattice="hexagonal",
)

# By generators: the axes and the product m^i r^j are found.
p6_generated = gk.SplitGroup.from_generators("p6", {"r": rotation}, lattice="hexagonal")
p6m_generated = gk.SplitGroup.from_generators(
    "p6m", {"m": mirror, "r": rotation}, lattice="hexagonal"
)


def main() -> None:
    """Compare the declarations, show a hexagonal window and check a layer."""
    for declared, generated, shipped in (
        (p6, p6_generated, gk.p6),
        (p6m, p6m_generated, gk.p6m),
    ):
        print(declared)
        print(f"  the same by generators: {declared == generated}; shipped: {declared == shipped}")
    print("the window of size 5, 19 points:")
    print(p6m.window(5).mask.astype(int))
    a, b = p6m.element(m=1, r=2, u=3, v=-1), p6m.element(r=1, t=(0, 2))
    print(f"{a} @ {b} = {a @ b}")
    lift = gt.LiftingConv(p6m, 1, 2, 5).double()
    print(gt.testing.equivariance_error(lift, p6m, (1, 1, 13, 13)))


if __name__ == "__main__":
    main()
