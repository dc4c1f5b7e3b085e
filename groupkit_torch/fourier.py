r"""The Fourier transform over S: maps on G/H as coefficients of irreducible representations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from groupkit import SplitGroup
from groupkit.algebra.irreps import RealIrrep, real_irreps
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike

_TOLERANCE = 1e-9  # far above rounding, far below the length of a unit vector


@dataclass(frozen=True, eq=False)
class FourierBlock:
    r"""The coefficients of one irreducible representation.

    Parameters
    ----------
    irrep : RealIrrep
        :math:`\rho`, n × n matrices.
    start : int
        The first of its coefficients: copy j, row i is coefficient ``start + j * n + i``.
    copies : int
        How often :math:`\rho` occurs in the functions on S/H.

    Examples
    --------
    >>> import groupkit as gk
    >>> block = fourier_basis(gk.p4m.feature_type("regular")).blocks[-1]
    >>> block.irrep.dimension, block.start, block.copies
    (2, 4, 2)
    """

    irrep: RealIrrep
    start: int
    copies: int

    @property
    def stop(self) -> int:
        """One past the last of its coefficients."""
        return self.start + self.copies * self.irrep.dimension


@dataclass(frozen=True, eq=False)
class FourierBasis:
    r"""An orthonormal basis of the functions on S/H that S transforms block by block.

    .. math:: \hat f_\rho = \sqrt{\tfrac{n}{|S/H|}} \sum_{s \in S/H} f(s)\, \rho(s) V_\rho, \qquad
              \widehat{L_a f}_\rho = \rho(a)\, \hat f_\rho

    The columns of V are vectors that H fixes, as many as :math:`\rho` occurs in the functions on
    S/H. Where matrices other than multiples of 1 commute with :math:`\rho` (its kind is complex or
    quaternionic), its :math:`n^2` entries are no independent functions of s: V then has one
    column for each orbit of these matrices, mutually orthogonal.

    Parameters
    ----------
    feature_type : FeatureType
        Functions on G/H.
    blocks : tuple of FourierBlock
        The irreducible representations that occur, the trivial one first.
    matrix : numpy.ndarray
        [coefficients, cosets], orthogonal: from values to coefficients.

    Examples
    --------
    >>> import groupkit as gk
    >>> basis = fourier_basis(gk.p4.feature_type("regular"))
    >>> [(block.irrep.dimension, block.irrep.kind, block.copies) for block in basis.blocks]
    [(1, 'real', 1), (1, 'real', 1), (2, 'complex', 1)]

    References
    ----------
    J.-P. Serre (1977), Linear Representations of Finite Groups, sections 2.6, 6.2 and 13.2.
    """

    feature_type: FeatureType
    blocks: tuple[FourierBlock, ...]
    matrix: Float[np.ndarray, "size size"]

    def split(
        self, coefficients: Inexact[Tensor, "batch channels size *space"]
    ) -> list[Inexact[Tensor, "batch channels copies n *space"]]:
        r"""Return the coefficients of each block, [batch, channels, copies, n, *space].

        Parameters
        ----------
        coefficients : Tensor
            [batch, channels, \|S/H\|, *space].

        Returns
        -------
        list of Tensor
            In the order of ``blocks``.
        """
        return [
            coefficients[:, :, block.start : block.stop].unflatten(2, (block.copies, -1))
            for block in self.blocks
        ]


def fourier_transform(
    x: Inexact[Tensor, "batch channels size *space"],
    group: SplitGroup,
    feature_type: FeatureType | TypeLike = "regular",
) -> Inexact[Tensor, "batch channels size *space"]:
    r"""Return the Fourier transform along the stabilizer axis: unitary, and real for real maps.

    .. math:: \sum_s |f(s)|^2 = \sum_\rho \|\hat f_\rho\|^2

    S then acts on each block of coefficients by its own matrices (and on positions as before).

    Parameters
    ----------
    x : Tensor
        [batch, channels, \|S/H\|, *space].
    group : SplitGroup
        G.
    feature_type : "regular" or subgroup
        What the map is a function on.

    Returns
    -------
    Tensor
        [batch, channels, \|S/H\|, *space], the coefficients in the order of
        ``FourierBasis.blocks``.

    Raises
    ------
    FeatureTypeError
        If the map has no stabilizer axis, or one of another length.

    Examples
    --------
    >>> import groupkit as gk
    >>> constant = torch.ones(1, 1, 4)
    >>> fourier_transform(constant, gk.p4).tolist()  # all of it is in the trivial representation
    [[[2.0, 0.0, 0.0, 0.0]]]

    References
    ----------
    J.-P. Serre (1977), Linear Representations of Finite Groups, section 6.2.
    """
    basis = fourier_basis(FeatureType.of(group.stabilizer, feature_type))
    return _apply(basis.matrix, x, basis.feature_type)


def inverse_fourier_transform(
    coefficients: Inexact[Tensor, "batch channels size *space"],
    group: SplitGroup,
    feature_type: FeatureType | TypeLike = "regular",
) -> Inexact[Tensor, "batch channels size *space"]:
    r"""Return the map with these coefficients: the inverse of `fourier_transform`.

    .. math:: f(s) = \sum_\rho \sqrt{\tfrac{n}{|S/H|}}\,
              \operatorname{tr}\bigl((\rho(s) V_\rho)^T \hat f_\rho\bigr)

    Parameters
    ----------
    coefficients, group, feature_type
        As `fourier_transform` returns and takes them.

    Returns
    -------
    Tensor
        [batch, channels, \|S/H\|, *space].

    Raises
    ------
    FeatureTypeError
        If there is another number of coefficients.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.randn(1, 2, 8, 3, 3, dtype=torch.float64)
    >>> back = inverse_fourier_transform(fourier_transform(x, gk.p4m), gk.p4m)
    >>> (back - x).abs().max().item() < 1e-13
    True
    """
    basis = fourier_basis(FeatureType.of(group.stabilizer, feature_type))
    return _apply(basis.matrix.T, coefficients, basis.feature_type)


@lru_cache(maxsize=128)
def fourier_basis(feature_type: FeatureType) -> FourierBasis:
    r"""Return the basis of the functions on S/H that the transform uses.

    Parameters
    ----------
    feature_type : FeatureType
        Functions on G/H, regular or not.

    Raises
    ------
    FeatureTypeError
        If maps of this type have no stabilizer axis.

    Examples
    --------
    >>> import groupkit as gk
    >>> mirror = gk.p4m.stabilizer.subgroup([{"m": 1}])
    >>> basis = fourier_basis(gk.p4m.feature_type(mirror))
    >>> [(block.irrep.dimension, block.copies) for block in basis.blocks]
    [(1, 1), (1, 1), (2, 1)]
    """
    if not feature_type.has_axis:
        raise FeatureTypeError(
            f"a {feature_type} map has no stabilizer axis to transform; lift it, or declare the "
            "type of the map with feature_type",
            witness=feature_type,
        )
    size, members = feature_type.size, list(feature_type.subgroup)
    blocks, rows, start = [], [], 0
    for irrep in real_irreps(feature_type.stabilizer):
        matrices, n = irrep.matrices, irrep.dimension
        columns = _independent(matrices, matrices[members].mean(axis=0))
        if columns.shape[1] == 0:
            continue  # no vector is fixed by H: it does not occur
        values = matrices[feature_type.cosets.representatives] @ columns  # [cosets, n, copies]
        rows.append(values.transpose(2, 1, 0).reshape(-1, size) * np.sqrt(n / size))
        blocks.append(FourierBlock(irrep, start, columns.shape[1]))
        start = blocks[-1].stop
    matrix = np.concatenate(rows)
    assert matrix.shape == (size, size)
    matrix.flags.writeable = False
    return FourierBasis(feature_type, tuple(blocks), matrix)


def _independent(
    matrices: Float[np.ndarray, "order n n"], projector: Float[np.ndarray, "n n"]
) -> Float[np.ndarray, "n copies"]:
    """Return unit vectors in the image of a projector, orthogonal to all commuting images.

    The mean of ρ(a) X ρ(a)⁻¹ over a runs over all matrices that commute with ρ.
    """
    n = len(projector)
    units = np.eye(n * n).reshape(n * n, n, n)
    commuting = np.einsum("aij,kjl,aml->kim", matrices, units, matrices) / len(matrices)
    chosen: list[Float[np.ndarray, " n"]] = []
    left = projector.copy()  # projects onto what is not yet reached
    while (length := np.linalg.norm(left, axis=0)).max(initial=0) > _TOLERANCE:
        column = int(np.argmax(length > length.max() - _TOLERANCE))  # ties: the first
        vector = left[:, column] / length[column]
        chosen.append(vector)
        basis, sizes, _ = np.linalg.svd((commuting @ vector).T, full_matrices=False)
        reached = basis[:, sizes > _TOLERANCE]
        left = left - reached @ (reached.T @ left)
    return np.stack(chosen, axis=1) if chosen else np.zeros((n, 0))


def _apply(
    matrix: Float[np.ndarray, "size size"], x: Tensor, feature_type: FeatureType
) -> Inexact[Tensor, "batch channels size *space"]:
    if x.dim() < 3 or x.shape[2] != feature_type.size:
        raise FeatureTypeError(
            f"expected a map [batch, channels, {feature_type.size}, ...], got shape "
            f"{tuple(x.shape)}: it has no stabilizer axis of a {feature_type} map; "
            "declare its type with feature_type",
            witness=tuple(x.shape),
        )
    if not (x.is_floating_point() or x.is_complex()):  # the matrix has no whole entries
        x = x.to(torch.get_default_dtype())
    rows = torch.tensor(matrix, dtype=x.dtype, device=x.device)
    return (rows @ x.flatten(3)).view(x.shape) if x.dim() > 3 else x @ rows.T
