"""The published text files are read line by line, and refused by name when they are damaged."""

from pathlib import Path

import pytest

from groupkit_torch.experiments import DataFileError
from groupkit_torch.experiments.data import amat as amat_module, load
from groupkit_torch.experiments.data.amat import read_amat
from tests.torch.experiments.tiny import amat

STEM = "mnist_all_rotation_normalized_float"


def test_images_and_labels(tmp_path: Path) -> None:
    path = amat(tmp_path / "a.amat")
    data = read_amat(path)
    first = [float(entry) for entry in path.read_text().splitlines()[0].split()]
    assert data.images.shape == (12, 1, 28, 28)
    assert data.images[0].flatten().tolist() == pytest.approx(first[:-1])
    assert data.labels.tolist() == [*range(10), 0, 1]


def test_a_folder_is_a_source_that_is_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amat_module, "LINES", dict(zip(amat_module.LINES, (12, 20), strict=True)))
    amat(tmp_path / f"{STEM}_train_valid.amat", 12)
    amat(tmp_path / f"{STEM}_test.amat", 20)
    source = load(f"amat:{tmp_path}")
    assert source.rotated
    assert source.sizes == (10, 2, 20)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("0.", "x.", "could not convert"),
        ("0.", "1.", "a pixel is not between 0 and 1"),
        ("0.", "", "a pixel is not between 0 and 1"),
        (" ", " 0 ", "line 1 has 786 entries"),
    ],
    ids=["text", "large", "larger", "long line"],
)
def test_damage_is_refused_by_name(tmp_path: Path, old: str, new: str, text: str) -> None:
    path = amat(tmp_path / "a.amat")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataFileError, match=text) as caught:
        read_amat(path)
    assert str(path) in str(caught.value)


def test_files_that_are_cut_are_refused(tmp_path: Path) -> None:
    path = amat(tmp_path / f"{STEM}_test.amat")
    whole = path.read_text()
    with pytest.raises(DataFileError, match="it has 12 lines, not the published 50,000"):
        read_amat(path)
    path = tmp_path / "a.amat"
    path.write_text(whole[: len(whole) // 2 - 20])
    with pytest.raises(DataFileError, match=r"a\.amat: line 6 has 78\d entries"):
        read_amat(path)
    path.write_text("")
    with pytest.raises(DataFileError, match=r"its lines have 0 entries"):
        read_amat(path)


def test_a_label_out_of_range_is_refused(tmp_path: Path) -> None:
    path = amat(tmp_path / "a.amat")
    lines = path.read_text().splitlines()
    lines[2] = lines[2].rsplit(" ", 1)[0] + " 2.5"
    path.write_text("\n".join(lines))
    with pytest.raises(DataFileError, match=r"label 2 is 2\.5, none of 0 to 9"):
        read_amat(path)
