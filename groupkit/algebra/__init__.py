"""The algebra of finite groups, and of the stabilizers of split groups."""

from groupkit.algebra.arithmetic import change_of_basis
from groupkit.algebra.characters import CharacterTable, character_table
from groupkit.algebra.commuting import (
    centralizer,
    centre,
    derived_series,
    derived_subgroup,
    exponent,
)
from groupkit.algebra.conjugacy import ConjugacyClasses, conjugacy_classes
from groupkit.algebra.decomposition import IsotypicComponent, decompose, irrep_multiplicities
from groupkit.algebra.gset import GSet
from groupkit.algebra.homomorphism import Homomorphism
from groupkit.algebra.homomorphisms import (
    homomorphisms,
    is_isomorphic,
    isomorphism,
    isomorphisms,
)
from groupkit.algebra.identify import identify
from groupkit.algebra.irreps import RealIrrep, real_irreps
from groupkit.algebra.normality import (
    conjugate_subgroups,
    core,
    is_normal,
    normal_closure,
    normalizer,
)
from groupkit.algebra.products import direct_product, semidirect_product
from groupkit.algebra.quotients import projection, quotient_group
from groupkit.algebra.subgroups import (
    all_subgroups,
    maximal_subgroups,
    normal_subgroups,
    subgroup_classes,
)
from groupkit.algebra.transversals import index, is_transversal, transversal

__all__ = [
    "CharacterTable",
    "ConjugacyClasses",
    "GSet",
    "Homomorphism",
    "IsotypicComponent",
    "RealIrrep",
    "all_subgroups",
    "centralizer",
    "centre",
    "change_of_basis",
    "character_table",
    "conjugacy_classes",
    "conjugate_subgroups",
    "core",
    "decompose",
    "derived_series",
    "derived_subgroup",
    "direct_product",
    "exponent",
    "homomorphisms",
    "identify",
    "index",
    "irrep_multiplicities",
    "is_isomorphic",
    "is_normal",
    "is_transversal",
    "isomorphism",
    "isomorphisms",
    "maximal_subgroups",
    "normal_closure",
    "normal_subgroups",
    "normalizer",
    "projection",
    "quotient_group",
    "real_irreps",
    "semidirect_product",
    "subgroup_classes",
    "transversal",
]
