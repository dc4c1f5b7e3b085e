"""All 250 groups of at most 48 elements, as GAP knows them."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit import algebra

RECORDS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "small_groups.json").read_text("utf-8")
)
ORDERS = [
    pytest.param(order, marks=[pytest.mark.slow] if order in (32, 36, 40, 42, 48) else [])
    for order in range(1, 49)
]


def records(order: int) -> list[dict[str, Any]]:
    return [record for record in RECORDS if record["id"][0] == order]


def made(record: dict[str, Any]) -> gk.FiniteGroup:
    return gk.FiniteGroup.from_generators(record["generators"])


def factors(gap: str) -> list[str]:
    """Return GAP's direct factors in our spelling: its dihedral groups count their elements."""
    halved = re.sub(r"\bD(\d+)", lambda match: f"D{int(match[1]) // 2}", gap)
    ours = halved.replace("QD", "SD").replace("L(2,3)", "L(2, 3)").replace(" x ", " × ")
    return sorted("C1" if ours == "1" else factor for factor in ours.split(" × "))


@pytest.mark.parametrize("order", ORDERS)
def test_counts(order: int) -> None:
    for record in records(order):
        group = made(record)
        table = algebra.character_table(group)
        found = {
            "classes": len(algebra.conjugacy_classes(group)),
            "subgroups": len(algebra.all_subgroups(group)),
            "subgroup_classes": len(algebra.subgroup_classes(group)),
            "normal_subgroups": len(algebra.normal_subgroups(group)),
            "maximal_subgroups": len(algebra.maximal_subgroups(group)),
            "centre": len(algebra.centre(group)),
            "derived": len(algebra.derived_subgroup(group)),
            "degrees": sorted(table.degrees.tolist()),
            "indicators": sorted(table.indicators.tolist()),
        }
        assert group.order == order
        assert found == {key: record[key] for key in found}, record["id"]
        if record["automorphisms"] <= 400:
            count = sum(1 for _ in algebra.isomorphisms(group, group))
            assert count == record["automorphisms"], record["id"]


@pytest.mark.parametrize("order", ORDERS)
def test_real_representations(order: int) -> None:
    for record in records(order):
        group = made(record)
        found = algebra.real_irreps(group)
        assert sum(r.dimension**2 // r.commutant_dimension for r in found) == order
        for irrep in found:
            matrices = irrep.matrices
            square = np.swapaxes(matrices, 1, 2) @ matrices
            np.testing.assert_allclose(square, [np.eye(irrep.dimension)] * order, atol=1e-13)
            for b in group.generators:
                image = matrices[group.cayley_table[:, b]]
                np.testing.assert_allclose(matrices @ matrices[b], image, atol=1e-13)


@pytest.mark.parametrize("order", ORDERS)
def test_names(order: int) -> None:
    by_name = defaultdict(list)
    for record in records(order):
        name = algebra.identify(made(record))
        by_name[name].append(record)
        if not re.search(r"[:.]", record["structure"]):  # names that GAP and we both must give
            assert sorted(name.split(" × ")) == factors(record["structure"])
    for name, sharing in by_name.items():
        assert len(sharing) == 1 or "⋊" in name or " . " in name


@pytest.mark.parametrize("order", [8, 16, 18, 20, 24, 27])
def test_groups_of_one_order_are_not_isomorphic(order: int) -> None:
    groups = [made(record) for record in records(order)]
    for i, one in enumerate(groups):
        assert [algebra.is_isomorphic(one, other) for other in groups] == [
            i == j for j in range(len(groups))
        ]


@pytest.mark.slow
def test_few_names_are_shared() -> None:
    by_name = defaultdict(list)
    for record in RECORDS:
        by_name[algebra.identify(made(record))].append(record["id"])
    alone = sum(len(ids) == 1 for ids in by_name.values())
    assert (len(RECORDS), len(by_name), alone) == (250, 232, 219)
