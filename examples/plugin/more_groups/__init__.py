"""Two groups with symmetries that move no point: a board game's, and those of a DNA strand."""

from groupkit import SplitGroup

# A position on a Go board: turns and reflections, and the exchange of black and white.
go = SplitGroup.from_generators(
    "go", {"m": [[-1, 0], [0, 1]], "r": [[0, -1], [1, 0]]}, lattice="square"
).with_internal({"swap": 2}, name="go")

# A map on a strand of DNA: reading it backwards, and exchanging purines with pyrimidines.
strand = SplitGroup.from_generators("strand", {"reverse": [[-1]]}, lattice="line").with_internal(
    {"exchange": 2}, name="strand"
)

GROUPS = [go, strand]
