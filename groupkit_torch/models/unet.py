r"""U-Nets: maps of scores that move with the image, for any group."""

from __future__ import annotations

from itertools import pairwise

import torch
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p4m
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.conv_transpose import GroupConvTranspose
from groupkit_torch.geometry import check_group, positive
from groupkit_torch.models.blocks import ReLU, max_pool, pool_sides
from groupkit_torch.norms.batch_norm import GroupBatchNorm


class UNet(nn.Module):
    r"""Down to coarse maps and up again, each map beside the one of its size on the way down.

    .. math:: \Phi(L_g f) = L_g \Phi(f)

    On each level two convolutions, with norms and ReLU; a maximum over two points a side leads
    down, a transposed convolution up. The scores are planar maps, a linear function of the
    last regular one that is the same for all elements of S.

    Parameters
    ----------
    group : SplitGroup
        G; any, of one to three dimensions. p1 gives the planar network.
    width : int
        Channels of the finest level; each level below has twice as many.
    n_levels : int
        Levels below the finest.
    in_channels : int
        Channels of the image; of a field, all its channels.
    n_classes : int
        Channels of the output; of a field, all its channels.
    pool_size : int, optional
        Points a side that maxima and transposed convolutions span: 2, for sides
        :math:`2^n m`, or 3, for sides :math:`1 + 2^n m`, with n levels. By default 2 where
        the group has such a window. Where boxes are not stable (hexagonal lattices), the coarsest
        map is odd too: :math:`1 + 2^{n+1} m`.
    input_type : {"planar", "regular"}, subgroup or Field
        What the image is a function on, or how S acts on its channels.
    output_type : {"planar", "regular"}, subgroup or Field
        The same of the output: a vector field, for flows and gradients.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    Raises
    ------
    SettingError
        If an argument is not one.
    WindowError
        In a call, if the sides are neither of those.

    Examples
    --------
    >>> net = UNet(width=2, n_levels=2)
    >>> net(torch.rand(1, 3, 32, 32)).shape
    torch.Size([1, 2, 32, 32])

    References
    ----------
    Ronneberger, Fischer & Brox (2015), "U-Net: Convolutional Networks for Biomedical Image
    Segmentation".
    """

    def __init__(
        self,
        group: SplitGroup = p4m,
        width: int = 16,
        n_levels: int = 3,
        in_channels: int = 3,
        n_classes: int = 2,
        *,
        pool_size: int | None = None,
        input_type: FeatureType | TypeLike = "planar",
        output_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        size, padding = pool_sides(check_group(group), pool_size)
        self.n_levels = positive("n_levels", n_levels)
        self._rest = size - 2  # of the sides, modulo 2 to the power of levels
        widths = [positive("width", width) * 2**i for i in range(n_levels + 1)]
        lift = GroupConv(group, in_channels, width, 3, padding=1, bias=False, input_type=input_type)
        self.down = nn.ModuleList([_two_layers(group, lift, width)])
        self.steps = nn.ModuleList()
        self.up = nn.ModuleList()
        self.joined = nn.ModuleList()
        for fine, coarse in pairwise(widths):
            self.steps.append(max_pool(group, size, padding, "regular", exact))
            self.down.append(_two_layers(group, _convolution(group, fine, coarse), coarse))
            self.up.append(GroupConvTranspose(group, coarse, fine, size, 2, padding, exact=exact))
            self.joined.append(_two_layers(group, _convolution(group, 2 * fine, fine), fine))
        self.scores = GroupConv(group, width, n_classes, 1, output_type=output_type)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *rest"]
    ) -> Inexact[Tensor, "batch n_classes *out"]:
        """Return a map of scores for each class.

        Raises
        ------
        WindowError
            If sides do not come back from the coarsest level as they went down.
        """
        if isinstance(x, Tensor):  # no proxy of a tracer
            self._check_sides(x)
        maps = [self.down[0](x)]
        for step, layers in zip(self.steps, list(self.down)[1:], strict=True):
            maps.append(layers(step(maps[-1])))
        y = maps.pop()
        for up, layers in zip(reversed(self.up), reversed(self.joined), strict=True):
            y = layers(torch.cat([maps.pop(), up(y)], 1))
        scores: Tensor = self.scores(y)
        return scores

    def _check_sides(self, x: Tensor) -> None:
        step, rest = 2**self.n_levels, self._rest
        for side in x.shape[x.dim() - self.scores.group.dimension :]:
            if side < step or side % step != rest:
                more = step * max(1, -(-(side - rest) // step)) + rest
                what = f"multiples of {step}" + (", and 1" if rest else "")
                raise WindowError(
                    f"a side of {side} is halved {self.n_levels} times and does not come back as "
                    f"it went down; use {what}, such as {more}",
                    witness=side,
                )


def _convolution(group: SplitGroup, in_channels: int, out_channels: int) -> GroupConv:
    return GroupConv(group, in_channels, out_channels, 3, padding=1, bias=False)


def _two_layers(group: SplitGroup, first: nn.Module, width: int) -> nn.Sequential:
    """Return a convolution and another one, each with its norm and ReLU."""
    second = _convolution(group, width, width)
    return nn.Sequential(
        *[first, GroupBatchNorm(group, width), ReLU()],
        *[second, GroupBatchNorm(group, width), ReLU()],
    )
