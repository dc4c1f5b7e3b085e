"""Split groups Z^d ⋊ S: the declaration, and everything that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from groupkit import declaration, derived, html
from groupkit.action import array_action
from groupkit.declared import Declared, by_function, by_generators, by_matrices, declared
from groupkit.elements import Elements, random_elements
from groupkit.errors import DeclarationError, brief
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.field import Field, declare_field
from groupkit.filter_bank import FilterBank
from groupkit.finite_group import FiniteGroup, Subgroup
from groupkit.frozen import Frozen
from groupkit.lattice import Lattice
from groupkit.relations import conventional_matrices
from groupkit.stabilizer import Stabilizer
from groupkit.verification.report import Report
from groupkit.verification.subject import Subject
from groupkit.window import Window


class SplitGroup(Frozen):
    """A split group G = Z^d ⋊ S, declared by the matrices of S and an index bijection.

    Elements are (t, s) with t ∈ Z^d and s ∈ S, the stabilizer of the origin; they compose as
    (t, s)(t', s') = (t + M(s) t', s s') and act on lattice points as x → M(s) x + t.
    Everything is checked here, once: what is not a group is refused, naming the broken law
    and a witness.  Instances are frozen, hashable, picklable, and equal when name, axes,
    matrices and lattice are; the callables take no part in that and are not pickled.

    Parameters
    ----------
    name : str
    axes : mapping of str to int
        Names and sizes of the index axes of S, in storage order.
    matrix : callable
        Index → unimodular integer matrix: called with the axes as keyword arguments, it
        returns a sympy or numpy matrix or nested lists.
    index : callable, optional
        The inverse map, matrix → {axis: int}; it receives what ``matrix`` returns.
    lattice : str or Lattice, optional
        Checked to be preserved; by default the most general invariant one.
    compose : callable, optional
        A closed form of the composition, for `verify` to prove or refute: called with the
        indices of two elements, {"r": 1, "u": …, "v": …}, it returns those of their product.
        Axis indices are integers in range, translations sympy symbols; leaving the
        translations out of the result declares the composition of S alone.

    Raises
    ------
    DeclarationError
        Or one of its subclasses, one for each law.

    References
    ----------
    Cohen & Welling (2016), sections 4.2, 4.3 and 7.1.

    Examples
    --------
    >>> from sympy import Matrix
    >>> rotation, mirror = Matrix([[1, -1], [1, 0]]), Matrix([[0, 1], [1, 0]])
    >>> p6m = SplitGroup(
    ...     "p6m",
    ...     axes={"m": 2, "r": 6},
    ...     matrix=lambda m, r: mirror**m @ rotation**r,
    ...     lattice="hexagonal",
    ... )
    >>> p6m
    SplitGroup('p6m', dimension=2, order=12, axes {m: 2, r: 6}, lattice hexagonal)
    >>> p6m == SplitGroup.from_generators("p6m", {"m": mirror, "r": rotation}, lattice="hexagonal")
    True
    """

    __slots__ = ("__weakref__", "_compose", "_index", "_matrix", "lattice", "name", "stabilizer")

    name: str
    stabilizer: Stabilizer
    lattice: Lattice
    _matrix: Callable[..., Any] | None
    _index: Callable[[Any], Any] | None
    _compose: Callable[[Any, Any], Any] | None

    def __init__(
        self,
        name: str,
        axes: Mapping[str, int],
        matrix: Callable[..., Any],
        index: Callable[[Any], Any] | None = None,
        lattice: str | Lattice | None = None,
        compose: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        self._take(by_function(name, axes, matrix, index, lattice), matrix, index, compose)

    @classmethod
    def from_generators(
        cls,
        name: str,
        generators: Mapping[str, Any] | Iterable[Any],
        lattice: str | Lattice | None = None,
        dimension: int | None = None,
    ) -> SplitGroup:
        """Return the group whose stabilizer some matrices generate, and find its indices.

        Parameters
        ----------
        name : str
        generators : mapping of str to matrix, or sequence of matrices
            Named generators {"m": …, "r": …} give the axes of a product form m^i r^j where
            that is a bijection.  Otherwise, and for a sequence, there is one axis ``s``,
            identity first, then breadth-first in generator order.
        lattice : str or Lattice, optional
        dimension : int, optional
            Needed for an empty mapping only, which is the group of translations, and there only
            where no lattice tells it.

        Raises
        ------
        InfiniteGroupError
            With two different products that agree modulo 3.
        DeclarationError

        Examples
        --------
        >>> SplitGroup.from_generators("p4", {"r": [[0, -1], [1, 0]]}).axes
        {'r': 4}
        """
        return cls._of(by_generators(name, generators, lattice, dimension))

    @classmethod
    def from_matrices(
        cls,
        name: str,
        matrices: Iterable[Any],
        axes: Mapping[str, int] | None = None,
        lattice: str | Lattice | None = None,
        cayley_table: Any = None,
    ) -> SplitGroup:
        """Return the group whose stabilizer is a complete list of matrices, in storage order.

        Parameters
        ----------
        name : str
        matrices : sequence of matrices
        axes : mapping of str to int, optional
            How to index them, row-major; one axis ``s`` by default.
        lattice : str or Lattice, optional
        cayley_table : array of int, optional
            [order, order], the numbers of products: only where some elements have one matrix
            (see `with_internal`, which is the usual way to them).

        Returns
        -------
        SplitGroup

        Raises
        ------
        DeclarationError
            Or the subclass that names the broken law.

        Examples
        --------
        >>> one, mirror = [[1, 0], [0, 1]], [[-1, 0], [0, 1]]
        >>> SplitGroup.from_matrices("pm", [one, mirror], axes={"m": 2}).order
        2
        """
        return cls._of(by_matrices(name, matrices, axes, lattice, cayley_table))

    @classmethod
    def _of(cls, parts: Declared) -> SplitGroup:
        """Return the group of checked parts."""
        group = cls.__new__(cls)
        group._take(parts)
        return group

    def _take(
        self,
        parts: Declared,
        matrix: Callable[..., Any] | None = None,
        index: Callable[[Any], Any] | None = None,
        compose: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        """Set all fields: the last step of every constructor."""
        self._set(name=parts.name, stabilizer=parts.stabilizer, lattice=parts.lattice)
        self._set(_matrix=matrix, _index=index, _compose=compose)

    @property
    def _parts(self) -> Declared:
        return Declared(self.name, self.stabilizer, self.lattice)

    def with_internal(
        self, factors: Mapping[str, int | FiniteGroup], name: str | None = None
    ) -> SplitGroup:
        """Return G × K: internal symmetries k ∈ K fix every point and act on channels alone.

        Parameters
        ----------
        factors : mapping of str to int or FiniteGroup
            New axes of S, after the present ones; each is a cyclic group, by its order, or any
            finite group, by its elements.  K is their direct product.
        name : str, optional
            By default that of this group and its factors, such as "p4m × C2".

        Raises
        ------
        AxesError
            If an axis exists already, or a factor is no group.
        TooLargeError
            At more than 4096 elements.

        Examples
        --------
        A position on a Go board keeps its worth when black and white change places:

        >>> from groupkit import p4m
        >>> board = p4m.with_internal({"swap": 2})
        >>> board
        SplitGroup('p4m × C2', dimension=2, order=16, axes {m: 2, r: 4, swap: 2}, lattice square)
        >>> board.element(r=1, swap=1).act([1, 0]).tolist()
        [0, 1]
        """
        return SplitGroup._of(derived.with_internal(self._parts, factors, name))

    def direct_product(self, other: SplitGroup, name: str | None = None) -> SplitGroup:
        """Return G × G', which acts on Z^d × Z^d' coordinate by coordinate.

        The lattice is the orthogonal sum of the two.  Axes of the second group follow those of
        the first, and get a number where their names are taken: r, r2.

        Parameters
        ----------
        other : SplitGroup
            G', of any dimension.
        name : str, optional
            By default that of the two.

        Returns
        -------
        SplitGroup

        Examples
        --------
        >>> from groupkit import catalog, p4
        >>> p4.direct_product(catalog["line-pm"], name="p4 and up-down")
        SplitGroup('p4 and up-down', dimension=3, order=8, axes {r: 4, m: 2}, lattice tetragonal P)
        """
        if not isinstance(other, SplitGroup):
            raise DeclarationError(
                f"{brief(other)} is no SplitGroup; for internal symmetries use with_internal",
                witness=other,
            )
        return SplitGroup._of(derived.direct_product(self._parts, other._parts, name))

    def change_basis(self, basis: Any, name: str | None = None) -> SplitGroup:
        """Return the same group in other coordinates: x = P x', M'(s) = P⁻¹ M(s) P.

        Parameters
        ----------
        basis : matrix
            P, unimodular: its columns are the new basis vectors in the old coordinates.
        name : str, optional
            By default this name, "in another basis".

        Raises
        ------
        NotUnimodularError
            If the columns span another lattice than Z^d.

        Examples
        --------
        Hexagonal images often use two vectors at 60°, not at 120°:

        >>> from groupkit import p6
        >>> axial = p6.change_basis([[1, 0], [1, 1]], name="p6 in axial coordinates")
        >>> axial.stabilizer.matrices[1].tolist()
        [[0, -1], [1, 1]]
        >>> axial.change_basis([[1, 0], [-1, 1]], name="p6") == p6
        True
        """
        return SplitGroup._of(derived.change_basis(self._parts, basis, name))

    @property
    def conventional_matrices(self) -> Int[np.ndarray, "order d d"]:
        """C M(s) C⁻¹ with C of `Lattice.conventional_from_primitive`: as ITA lists them.

        Those of Fm-3m are the signed permutations, on the cell of four lattice points.
        """
        return conventional_matrices(self.stabilizer, self.lattice.conventional_from_primitive)

    def restrict(self, subgroup: Subgroup | Iterable[int], name: str | None = None) -> SplitGroup:
        """Return Z^d ⋊ H for a subgroup H of S, on the same lattice.

        Axes keep their names where the indices of H are ranges of them, such as r = 0, 2 of
        p4's r, and are dropped where 0 alone is left; otherwise there is one axis ``s``,
        identity first, then breadth-first by generators of H.

        Parameters
        ----------
        subgroup : Subgroup or iterable of int
            H, or all its elements.
        name : str, optional
            By default that of this group, "restricted to" the order of H.

        Raises
        ------
        NotASubgroupError
            If the elements are not closed.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.restrict(p4m.subgroup({"r": 2}, {"m": 1}), name="p2mm").axes
        {'m': 2, 'r': 2}
        """
        return SplitGroup._of(derived.restrict(self._parts, subgroup, name))

    @property
    def axes(self) -> dict[str, int]:
        """Names and sizes of the index axes of S, in storage order (a copy)."""
        return self.stabilizer.axes

    @property
    def dimension(self) -> int:
        """The dimension d of the lattice."""
        return self.stabilizer.dimension

    @property
    def order(self) -> int:
        """The number of elements of S."""
        return self.stabilizer.order

    def element(self, **indices: Any) -> Elements:
        """Return elements by their indices: ``element(r=1, u=2, v=3)`` or ``(r=1, t=(2, 3))``.

        Missing indices are 0; arrays broadcast to an array of elements.

        Parameters
        ----------
        **indices : int or numpy.ndarray of int
            One for each axis of S; and t, [..., d], or the coordinates u, v, w.

        Returns
        -------
        Elements

        Raises
        ------
        ElementError
            If an index is unknown or out of range, or a translation is no integer vector.

        Examples
        --------
        >>> from groupkit import p4
        >>> bool(p4.element(r=1, u=2, v=3) @ p4.element(r=1) == p4.element(r=2, t=(2, 3)))
        True
        """
        return Elements.from_indices(self.stabilizer, **indices)

    def identity(self, shape: int | tuple[int, ...] = ()) -> Elements:
        """Return the identity, as an array of elements of this shape.

        Parameters
        ----------
        shape : int or tuple of int
            Of the array; one element by default.

        Returns
        -------
        Elements
        """
        numbers = np.full(shape, self.stabilizer.identity, dtype=np.int64)
        return Elements(self.stabilizer, numbers, np.zeros(self.dimension, dtype=np.int64))

    def random(
        self,
        shape: int | tuple[int, ...] = (),
        radius: int = 10,
        seed: int | np.random.Generator | None = None,
    ) -> Elements:
        """Return uniformly random elements with translations in [-radius, radius]^d.

        Parameters
        ----------
        shape : int or tuple of int
            Of the array; one element by default.
        radius : int
            The largest entry of a translation.
        seed : int or numpy.random.Generator, optional

        Returns
        -------
        Elements
        """
        return random_elements(self.stabilizer, shape, radius, np.random.default_rng(seed))

    def from_matrix(self, matrices: Any) -> Elements:
        """Return the elements of homogeneous matrices [[M, t], [0, 1]], [*shape, d+1, d+1].

        Parameters
        ----------
        matrices : array_like of int
            [*shape, d+1, d+1].

        Returns
        -------
        Elements

        Raises
        ------
        ElementError
            If a matrix is not that of an element.
        """
        return Elements.from_matrix(self.stabilizer, matrices)

    def subgroup(self, *generators: Mapping[str, int] | int) -> Subgroup:
        """Return the subgroup of S that elements generate: ``group.subgroup({"r": 2})``.

        Parameters
        ----------
        *generators : mapping or int
            Indices by axis, of which missing ones are 0, or numbers of elements.

        Returns
        -------
        Subgroup

        Raises
        ------
        ElementError
            If one is not an element.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.subgroup({"m": 1}, {"r": 2}).members
        (0, 2, 4, 6)
        """
        return self.stabilizer.subgroup(generators)

    def window(self, kernel_size: int | Sequence[int]) -> Window:
        """Return the largest S-stable subset of a box about its centre (see `Window`).

        Parameters
        ----------
        kernel_size : int or tuple of int
            The sides of the box.

        Returns
        -------
        Window

        Raises
        ------
        WindowError
            If the subset does not reach all sides of the box, with sizes that work.
        DimensionError
            If there is another number of sides than d.

        Examples
        --------
        >>> from groupkit import p6
        >>> len(p6.window(3))
        7
        """
        return Window.of_size(self.stabilizer, kernel_size)

    def window_of_points(self, points: Iterable[Any], centre: Any = None) -> Window:
        """Return the window of explicit points, about their mean unless a centre is given.

        Parameters
        ----------
        points : iterable of d integers each
            All of them.
        centre : sequence of d rational numbers, optional
            What S acts about.

        Returns
        -------
        Window

        Raises
        ------
        WindowError, DimensionError
            If S does not map them onto themselves about this centre.

        Examples
        --------
        >>> from groupkit import p4
        >>> len(p4.window_of_points([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]))
        5
        """
        return Window.from_points(self.stabilizer, points, centre)

    def feature_type(self, declared: TypeLike | FeatureType) -> FeatureType:
        """Return the feature type "planar", "regular", or functions on G/H for a subgroup H.

        Parameters
        ----------
        declared : {"planar", "regular"}, Field, Subgroup or iterable of int
            A name, a field of planar maps, or H itself (all its elements).

        Returns
        -------
        FeatureType

        Raises
        ------
        FeatureTypeError, NotASubgroupError
            If there is no such type of this group.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.feature_type(p4m.subgroup({"m": 1})).size
        4
        """
        return FeatureType.of(self.stabilizer, declared)

    def field(self, declared: Any, components: str = "cartesian") -> Field:
        r"""Return how S acts on the channels of a planar map: :math:`f \to \rho(s) f(g^{-1} x)`.

        Parameters
        ----------
        declared : str, mapping, callable or array
            "scalar", "pseudoscalar" (:math:`\det M`) or "vector"; or, for each axis of S, the
            image of its element of index 1: a permutation p of channels (c goes to p[c]) or a
            matrix; or index -> matrix, called with the axes as ``matrix`` is; or one matrix for
            each element, [order, n, n].
        components : {"cartesian", "lattice"}
            Whether a vector's components are Cartesian (:math:`a_1` along the first axis, lengths
            and angles those of ``lattice.gram``) or along the basis of the lattice.

        Raises
        ------
        FieldError
            If that is no representation of S, or if Cartesian components depend on lengths or
            angles that the lattice leaves open.

        Examples
        --------
        >>> from groupkit import p4m
        >>> p4m.field("pseudoscalar").matrices[:, 0, 0].tolist()
        [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]
        >>> strand = SplitGroup.from_generators("strand", {"c": [[-1]]})
        >>> strand.field({"c": (3, 2, 1, 0)})  # A, C, G, T on the other strand: T, G, C, A
        Field('field', 4 channels)
        """
        return declare_field(self.stabilizer, self.lattice, declared, components)

    def filter_bank(
        self,
        window: int | Sequence[int] | Window,
        input_type: TypeLike | FeatureType = "regular",
        output_type: TypeLike | FeatureType = "regular",
    ) -> FilterBank:
        r"""Return the index array of a layer (see `FilterBank`) for a window or kernel size.

        Parameters
        ----------
        window : int, tuple of int or Window
            Where filters live; a kernel size stands for its window.
        input_type, output_type : {"planar", "regular"}, Field or subgroup
            What the maps are functions on.

        Returns
        -------
        FilterBank
            ``index`` is [\|S/H_out\|, \|S/H_in\|, *box].

        Raises
        ------
        WindowError, FeatureTypeError
            If there is no such window or type.

        Examples
        --------
        >>> from groupkit import p4
        >>> bank = p4.filter_bank(3)
        >>> bank.index.shape, bank.n_parameters
        ((4, 4, 3, 3), 36)
        """
        points = window if isinstance(window, Window) else self.window(window)
        return FilterBank(points, self.feature_type(input_type), self.feature_type(output_type))

    def action(
        self,
        s: int,
        shape: Sequence[int],
        feature_type: TypeLike | FeatureType = "regular",
        torus: bool = False,
    ) -> Int[np.ndarray, "*out"]:
        """Return L_s on arrays with these lattice sides, as an index (see ``groupkit.action``).

        Parameters
        ----------
        s : int
            The number of an element of S.
        shape : sequence of int
            The lattice sides.
        feature_type : {"planar", "regular"}, Field or subgroup
            What the map is a function on.
        torus : bool
            Whether S acts about index 0 of a periodic array, and not about the centre.

        Returns
        -------
        numpy.ndarray
            Entry i of the moved map is the entry index[i] of the flat map; one past its end is
            a zero.

        Raises
        ------
        ElementError, WindowError
            If s is no element, or the array has no centre that S allows.

        Examples
        --------
        >>> import numpy as np
        >>> from groupkit import p4
        >>> f = np.arange(4).reshape(2, 2)
        >>> f.reshape(-1)[p4.action(1, f.shape, "planar")].tolist()
        [[1, 3], [0, 2]]
        """
        return array_action(self.stabilizer, s, shape, self.feature_type(feature_type), torus)

    def verify(self, kernel_sizes: int | Sequence[int | Sequence[int]] | None = None) -> Report:
        """Return a proof, law by law, that this is a group and that layers may rely on it.

        Parameters
        ----------
        kernel_sizes : int, or sequence of int or tuples of int, optional
            Sizes whose windows, filter banks and L_g are proved too; 3 by default, where the
            group has a window of that size.

        Returns
        -------
        Report
            Prints as a table; ``report.raise_if_refuted()`` makes it an assertion.

        Raises
        ------
        WindowError, DimensionError
            If what should be a kernel size is none.

        Examples
        --------
        >>> report = SplitGroup.from_generators("p4", {"r": [[0, -1], [1, 0]]}).verify()
        >>> bool(report), report["associative"].status
        (True, 'proved')
        """
        from groupkit.verification.prove import prove  # noqa: PLC0415 - it imports sympy

        callables = (self._matrix, self._index, self._compose)
        subject = Subject.of(self.name, self.stabilizer, self.lattice, *callables)
        return prove(subject, kernel_sizes)

    def to_dict(self) -> dict[str, Any]:
        """Return the declaration as plain data: strings, lists and integers."""
        return declaration.to_document(self.name, self.stabilizer, self.lattice)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> SplitGroup:
        """Return the group of plain data: what `to_dict` gives, or generators instead.

        Parameters
        ----------
        document : mapping
            ``name``; ``matrices`` (complete, in storage order) with ``axes``, and with
            ``cayley_table`` where some are equal; or ``generators`` (named matrices);
            ``lattice``, optional; ``dimension``, for no generators.

        Raises
        ------
        FileFormatError, DeclarationError

        Examples
        --------
        >>> p4 = SplitGroup.from_dict({"name": "p4", "generators": {"r": [[0, -1], [1, 0]]}})
        >>> SplitGroup.from_dict(p4.to_dict()) == p4
        True
        """
        known = declaration.read_document(document)
        return cls.from_generators(**known) if "generators" in known else cls.from_matrices(**known)

    def save(self, path: str | Path) -> None:
        """Write the declaration to a .json or .toml file of plain integers.

        Parameters
        ----------
        path : str or pathlib.Path
            Ends in .json or .toml.

        Raises
        ------
        FileFormatError
            If it ends otherwise.
        """
        declaration.write_file(path, self.to_dict())

    @classmethod
    def load(cls, path: str | Path) -> SplitGroup:
        """Read a declaration from a .json or .toml file; nothing in it is executed.

        Parameters
        ----------
        path : str or pathlib.Path
            Ends in .json or .toml.

        Returns
        -------
        SplitGroup

        Raises
        ------
        FileFormatError, DeclarationError
            If there is no such file, or it declares no group.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> from groupkit import p4
        >>> with TemporaryDirectory() as folder:
        ...     p4.save(f"{folder}/p4.toml")
        ...     SplitGroup.load(f"{folder}/p4.toml") == p4
        True
        """
        return cls.from_dict(declaration.check_document(declaration.read_file(path)))

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.name, self.stabilizer, self.lattice

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickle, self._key

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {size}" for name, size in self.axes.items())
        return (
            f"SplitGroup({self.name!r}, dimension={self.dimension}, order={self.order}, "
            f"axes {{{sizes}}}, lattice {self.lattice.name})"
        )

    def _repr_html_(self) -> str:
        matrices = self.stabilizer.matrices
        facts = {
            "dimension": self.dimension,
            "order of the stabilizer": self.order,
            "axes": ", ".join(f"{name}: {size}" for name, size in self.axes.items()),
            "lattice": self.lattice.name,
        }
        names, table = self.stabilizer.element_names, self.stabilizer.cayley_table
        drawn = html.pattern(matrices, self.lattice) if self.dimension == 2 else ""
        return html.block(self.name, facts, drawn, html.cayley_table(table, names))


def _unpickle(name: str, stabilizer: Stabilizer, lattice: Lattice) -> SplitGroup:
    return SplitGroup._of(declared(name, stabilizer, lattice))
