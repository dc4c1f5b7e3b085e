r"""G-convolutions between feature maps of any type: one gather, one planar convolution.

.. math:: [f \star \psi](g) = \sum_h \sum_k f_k(h)\, \psi_k(g^{-1} h)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from groupkit import SplitGroup, Window
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.filter_bank import FilterBank
from groupkit_torch.exactness import Sampler
from groupkit_torch.feature_maps import axis_size, check_map
from groupkit_torch.functional import bank_index, expand_filters, fill_outside, group_conv
from groupkit_torch.geometry import (
    SettingError,
    check_centre,
    per_axis,
    positive,
    resolve_padding,
    window_of,
)
from groupkit_torch.guard import Guarded
from groupkit_torch.kernel import Kernel
from groupkit_torch.mask import inside, stable_rows


class GroupConv(Guarded):
    r"""G-correlation of a map on G/H_in with filters, giving a map on G/H_out.

    .. math:: y_o(g) = b_o + \sum_{h} \sum_i f_i(h)\, \psi_{oi}(g^{-1} h)

    In 1, 2 and 3 dimensions. It commutes with translations, and with every element of S about
    the arrays' centres as long as its stride samples symmetrically (see ``stride``).

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels, out_channels : int
        Numbers of G-feature maps.
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
        Whether each G-feature map has a bias.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        As in `torch.nn.Conv2d`. On lattices whose boxes are not stable, "circular" needs
        ``padding="same"`` and equal sizes; the map then lives on the torus, where S acts about
        index 0.
    input_type, output_type : {"planar", "regular"} or subgroup
        H_in and H_out.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        [out_channels, in_channels / groups, n_parameters], one entry per orbit of
        :math:`(S/H_{in}) \times W` under H_out.
    bias : Parameter or None
        [out_channels].

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
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        window = window_of(group, kernel_size)
        stabilizer, dimension = group.stabilizer, group.dimension
        in_channels = positive("in_channels", in_channels)
        out_channels = positive("out_channels", out_channels)
        groups = positive("groups", groups)
        _check_groups(in_channels, out_channels, groups)
        self.group = group
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.input_type = FeatureType.of(stabilizer, input_type)
        self.output_type = FeatureType.of(stabilizer, output_type)
        self.filter_bank = FilterBank(window, self.input_type, self.output_type)
        self.kernel_size = window.box
        self.stride = per_axis("stride", stride, dimension, least=1)
        self.dilation = per_axis("dilation", dilation, dimension, least=1)
        self.padding = resolve_padding(padding, window, self.stride, self.dilation, padding_mode)
        self.padding_mode = padding_mode
        check_centre(window, self.dilation)
        kernel = Kernel.of_filters(self.filter_bank, self.stride, self.dilation, padding_mode)
        resizable = not isinstance(kernel_size, Window)
        self._set_guard(Sampler(group, kernel, self.padding, resizable), exact)

        self._input_size, self._output_size = (
            axis_size(self.input_type),
            axis_size(self.output_type),
        )
        self._fills_box = len(window) == math.prod(window.box)
        self._rows = stable_rows(stabilizer)
        self._on_torus = bool(self._rows) and padding_mode == "circular"
        n_parameters = self.filter_bank.n_parameters
        self.weight = nn.Parameter(
            torch.empty(
                out_channels, in_channels // groups, n_parameters, device=device, dtype=dtype
            )
        )
        self.bias: nn.Parameter | None
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.bank_index: Tensor
        self.register_buffer("bank_index", None, persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        r"""Draw weight and bias anew, uniform within :math:`1/\sqrt{\text{fan-in}}`.

        The fan-in is :math:`C_{in}/\mathrm{groups} \cdot |S/H_{in}| \cdot |W|`, the number of
        inputs that one output sums over. The index is made anew as well, so that a module
        that `torch.nn.Module.to_empty` took from the meta device is complete.
        """
        window = self.filter_bank.window
        fan_in = self.in_channels // self.groups * self.input_type.size * len(window)
        bound = 1 / math.sqrt(fan_in)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)
        self.bank_index = bank_index(
            self.filter_bank,
            self.out_channels,
            self.in_channels // self.groups,
            device=self.weight.device,
        )

    def expanded_weight(self) -> Float[Tensor, "out_entries in_entries *box"]:
        r"""Return the bank of filters [C_out \|S/H_out\|, C_in/groups \|S/H_in\|, *box].

        Examples
        --------
        >>> import groupkit as gk
        >>> GroupConv(gk.p4, 2, 3, kernel_size=5).expanded_weight().shape
        torch.Size([12, 8, 5, 5])
        """
        return expand_filters(self.weight, self.bank_index, fills_box=self._fills_box)

    def forward(
        self, x: Float[Tensor, "batch in_channels *rest"]
    ) -> Float[Tensor, "batch out_channels *out_rest"]:
        """Return the correlation of a map of the input type, a map of the output type."""
        dimension = len(self.stride)
        check_map(x, self.in_channels, self._input_size, dimension)
        if self._on_torus:
            self._check_torus(x.shape[x.dim() - dimension :])
        self._guard(x)
        if self._rows and not self._on_torus:
            space = x.shape[x.dim() - dimension :]
            x = fill_outside(x, inside(self.group.stabilizer, self._rows, space, x.device))
        return group_conv(
            x,
            self.weight,
            self.bank_index,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.padding_mode,
            fills_box=self._fills_box,
            planar_output=self._output_size is None,
        )

    def _check_torus(self, space: Sequence[int]) -> None:
        for axis, row in self._rows:
            for other, entry in enumerate(row):
                # M maps the periods n Z^d into themselves when n_i divides M_ij n_j
                if entry * space[other] % space[axis] or space[axis] % self.stride[axis]:
                    raise WindowError(
                        f"{self.group.name} does not act on a torus of {tuple(space)} with stride "
                        f"{self.stride}; use equal sizes, multiples of the stride",
                        witness=tuple(space),
                    )

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        dimension = len(self.stride)
        parts = [self.group.name, str(self.in_channels), str(self.out_channels)]
        parts.append(f"kernel_size={self.kernel_size}")
        if not self._fills_box:
            parts.append(f"window of {len(self.filter_bank.window)} points")
        for name, default in (("stride", 1), ("padding", 0), ("dilation", 1)):
            if getattr(self, name) != (default,) * dimension:
                parts.append(f"{name}={getattr(self, name)}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode!r}")
        return ", ".join([*parts, f"{self.input_type} -> {self.output_type}"])


class LiftingConv(GroupConv):
    r"""G-correlation of a planar map, giving a map on G.

    .. math:: [f \star \psi](g) = \sum_{y \in Z^d} \sum_k f_k(y)\, \psi_k(g^{-1} y)

    `GroupConv` with ``input_type="planar"``, its other arguments the same.

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


def _check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    if in_channels % groups or out_channels % groups:
        raise SettingError(
            f"groups={groups} does not divide in_channels={in_channels} and "
            f"out_channels={out_channels}; use a common divisor",
            witness=(in_channels, out_channels, groups),
        )
