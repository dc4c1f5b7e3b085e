r"""Densely connected networks without padding, for any group."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p4m
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.geometry import SettingError, check_group, positive
from groupkit_torch.models.blocks import ReLU, pool_sides
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.global_pool import GlobalPool
from groupkit_torch.pooling.pooling import GroupAvgPool


class DenseLayer(nn.Module):
    r"""New channels beside the old ones, :math:`y = [x|, f(\mathrm{ReLU}(N x))]`.

    The convolution has three points a side and no padding; :math:`x|` is x without its border.

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels : int
        Channels of x.
    growth : int
        New channels.
    """

    def __init__(self, group: SplitGroup, in_channels: int, growth: int) -> None:
        super().__init__()
        self.new = nn.Sequential(
            GroupBatchNorm(group, in_channels),
            ReLU(),
            GroupConv(group, in_channels, growth, 3, bias=False),
        )
        self._dimension = group.dimension

    def forward(
        self, x: Inexact[Tensor, "batch in_channels order *space"]
    ) -> Inexact[Tensor, "batch out_channels order *inner"]:
        """Return old and new channels."""
        inner = nn.functional.pad(x, [-1, -1] * self._dimension)
        return torch.cat([inner, self.new(x)], 1)


class DenseNet(nn.Module):
    r"""Blocks of dense layers with transitions to half the sides; means over S and space.

    A transition is a norm, a ReLU, a convolution with one point that keeps the number of
    channels, and a mean over two points a side. No convolution is padded: scores do not depend on
    what lies beyond the image, and are invariant under S.

    Parameters
    ----------
    group : SplitGroup
        G; any, of one to three dimensions. p1 gives the planar network.
    growth : int
        Channels that a layer adds; the network begins with as many.
    n_layers : sequence of int
        Dense layers of each block.
    in_channels : int
        Channels of the image; of a field, all its channels.
    n_classes : int
        Scores.
    pool_size : int, optional
        Points a side that transitions average, at every second point: 2 on even sides, or 3
        with padding 1 on odd ones. By default 2 where the group has such a window.
    input_type : {"planar", "regular"}, subgroup or Field
        What the image is a function on, or how S acts on its channels.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    Raises
    ------
    SettingError
        If an argument is not one.

    Notes
    -----
    With the default blocks, images of 96×96 keep all of p4m: their sides become 94, 92, 46, 44,
    22, 20, 10, 8, 4 and 2. So do 112, 128, ...; `trace_exactness` finds the sides of other
    blocks. The paper's own widths are not known here, so that nothing is compared with its counts.

    Examples
    --------
    >>> import torch
    >>> net = DenseNet(growth=2)
    >>> net(torch.rand(1, 3, 96, 96)).shape
    torch.Size([1, 2])

    References
    ----------
    Veeling, Linmans, Winkens, Cohen & Welling (2018), "Rotation Equivariant CNNs for Digital
    Pathology"; Huang, Liu, van der Maaten & Weinberger (2017), "Densely Connected Convolutional
    Networks".
    """

    def __init__(
        self,
        group: SplitGroup = p4m,
        growth: int = 8,
        n_layers: Sequence[int] = (1, 1, 1, 1, 1),
        in_channels: int = 3,
        n_classes: int = 2,
        *,
        pool_size: int | None = None,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        size, padding = pool_sides(check_group(group), pool_size)
        if not n_layers:
            raise SettingError("n_layers is empty, but a network has at least one block", n_layers)
        channels = positive("growth", growth)
        layers: list[nn.Module] = [
            GroupConv(group, in_channels, channels, 3, bias=False, input_type=input_type)
        ]
        for number, n in enumerate(n_layers):
            if number:
                layers += [
                    GroupBatchNorm(group, channels),
                    ReLU(),
                    GroupConv(group, channels, channels, 1, bias=False),
                    GroupAvgPool(group, size, 2, padding, exact=exact),
                ]
            for _ in range(positive("n_layers", n)):
                layers.append(DenseLayer(group, channels, growth))
                channels += growth
        self.features = nn.Sequential(*layers, GroupBatchNorm(group, channels), ReLU())
        self.pool = GlobalPool(group, "mean")
        self.linear = nn.Linear(channels, n_classes)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.linear(self.pool(self.features(x)))
        return scores
