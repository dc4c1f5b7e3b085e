"""Six wallpaper groups, each declared as a user would."""

from typing import Final

from groupkit.split_group import SplitGroup

_HALF_TURN: Final = ((-1, 0), (0, -1))
_QUARTER_TURN: Final = ((0, -1), (1, 0))
_SIXTH_TURN: Final = ((1, -1), (1, 0))
_FLIP: Final = ((-1, 0), (0, 1))
_SWAP: Final = ((0, 1), (1, 0))

p1 = SplitGroup.from_generators("p1", {}, lattice="oblique", dimension=2)
p2 = SplitGroup.from_generators("p2", {"r": _HALF_TURN}, lattice="oblique")
p4 = SplitGroup.from_generators("p4", {"r": _QUARTER_TURN}, lattice="square")
p4m = SplitGroup.from_generators("p4m", {"m": _FLIP, "r": _QUARTER_TURN}, lattice="square")
p6 = SplitGroup.from_generators("p6", {"r": _SIXTH_TURN}, lattice="hexagonal")
p6m = SplitGroup.from_generators("p6m", {"m": _SWAP, "r": _SIXTH_TURN}, lattice="hexagonal")
