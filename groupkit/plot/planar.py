"""What can be drawn on a page: groups of dimension two."""

from __future__ import annotations

from groupkit.errors import DimensionError
from groupkit.split_group import SplitGroup


def check_planar(group: SplitGroup) -> None:
    """Raise DimensionError unless a group acts on the plane."""
    if group.dimension != 2:
        raise DimensionError(
            f"pictures are planar, and {group.name} has dimension {group.dimension}; draw planar "
            "sections of its feature maps",
            witness=group.dimension,
        )
