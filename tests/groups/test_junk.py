"""Whatever is given to the catalogue and to what makes groups from groups, errors are ours."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

import groupkit as gk
from groupkit.errors import GroupkitError
from groupkit.groups.catalog import Catalog
from tests.test_finite_group import JUNK

CALLS: dict[str, Callable[[Any], Any]] = {
    "catalog[...]": lambda junk: gk.catalog[junk],
    "in catalog": lambda junk: junk in gk.catalog,
    "space_group": gk.catalog.space_group,
    "filter by dimension": lambda junk: gk.catalog.filter(dimension=junk),
    "filter by order": lambda junk: gk.catalog.filter(order=junk),
    "filter by lattice": lambda junk: gk.catalog.filter(lattice=junk),
    "filter by class": lambda junk: gk.catalog.filter(point_group=junk),
    "filter by subgroup": lambda junk: gk.catalog.filter(is_subgroup_of=junk),
    "is_subgroup_of": lambda junk: gk.catalog.is_subgroup_of("p4", junk),
    "split_overgroup": gk.catalog.split_overgroup,
    "register": lambda junk: Catalog().register(junk),
    "aliases": lambda junk: Catalog().register(gk.p4.change_basis([[0, 1], [1, 0]]), junk),
    "with_internal": gk.p4.with_internal,
    "an internal axis": lambda junk: gk.p4.with_internal({"c": junk}),
    "a name": lambda junk: gk.p4.with_internal({"c": 2}, name=junk),
    "change_basis": gk.p4.change_basis,
    "restrict": gk.p4.restrict,
    "direct_product": gk.p4.direct_product,
    "embedding": lambda junk: gk.embedding(junk, gk.p4),
    "hyperoctahedral": gk.hyperoctahedral,
    "root_lattice_a": gk.root_lattice_a,
    "a table": lambda junk: gk.Stabilizer({"s": 2}, [[[1]], [[-1]]], junk),
}


@pytest.mark.untyped
@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=40)
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(name: str, junk: Any) -> None:
    with contextlib.suppress(GroupkitError):
        CALLS[name](junk)


@pytest.mark.untyped
def test_what_is_no_group_is_named() -> None:
    with pytest.raises(GroupkitError, match="3 is no SplitGroup; for internal symmetries use"):
        gk.p4.direct_product(3)  # type: ignore[arg-type]
    with pytest.raises(GroupkitError, match="3 is no SplitGroup; give two of them"):
        gk.embedding(gk.p4, 3)  # type: ignore[arg-type]
    with pytest.raises(GroupkitError, match=r"aliases are other names, strings, not \[3\]"):
        Catalog().register(gk.p4.change_basis([[0, 1], [1, 0]]), [3])  # type: ignore[list-item]
    one = Catalog()
    one.register(gk.p4.change_basis([[0, 1], [1, 0]], name="mine"), "other")
    assert one["other"].name == "mine"
