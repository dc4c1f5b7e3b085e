"""Discrete symmetry groups Z^d ⋊ S: declare, check, prove, index."""

from groupkit import algebra, graphs
from groupkit.elements import Elements
from groupkit.errors import GroupkitError
from groupkit.feature_type import FeatureType
from groupkit.field import Field
from groupkit.filter_bank import FilterBank
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.groups import (
    catalog,
    embedding,
    hyperoctahedral,
    p1,
    p2,
    p4,
    p4m,
    p6,
    p6m,
    root_lattice_a,
)
from groupkit.lattice import Lattice
from groupkit.split_group import SplitGroup
from groupkit.stabilizer import Stabilizer
from groupkit.window import Window

__all__ = [
    "Elements",
    "FeatureType",
    "Field",
    "FilterBank",
    "FiniteGroup",
    "GroupkitError",
    "Lattice",
    "SplitGroup",
    "Stabilizer",
    "Subgroup",
    "Window",
    "algebra",
    "catalog",
    "embedding",
    "graphs",
    "hyperoctahedral",
    "p1",
    "p2",
    "p4",
    "p4m",
    "p6",
    "p6m",
    "root_lattice_a",
]
