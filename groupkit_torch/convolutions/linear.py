r"""The 1×1 G-convolution as a matrix product over channels and stabilizer axis."""

from __future__ import annotations

import torch
from jaxtyping import Inexact
from torch import Tensor
from torch.nn import functional as F

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.fourier_filters import FourierFilters
from groupkit_torch.geometry import window_of


class GroupLinear(FourierFilters):
    r"""A linear map of the functions on S at each point of the lattice that commutes with S.

    .. math:: y_o(x, s') = b_o + \sum_i \sum_s f_i(x, s)\, w_{oi}(s'^{-1} s)

    It mixes channels and the stabilizer axis, and no two points of the lattice: inside the
    domain of a map it is `GroupConv` with ``kernel_size=1``, but it takes maps of fewer
    lattice axes too, or none: the layer for the head of a network, and for what a global
    pooling leaves.

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels, out_channels : int
        Numbers of G-feature maps; of a field, all its channels.
    bias : bool
        Whether each G-feature map has a bias; a field has one for each invariant vector.
    input_type, output_type : {"planar", "regular"}, subgroup or Field
        As in `GroupConv`.
    algorithm : {"auto", "direct", "fourier"}
        One product of matrices, or, between regular maps, one for each irreducible representation
        of S, as in `GroupConv`.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        [out_channels, in_channels, n_parameters], one entry per orbit of :math:`S/H_{in}`
        under H_out: \|S\| for regular maps.
    bias : Parameter or None
        [out_channels]; fewer for a field, none where it has no invariant vector.
    algorithm : str
        As given.

    Raises
    ------
    NotASubgroupError, FeatureTypeError, SettingError
        If an argument is not one.

    Notes
    -----
    Channels are the second axis, as everywhere in this package, and not the last one as in
    `torch.nn.Linear`. Weights start as those of `torch.nn.Linear` do, uniform within
    :math:`1/\sqrt{C_{in} |S/H_{in}|}`. On lattices whose boxes are not stable, the outside of a
    map is not read by the inside, and is left as it comes out.

    Examples
    --------
    >>> import groupkit as gk
    >>> head = GroupLinear(gk.p4m, 16, 10)
    >>> head
    GroupLinear(p4m, 16, 10, regular -> regular)
    >>> head(torch.zeros(2, 16, 8)).shape
    torch.Size([2, 10, 8])
    >>> head(torch.zeros(2, 16, 8, 9, 9)).shape
    torch.Size([2, 10, 8, 9, 9])

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", section 3.3, uses it as the pointwise half of a layer.
    """

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        bias: bool = True,
        *,
        input_type: FeatureType | TypeLike = "regular",
        output_type: FeatureType | TypeLike = "regular",
        algorithm: str = "auto",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        window = window_of(group, 1)
        super().__init__(group, in_channels, out_channels, window, 1, input_type, output_type)
        self._set_algorithm(algorithm)
        self._set_parameters(bias, device, dtype)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *rest"]
    ) -> Inexact[Tensor, "batch out_channels *out_rest"]:
        """Return a map of the output type, [batch, C_out, |S/H_out|, *space].

        Parameters
        ----------
        x : Tensor
            [batch, C_in, |S/H_in|, *space], or [batch, C_in, *space] for a planar input; space
            is any number of lattice axes up to the group's dimension.

        Raises
        ------
        FeatureTypeError
            If the map is not one of the input type.
        """
        self._check(x)
        if self._block_sizes is not None and self._takes_fourier(x):
            return self._by_irreps(x)
        axes = 2 if self._input_size is None else 3
        space = x.shape[axes:]
        bank, bias = self._bank_and_bias()
        matrix = bank.flatten(1)
        rows = x.flatten(1, axes - 1)
        last = rows.movedim(1, -1)
        if not space or (last.is_contiguous() and not rows.is_contiguous()):  # channels_last
            y = F.linear(last, matrix, bias).movedim(-1, 1)
        else:
            y = F.conv1d(rows.flatten(2), matrix.unsqueeze(-1), bias)
        size = () if self._output_size is None else (self._output_size,)
        return y.view(x.shape[0], self.out_channels, *size, *space)

    def _check(self, x: Tensor) -> None:
        size, channels, dimension = self._input_size, self.in_channels, self.group.dimension
        fibre = (channels,) if size is None else (channels, size)
        axes = 1 + len(fibre)
        shape = tuple(x.shape)
        if shape[1:axes] == fibre and len(shape) <= axes + dimension:
            return
        if shape[-len(fibre) :] == fibre and len(shape) > axes:
            mistake = "its channels come last, as in torch.nn.Linear: move them to axis 1"
        elif shape[: len(fibre)] == fibre and len(shape) <= len(fibre) + dimension:
            mistake = "the batch axis is missing: add it with x.unsqueeze(0)"
        elif size is None and len(shape) == axes + dimension + 1:
            mistake = "this map has a stabilizer axis: declare its type with input_type"
        elif size is not None and len(shape) == axes + dimension - 1 and shape[1] == channels:
            mistake = "this is a planar map: lift it first with LiftingConv"
        else:
            mistake = "it is one of another group, or of another feature type"
        expected = ", ".join(["batch", f"{channels} channels", *map(str, fibre[1:])])
        raise FeatureTypeError(
            f"expected a map [{expected}] with up to {dimension} lattice axes behind, got shape "
            f"{shape}: {mistake}",
            witness=shape,
        )

    def extra_repr(self) -> str:
        """Return the arguments, as torch's layers show them."""
        parts = [self.group.name, str(self.in_channels), str(self.out_channels)]
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join([*parts, f"{self.input_type} -> {self.output_type}{self._shown()}"])
