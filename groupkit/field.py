r"""Fields: planar maps whose channels S transforms, :math:`(L_g f)(x) = \rho(s) f(g^{-1} x)`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from groupkit.cartesian import cartesian_matrices
from groupkit.errors import FieldError, brief
from groupkit.frozen import Frozen
from groupkit.integers import integer
from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer

_TOLERANCE: Final = 1e-9  # far above rounding, far below any difference of small matrices
_COMPONENTS: Final = ("cartesian", "lattice")


class Field(Frozen):
    r"""How S acts on the channels of a planar map: a representation :math:`\rho`.

    .. math:: (L_g f)(x) = \rho(s) f(g^{-1} x), \qquad g = (t, s).

    Fields are made by `SplitGroup.field`, added (``scalar + vector``: their channels side by
    side) and multiplied (``3 * scalar``). A planar map holds one or several fields of a kind,
    one after the other.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.
    matrices : array
        [order, n, n], :math:`\rho(s)` in storage order.
    name : str
        For people.

    Raises
    ------
    FieldError
        If the matrices are not a representation: naming the pair with
        :math:`\rho(a) \rho(b) \ne \rho(ab)`.

    Examples
    --------
    >>> import groupkit as gk
    >>> velocity = gk.p4.field("vector")
    >>> velocity
    Field('vector', 2 channels)
    >>> velocity.matrices[1].tolist()  # a quarter turn turns the arrows too
    [[0.0, -1.0], [1.0, 0.0]]
    """

    __slots__ = ("__dict__", "matrices", "name", "stabilizer")

    stabilizer: Stabilizer
    matrices: Float[np.ndarray, "order n n"]
    """[order, n, n], read-only."""
    name: str

    def __init__(self, stabilizer: Stabilizer, matrices: Any, name: str = "field") -> None:
        listed = _real_matrices(matrices, stabilizer.order)
        _check_representation(stabilizer, listed)
        self._set(stabilizer=stabilizer, matrices=listed, name=name)

    @property
    def size(self) -> int:
        """The number n of channels."""
        return int(self.matrices.shape[-1])

    @cached_property
    def is_trivial(self) -> bool:
        """Whether S leaves the channels as they are: scalars."""
        return bool((self.matrices == np.eye(self.size)).all())

    @cached_property
    def duals(self) -> Float[np.ndarray, "order n n"]:
        r""":math:`\rho(s)^{-T}`, what filters carry on input channels."""
        inverse = self.matrices[self.stabilizer.inverses]
        return np.ascontiguousarray(inverse.transpose(0, 2, 1))

    @cached_property
    def invariants(self) -> Float[np.ndarray, "n r"]:
        r"""A basis of the vectors with :math:`\rho(s) b = b` for all s: what a bias may be.

        Columns of the mean of all :math:`\rho(s)`, each scaled to largest entry 1.
        """
        mean = self.matrices.mean(axis=0)
        columns: list[Any] = []
        for column in mean.T:
            largest = np.abs(column).max()
            if largest > _TOLERANCE:
                candidate = [*columns, column / column[np.argmax(np.abs(column))]]
                if np.linalg.matrix_rank(np.stack(candidate), tol=_TOLERANCE) == len(candidate):
                    columns = candidate
        return np.stack(columns, axis=1) if columns else np.zeros((self.size, 0))

    def __add__(self, other: Any) -> Field:
        if not isinstance(other, Field):
            return NotImplemented
        if other.stabilizer != self.stabilizer:
            raise FieldError(
                f"{other!r} and {self!r} belong to different groups; add fields of one group",
                witness=other,
            )
        n, m = self.size, other.size
        matrices = np.zeros((self.stabilizer.order, n + m, n + m))
        matrices[:, :n, :n], matrices[:, n:, n:] = self.matrices, other.matrices
        return Field(self.stabilizer, matrices, f"{self.name} + {other.name}")

    def __rmul__(self, count: Any) -> Field:
        times = integer(count)
        if times is None or times < 1:
            raise FieldError(
                f"{brief(count)} copies of {self!r} are no field; multiply by a positive integer",
                witness=count,
            )
        matrices = np.kron(np.eye(times), self.matrices)
        return Field(self.stabilizer, matrices, f"{times} {self.name}")

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.stabilizer, self.size, self.matrices.tobytes()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.stabilizer, np.array(self.matrices), self.name)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.size} channel{'s' if self.size > 1 else ''})"


def declare_field(
    stabilizer: Stabilizer, lattice: Lattice, declared: Any, components: str = "cartesian"
) -> Field:
    """Return the field that a user declares; see `SplitGroup.field`."""
    if components not in _COMPONENTS:
        raise FieldError(
            f'components={brief(components)} is neither "cartesian" nor "lattice"',
            witness=components,
        )
    if isinstance(declared, str):
        matrices = _named(stabilizer, lattice, declared, components)
        name = f"{declared} in lattice components" if components == "lattice" else declared
        return Field(stabilizer, matrices, name)
    if isinstance(declared, Mapping):
        return Field(stabilizer, _from_generators(stabilizer, declared))
    if callable(declared):
        return Field(stabilizer, _tabulated(stabilizer, declared))
    return Field(stabilizer, declared)


def _named(stabilizer: Stabilizer, lattice: Lattice, name: str, components: str) -> Any:
    matrices = stabilizer.matrices.astype(np.float64)
    if name == "scalar":
        return np.ones((stabilizer.order, 1, 1))
    if name == "pseudoscalar":
        return np.rint(np.linalg.det(matrices))[:, None, None]
    if name != "vector":
        raise FieldError(
            f'{brief(name)} is no field; use "scalar", "pseudoscalar" or "vector", a permutation '
            "or matrix for each axis, or a matrix for each element",
            witness=name,
        )
    if components == "lattice":
        return matrices
    return cartesian_matrices(stabilizer, lattice)


def _real_matrices(matrices: Any, order: int) -> Float[np.ndarray, "order n n"]:
    try:
        listed = np.array([np.asarray(m, dtype=np.float64) for m in matrices], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise FieldError(
            f"{brief(matrices)} are no real matrices; give one square matrix for each element",
            witness=matrices,
        ) from None
    shape = listed.shape
    if len(shape) != 3 or shape[0] != order or shape[1] != shape[2] or shape[1] == 0:
        raise FieldError(
            f"matrices of shape {shape} are no field; give {order} square matrices of one size, "
            "one for each element of the stabilizer",
            witness=shape,
        )
    if not np.isfinite(listed).all():
        raise FieldError(
            "a field's matrices hold a number that is not finite; mend it", witness=listed
        )
    return listed


def _check_representation(stabilizer: Stabilizer, matrices: Float[np.ndarray, "order n n"]) -> None:
    identity, scale = stabilizer.identity, max(1.0, float(np.abs(matrices).max()) ** 2)
    if np.abs(matrices[identity] - np.eye(matrices.shape[-1])).max() > _TOLERANCE:
        raise FieldError(
            f"the matrices are no representation: ρ of the identity (element {identity}) is "
            f"{matrices[identity].tolist()}; make it the unit matrix",
            witness=identity,
        )
    for a in stabilizer.generators:  # ρ(ab) = ρ(a) ρ(b) for generators a and all b: for all
        products = matrices[a] @ matrices
        wrong = np.abs(products - matrices[stabilizer.cayley_table[a]]).max(axis=(1, 2))
        if wrong.max() > _TOLERANCE * scale:
            b = int(np.argmax(wrong))
            raise FieldError(
                f"the matrices are no representation: ρ({stabilizer.label(a)}) ρ("
                f"{stabilizer.label(b)}) = {products[b].round(6).tolist()} is not ρ of the "
                f"product, {matrices[stabilizer.cayley_table[a, b]].round(6).tolist()}; mend one",
                witness=(a, b),
            )


def _from_generators(stabilizer: Stabilizer, images: Mapping[str, Any]) -> Any:
    """Return all products of the matrices of axes, each the image of the element {axis: 1}."""
    unknown = [axis for axis in images if axis not in stabilizer.axes]
    missing = [axis for axis, size in stabilizer.axes.items() if size > 1 and axis not in images]
    if unknown or missing:
        raise FieldError(
            f"axes {', '.join(map(brief, unknown)) or 'none'} are no axes of the group, and "
            f"{', '.join(missing) or 'none'} have no image; give a permutation or a matrix for "
            f"each of {', '.join(stabilizer.axes) or 'no axes'}",
            witness=(tuple(unknown), tuple(missing)),
        )
    steps = {
        stabilizer.index_of(**{axis: 1}): _image(image)
        for axis, image in images.items()
        if stabilizer.axes[axis] > 1
    }
    if not steps:
        sizes = [len(_image(image)) for image in images.values()] or [1]
        return np.eye(sizes[0])[None]
    size = len(next(iter(steps.values())))
    if any(len(step) != size for step in steps.values()):
        raise FieldError(
            "the axes have images of different sizes; a field has one number of channels",
            witness=[len(step) for step in steps.values()],
        )
    found: dict[int, Any] = {stabilizer.identity: np.eye(size)}
    queue = deque(found)
    while queue:
        element = queue.popleft()
        for step, matrix in steps.items():
            after = int(stabilizer.cayley_table[step, element])
            if after not in found:
                found[after] = matrix @ found[element]
                queue.append(after)
    if len(found) < stabilizer.order:
        raise FieldError(
            f"the elements of index 1 on each axis generate only {len(found)} of the "
            f"{stabilizer.order} elements; give a matrix for each element instead",
            witness=sorted(found),
        )
    return np.stack([found[s] for s in stabilizer])


def _image(image: Any) -> Float[np.ndarray, "n n"]:
    """Return a matrix, or that of a permutation p: channel c goes to channel p[c]."""
    listed = list(image) if isinstance(image, Iterable) and not hasattr(image, "shape") else image
    try:
        array = np.asarray(listed, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.ndim == 1 and len(array) and sorted(array.tolist()) == list(range(len(array))):
        matrix = np.zeros((len(array),) * 2)
        matrix[array.astype(np.int64), np.arange(len(array))] = 1
        return matrix
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise FieldError(
            f"{brief(image)} is neither a permutation of 0 … n - 1 nor a square matrix",
            witness=image,
        )
    return array


def _tabulated(stabilizer: Stabilizer, matrix: Callable[..., Any]) -> list[Any]:
    return [
        matrix(**{name: int(i) for name, i in stabilizer.axis_indices(s).items()})
        for s in stabilizer
    ]
