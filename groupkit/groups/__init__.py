"""The shipped groups, by name."""

from groupkit.groups.catalog import Catalog, catalog
from groupkit.groups.embeddings import embedding
from groupkit.groups.families import hyperoctahedral, root_lattice_a
from groupkit.groups.overgroup import SplitOvergroup
from groupkit.groups.planar import p1, p2, p4, p4m, p6, p6m
from groupkit.groups.records import GroupRecord

__all__ = [
    "Catalog",
    "GroupRecord",
    "SplitOvergroup",
    "catalog",
    "embedding",
    "hyperoctahedral",
    "p1",
    "p2",
    "p4",
    "p4m",
    "p6",
    "p6m",
    "root_lattice_a",
]
