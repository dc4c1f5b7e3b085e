"""All invariants of all 88 groups are those that GAP and spglib gave."""

from collections import Counter

import numpy as np
import pytest

import groupkit as gk
from groupkit.algebra import all_subgroups
from groupkit.groups.records import non_symmorphic_records, split_records
from tests.known_groups import NAMES, RECORDS, SOME


@pytest.mark.parametrize("name", NAMES)
def test_symbols(name: str) -> None:
    record, known = gk.catalog.record(name), RECORDS[name]
    assert record.symbol == name.removeprefix("line-")
    assert record.number == known["ita_number"]
    assert record.point_group == known["point_group"]
    assert record.order == known["order"]
    assert set(known.get("aliases", [])) - {record.name} <= set(record.aliases)
    if record.dimension == 3:
        assert record.full_symbol == known["full_symbol"]
        assert record.schoenflies == known["schoenflies_point_group"]
        assert record.lattice.split()[0] in (known["crystal_system"], "hexagonal", "rhombohedral")


@pytest.mark.parametrize("name", NAMES)
def test_invariants(name: str) -> None:
    stabilizer, known = gk.catalog[name].stabilizer, RECORDS[name]
    table, inverses = stabilizer.cayley_table, stabilizer.inverses
    orders = Counter(str(order) for order in stabilizer.element_orders.tolist())
    assert orders == known["element_orders"]
    assert int(np.lcm.reduce(stabilizer.element_orders)) == known["exponent"]
    assert stabilizer.is_abelian == known["is_abelian"]
    centre = (table == table.T).all(axis=1)
    assert centre.sum() == known["centre_order"]
    conjugates = {frozenset(table[table[:, a], inverses].tolist()) for a in range(stabilizer.order)}
    assert len(conjugates) == known["n_conjugacy_classes"]
    commutators = np.unique(table[table, inverses[table.T]])
    derived = stabilizer.subgroup(commutators.tolist())
    assert len(derived) == known["derived_subgroup_order"]
    determinants = np.rint(np.linalg.det(stabilizer.matrices)).astype(int)
    assert (determinants == -1).sum() == known["det_minus"]
    inversion = (stabilizer.matrices == -np.eye(stabilizer.dimension)).all(axis=(1, 2)).any()
    assert inversion == known["has_inversion"]
    gram = np.array(known["invariant_gram"])
    moved = stabilizer.matrices.swapaxes(1, 2) @ gram @ stabilizer.matrices
    assert (moved == gram).all()


@pytest.mark.parametrize("name", NAMES)
def test_subgroup_counts(name: str) -> None:
    group, known = gk.catalog[name], RECORDS[name]
    table, inverses = group.stabilizer.cayley_table, group.stabilizer.inverses
    members = {subgroup.members for subgroup in all_subgroups(group.stabilizer)}
    assert len(members) == known["n_subgroups"]

    def conjugate(subgroup: tuple[int, ...], a: int) -> frozenset[int]:
        return frozenset(int(table[table[a, h], inverses[a]]) for h in subgroup)

    classes = {frozenset(conjugate(h, a) for a in group.stabilizer) for h in members}
    assert len(classes) == known["n_subgroup_classes"]
    assert sum(len(one) == 1 for one in classes) == known["n_normal_subgroups"]


@pytest.mark.parametrize("name", NAMES[15:])
def test_conventional_bases(name: str) -> None:
    lattice = gk.catalog[name].lattice
    found = [[str(entry) for entry in row] for row in lattice.conventional_from_primitive]
    assert found == RECORDS[name]["conventional_from_primitive"]


@pytest.mark.parametrize("name", SOME)
def test_some_are_proved(name: str) -> None:
    assert gk.catalog[name].verify()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_all_are_proved(name: str) -> None:
    report = gk.catalog[name].verify()
    assert report, report
    assert all(law.status != "refuted" for law in report)


def test_counts() -> None:
    assert Counter(r.dimension for r in split_records().values()) == {1: 2, 2: 13, 3: 73}
    refused = non_symmorphic_records().values()
    assert Counter(r.dimension for r in refused) == {2: 4, 3: 157}
    assert Counter(r.refinement for r in refused) == {2: 139, 3: 10, 4: 8, 6: 4}
