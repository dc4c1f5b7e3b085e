r"""G-convolutions whose filters are products of a function on S and a planar kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, Window
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.filter_bank import FilterBank
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.fourier_filters import check_algorithm
from groupkit_torch.convolutions.product_filters import mix, multiply, product_index
from groupkit_torch.freezing import freezable
from groupkit_torch.functional import (
    convolve,
    expand_filters,
)
from groupkit_torch.geometry import SettingError

_SHARES: Final = ("g", "gc")
_ALGORITHMS: Final = ("auto", "factored", "expanded")
_SPATIAL_COST: Final = 24  # of a multiplication in a depthwise convolution, against a dense one


class SeparableGroupConv(GroupConv):
    r"""G-correlation with filters that are products, :math:`\psi(s, x) = w(s)\, K(x)`.

    .. math:: y_o(t, s') = b_o + \sum_{i, s, x} f_i(t + x, s)\, w_{oi}(s'^{-1} s)\,
              K_{oi}(M(s')^{-1} x)

    With ``share="g"`` the kernel is shared over the input's group axis, as above; with
    ``share="gc"`` also over the input's channels: :math:`K_o` instead of :math:`K_{oi}`. Both are
    exactly as equivariant as `GroupConv`, of which they are special cases.

    Parameters
    ----------
    group, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias
        As in `GroupConv`.
    padding_mode
        As in `GroupConv`.
    share : {"gc", "g"}
        What the planar kernels are shared over.
    algorithm : {"auto", "factored", "expanded"}
        "factored": a product over channels and group axis at each point, then a planar
        convolution of each result by itself. "expanded": the product of both factors is the
        bank of `GroupConv`. "auto" takes the one that costs less at each size; see Notes.
    input_type, output_type : {"planar", "regular"} or subgroup
        As in `GroupConv`; no fields.
    exact, device, dtype
        As in `GroupConv`.

    Attributes
    ----------
    pointwise_weight : Parameter
        w, [out_channels, in_channels / groups, n], one entry per orbit of :math:`S/H_{in}` under
        H_out: \|S\| for regular maps.
    spatial_weight : Parameter
        K, [out_channels, in_channels / groups, m] for "g" and [out_channels, 1, m] for "gc", one
        entry per orbit of the window under H_out: \|W\| for regular outputs.
    bias : Parameter or None
        [out_channels].
    share, algorithm : str
        As given.

    Raises
    ------
    FeatureTypeError
        If a type is a field.
    SettingError
        If ``share`` or ``algorithm`` is none of the above, or as in `GroupConv`.

    Notes
    -----
    With :math:`n = C_{in} |S/H_{in}| / \mathrm{groups}`, the factored form of "gc" makes n products
    for each output at each point of the input, and then \|W\| at each point of the output, in a
    depthwise convolution, where each takes about as long as 24 of the former; the expanded form
    makes :math:`n |W|` at each point of the output. "auto" takes the lesser: the factored form
    for kernels of several points and n from about 28 on, unless strides or borders leave few
    outputs. The factored form of "g" needs room for C_in maps in place of each output, and was
    never faster: "auto" is then the expanded form, unless there is one channel to share over.

    Kernels K start in random directions, with :math:`\sum_x K(x)^2 = 1`, w as the weights of
    `GroupLinear`: outputs then start with the variance that those of `GroupConv` have.

    Examples
    --------
    >>> import groupkit as gk
    >>> layer = SeparableGroupConv(gk.p4m, 23, 23, 3, padding=1)
    >>> layer
    SeparableGroupConv(p4m, 23, 23, kernel_size=(3, 3), padding=(1, 1), regular -> regular,
    share='gc')
    >>> layer.algorithm_at((9, 9)), layer.algorithm_at((3, 3))
    ('factored', 'factored')
    >>> SeparableGroupConv(gk.p4m, 23, 23, 1).algorithm_at((9, 9))
    'expanded'
    >>> layer(torch.zeros(1, 23, 8, 9, 9)).shape
    torch.Size([1, 23, 8, 9, 9])
    >>> sum(p.numel() for p in layer.parameters()) == 23 * (23 * 8 + 9) + 23
    True

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", section 3.3: the g and gc decompositions.
    """

    _table_names = ("pointwise_index", "spatial_index", "bank_index")
    pointwise_weight: nn.Parameter
    spatial_weight: nn.Parameter
    pointwise_index: Tensor
    spatial_index: Tensor

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        share: str = "gc",
        algorithm: str = "auto",
        input_type: FeatureType | TypeLike = "regular",
        output_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if share not in _SHARES:
            raise SettingError(f'share={share!r} is neither "g" nor "gc"', witness=share)
        self.share = share  # the shapes of weights depend on it
        super().__init__(
            group,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            input_type=input_type,
            output_type=output_type,
            exact=exact,
            algorithm=algorithm,
            device=device,
            dtype=dtype,
        )
        for kind in (self.input_type, self.output_type):
            if kind.field is not None:
                raise FeatureTypeError(
                    f"separable filters take no fields, but {kind.field!r} is one; lift it to a "
                    "regular map, or project onto it, with GroupConv or GroupLinear",
                    witness=kind.field,
                )
        self._has_choice = self._holds_factors

    def _set_algorithm(self, algorithm: str) -> None:
        check_algorithm(algorithm, _ALGORITHMS)
        self.algorithm = algorithm

    def algorithm_at(self, space: Sequence[int]) -> str:
        """Return the algorithm for an input with these lattice axes: "factored" or "expanded"."""
        if self.algorithm != "auto":
            return self.algorithm
        outputs = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, p, d, k, s in zip(
                space, self.padding, self.dilation, self.kernel_size, self.stride, strict=True
            )
        ]
        reads = max(math.prod(space) / max(math.prod(outputs), 1), math.prod(self.stride))
        return "factored" if self._factors_pay(reads) else "expanded"

    def _factors_pay(self, reads: int | float) -> bool:
        """Return whether the factored form is the faster one, as benchmarks/separable.py finds.

        ``reads`` is the number of points of the input for each of the output.
        """
        points = len(self.filter_bank.window)
        products = self.in_channels // self.groups * self.input_type.size
        return self._kernels_per_output() == 1 and (
            products * (points - reads) > _SPATIAL_COST * points
        )

    def _kernels_per_output(self) -> int:
        return 1 if self.share == "gc" else self.in_channels // self.groups

    def _factor_banks(self) -> tuple[FilterBank, FilterBank]:
        """Return the banks of w, a layer of one point, and of K, a layer on planar maps."""
        planar = FeatureType.of(self.group.stabilizer, "planar")
        pointwise = FilterBank(self.group.window(1), self.input_type, self.output_type)
        return pointwise, FilterBank(self.filter_bank.window, planar, self.output_type)

    def _turning_bank(self) -> FilterBank:
        return self._factor_banks()[1]

    def _set_parameters(
        self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None
    ) -> None:
        self._declare(self.group, device)
        # one index is kept: those of the factors, or that of the whole bank
        pays = self.algorithm == "auto" and self._factors_pay(math.prod(self.stride))
        self._holds_factors = self.algorithm == "factored" or pays
        banks = self._factor_banks()
        shapes = (self.in_channels // self.groups, self._kernels_per_output())
        for name, bank, columns in zip(("pointwise", "spatial"), banks, shapes, strict=True):
            shape = (self.out_channels, columns, bank.n_parameters)
            weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
            self.register_parameter(f"{name}_weight", weight)
        for name in self._table_names:
            setattr(self, name, None)
        self._set_bias(bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        r"""Draw both weights and the bias anew.

        w is uniform within :math:`1/\sqrt{C_{in} |S/H_{in}| / \mathrm{groups}}`, K has a random
        direction and :math:`\sum_x K(x)^2 = 1`, and the bias is that of `GroupConv`.
        """
        spatial = self._factor_banks()[1]
        device = self.pointwise_weight.device
        columns = self.in_channels // self.groups
        self._make_tables(device)
        fan_in = columns * self.input_type.size
        nn.init.uniform_(self.pointwise_weight, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))
        with torch.no_grad():
            sizes = torch.tensor(np.bincount(spatial.orbits[0]), device=device)
            self.spatial_weight.normal_()
            squares = (self.spatial_weight.abs().square() * sizes).sum(dim=-1, keepdim=True)
            self.spatial_weight.div_(squares.sqrt())
        if self.bias is not None:
            bound = 1 / math.sqrt(fan_in * len(spatial.window))
            nn.init.uniform_(self.bias, -bound, bound)

    def _make_tables(self, device: torch.device) -> None:
        pointwise, spatial = self._factor_banks()
        if self._holds_factors:
            self.pointwise_index = torch.tensor(pointwise.index, device=device)
            self.spatial_index = torch.tensor(spatial.index, device=device)
        else:
            self.bank_index = torch.tensor(product_index(pointwise, spatial)[0], device=device)

    def _to_freeze(self) -> list[str]:
        return [*super()._to_freeze(), *(["_expanded_factors"] if self._holds_factors else [])]

    @freezable
    def expanded_weight(self) -> Inexact[Tensor, "out_entries in_entries *box"]:
        r"""Return the bank of filters, the products of both factors, as `GroupConv` has it.

        [C_out \|S/H_out\|, C_in/groups \|S/H_in\|, *box].
        """
        if self._holds_factors:
            return multiply(*self._expanded_factors())
        products = self.pointwise_weight.unsqueeze(-1) * self.spatial_weight.unsqueeze(-2)
        index = self.bank_index.to(products.device)
        return expand_filters(products.flatten(2), index, fills_box=self._fills_box)

    @freezable
    def _expanded_factors(self) -> tuple[Tensor, Tensor]:
        """Return w(s'⁻¹ s) and K(M(s')⁻¹ x), each with rows (o, s')."""
        device = self.pointwise_weight.device
        mixed, seen = self.pointwise_index.to(device), self.spatial_index.to(device)
        pointwise = expand_filters(self.pointwise_weight, mixed, fills_box=True)
        return pointwise, expand_filters(self.spatial_weight, seen, fills_box=self._fills_box)

    def _without_bank(
        self, x: Inexact[Tensor, "batch in_channels *rest"]
    ) -> Inexact[Tensor, "batch out_channels *out_rest"] | None:
        """Return the correlation with one factor after the other, where that is faster."""
        if (
            not torch.compiler.is_compiling()  # sizes may be symbols
            and self.algorithm_at(x.shape[x.dim() - len(self.stride) :]) == "expanded"
        ):
            return None
        pointwise, spatial = self._expanded_factors()
        return convolve(
            mix(x, pointwise, spatial.shape[1], self.groups),
            spatial,
            self.expanded_bias(),
            self.stride,
            self.padding,
            self.dilation,
            len(spatial),
            self.padding_mode,
            size=self._output_size,
        )

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        return f"{super().extra_repr()}, share={self.share!r}"
