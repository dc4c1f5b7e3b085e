"""One exception for each law that an input can break, carrying the witness.

Every message says what was given, which law or limit it breaks, shows a
witness, and ends with what to do about it.  `GroupkitError` catches all.
"""

from __future__ import annotations

from typing import ClassVar


def brief(value: object, limit: int = 200) -> str:
    """Return a representation on one line for a message: short, and made whatever the value is.

    Values nested beyond the recursion limit and integers of thousands of digits have no
    `repr`; a message about them is written all the same.

    Examples
    --------
    >>> brief([1, 2])
    '[1, 2]'
    >>> brief(10**9999)
    'int (too large to show)'
    """
    try:
        text = " ".join(repr(value).split())
    except Exception:  # noqa: BLE001 - a repr may raise anything
        return f"{type(value).__name__} (too large to show)"
    return text if len(text) <= limit else text[: limit - 1] + "…"


class GroupkitError(Exception):
    """Base class of every exception that groupkit raises on purpose.

    Attributes
    ----------
    law : str
        The broken law or limit, in a few words; the same for all instances of a class.
    witness : object
        The smallest thing found that shows the breach: a matrix, a pair of indices, a
        name.  ``None`` where the message says everything.
    """

    law: ClassVar[str] = "a law of groupkit"

    def __init__(self, message: str, witness: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.witness = witness

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.witness)


class DeclarationError(GroupkitError, ValueError):
    """A declaration is not one of a split group."""

    law = "a declaration names a group, its axes and its matrices"


class NotAMatrixError(DeclarationError):
    """Something that should be a square matrix is not one."""

    law = "stabilizer elements are square matrices"


class NotIntegerError(DeclarationError):
    """A matrix entry is not an integer: a fraction, float noise, NaN, a symbol."""

    law = "stabilizer matrices have integer entries"


class RangeError(DeclarationError):
    """An integer does not fit int64 where int64 is required."""

    law = "matrix entries fit 64-bit integers"


class NotUnimodularError(DeclarationError):
    """A matrix has a determinant other than 1 and -1."""

    law = "stabilizer matrices have determinant 1 or -1"


class DimensionError(DeclarationError):
    """Matrices, lattices or points of different dimensions were put together."""

    law = "all parts of a group have one dimension"


class AxesError(DeclarationError):
    """The index axes are malformed, or do not count the elements."""

    law = "the sizes of the index axes multiply to the order of the stabilizer"


class DuplicateMatrixError(DeclarationError):
    """Two indices have the same matrix."""

    law = "different indices have different elements"


class MissingIdentityError(DeclarationError):
    """No element is neutral."""

    law = "a group has an identity"


class NotClosedError(DeclarationError):
    """A product of two elements is not an element."""

    law = "a group is closed under composition"


class NotInvertibleError(DeclarationError):
    """A row or column of a Cayley table is not a permutation."""

    law = "every element of a group has an inverse"


class NotAssociativeError(DeclarationError):
    """Three elements of a Cayley table do not associate."""

    law = "composition is associative"


class IndexBijectionError(DeclarationError):
    """``index`` is not the inverse of ``matrix``."""

    law = "index and matrix are inverse to each other"


class NotALatticeActionError(DeclarationError):
    """M is no homomorphism; the witness is the pair of elements whose product it breaks."""

    law = "S acts on the lattice: M(s) M(s') = M(ss')"


class InfiniteGroupError(DeclarationError):
    """Generators generate an infinite group; the witness is a pair of products."""

    law = "the stabilizer is finite"


class TooLargeError(DeclarationError):
    """A group has more elements, or a lattice more dimensions, than can be tabulated."""

    law = "a stabilizer is small enough to tabulate"


class CrystallographicRestrictionError(DeclarationError):
    """A rotation of an order that no lattice of this dimension has."""

    law = "the crystallographic restriction"


class NotIsometryError(DeclarationError):
    """A matrix does not preserve the Gram matrix of the lattice."""

    law = "the stabilizer acts on its lattice by isometries"


class LatticeError(DeclarationError):
    """A Gram matrix is not one: not symmetric, or not positive definite."""

    law = "a Gram matrix is symmetric and positive definite"


class NotASubgroupError(GroupkitError, ValueError):
    """A subset of a group is not a subgroup; the witness is a product that leaves it."""

    law = "a subgroup is closed under composition"


class NotNormalError(GroupkitError, ValueError):
    """A subgroup is not normal; the witness is a conjugate that leaves it."""

    law = "a quotient is by a normal subgroup"


class NotAHomomorphismError(GroupkitError, ValueError):
    """A map of groups does not respect products; the witness is a pair that shows it."""

    law = "a homomorphism maps products to products"


class NotAnActionError(GroupkitError, ValueError):
    """A map of group elements and points is no action; the witness shows where it fails."""

    law = "an action is by permutations and respects products"


class NotACharacterError(GroupkitError, ValueError):
    """Values on conjugacy classes are not those of a representation."""

    law = "a character is an integer combination of irreducible ones"


class InfiniteRequestError(GroupkitError, ValueError):
    """A question about a finite group was asked of an infinite one."""

    law = "only finite sets can be listed"


class ElementError(GroupkitError, ValueError):
    """An element is not one of the group at hand."""

    law = "elements are those of one group, with indices in range"


class GraphError(GroupkitError, ValueError):
    """A picture was asked for of something that is not the graph it is a picture of."""

    law = "a picture of a graph is made of one that groupkit.graphs made"


class GeneratorsError(GroupkitError, ValueError):
    """Generators of a graph are the identity or equal, or what else it is drawn from is wrong."""

    law = "a graph has different generators, none the identity"


class MotifError(GroupkitError, ValueError):
    """A motif, its place or the number of cells gives no wallpaper pattern."""

    law = "the copies of a motif can be drawn apart"


class WindowError(GroupkitError, ValueError):
    """No window of this size, centre or point set is stable under the stabilizer."""

    law = "the stabilizer maps a window onto itself"


class FeatureTypeError(GroupkitError, ValueError):
    """A feature map is not of the declared type."""

    law = "a feature map has the type that its layer declares"


class FieldError(GroupkitError, ValueError):
    """Matrices are not a representation of the stabilizer; the witness is a pair that shows it."""

    law = "the matrices of a field are a representation of S"


class FilterBankError(GroupkitError, ValueError):
    """The window and the feature types of a filter bank belong to different groups."""

    law = "a filter bank belongs to one group"


class FileFormatError(GroupkitError, ValueError):
    """A file or dictionary is not a declaration of plain integers."""

    law = "a declaration file holds a name, integer matrices, axes and a lattice"


class RefutedError(GroupkitError):
    """A verification report refutes a law; the witness is the first refuted law."""

    law = "every law of the report is proved"


class MissingExtraError(GroupkitError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    law = "optional parts of groupkit come as extras"


class UnknownNameError(GroupkitError, KeyError):
    """A name that nothing here has; the message suggests the nearest one."""

    law = "names are those of the catalogue"

    def __str__(self) -> str:
        return self.message


class NotSplitError(UnknownNameError):
    """A group that is not Z^d ⋊ S; the message names the finer lattice on which it is part of one.

    The witness is its name.
    """

    law = "the groups of the catalogue split into translations and a stabilizer"


class NameClashError(GroupkitError, ValueError):
    """A group is registered under a name that another one has."""

    law = "a name is that of one group"


class PluginError(GroupkitError):
    """An entry point of another package brings no groups."""

    law = "entry points of groupkit.groups are split groups"
