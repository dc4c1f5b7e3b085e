r"""Linear maps of functions on S that commute with S, block by block.

.. math:: y(s') = \sum_h w(h)\, f(s' h), \qquad \hat y_\rho = \hat w_\rho\, \hat f_\rho, \qquad
          \hat w_\rho = \sum_h w(h)\, \rho(h)

for the real irreducible representations :math:`\rho`. With a commutant of dimension c, the n × n
matrix :math:`\hat w_\rho` is applied to the n / c columns of :math:`\hat f_\rho`: that makes
:math:`\sum_\rho n^3 / c` products, instead of :math:`|S|^2`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

import numpy as np
import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from groupkit.feature_type import FeatureType
from groupkit.stabilizer import Stabilizer
from groupkit_torch.fourier import fourier_basis


@dataclass(frozen=True)
class BlockSize:
    """The irreducible representations of one size: their products are made at once.

    Parameters
    ----------
    irreps : int
        How many there are.
    n : int
        Their dimension.
    columns : int
        How often each occurs in the functions on S.
    """

    irreps: int
    n: int
    columns: int

    @property
    def coefficients(self) -> int:
        """The functions on S have so many coefficients here."""
        return self.irreps * self.columns * self.n

    @property
    def products(self) -> int:
        """One pair of channels makes so many products."""
        return self.coefficients * self.n


@dataclass(frozen=True, eq=False)
class IrrepBlocks:
    r"""The irreducible representations of S, sorted by their size, the trivial one first.

    Parameters
    ----------
    sizes : tuple of BlockSize
        The sizes, in order.
    basis : numpy.ndarray
        [\|S\|, \|S\|], orthogonal: from values to coefficients, which are numbered by
        representation, column and row, in this order.
    irreps : numpy.ndarray
        [\|S\|, Σ n²], the matrices :math:`\rho(h)` of all representations side by side.

    Examples
    --------
    >>> import groupkit as gk
    >>> blocks = irrep_blocks(gk.p4m.stabilizer)
    >>> [(size.irreps, size.n, size.columns) for size in blocks.sizes]
    [(4, 1, 1), (1, 2, 2)]
    >>> blocks.products, gk.p4m.order**2
    (12, 64)
    """

    sizes: tuple[BlockSize, ...]
    basis: Float[np.ndarray, "order order"]
    irreps: Float[np.ndarray, "order entries"]

    @property
    def products(self) -> int:
        """One pair of channels makes so many products at each point."""
        return sum(size.products for size in self.sizes)


@lru_cache(maxsize=128)
def irrep_blocks(stabilizer: Stabilizer) -> IrrepBlocks:
    r"""Return the blocks of the linear maps of functions on S that commute with S.

    Parameters
    ----------
    stabilizer : Stabilizer
        S.

    Notes
    -----
    The translates :math:`f(\cdot\, h)` are what :math:`L_h` makes of :math:`f(s^{-1})`, so that the
    coefficients here are those of `fourier_transform` with all s inverted.

    Examples
    --------
    >>> import groupkit as gk
    >>> irrep_blocks(gk.p4.stabilizer).sizes
    (BlockSize(irreps=2, n=1, columns=1), BlockSize(irreps=1, n=2, columns=1))
    """
    fourier = fourier_basis(FeatureType.of(stabilizer, "regular"))
    by_size = attrgetter("irrep.dimension", "copies")
    sizes, rows, matrices = [], [], []
    for (n, columns), found in groupby(sorted(fourier.blocks, key=by_size), by_size):
        blocks = list(found)
        sizes.append(BlockSize(len(blocks), n, columns))
        rows += [np.arange(block.start, block.stop) for block in blocks]
        matrices += [block.irrep.matrices.reshape(len(stabilizer), -1) for block in blocks]
    order = np.concatenate(rows)
    assert order[0] == 0  # the trivial representation, which a bias is added to
    basis = fourier.matrix[order][:, stabilizer.inverses]
    return IrrepBlocks(tuple(sizes), basis, np.concatenate(matrices, axis=1))


def block_weights(
    weight: Inexact[Tensor, "out_channels in_channels order"],
    irreps: Inexact[Tensor, "order entries"],
    sizes: Iterable[BlockSize],
) -> tuple[Inexact[Tensor, "blocks rows columns"], ...]:
    r"""Return :math:`\hat w_\rho = \sum_h w(h)\, \rho(h)` as matrices over channels and rows.

    Parameters
    ----------
    weight : Tensor
        [C_out, C_in, \|S\|].
    irreps : Tensor
        ``IrrepBlocks.irreps``, in the weight's numbers.
    sizes : iterable of BlockSize
        ``IrrepBlocks.sizes``.

    Returns
    -------
    tuple of Tensor
        For each size [irreps · columns, n C_out, n C_in]: those of a representation are alike for
        all its columns.

    Examples
    --------
    >>> import groupkit as gk
    >>> blocks = irrep_blocks(gk.p4.stabilizer)
    >>> weight = torch.randn(3, 2, 4)
    >>> [
    ...     tuple(w.shape)
    ...     for w in block_weights(weight, torch.tensor(blocks.irreps).float(), blocks.sizes)
    ... ]
    [(2, 3, 2), (1, 6, 4)]
    """
    rows, columns = weight.shape[:2]
    entries = (weight @ irreps).split([size.irreps * size.n**2 for size in sizes], dim=-1)
    made = []
    for size, part in zip(sizes, entries, strict=True):
        n = size.n
        matrices = part.view(rows, columns, size.irreps, n, n).permute(2, 3, 0, 4, 1)
        alike = matrices.unsqueeze(1).expand(-1, size.columns, -1, -1, -1, -1)
        made.append(alike.reshape(size.irreps * size.columns, n * rows, n * columns))
    return tuple(made)


def multiply_blocks(
    x: Inexact[Tensor, "batch in_channels order *space"],
    weights: Iterable[Inexact[Tensor, "_ _ _"]],
    bias: Inexact[Tensor, " out_channels"] | None,
    basis: Inexact[Tensor, "order order"],
    sizes: Iterable[BlockSize],
) -> Inexact[Tensor, "batch out_channels order *space"]:
    r"""Return :math:`y_o(s') = b_o + \sum_i \sum_h w_{oi}(h)\, f_i(s' h)` at each point.

    Coefficients are the first axis from the first product to the last, so that every step is a
    product of matrices as they lie in memory; maps are copied once on the way in and once on the
    way out.

    Parameters
    ----------
    x : Tensor
        [batch, C_in, \|S\|, *space].
    weights : iterable of Tensor
        As `block_weights` returns them.
    bias : Tensor, optional
        [C_out].
    basis : Tensor
        ``IrrepBlocks.basis``, in the map's numbers.
    sizes : iterable of BlockSize
        ``IrrepBlocks.sizes``.

    Examples
    --------
    >>> import groupkit as gk
    >>> blocks = irrep_blocks(gk.p4.stabilizer)
    >>> basis, irreps = (torch.tensor(table) for table in (blocks.basis, blocks.irreps))
    >>> weight, x = torch.randn(3, 2, 4).double(), torch.randn(1, 2, 4, 9, 9).double()
    >>> y = multiply_blocks(
    ...     x, block_weights(weight, irreps, blocks.sizes), None, basis, blocks.sizes
    ... )
    >>> bank = weight[:, :, torch.tensor(gk.p4.filter_bank(1).index[..., 0, 0])]
    >>> torch.allclose(y, torch.einsum("oiab,nibyx->noayx", bank, x))
    True
    """
    space = x.shape[3:]
    flat = x.flatten(3) if space else x.unsqueeze(3)
    batch, channels, order, points = flat.shape
    values = flat.permute(2, 1, 0, 3).reshape(order, channels * batch * points)
    coefficients = (basis @ values).split([size.coefficients for size in sizes])
    products: list[Tensor] = []
    rows = 0
    for size, part, weight in zip(sizes, coefficients, weights, strict=True):
        seen = part.view(size.irreps * size.columns, size.n * channels, batch * points)
        rows = weight.shape[1] // size.n
        y = torch.bmm(weight, seen).view(size.coefficients, rows, batch * points)
        if bias is not None and not products:  # a constant function: the trivial representation
            constant = (bias * order**0.5).to(y.dtype)
            products.append(y[:1] + constant.unsqueeze(1))
            y = y[1:]
        products.append(y)
    whole = torch.cat(products).view(order, rows * batch * points)
    y = (basis.T @ whole).view(order, rows, batch, points).permute(2, 1, 0, 3)
    return y.contiguous().view(batch, rows, order, *space)
