"""The shipped groups, by name."""

from groupkit.groups.catalog import Catalog, catalog
from groupkit.groups.planar import p1, p2, p4, p4m, p6, p6m

__all__ = ["Catalog", "catalog", "p1", "p2", "p4", "p4m", "p6", "p6m"]
