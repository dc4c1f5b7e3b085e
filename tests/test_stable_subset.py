from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import groupkit as gk
from groupkit import errors
from groupkit.stable_subset import allowed_shifts, stable_subset
from tests import oracles
from tests.known_groups import NAMES, declared, group as named

H, T, Q = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
HALVES = {(0, 0), (0, H), (H, 0), (H, H)}


@pytest.mark.parametrize(
    ("names", "centres"),
    [
        (["line-pm"], {(0,), (H,)}),
        (["p4", "p4mm", "c2mm"], {(0, 0), (H, H)}),
        (["p2", "p2mm"], HALVES),
        (["p3", "p3m1"], {(0, 0), (T, 2 * T), (2 * T, T)}),
        (["p31m", "p6", "p6mm"], {(0, 0)}),
        (["F-43m"], {(x, x, x) for x in (0, Q, H, 3 * Q)}),
    ],
)
def test_allowed_centres(names: list[str], centres: set[tuple[Fraction, ...]]) -> None:
    for name in names:
        stabilizer = declared(name).stabilizer
        twelfths = [Fraction(n, 12) for n in range(12)]
        allowed = set()
        for centre in product(twelfths, repeat=stabilizer.dimension):
            try:
                allowed_shifts(stabilizer, centre)
            except errors.WindowError as error:
                assert "is not allowed: (I - M)c is no integer vector" in str(error)  # noqa: PT017
            else:
                allowed.add(centre)
        assert allowed == centres


@pytest.mark.parametrize("name", ["p1", "pm", "cm"])
def test_free_directions_allow_all_centres_along_them(name: str) -> None:
    stabilizer = declared(name).stabilizer
    fixed = np.array(stabilizer.matrices).sum(axis=0)[:, 0]  # a vector that all of S fixes
    fixed = fixed if fixed.any() else np.array(stabilizer.matrices).sum(axis=0)[:, 1]
    for n in range(1, 8):
        allowed_shifts(stabilizer, tuple(Fraction(int(x), 7 * n) for x in fixed))


def boxes(group: gk.SplitGroup) -> list[tuple[int, ...]]:
    odd = {1: [(1,), (4,), (7,)], 2: [(1, 1), (4, 4), (5, 5), (3, 6), (7, 5)],
           3: [(3, 3, 3), (2, 2, 2), (3, 2, 4)]}  # fmt: skip
    return odd[group.dimension]


@pytest.mark.parametrize("name", ["p4m", "p6m", *NAMES[:15], *NAMES[15::7]])
def test_largest_stable_subset_by_brute_force(name: str) -> None:
    group = named(name)
    matrices = [oracles.matrix(m) for m in group.stabilizer.matrices.tolist()]
    for box in boxes(group):
        whole = all(
            y.denominator == 1
            for m in matrices
            for y in oracles.about(m, [0] * group.dimension, *[oracles.box_centre(box)] * 2)
        )
        if not whole:
            with pytest.raises(
                errors.WindowError, match=r"no centre about which .* use .* instead"
            ):
                stable_subset(group.stabilizer, box)
            continue
        mask = stable_subset(group.stabilizer, box)
        assert mask.shape == box
        assert set(map(tuple, np.argwhere(mask).tolist())) == oracles.stable_points(
            tuple(matrices), box
        )


def test_the_primitive_cube_is_stable_for_33_of_the_73_space_groups() -> None:
    space_groups = [declared(name).stabilizer for name in NAMES if declared(name).dimension == 3]
    assert len(space_groups) == 73
    assert sum(bool(stable_subset(s, (3, 3, 3)).all()) for s in space_groups) == 33


@pytest.mark.parametrize(
    ("shape", "message"),
    [((4, 4), "size 4×4 .* use 3 or 5 instead"), ((3, 4), "size 3×4")],
)
def test_arrays_without_a_centre_name_sizes_that_have_one(
    shape: tuple[int, int], message: str
) -> None:
    with pytest.raises(errors.WindowError, match=message):
        stable_subset(gk.p6.stabilizer, shape)
