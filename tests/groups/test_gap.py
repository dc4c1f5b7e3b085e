"""GAP, where it is installed, agrees about every group of the catalogue.

Debian: gap-core gap-libs gap-smallgrp gap-primgrp gap-polycyclic.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import groupkit as gk
from tests.known_groups import NAMES, RECORDS

GAP = shutil.which("gap")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(GAP is None, reason="needs GAP")]

# Matrix groups are converted to permutations first: GAP's methods for those are complete.
PROGRAM = """
LoadPackage("smallgrp");;
Report := function(name, matrices)
  local G, P, classes;
  G := Group(matrices);
  P := Image(IsomorphismPermGroup(G));
  classes := ConjugacyClassesSubgroups(P);
  Print("{\\"name\\": \\"", name, "\\", \\"order\\": ", Size(G),
    ", \\"listed\\": ", Length(Set(matrices)),
    ", \\"gap_small_group_id\\": ", IdSmallGroup(P),
    ", \\"n_conjugacy_classes\\": ", NrConjugacyClasses(P),
    ", \\"n_subgroup_classes\\": ", Length(classes),
    ", \\"n_subgroups\\": ", Sum(classes, Size),
    ", \\"n_normal_subgroups\\": ", Length(NormalSubgroups(P)),
    ", \\"centre_order\\": ", Size(Center(P)),
    ", \\"derived_subgroup_order\\": ", Size(DerivedSubgroup(P)),
    ", \\"exponent\\": ", Exponent(P), "}\\n");
end;;
SizeScreen([4096, 4096]);;
"""
INVARIANTS = (
    "order", "gap_small_group_id", "n_conjugacy_classes", "n_subgroup_classes", "n_subgroups",
    "n_normal_subgroups", "centre_order", "derived_subgroup_order", "exponent",
)  # fmt: skip


def answers(groups: dict[str, gk.SplitGroup], folder: Path) -> dict[str, dict[str, Any]]:
    """Return what GAP says of the matrices of groups, in one run."""
    calls = [
        f'Report("{name}", {group.stabilizer.matrices.tolist()});\n'
        for name, group in groups.items()
    ]
    program = folder / "groups.g"
    program.write_text(PROGRAM + "".join(calls) + "QUIT;\n")
    run = subprocess.run(
        [str(GAP), "-q", "-b", "-x", "4096", str(program)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return {line["name"]: line for line in lines}


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    groups = {name: gk.catalog[name] for name in NAMES}
    other = {"wrong": gk.catalog["P4"], "B4": gk.hyperoctahedral(4), "A4": gk.root_lattice_a(4)}
    return answers(groups | other, tmp_path_factory.mktemp("gap"))


@pytest.mark.parametrize("name", NAMES)
def test_invariants(name: str, gap: dict[str, dict[str, Any]]) -> None:
    found, known = gap[name], RECORDS[name]
    assert found["listed"] == gk.catalog[name].order
    assert {key: found[key] for key in INVARIANTS} == {key: known[key] for key in INVARIANTS}


def test_invariants_of_another_group_differ(gap: dict[str, dict[str, Any]]) -> None:
    known = RECORDS["Pmmm"]
    assert any(gap["wrong"][key] != known[key] for key in INVARIANTS)


def test_families(gap: dict[str, dict[str, Any]]) -> None:
    assert gap["B4"]["gap_small_group_id"][0] == 384
    assert (gap["B4"]["centre_order"], gap["B4"]["n_conjugacy_classes"]) == (2, 20)
    # S_5 × C_2: twice the 7 classes of S_5
    assert (gap["A4"]["order"], gap["A4"]["n_conjugacy_classes"]) == (240, 14)
