"""The groups that tests run over: the shipped ones, and 88 that other systems vouch for."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import groupkit as gk

RECORDS: dict[str, dict[str, Any]] = {
    record["name"]: record
    for records in json.loads(
        (Path(__file__).parent / "vectors" / "symmorphic_oracle.json").read_text("utf-8")
    ).values()
    for record in records
}
SHIPPED = [gk.p1, gk.p2, gk.p4, gk.p4m, gk.p6, gk.p6m]
SHIPPED_NAMES = [group.name for group in SHIPPED]
NAMES = list(RECORDS)
SOME = ["line-p1", "line-pm", "p2mm", "cm", "p4mm", "p3", "p31m", "p6mm", "P1", "R3", "I4", "F23"]


@cache
def declared(name: str) -> gk.SplitGroup:
    """Return one of the 88 groups, declared by the generators of the record."""
    record = RECORDS[name]
    dimension = len(record["elements"][0])
    return gk.SplitGroup.from_generators(name, record["generators"], dimension=dimension)


def group(name: str) -> gk.SplitGroup:
    """Return one of the six planar groups by its name, or one of the 88."""
    return gk.catalog[name] if name in SHIPPED_NAMES else declared(name)
