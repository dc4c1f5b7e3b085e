r"""G-convolutions between feature maps of any type: one gather, one planar convolution.

.. math:: [f \star \psi](g) = \sum_h \sum_k f_k(h)\, \psi_k(g^{-1} h)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from jaxtyping import Inexact
from torch import Tensor
from torch.compiler import is_compiling
from torch.fx.experimental import symbolic_shapes

from groupkit import SplitGroup, Window
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.filter_layer import FilterLayer
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.convolutions.fourier_filters import (
    FourierFilters,
    is_regular,
    sample,
    was_measured,
)
from groupkit_torch.convolutions.moved_maps import correlate_moved, is_kept, moving_pays
from groupkit_torch.feature_maps import check_map
from groupkit_torch.functional import expand_filters
from groupkit_torch.functional.correlation import CONVOLUTIONS, pad_around
from groupkit_torch.geometry import resolve_padding

_TELLS_SYMBOLS: Final = hasattr(symbolic_shapes, "has_static_value")  # from torch 2.8 on


class GroupConv(FourierFilters, FilterLayer):
    r"""G-correlation of a map on G/H_in with filters, giving a map on G/H_out.

    .. math:: y_o(g) = b_o + \sum_{h} \sum_i f_i(h)\, \psi_{oi}(g^{-1} h)

    In 1, 2 and 3 dimensions. It commutes with translations, and with every element of S about
    the arrays' centres as long as its stride samples symmetrically (see ``stride``).

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels, out_channels : int
        Numbers of G-feature maps; of a field, all its channels.
    kernel_size : int, tuple of int or Window
        The largest window of G in a box of this size, or a window with a centred box.
    stride : int or tuple of int
        Outputs transform exactly when the sampled positions are symmetric about the input's
        centre: strides are equal on axes that S mixes, and on an axis of n points that S reverses,
        :math:`n + 2p - d (k - 1) - 1` is a multiple of the stride. Other sizes are sampled
        off-centre and lose symmetry: an even n with kernel 3, stride 2 and padding 1 does, an
        odd n, or kernel 2, stride 2 and padding 0 on an even n, does not. `exactness` tells.
    padding : int, tuple of int, "same" or "valid"
        As in `torch.nn.Conv2d`; exact when equal on axes that S mixes.
    dilation : int or tuple of int
        Exact when equal on axes that S mixes.
    groups : int
        Blocks of channels that do not see each other.
    bias : bool
        Whether each G-feature map has a bias; a field has one for each invariant vector.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        As in `torch.nn.Conv2d`. On lattices whose boxes are not stable, "circular" needs
        ``padding="same"`` and equal sizes; the map then lives on the torus, where S acts about
        index 0.
    input_type, output_type : {"planar", "regular"}, subgroup or Field
        H_in and H_out, or how S acts on the channels of a planar map; fields pair with regular
        maps.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.
    algorithm : {"auto", "direct", "fourier"}
        "direct": one planar convolution. "fourier", for kernels of one point between regular maps:
        through the irreducible representations of S, with fewer products; see Notes. "auto" takes
        what was measured to be the faster one.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        [out_channels, in_channels / groups, n_parameters], one entry per orbit of
        :math:`(S/H_{in}) \times W` under H_out.
    bias : Parameter or None
        [out_channels]; fewer for a field, none where it has no invariant vector.
    algorithm : str
        As given.

    Raises
    ------
    WindowError
        If there is no window, or it is not centred in its box.
    FilterBankError
        If the window is one of another group.
    NotASubgroupError, FeatureTypeError, SettingError
        If another argument is not one.

    Notes
    -----
    Maps hold [batch, channels, \|S/H\|, *space]. Where S maps a box to something else than a box
    (hexagonal lattices), the map lives on the stable window of its array, and the layer fills
    the outside of its input with zeros before it reads it. Weights start as
    `torch.nn.Conv2d`'s do, uniform within :math:`1/\sqrt{C_{in} |S/H_{in}| |W|}`.

    A kernel of one point mixes channels and S alone. The Fourier transform over S then leaves
    :math:`\sum_\rho n^3 / c` products for each pair of channels, instead of :math:`|S|^2`, for real
    representations :math:`\rho` of dimension n that c dimensions of matrices commute with: 12
    instead of 64 for p4m. Both algorithms have the same weight, and agree to rounding.

    Where layers are wide and maps small, "auto" moves the map instead of the filters,
    :math:`y(\cdot, s) = L_s [(L_s^{-1} f) \star \psi](\cdot, e)`: no bank is made, and the result
    is the same to rounding. On a CPU, between regular maps with stride 1 and zeros as padding, on
    arrays that S maps onto themselves; compiled, if what is compiled is for maps of one shape.

    Examples
    --------
    >>> import groupkit as gk
    >>> layer = GroupConv(gk.p4m, 2, 3, kernel_size=3, padding="same")
    >>> layer
    GroupConv(p4m, 2, 3, kernel_size=(3, 3), padding=(1, 1), regular -> regular)
    >>> layer(torch.zeros(1, 2, 8, 9, 9)).shape
    torch.Size([1, 3, 8, 9, 9])
    >>> GroupConv(gk.p4m, 2, 3, 3, output_type="planar")(torch.zeros(1, 2, 8, 9, 9)).shape
    torch.Size([1, 3, 7, 7])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 10 and 11, and
    section 7 on the implementation.
    """

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
        input_type: FeatureType | TypeLike = "regular",
        output_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
        algorithm: str = "auto",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            group,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            dilation,
            groups,
            input_type,
            output_type,
        )
        self._set_algorithm(algorithm)
        window = self.filter_bank.window
        sides = resolve_padding(padding, window, self.stride, self.dilation, padding_mode)
        self._set_sampling(sides, padding_mode, exact)
        self._on_torus = not self.domain.is_whole and padding_mode == "circular"
        self._set_parameters(bias, device, dtype)
        self._may_move = self._can_move_maps()
        self._has_choice = self._may_move or self._block_sizes is not None
        first = self.filter_bank.index[group.stabilizer.identity].reshape(-1)
        self._in_order = np.array_equal(first, np.arange(self.filter_bank.n_parameters))

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *rest"]
    ) -> Inexact[Tensor, "batch out_channels *out_rest"]:
        """Return the correlation of a map of the input type, a map of the output type."""
        if is_compiling() or x.shape not in self._shapes_seen:
            dimension = len(self.stride)
            check_map(x, self.in_channels, self._input_size, dimension)
            if self._on_torus:
                self._check_torus(x.shape[x.dim() - dimension :])
            self._guard(x)
        if self.domain.rows and not self._on_torus:
            x = self.domain.fill(x)
        if self._has_choice and (z := self._without_bank(x)) is not None:
            return z
        bank, bias = self._bank_and_bias()
        # as `convolve` does, which has to ask the tensors: of a small layer's time, a few percent
        y = x if self._input_size is None else x.flatten(1, 2)
        stride, padding = self.stride, self.padding
        if self.padding_mode != "zeros":
            y, padding = pad_around(y, padding, self.padding_mode), (0,) * len(padding)
        convolution = CONVOLUTIONS[len(stride)]
        y = convolution(y, bank, bias, stride, padding, self.dilation, self.groups)
        size = self._output_size
        return y if size is None else torch.unflatten(y, 1, (self.out_channels, size))

    def _without_bank(
        self, x: Inexact[Tensor, "batch in_channels *rest"]
    ) -> Inexact[Tensor, "batch out_channels *out_rest"] | None:
        """Return the correlation by another way; None where the bank is to be taken."""
        if self._block_sizes is not None and self._takes_fourier(x, self.stride):
            return self._by_irreps(sample(x, self.stride, self.padding, self.padding_mode))
        if self._may_move and not self._kept and self._moves_maps(x):  # kept: the bank is there
            return correlate_moved(
                x,
                self._identity_filters(),
                self.bias,
                self.group.stabilizer,
                self.padding,
                self.dilation,
                self.groups,
            )
        return None

    def _can_move_maps(self) -> bool:
        """Return whether maps can be moved instead of filters, and a single point would pay."""
        regular = is_regular(self.input_type) and is_regular(self.output_type)
        here = type(self).expanded_weight is Filters.expanded_weight  # not made of factors
        plain = max(self.stride) == 1 and self.padding_mode == "zeros" and self._always_exact
        return (
            self.algorithm == "auto" and regular and here and plain and self._moving_pays(1, True)
        )

    def _moves_maps(self, x: Tensor) -> bool:
        """Return whether this call moves its map; where it was not measured, none does."""
        if (
            not self.domain.is_whole  # that of a larger group, if the layer was restricted
            or type(x) is not Tensor  # a fake one, which no table may be made of
            or torch._C._get_tracing_state() is not None
            or not was_measured(x)
        ):
            return False
        compiled = torch.compiler.is_compiling()
        if compiled and not _is_for_these_sizes(x):
            return False
        if not compiled and torch._C._len_torch_dispatch_stack():  # perhaps of fake tensors
            return False
        space = tuple(x.shape[3:])
        pays = self._moving_pays(x.shape[0] * math.prod(space), compiled)
        return pays and is_kept(self.group.stabilizer, space)

    def _moving_pays(self, points: int, compiled: bool) -> bool:
        channels = self.in_channels, self.out_channels, self.groups
        box = math.prod(self.kernel_size)
        order = self._input_size or 1
        return moving_pays(order, *channels, box, points, compiled)

    def _identity_filters(self) -> Tensor:
        """Return the rows of the bank that belong to the identity."""
        weight = self.weight
        if self._in_order:
            return weight.reshape(len(weight), -1, *self.kernel_size)
        e = self.group.stabilizer.identity
        index = self.bank_index[e : e + 1].to(weight.device)
        return expand_filters(weight, index, fills_box=self._fills_box)

    def _check_torus(self, space: Sequence[int]) -> None:
        for axis, row in self.domain.rows:
            for other, entry in enumerate(row):
                # M maps the periods n Z^d into themselves when n_i divides M_ij n_j
                if entry * space[other] % space[axis] or space[axis] % self.stride[axis]:
                    raise WindowError(
                        f"{self.group.name} does not act on a torus of {tuple(space)} with stride "
                        f"{self.stride}; use equal sizes, multiples of the stride",
                        witness=tuple(space),
                    )


def _is_for_these_sizes(x: Tensor) -> bool:
    """Return whether what is compiled is for maps of this shape alone, and no export."""
    return (
        _TELLS_SYMBOLS
        and torch.compiler.is_dynamo_compiling()
        and all(symbolic_shapes.has_static_value(n) for n in x.shape)
    )


class LiftingConv(GroupConv):
    r"""G-correlation of a planar map, giving a map on G.

    .. math:: [f \star \psi](g) = \sum_{y \in Z^d} \sum_k f_k(y)\, \psi_k(g^{-1} y)

    `GroupConv` with ``input_type="planar"``, its other arguments the same.

    Parameters
    ----------
    group, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias
        As in `GroupConv`; the input's channels are those of the image.
    padding_mode, output_type, exact, device, dtype
        As in `GroupConv`.

    Raises
    ------
    SettingError, WindowError, FeatureTypeError, DimensionError
        As in `GroupConv`.

    Examples
    --------
    >>> import groupkit as gk
    >>> lift = LiftingConv(gk.p6, 1, 10, kernel_size=3)
    >>> lift
    LiftingConv(p6, 1, 10, kernel_size=(3, 3), window of 7 points, planar -> regular)
    >>> lift(torch.zeros(1, 1, 29, 29)).shape
    torch.Size([1, 10, 6, 27, 27])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 10.
    """

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
        output_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
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
            input_type="planar",
            output_type=output_type,
            exact=exact,
            device=device,
            dtype=dtype,
        )
