"""What an image's box and a lattice share, by hand, and as a subgroup."""

import numpy as np
import pytest

import groupkit as gk
from groupkit_torch.images.shared_isometries import not_shared
from tests.torch.groups import cubic, name


@pytest.mark.parametrize("group", [gk.p2, gk.p4m, gk.p6m, cubic], ids=name)
@pytest.mark.parametrize("sides", [(4, 4, 4), (4, 5, 4), (3, 4, 5)])
def test_what_is_shared_is_a_subgroup(group: gk.SplitGroup, sides: tuple[int, ...]) -> None:
    d, stabilizer = group.dimension, group.stabilizer
    broken = not_shared(stabilizer, group.lattice.basis, sides[:d], (5,) * d)
    kept = [s for s in stabilizer if s not in broken]
    assert stabilizer.subgroup(kept).members == tuple(kept)


def test_by_hand() -> None:
    basis = gk.p6m.lattice.basis
    kept = set(gk.p6m.stabilizer) - set(not_shared(gk.p6m.stabilizer, basis, (8, 8), (9, 9)))
    assert len(kept) == 4  # a rectangle's
    turned = np.array([[0.6, -0.8], [0.8, 0.6]])
    broken = not_shared(gk.p4m.stabilizer, turned, (8, 8), (9, 9))
    assert set(broken) == {4, 5, 6, 7}
    assert set(broken.values()) == {"it does not map the image's grid onto itself"}
    assert not_shared(gk.p4.stabilizer, np.eye(2), (8, 8), (5, 7)) == {
        1: "the samples, 5×7, would be 7×5",
        3: "the samples, 5×7, would be 7×5",
    }
