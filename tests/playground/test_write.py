"""The page is one small file that needs no other."""

import json
import re
from pathlib import Path

import pytest

import groupkit as gk
from groupkit.errors import DimensionError, NameClashError
from groupkit.playground import export_group, page, planar_groups, write_page
from tests.playground.planar import GROUPS, SKEW

DATA = re.compile(r'<script type="application/json" id="groups">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_all_planar_groups_of_the_catalogue_are_on_it(text: str) -> None:
    (data,) = DATA.findall(text)
    assert json.loads(data) == [export_group(group) for group in planar_groups()]
    names = [group.name for group in planar_groups()]
    assert len(names) == 13
    assert {"p1", "p4", "p4m", "p6m", "p3m1", "cm"} <= set(names)


def test_it_is_small_and_fetches_nothing(text: str) -> None:
    assert len(text.encode()) < 1_000_000
    assert "://" not in text
    assert not re.search(r"(src|href)=\"(?!data:)|@import|url\(|fetch\(|XMLHttp|import\(", text)
    assert "default-src 'none'" in text


def test_all_parts_are_filled_in(text: str) -> None:
    assert "<!-- style -->" not in text
    assert "<!-- scripts -->" not in text
    assert text.count("<style>") == 1


def test_writing(tmp_path: Path) -> None:
    path = write_page(tmp_path / "page.html", GROUPS)
    assert path.read_text("utf-8") == page(GROUPS)
    assert path.stat().st_size < 1_000_000


def test_one_group_alone() -> None:
    (data,) = DATA.findall(page(SKEW))
    assert [group["name"] for group in json.loads(data)] == [SKEW.name]


def test_a_name_cannot_end_the_data() -> None:
    group = gk.p4.restrict([0, 2], name="</script><b>")
    (data,) = DATA.findall(page(group))
    assert json.loads(data)[0]["name"] == "</script><b>"


def test_names_are_different() -> None:
    other = gk.p2.restrict([0], name="p4")
    with pytest.raises(NameClashError, match=r"two groups of the page are called 'p4'.*another"):
        page([gk.p4, other])


def test_a_page_needs_a_group() -> None:
    with pytest.raises(NameClashError, match=r"at least one group.*leave the groups out"):
        page([])


def test_groups_of_other_dimensions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DimensionError, match="playground is planar"):
        write_page(tmp_path / "page.html", [gk.p4, gk.catalog["Pm-3m"]])
    assert not (tmp_path / "page.html").exists()
