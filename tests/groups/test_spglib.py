"""spglib recognises every group of the catalogue from our matrices."""

import os
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spglib

import groupkit as gk
from groupkit.groups.records import non_symmorphic_records

os.environ.setdefault("SPGLIB_OLD_ERROR_HANDLING", "0")  # exceptions, not warnings

ROOT = Path(__file__).parents[2]
SPACE = list(gk.catalog.filter(dimension=3))
OVER_PLANE = {  # the space group Z^3 ⋊ S of a wallpaper group that fixes the third axis
    "p1": "P1", "p2": "P2", "pm": "Pm", "cm": "Cm", "p2mm": "Pmm2", "c2mm": "Cmm2", "p4": "P4",
    "p4m": "P4mm", "p3": "P3", "p3m1": "P3m1", "p31m": "P31m", "p6": "P6", "p6m": "P6mm",
}  # fmt: skip
OVER_GLIDES = {"pg": "Pc", "p2mg": "Pma2", "p2gg": "Pba2", "p4gm": "P4bm"}


def recognised(
    matrices: np.ndarray, translations: np.ndarray | None, gram: np.ndarray
) -> tuple[int, str, str]:
    """Return number, class and Schoenflies symbol of a space group, by spglib."""
    if translations is None:
        translations = np.zeros((len(matrices), 3))
    cell = np.linalg.cholesky(gram.astype(float))  # rows: vectors with this Gram matrix
    kind = spglib.get_spacegroup_type_from_symmetry(matrices, translations, cell)
    return kind.number, kind.pointgroup_international, kind.schoenflies


@pytest.mark.parametrize("name", SPACE)
def test_space_groups(name: str) -> None:
    group, record = gk.catalog[name], gk.catalog.record(name)
    found = recognised(group.stabilizer.matrices, None, np.array(group.lattice.gram))
    assert found == (record.number, record.point_group, record.aliases[0])


@pytest.mark.parametrize("name", list(gk.catalog.filter(dimension=2)))
def test_wallpaper_groups(name: str) -> None:
    over = gk.catalog[name].direct_product(gk.catalog["line-p1"])
    number, *_ = recognised(over.stabilizer.matrices, None, np.array(over.lattice.gram))
    assert number == gk.catalog.record(OVER_PLANE[name]).number


@pytest.mark.parametrize("name", list(non_symmorphic_records()))
def test_groups_that_do_not_split(name: str) -> None:
    record, over = non_symmorphic_records()[name], gk.catalog.split_overgroup(name)
    group, steps = over.group, over.representatives.translation
    if group.dimension == 2:
        group = group.direct_product(gk.catalog["line-p1"])
        steps = np.pad(steps, ((0, 0), (0, 1)))
        record = non_symmorphic_records()[OVER_GLIDES[name]]
    gram = np.array(group.lattice.gram)
    number, _, schoenflies = recognised(group.stabilizer.matrices, steps / over.refinement, gram)
    assert (number, schoenflies) == (record.number, record.aliases[0])


def test_other_groups_are_not_recognised_as_these() -> None:
    p4 = gk.catalog["P4"]
    gram = np.array(p4.lattice.gram)
    screw = np.array([[0, 0, k / 4] for k in range(4)])
    assert recognised(p4.stabilizer.matrices, screw, gram)[0] == 76  # P4_1
    assert recognised(p4.stabilizer.matrices[::2], None, gram)[0] == 3


def test_the_data_files_are_what_the_script_derives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "derivations" / "catalog_data.py"))
    monkeypatch.setitem(script["main"].__globals__, "DATA", tmp_path)
    script["main"]()
    written = sorted(path.name for path in tmp_path.iterdir())
    data = Path(gk.groups.__path__[0]) / "data"
    assert written == sorted(path.name for path in data.iterdir())
    for name in written:
        assert (tmp_path / name).read_bytes() == (data / name).read_bytes()
    assert "space 73 split; 157 do not" in capsys.readouterr().out
