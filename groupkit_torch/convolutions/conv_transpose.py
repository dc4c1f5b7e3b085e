r"""Transposed G-convolutions: the adjoints of G-convolutions, with the same weight.

.. math:: \langle f \star \psi, y \rangle = \langle f, \psi^{\mathsf T} y \rangle
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Inexact
from torch import Tensor

from groupkit import SplitGroup, Window
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.filter_layer import FilterLayer
from groupkit_torch.feature_maps import check_map
from groupkit_torch.functional import convolve_transpose
from groupkit_torch.geometry import SettingError, Sides, per_axis


class GroupConvTranspose(FilterLayer):
    r"""The adjoint of a G-convolution: a map on G/H_in written through filters to one on G/H_out.

    .. math:: y_o(h) = b_o + \sum_{g} \sum_i f_i(g)\, \psi_{io}(g^{-1} h)

    It is the adjoint of `GroupConv` with the types exchanged and the same weight:
    ``<conv(x), f> = <x, transposed(f)>`` without biases, and an axis of n points becomes one of
    :math:`(n - 1) s - 2p + d (k - 1) + 1` plus ``output_padding``.

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels, out_channels : int
        Numbers of G-feature maps; of a field, all its channels.
    kernel_size : int, tuple of int or Window
        As in `GroupConv`.
    stride, padding : int or tuple of int
        Of the convolution that this is the adjoint of, as in `torch.nn.ConvTranspose2d`.
    output_padding : int or tuple of int
        Points added on the upper side of each output axis, fewer than the stride or the
        dilation. They are on one side only: an axis that S reverses is exact without them.
    groups : int
        Blocks of channels that do not see each other.
    bias : bool
        As in `GroupConv`.
    dilation : int or tuple of int
        As in `GroupConv`.
    padding_mode : {"zeros"}
        As in `torch.nn.ConvTranspose2d`, no other is known.
    input_type, output_type : {"planar", "regular"}, subgroup or Field
        H_in and H_out; a field on the output makes it the adjoint of a convolution from the
        dual field :math:`\rho^{-T}`.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        [in_channels, out_channels / groups, n_parameters], the weight of the convolution.
    bias : Parameter or None
        [out_channels], as in `GroupConv`.

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
    An element is kept exactly when the convolution keeps it at the size of the output. Where
    boxes are not stable, the input is read inside its stable window, and outputs outside
    theirs are for the next layer to ignore.

    Examples
    --------
    >>> import groupkit as gk
    >>> up = GroupConvTranspose(gk.p4, 8, 4, 4, stride=2, padding=1)
    >>> up
    GroupConvTranspose(p4, 8, 4, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1),
    regular -> regular)
    >>> up(torch.zeros(1, 8, 4, 7, 7)).shape
    torch.Size([1, 4, 4, 14, 14])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", appendix A: the gradient
    of a G-convolution to its input.
    """

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        *,
        input_type: FeatureType | TypeLike = "regular",
        output_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise SettingError(
                f'padding_mode={padding_mode!r} is none of a transposed convolution; use "zeros"',
                witness=padding_mode,
            )
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
            adjoint=True,
        )
        dimension = group.dimension
        self.output_padding = per_axis("output_padding", output_padding, dimension, least=0)
        self._check_extra(self.output_padding)
        sides = per_axis("padding", padding, dimension, least=0)
        self._set_sampling(sides, padding_mode, exact, self.output_padding)
        self._set_parameters(bias, device, dtype)

    def forward(
        self,
        x: Inexact[Tensor, "batch in_channels *rest"],
        output_size: Sequence[int] | None = None,
    ) -> Inexact[Tensor, "batch out_channels *out_rest"]:
        """Return a map of the output type.

        Parameters
        ----------
        x : Tensor
            [batch, in_channels, |S/H_in|, *space].
        output_size : sequence of int, optional
            Lattice axes of the output, one of the sizes that ``output_padding`` leads to; it
            takes that argument's place in this call.

        Raises
        ------
        FeatureTypeError
            If the input is not of the declared type.
        WindowError
            If the input is too small, or no output has the size asked for.
        """
        dimension = len(self.stride)
        check_map(x, self.in_channels, self._input_size, dimension)
        extra = self.output_padding
        if output_size is None:
            self._guard(x)
        else:
            extra = self._extra_for(tuple(x.shape[x.dim() - dimension :]), output_size)
            self._guard(x, extra)
        bank, bias = self._bank_and_bias()
        return convolve_transpose(
            self.domain.fill(x),
            bank,
            bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
            size=self._output_size,
        )

    def _extra_for(self, space: Sides, output_size: Sequence[int]) -> Sides:
        asked = per_axis("output_size", list(output_size)[-len(space) :], len(space), least=1)
        reach = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        least = [
            (n - 1) * s - 2 * p + r + 1
            for n, s, p, r in zip(space, self.stride, self.padding, reach, strict=True)
        ]
        extra = tuple(m - low for m, low in zip(asked, least, strict=True))
        most = [max(s, d) - 1 for s, d in zip(self.stride, self.dilation, strict=True)]
        if any(not 0 <= x <= high for x, high in zip(extra, most, strict=True)):
            raise WindowError(
                f"output_size={tuple(asked)} is none of an input of {space}; use sizes from "
                f"{tuple(least)} to {tuple(a + b for a, b in zip(least, most, strict=True))}",
                witness=tuple(asked),
            )
        return extra

    def _check_extra(self, extra: Sides) -> None:
        for x, s, d in zip(extra, self.stride, self.dilation, strict=True):
            if x >= max(s, d):
                raise SettingError(
                    f"output_padding={extra} is not below stride={self.stride} or dilation="
                    f"{self.dilation}: the convolution would have more outputs; use less",
                    witness=extra,
                )

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        text = super().extra_repr()
        if not any(self.output_padding):
            return text
        first, _, last = text.rpartition(", ")
        return f"{first}, output_padding={self.output_padding}, {last}"
