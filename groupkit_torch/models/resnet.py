r"""Residual networks with norms before convolutions, for any group."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p4m
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.geometry import SettingError, check_group, positive
from groupkit_torch.models.blocks import ReLU, convolution, halving_convolution
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.global_pool import GlobalPool


class ResidualBlock(nn.Module):
    r"""Two convolutions, each after norm and ReLU, added to what came in.

    .. math:: y = A x + f_2(\mathrm{ReLU}(N_2 f_1(\mathrm{ReLU}(N_1 x))))

    A is the identity, or a convolution with one point where channels or sides change.

    Parameters
    ----------
    group : SplitGroup
        G.
    in_channels, out_channels : int
        Channels.
    downsampling : {None, "pooled", "strided"}
        None keeps the sides; the others halve them, as in `blocks.halving_convolution`.
    share : {None, "g", "gc", "depthwise"}
        How the filters of the convolutions with three points a side are factored.
    dropout : float
        Between the two convolutions.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    References
    ----------
    He, Zhang, Ren & Sun (2016), "Identity Mappings in Deep Residual Networks".
    """

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        *,
        downsampling: str | None = None,
        share: str | None = None,
        dropout: float = 0.0,
        exact: str = "warn",
    ) -> None:
        super().__init__()
        sizes = (group, in_channels, out_channels)
        first: nn.Module
        shortcut: nn.Module = nn.Identity()
        if downsampling is None:
            first = convolution(*sizes, 3, padding=1, bias=False, share=share, exact=exact)
            if in_channels != out_channels:
                shortcut = GroupConv(*sizes, 1, bias=False)
        else:
            first = halving_convolution(
                *sizes, 3, downsampling, bias=False, share=share, exact=exact
            )
            shortcut = halving_convolution(*sizes, 1, downsampling, bias=False, exact=exact)
        self.residual = nn.Sequential(
            GroupBatchNorm(group, in_channels),
            ReLU(),
            first,
            GroupBatchNorm(group, out_channels),
            ReLU(),
            nn.Dropout(dropout),
            convolution(group, out_channels, out_channels, 3, padding=1, bias=False, share=share),
        )
        self.shortcut = shortcut

    def forward(
        self, x: Inexact[Tensor, "batch in_channels order *space"]
    ) -> Inexact[Tensor, "batch out_channels order *out"]:
        """Return the sum."""
        shortcut: Tensor = self.shortcut(x)
        residual: Tensor = self.residual(x)
        return shortcut + residual


class ResNet(nn.Module):
    r"""A residual network in stages, each with half as many points a side as the one before.

    A convolution lifts the image, :math:`(\mathrm{depth} - 2) / (2 k)` residual blocks make each
    of the k stages, and means over S and space go to a linear layer. Scores are invariant under S.

    Parameters
    ----------
    group : SplitGroup
        G; any, of one to three dimensions. p1 gives the planar network.
    widths : sequence of int
        Channels of each stage.
    depth : int
        Layers with weights along the longest path: 2 more than a multiple of twice the stages.
    in_channels : int
        Channels of the image; of a field, all its channels.
    n_classes : int
        Scores.
    downsampling : {"pooled", "strided"}
        How stages after the first begin. Published networks are "strided": with k stages, exact
        on sides :math:`1 + 2^{k-1} m`, such as 33, and not on 32. "pooled" has as many
        parameters, and is exact on sides :math:`2^{k-1} m`, such as 32; where the group has no
        window of two points a side (hexagonal lattices), both are exact on sides
        :math:`1 + 2^k m`, such as 33 and 41.
    share : {None, "g", "gc", "depthwise"}
        How the filters of residual blocks are factored: see `SeparableGroupConv`.
    dropout : float
        Between the two convolutions of a block.
    input_type : {"planar", "regular"}, subgroup or Field
        What the image is a function on, or how S acts on its channels.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    Raises
    ------
    SettingError
        If an argument is not one.

    Examples
    --------
    >>> import groupkit as gk, torch
    >>> net = ResNet(gk.p4m, widths=(2, 4, 8), depth=8)
    >>> net(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 8.2; Lengyel &
    van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant Convolutions", section
    4.2, for the factored ones.
    """

    def __init__(
        self,
        group: SplitGroup,
        widths: Sequence[int],
        depth: int,
        in_channels: int = 3,
        n_classes: int = 10,
        *,
        downsampling: str = "pooled",
        share: str | None = None,
        dropout: float = 0.0,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        check_group(group)
        blocks_per_stage = _blocks_per_stage(depth, len(widths))
        self.lift = GroupConv(
            group, in_channels, widths[0], 3, padding=1, bias=False, input_type=input_type
        )
        stages: list[nn.Module] = []
        channels = widths[0]
        for number, width in enumerate(widths):
            blocks: list[nn.Module] = []
            for first in [True] + [False] * (blocks_per_stage - 1):
                halves = downsampling if first and number else None
                block = ResidualBlock(
                    group,
                    channels,
                    width,
                    downsampling=halves,
                    share=share,
                    dropout=dropout,
                    exact=exact,
                )
                blocks.append(block)
                channels = width
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.norm = nn.Sequential(GroupBatchNorm(group, channels), ReLU())
        self.pool = GlobalPool(group, "mean")
        self.linear = nn.Linear(channels, n_classes)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        features = self.norm(self.stages(self.lift(x)))
        scores: Tensor = self.linear(self.pool(features))
        return scores


class ResNet44(ResNet):
    """The residual network of 44 layers for images of 32×32.

    Parameters
    ----------
    group : SplitGroup
        G.
    widths : sequence of int
        (11, 23, 45) for p4m; the planar one has (32, 64, 128).
    in_channels, n_classes, downsampling, share, dropout, input_type, exact
        As in `ResNet`.

    Notes
    -----
    Parameters: 2.62 million of p4m, 2.64 million of p1 with (32, 64, 128), 1.78 million of p4m
    with ``share="g"`` and (19, 38, 76), 1.88 million with ``share="gc"`` and (28, 56, 112): the
    published numbers.

    Examples
    --------
    >>> sum(p.numel() for p in ResNet44().parameters())
    2618543

    References
    ----------
    As in `ResNet`.
    """

    def __init__(
        self,
        group: SplitGroup = p4m,
        widths: Sequence[int] = (11, 23, 45),
        in_channels: int = 3,
        n_classes: int = 10,
        *,
        downsampling: str = "pooled",
        share: str | None = None,
        dropout: float = 0.0,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__(
            group,
            widths,
            44,
            in_channels,
            n_classes,
            downsampling=downsampling,
            share=share,
            dropout=dropout,
            input_type=input_type,
            exact=exact,
        )


def _blocks_per_stage(depth: int, n_stages: int) -> int:
    layers = positive("depth", depth) - 2
    if n_stages < 1 or layers < 1 or layers % (2 * n_stages):
        raise SettingError(
            f"depth={depth} is not 2 more than a multiple of {2 * max(n_stages, 1)}, two layers "
            f"for each block and as many blocks in each of {n_stages} stages; use "
            f"{2 + 2 * max(n_stages, 1) * max(1, layers // (2 * max(n_stages, 1)))}",
            witness=depth,
        )
    return layers // (2 * n_stages)
