"""Cartesian components exist where a lattice determines them, and are refused elsewhere."""

import numpy as np
import pytest

import groupkit as gk
from groupkit.cartesian import cartesian_matrices
from groupkit.errors import FieldError
from tests.known_groups import NAMES, declared

SWAP = [[0, 1], [1, 0]]


def test_a_mirror_in_a_diagonal_of_square_pixels_swaps_the_components() -> None:
    square = gk.SplitGroup.from_generators("diagonal", {"m": SWAP}, lattice="square")
    assert np.array_equal(square.field("vector").matrices[1], SWAP)


def test_lengths_and_angles_that_nobody_has_told_are_refused() -> None:
    rhombic = gk.SplitGroup.from_generators("diagonal", {"m": SWAP})
    with pytest.raises(
        FieldError,
        match=r"of diagonal, rhombic, leaves open: \(m=1\) acts by .* another; declare the group "
        r'with the lattice of your data, such as lattice="square" .* or use components="lattice"',
    ) as caught:
        rhombic.field("vector")
    assert caught.value.witness == 1
    assert np.array_equal(rhombic.field("vector", components="lattice").matrices[1], SWAP)
    assert rhombic.field("pseudoscalar").size == 1


def test_lengths_that_do_not_matter_are_no_reason() -> None:
    """A rectangle may have any sides: its mirrors are the same matrices."""
    for name in ("p2", "pm", "p2mm", "P2/m", "Pmmm", "P4/mmm", "P6/mmm"):
        assert gk.catalog[name].field("vector").size == gk.catalog[name].dimension


@pytest.mark.parametrize("name", NAMES)
def test_what_is_accepted_holds_for_every_lattice_of_the_family(name: str) -> None:
    group = declared(name)
    lattice, forms = group.lattice, np.array(group.lattice.forms)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(8):
        steps = rng.integers(-2, 3, len(forms))
        gram = 16 * np.array(lattice.gram) + np.tensordot(steps, forms, axes=1)
        if np.linalg.eigvalsh(gram)[0] > 0:
            rigid = gk.Lattice.from_gram("rigid", gram)
            found.append(cartesian_matrices(group.stabilizer, rigid))
    assert len(found) > 3
    alike = all(np.allclose(one, found[0], atol=1e-9) for one in found)
    if alike:
        assert np.allclose(cartesian_matrices(group.stabilizer, lattice), found[0], atol=1e-9)
    else:
        with pytest.raises(FieldError, match="leaves open"):
            cartesian_matrices(group.stabilizer, lattice)
