"""What can be drawn on a page: groups of dimension two."""

from __future__ import annotations

from groupkit.errors import DimensionError, brief
from groupkit.split_group import SplitGroup


def check_planar(group: SplitGroup) -> None:
    """Raise DimensionError unless a group acts on the plane."""
    if not isinstance(group, SplitGroup):
        raise DimensionError(
            f"{brief(group)} is no SplitGroup, which pictures are of; the group comes first",
            witness=group,
        )
    if group.dimension != 2:
        raise DimensionError(
            f"pictures are planar, and {group.name} has dimension {group.dimension}; draw planar "
            "sections of its feature maps",
            witness=group.dimension,
        )
