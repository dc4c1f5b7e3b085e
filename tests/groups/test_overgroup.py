"""Groups that do not split, inside split groups on finer lattices: closed, and really not split."""

import numpy as np
import pytest

import groupkit as gk
from groupkit.errors import UnknownNameError
from groupkit.groups.overgroup import SplitOvergroup
from groupkit.groups.records import non_symmorphic_records

REFUSED = list(non_symmorphic_records())
SOME = ["pg", "p2mg", "p2gg", "p4gm", *REFUSED[4:-1:12], "P6_1", "I4_132", "Fd-3m", "Ia-3d"]


def splits_on(overgroup: SplitOvergroup, m: int) -> bool:
    """Say by trying all origins whether the group splits on (1/m)Z^d, for a divisor m of M.

    About the origin c, g_s translates by t + (M(s) - 1)c.  Where a c makes these multiples of
    M/m, so does one with denominator 12: for no S in three dimensions are others needed.
    """
    whole = overgroup.refinement
    stabilizer = overgroup.group.stabilizer
    d, fine = stabilizer.dimension, 12
    origins = np.stack(np.unravel_index(np.arange((whole * fine) ** d), (whole * fine,) * d))
    good = np.ones(origins.shape[1], dtype=bool)
    for s in stabilizer.generators:
        turned = (stabilizer.matrices[s] - np.eye(d, dtype=int)) @ origins
        moved = fine * overgroup.representatives.translation[s][:, None] + turned
        good &= (moved % (fine * whole // m) == 0).all(axis=0)
    return bool(good.any())


@pytest.mark.parametrize("name", REFUSED)
def test_representatives_and_translations_are_a_group(name: str) -> None:
    over = gk.catalog.split_overgroup(name)
    g = over.representatives
    assert over.contains(g[:, None] @ g[None]).all()
    assert over.contains(g.inverse()).all()
    assert over.contains(over.group.identity())
    d, m = over.group.dimension, over.refinement
    steps = over.group.element(t=m * np.eye(d, dtype=int))
    assert over.contains(steps).all()
    assert not over.contains(over.group.element(t=np.eye(d, dtype=int))).any()
    assert over.group is gk.catalog[non_symmorphic_records()[name].overgroup]
    assert ((0 <= g.translation) & (g.translation < m)).all()


@pytest.mark.parametrize("name", SOME)
def test_they_split_on_the_finer_lattice_and_on_no_coarser_one(name: str) -> None:
    over = gk.catalog.split_overgroup(name)
    assert splits_on(over, over.refinement)
    for m in range(1, over.refinement):
        if over.refinement % m == 0:
            assert not splits_on(over, m)


def test_the_check_of_splitting_knows_groups_that_split() -> None:
    """p4 with its origin moved by half a lattice vector still splits; with a glide it does not."""
    p4 = gk.p4
    turn = [[0, 0], [1, 0], [1, 1], [0, 1]]
    moved = SplitOvergroup("p4", 2, p4, gk.Elements(p4.stabilizer, np.arange(4), turn))
    assert splits_on(moved, 1)
    assert not splits_on(gk.catalog.split_overgroup("p4g"), 1)


def test_pg_has_glides_and_no_mirrors() -> None:
    pg = gk.catalog.split_overgroup("pg")
    assert (pg.group.name, pg.refinement) == ("pm", 2)
    mirror, glide = pg.group.element(m=1), pg.group.element(m=1, v=1)
    assert not pg.contains(mirror)
    assert pg.contains(glide)
    assert glide @ glide == pg.group.element(v=2)  # a whole lattice vector


@pytest.mark.parametrize("name", ["p4", "p4mm", "Pm-3m"])
def test_groups_that_split_need_no_overgroup(name: str) -> None:
    with pytest.raises(UnknownNameError, match="splits already, on its own lattice; use catalog"):
        gk.catalog.split_overgroup(name)


def test_overgroups_by_other_names() -> None:
    assert gk.catalog.split_overgroup("pmg").name == "p2mg"
    assert gk.catalog.split_overgroup("C2h^5").name == "P2_1/c"
    with pytest.raises(UnknownNameError, match="no group 'pgm'"):
        gk.catalog.split_overgroup("pgm")
