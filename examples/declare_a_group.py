"""Declare a group of your own, have it proved, and get its layers.

p3m1 has three-fold rotations and mirrors through all of their centres.  The next six lines are all
there is to say: nothing in the packages has to know of it.
"""

from torch import nn

import groupkit as gk
import groupkit_torch as gt

p3m1 = gk.SplitGroup.from_generators(
    "p3m1",
    {"m": [[0, -1], [-1, 0]], "r": [[0, -1], [1, -1]]},
    lattice="hexagonal",
)


def network(group: gk.SplitGroup) -> nn.Module:
    """Return a small network of the layers of a group; its output is a planar map."""
    L = gt.layers(group)
    return nn.Sequential(
        L.LiftingConv(1, 4, 3),
        L.BatchNorm(4),
        nn.Sigmoid(),
        L.GroupConv(4, 4, 3, padding=1),
        L.MaxPool(3, stride=2, padding=1),
        L.CosetPool("max"),
    )


def main() -> None:
    """Print the proof and the equivariance of the layers, element by element."""
    print(p3m1)
    print(p3m1.verify())
    net = network(p3m1).double()
    gt.testing.assert_equivariant(net, p3m1, (2, 1, 27, 27), output_type="planar")
    print(gt.testing.equivariance_error(net, p3m1, (2, 1, 27, 27), output_type="planar"))


if __name__ == "__main__":
    main()
