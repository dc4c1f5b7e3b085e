"""The strategies give what they say: groups that are proved, and almost-groups that are not."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given, settings, strategies as st

import groupkit as gk
from groupkit import testing

pytestmark = pytest.mark.untyped  # beartype draws samples at random, which strategies may not


@given(testing.groups())
def test_groups_are_those_of_the_catalogue(group: gk.SplitGroup) -> None:
    assert gk.catalog[group.name] is group


@given(st.integers(1, 4).flatmap(testing.unimodular_matrices))
def test_changes_of_basis_are_unimodular(basis: np.ndarray) -> None:
    assert abs(round(np.linalg.det(basis))) == 1


@settings(max_examples=15)
@given(testing.conjugated_groups())
def test_conjugates_are_proved_and_have_the_same_table(group: gk.SplitGroup) -> None:
    name = group.name.removesuffix(" conjugated")
    assert (
        group.stabilizer.cayley_table.tolist() == gk.catalog[name].stabilizer.cayley_table.tolist()
    )
    assert group.verify()


@given(st.data(), testing.groups())
def test_elements_have_inverses(data: st.DataObject, group: gk.SplitGroup) -> None:
    g = data.draw(testing.elements(group, shape=(3,), radius=10**20))
    assert (g @ g.inverse() == group.identity()).all()


@given(st.data(), testing.groups())
def test_windows_are_those_of_the_group(data: st.DataObject, group: gk.SplitGroup) -> None:
    window = data.draw(testing.windows(group))
    assert window.stabilizer == group.stabilizer
    assert window.permutations.shape == (group.order, len(window))


@pytest.mark.parametrize("flaw", testing.FLAWS)
def test_almost_groups_are_refused_by_the_law_they_break(flaw: str) -> None:
    @settings(max_examples=25)
    @given(testing.almost_groups(flaw))
    def refused(almost: testing.AlmostGroup) -> None:
        assert almost.flaw == flaw
        with pytest.raises(almost.error):
            gk.SplitGroup.from_matrices("almost", almost.matrices)

    refused()


def test_any_flaw_is_drawn() -> None:
    for flaw in testing.FLAWS:
        find(testing.almost_groups(), lambda almost, flaw=flaw: almost.flaw == flaw)


def test_groupkit_imports_neither_its_test_helpers_nor_sympy() -> None:
    code = "import sys, groupkit.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numpy" in run.stdout.split()
    assert {"hypothesis", "pytest", "sympy", "torch"}.isdisjoint(run.stdout.split())
