"""The times that users may rely on: the best of some turns, as the thread works."""

import numpy as np
import pytest

import groupkit as gk
from groupkit.algebra import subgroups
from groupkit.generation import generate_matrices
from tests.algebra.groups_for_algebra import weyl_f4_reflections
from tests.known_groups import NAMES, declared
from tests.stopwatch import best

pytestmark = pytest.mark.untyped  # run-time type checks take longer than the work


def tabulate(matrices: np.ndarray) -> None:
    assert len(gk.Stabilizer({"s": len(matrices)}, matrices).inverses) == len(matrices)


def test_tables_and_inverses() -> None:
    cubic = np.array(declared("Pm-3m").stabilizer.matrices)
    assert best(lambda: tabulate(cubic), 20) < 0.005
    assert best(lambda: tabulate(generate_matrices(weyl_f4_reflections())), 2) < 1


def test_all_subgroups_of_any_group() -> None:
    for name in NAMES:
        group = declared(name).stabilizer

        def list_them(group: gk.FiniteGroup = group) -> None:
            subgroups._classes_of.__wrapped__(group)

        assert best(list_them, 1) < 1, name
