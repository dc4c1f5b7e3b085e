"""The pictures of the docs come from scripts of docs/figures, are used, and are small."""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "figures"
IMAGES = sorted((ROOT / "docs" / "images").iterdir())
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BYTES = {".png": 50_000, ".jpg": 100_000, ".gif": 300_000}

images = pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)


@images
def test_pictures_are_small_and_used(path: Path) -> None:
    assert path.stat().st_size < BYTES[path.suffix], f"{path.name}: make pictures shrinks it"
    assert any(f"images/{path.name})" in page.read_text(encoding="utf-8") for page in PAGES)


def test_each_picture_has_one_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FIGURES))
    drawn = [
        name
        for script in FIGURES.glob("*.py")
        for name in re.findall(r'"(\w+\.(?:png|jpg|gif))"', script.read_text(encoding="utf-8"))
    ]
    block = runpy.run_path(str(FIGURES / "pages.py"))["BLOCK"]
    for page in PAGES:
        found = block.findall(page.read_text(encoding="utf-8"))
        drawn += [Path(target).name for code, target in found if "picture = " in code]
    assert sorted(drawn) == [path.name for path in IMAGES]


@pytest.mark.slow
def test_the_pictures_are_what_the_scripts_draw(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(FIGURES))
    save = runpy.run_path(str(FIGURES / "saving.py"))["save"]
    for script in sorted(FIGURES.glob("*.py")):
        if script.stem == "__main__":
            continue
        names = runpy.run_path(str(script))
        for name, picture in names.get("pictures", list)():
            save(picture, tmp_path / name)
            with Image.open(tmp_path / name) as new, Image.open(IMAGES[0].parent / name) as old:
                assert new.size == old.size, f"{name}: run make pictures"
                one, other = (np.asarray(image.convert("L"), dtype=float) for image in (new, old))
                assert np.abs(one - other).mean() < 4, f"{name}: run make pictures"
    sys.modules.pop("saving", None)
