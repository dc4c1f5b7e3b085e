r"""Filters of one weight: the index of their bank, the fields that their channels carry."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
import torch
from jaxtyping import Float, Inexact
from torch import Tensor, nn
from torch.compiler import is_compiling

from groupkit import SplitGroup, Window
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.field import Field
from groupkit.filter_bank import FilterBank
from groupkit_torch.feature_maps import axis_size
from groupkit_torch.freezing import Freezable, buffer_of, freezable
from groupkit_torch.functional import (
    carry_on_columns,
    carry_on_rows,
    expand_filters,
    flat_positions,
    spread,
    take_filters,
)
from groupkit_torch.geometry import SettingError, positive
from groupkit_torch.provenance import Declared
from groupkit_torch.tables import Tabulated

_SMALL: Final = 1 << 14
"""Entries of a bank up to which looking each one up was measured to be faster, on two cores."""

_LARGE: Final = 1 << 18
"""Entries of a bank from which gathering the gradient as well was measured to be faster."""

_BANK: Final = buffer_of("expanded_weight")
_BIAS: Final = buffer_of("expanded_bias")


class Filters(Freezable, Tabulated, Declared):
    r"""Filters gathered from one weight [rows, columns / groups, n_parameters].

    The bank is that of a convolution from the columns' type to the rows' type: for a
    convolution rows are outputs and columns are inputs, for its adjoint the other way round.
    Output channels carry :math:`\rho_{out}(s)`, input channels :math:`\rho_{in}(s)^{-T}`.
    """

    weight: nn.Parameter
    bias: nn.Parameter | None
    _needs_a_group = True
    _table_names: ClassVar[tuple[str, ...]] = (
        "bank_index",
        "_inverse",
        "_positions",
        "_bias_positions",
        "_field_bits",
        "_invariant_bits",
    )
    bank_index: Tensor
    _inverse: Tensor | None = None  # of large banks, where their gradient can be gathered
    _positions: Tensor | None  # of small banks
    _bias_positions: Tensor | None  # where bias entries follow maps
    _field_bits: Tensor | None  # float64 as int64, which .to(dtype) of a model leaves alone
    _invariant_bits: Tensor | None

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        window: Window,
        groups: int,
        input_type: FeatureType | TypeLike,
        output_type: FeatureType | TypeLike,
        *,
        adjoint: bool = False,
    ) -> None:
        super().__init__()
        stabilizer = group.stabilizer
        self.group, self._adjoint = group, adjoint
        self.in_channels = positive("in_channels", in_channels)
        self.out_channels = positive("out_channels", out_channels)
        self.groups = positive("groups", groups)
        self.input_type = FeatureType.of(stabilizer, input_type)
        self.output_type = FeatureType.of(stabilizer, output_type)
        _check_groups(self.in_channels, self.out_channels, self.groups)
        _check_field("in_channels", self.in_channels // groups, self.input_type, self.output_type)
        _check_field("out_channels", self.out_channels // groups, self.output_type, self.input_type)
        columns, rows = self.input_type, self.output_type
        self.filter_bank = _filter_bank(window, *((rows, columns) if adjoint else (columns, rows)))
        self._input_size = axis_size(self.input_type)
        self._output_size = axis_size(self.output_type)
        self._fills_box = len(window) == math.prod(window.box)
        self._positions = self._bias_positions = None
        self._field_bits = self._invariant_bits = None

    def _set_parameters(
        self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None
    ) -> None:
        self._declare(self.group, device)
        rows, columns = self._rows_and_columns()
        n_parameters = self.filter_bank.n_parameters
        self.weight = nn.Parameter(
            torch.empty(rows, columns, n_parameters, device=device, dtype=dtype)
        )
        self._set_bias(bias, device, dtype)
        self.reset_parameters()

    def _set_bias(
        self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None
    ) -> None:
        field = self.output_type.field
        invariants = 1 if field is None else field.invariants.shape[1]
        n_biases = self.out_channels * invariants // (1 if field is None else field.size)
        if bias and n_biases:
            self.bias = nn.Parameter(torch.empty(n_biases, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)

    def reset_parameters(self) -> None:
        r"""Draw weight and bias anew, uniform within :math:`1/\sqrt{\text{fan-in}}`.

        The fan-in is :math:`C_{in}/\mathrm{groups} \cdot |S/H_{in}| \cdot |W|`, the number of
        inputs that one output sums over. The index is made anew as well, so that a module
        that `torch.nn.Module.to_empty` took from the meta device is complete.
        """
        window, device = self.filter_bank.window, self.weight.device
        fan_in = self.in_channels // self.groups * self.input_type.size * len(window)
        bound = 1 / math.sqrt(fan_in)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)
        self._make_tables(device)

    def _make_tables(self, device: torch.device) -> None:
        self.bank_index = torch.tensor(self.filter_bank.index, device=device)
        rows, columns = self._rows_and_columns()
        entries = rows * columns * self.bank_index.numel()
        if entries <= _SMALL:
            self._positions = flat_positions(
                self.weight, self.bank_index, fills_box=self._fills_box
            )
        if entries >= _LARGE and (inverse := self.filter_bank.inverse) is not None:
            self._inverse = torch.tensor(inverse, device=device)
        size = self._output_size or 1
        if self.bias is not None and size > 1:
            channels = torch.arange(self.out_channels, device=device)
            self._bias_positions = spread(channels, size)
        carried = self._carried()
        if carried is not None:
            self._field_bits = torch.tensor(carried, device=device).view(torch.int64)
        field = self.output_type.field
        if field is not None and self.bias is not None:
            basis = torch.tensor(field.invariants.T, device=device).contiguous()
            self._invariant_bits = basis.view(torch.int64)

    @freezable
    def expanded_weight(self) -> Inexact[Tensor, "row_entries column_entries *box"]:
        r"""Return the bank of filters, as torch's layer of this kind takes it.

        [C_out \|S/H_out\|, C_in/groups \|S/H_in\|, *box] for a convolution,
        [C_in \|S/H_in\|, C_out/groups \|S/H_out\|, *box] for a transposed one.

        Examples
        --------
        >>> import groupkit as gk
        >>> from groupkit_torch import GroupConv
        >>> GroupConv(gk.p4, 2, 3, kernel_size=5).expanded_weight().shape
        torch.Size([12, 8, 5, 5])
        """
        weight, whole = self.weight, self._fills_box
        if self._positions is None or is_compiling():
            index, inverse = self.bank_index.to(weight.device), self._inverse
            inverse = None if inverse is None else inverse.to(weight.device)
            bank = expand_filters(weight, index, fills_box=whole, inverse=inverse)
        else:
            bank = take_filters(weight, self._positions.to(weight.device), fills_box=whole)
        if self._field_bits is None:
            return bank
        matrices = self._field_bits.to(bank.device).view(torch.float64)
        on_columns = (self.input_type.field is None) == self._adjoint
        return (carry_on_columns if on_columns else carry_on_rows)(bank, matrices)

    @freezable
    def expanded_bias(self) -> Inexact[Tensor, " out_entries"] | None:
        r"""Return the bias as torch's layer of this kind takes it, [C_out \|S/H_out\|].

        All entries of a G-feature map have one bias; the channels of a field have an invariant
        vector.
        """
        bias = self.bias
        if bias is None:
            return None
        if self._invariant_bits is not None:
            basis = self._invariant_bits.to(bias.device).view(torch.float64).to(bias.dtype)
            return (bias.view(-1, len(basis)) @ basis).reshape(-1)
        if self._bias_positions is None or is_compiling():
            return spread(bias, self._output_size or 1)
        return bias.index_select(0, self._bias_positions.to(bias.device))

    def _to_freeze(self) -> list[str]:
        return ["expanded_weight", "expanded_bias"]

    def _bank_and_bias(self) -> tuple[Tensor, Tensor | None]:
        """Return both; a frozen layer looks at its weights once, which takes time in small ones."""
        sources, kept = self._frozen, self._buffers
        if sources is None or is_compiling():
            return self.expanded_weight(), self.expanded_bias()
        if self.training or sources.change():
            self._check_frozen()  # which raises
        return kept[_BANK], kept.get(_BIAS)  # type: ignore[return-value]

    def _rows_and_columns(self) -> tuple[int, int]:
        first, second = self.out_channels, self.in_channels
        if self._adjoint:
            first, second = second, first
        return first, second // self.groups

    def _carried(self) -> Float[np.ndarray, "order n n"] | None:
        if self.output_type.field is not None:
            return self.output_type.field.matrices
        return None if self.input_type.field is None else self.input_type.field.duals


# values that many layers of a network share: the bank's index is made once
_filter_bank = lru_cache(maxsize=256)(FilterBank)


def _check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    if in_channels % groups or out_channels % groups:
        raise SettingError(
            f"groups={groups} does not divide in_channels={in_channels} and "
            f"out_channels={out_channels}; use a common divisor",
            witness=(in_channels, out_channels, groups),
        )


def _check_field(name: str, channels: int, own: FeatureType, other: FeatureType) -> None:
    """Check that channels hold whole fields, and that the other side is a regular map."""
    field: Field | None = own.field
    if field is None:
        return
    if channels % field.size:
        raise SettingError(
            f"{name}={channels} a group of channels are no whole number of fields of {field.size} "
            f"channels each ({field!r}); use a multiple",
            witness=channels,
        )
    if not other.has_axis or len(other.subgroup) > 1:
        raise FeatureTypeError(
            f"{field!r} pairs with a regular map, not with one of type {other}: lift it to a "
            "regular map first, or project a regular map onto it",
            witness=other,
        )
