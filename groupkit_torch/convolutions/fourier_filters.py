r"""Layers of one point in the basis of the irreducible representations of S.

On a single point S acts on the channel axis alone, and the Fourier transform over S makes blocks of
the layer: see `groupkit_torch.convolutions.irrep_blocks`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Final

import torch
from jaxtyping import Inexact
from torch import Tensor
from torch.nn import functional as F

from groupkit.feature_type import FeatureType
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.convolutions.irrep_blocks import (
    BlockSize,
    block_weights,
    irrep_blocks,
    multiply_blocks,
)
from groupkit_torch.freezing import freezable
from groupkit_torch.geometry import SettingError


class FourierFilters(Filters):
    """A layer that may go through the irreducible representations of S, if it has one point."""

    _algorithms: ClassVar[tuple[str, ...]] = ("auto", "direct", "fourier")
    _table_names: ClassVar[tuple[str, ...]] = (*Filters._table_names, "_basis_bits", "_irrep_bits")
    algorithm: str
    _basis_bits: Tensor | None = None  # float64 as int64, which .to(dtype) of a model leaves alone
    _irrep_bits: Tensor | None = None
    _block_sizes: tuple[BlockSize, ...] | None = None

    def _set_algorithm(self, algorithm: str) -> None:
        """Take an algorithm, and note the blocks of S where it may need them."""
        check_algorithm(algorithm, self._algorithms)
        self.algorithm = algorithm
        obstacle = self._obstacle()
        if algorithm == "fourier" and obstacle is not None:
            raise SettingError(
                'algorithm="fourier" is for layers of one point between regular maps, where S '
                f'acts on the channel axis alone, but {obstacle}; use algorithm="auto" or "direct"',
                witness=self,
            )
        if algorithm == "fourier" or (
            algorithm == "auto" and obstacle is None and self._fourier_pays(math.inf)
        ):
            self._block_sizes = irrep_blocks(self.group.stabilizer).sizes

    def _obstacle(self) -> str | None:
        """Return why the layer has no blocks, None if it has."""
        points = len(self.filter_bank.window)
        if points > 1 or not self._fills_box:
            return f"this one has a window of {points} points"
        for kind in (self.input_type, self.output_type):
            if not is_regular(kind):
                return f"this one is from {self.input_type} to {self.output_type}"
        return None if self.groups == 1 else f"this one has groups={self.groups}"

    def _make_tables(self, device: torch.device) -> None:
        super()._make_tables(device)
        if self._block_sizes is not None:
            blocks = irrep_blocks(self.group.stabilizer)
            self._basis_bits = torch.tensor(blocks.basis, device=device).view(torch.int64)
            self._irrep_bits = torch.tensor(blocks.irreps, device=device).view(torch.int64)

    def _to_freeze(self) -> list[str]:
        blocks = [] if self._block_sizes is None else ["_block_weights"]
        return [*super()._to_freeze(), *blocks]

    @freezable
    def _block_weights(self) -> tuple[Tensor, ...]:
        assert self._block_sizes is not None
        irreps = _numbers(self._irrep_bits, self.weight)
        return block_weights(self.weight, irreps, self._block_sizes)

    def _takes_fourier(
        self, x: Inexact[Tensor, "batch in_channels *rest"], stride: Sequence[int] = ()
    ) -> bool:
        """Return whether a call with this map goes through the irreducible representations."""
        if self._block_sizes is None or self.algorithm == "fourier":
            return self._block_sizes is not None
        if not was_measured(x):
            return False
        if torch.compiler.is_compiling():  # sizes may be symbols
            return True
        return self._fourier_pays(x.shape[0] * math.prod(x.shape[3:]) / math.prod(stride))

    def _fourier_pays(self, points: int | float) -> bool:
        return fourier_pays(
            self.group.order,
            irrep_blocks(self.group.stabilizer).products,
            self.in_channels,
            self.out_channels,
            points,
        )

    def _by_irreps(
        self, x: Inexact[Tensor, "batch in_channels order *space"]
    ) -> Inexact[Tensor, "batch out_channels order *space"]:
        assert self._block_sizes is not None
        basis = _numbers(self._basis_bits, x)
        return multiply_blocks(x, self._block_weights(), self.bias, basis, self._block_sizes)

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        return super().extra_repr() + self._shown()

    def _shown(self) -> str:
        return "" if self.algorithm == "auto" else f", algorithm={self.algorithm!r}"


_SINGLE: Final = 4  # bytes
_COST_OF_A_VALUE: Final = 160  # of taking a value to its coefficient or back, in products
_COST_OF_A_CALL: Final = 3e6  # of the calls of torch, in products


def fourier_pays(
    order: int, products: int, in_channels: int, out_channels: int, points: int | float
) -> bool:
    r"""Return whether fewer products are worth two Fourier transforms, on a CPU.

    .. math:: C_{in} C_{out} \Big(|S|^2 - \sum_\rho n^3 / c\Big) >
              160\, |S| (C_{in} + C_{out}) + 3 \cdot 10^6 / \text{points}

    ``python -m benchmarks.fourier`` measures it, for single precision; docs/performance.md has the
    results.

    Parameters
    ----------
    order, products : int
        \|S\|, and the products that blocks leave for each pair of channels.
    in_channels, out_channels : int
        Of the layer.
    points : int or float
        Points of the lattice in all samples.

    Examples
    --------
    >>> import groupkit as gk
    >>> for group in (gk.p4, gk.p4m, gk.p6m, gk.catalog["Pm-3m"]):
    ...     left = irrep_blocks(group.stabilizer).products
    ...     pays = (c for c in range(1, 999) if fourier_pays(group.order, left, c, c, 1024))
    ...     print(group.name, left, group.order**2, next(pays))
    p4 6 16 131
    p4m 12 64 51
    p6m 20 144 32
    Pm-3m 128 2304 8
    """
    saved = in_channels * out_channels * (order**2 - products)
    values = order * (in_channels + out_channels)
    return saved > _COST_OF_A_VALUE * values + _COST_OF_A_CALL / max(points, 1)


def sample(
    x: Inexact[Tensor, "batch channels order *space"],
    stride: Sequence[int],
    padding: Sequence[int],
    padding_mode: str,
) -> Inexact[Tensor, "batch channels order *samples"]:
    """Return the points of a map that a sliding window of one point reads.

    Parameters
    ----------
    x : Tensor
        [batch, channels, order, *space].
    stride, padding, padding_mode
        As in `torch.nn.Conv2d`.

    Examples
    --------
    >>> sample(torch.arange(4.0).view(1, 1, 1, 4), (2,), (1,), "zeros").tolist()
    [[[[0.0, 1.0, 3.0]]]]
    """
    if any(padding):
        sides = [n for n in reversed(padding) for _ in range(2)]
        mode = "constant" if padding_mode == "zeros" else padding_mode
        x = F.pad(x.flatten(1, 2), sides, mode=mode).unflatten(1, tuple(x.shape[1:3]))
    if max(stride) == 1:
        return x
    read = [slice(None, None, step) for step in stride]
    return x[:, :, :, *read]


def check_algorithm(algorithm: str, known: tuple[str, ...]) -> None:
    """Check the name of an algorithm.

    Raises
    ------
    SettingError
        If there is none of this name.
    """
    if algorithm not in known:
        raise SettingError(
            f"algorithm={algorithm!r} is none of {', '.join(known)}", witness=algorithm
        )


def was_measured(x: Inexact[Tensor, "*map"]) -> bool:
    """Return whether a call is of the kind that algorithms were compared for.

    On a CPU, in single precision or double, with channels first.
    """
    return (
        x.device.type == "cpu"
        and x.element_size() >= _SINGLE
        and not torch.is_autocast_enabled("cpu")
        and x.is_contiguous()
    )


def is_regular(kind: FeatureType) -> bool:
    """Return whether maps of a type are functions on the whole group."""
    return kind.has_axis and len(kind.subgroup) == 1


def _numbers(bits: Tensor | None, like: Tensor) -> Tensor:
    assert bits is not None
    return bits.to(like.device).view(torch.float64).to(like.dtype)
