"""The algebra of finite groups, and of the stabilizers of split groups."""

from groupkit.algebra.characters import CharacterTable, character_table
from groupkit.algebra.conjugacy import ConjugacyClasses, conjugacy_classes
from groupkit.algebra.irreps import RealIrrep, real_irreps

__all__ = [
    "CharacterTable",
    "ConjugacyClasses",
    "RealIrrep",
    "character_table",
    "conjugacy_classes",
    "real_irreps",
]
