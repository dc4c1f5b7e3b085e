r"""The wide residual network of 26 layers, for any group."""

from __future__ import annotations

from collections.abc import Sequence

from groupkit import SplitGroup, p4m
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.models.resnet import ResNet


class WideResNet26(ResNet):
    """`ResNet` of 26 layers, fewer and wider ones.

    Parameters
    ----------
    group : SplitGroup
        G.
    widths : sequence of int
        (50, 100, 150) for p4m and (71, 142, 248) for the planar network in the paper; in the
        authors' program (25, 50, 100) and (71, 142, 284).
    in_channels, n_classes, downsampling, share, dropout, input_type, exact
        As in `ResNet`.

    Notes
    -----
    With the paper's widths it has 19.4 million parameters for p4m and 5.97 million for p1, not the
    7.2 million that the paper reports; with those of the authors' program 7.16 and 7.23 million,
    where that reports 7.17 and 7.24. docs/models.md tells more.

    Examples
    --------
    >>> import groupkit as gk
    >>> sum(p.numel() for p in WideResNet26(gk.p1, (71, 142, 248)).parameters())
    5972941

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 8.2; Zagoruyko &
    Komodakis (2016), "Wide Residual Networks".
    """

    def __init__(
        self,
        group: SplitGroup = p4m,
        widths: Sequence[int] = (50, 100, 150),
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
            26,
            in_channels,
            n_classes,
            downsampling=downsampling,
            share=share,
            dropout=dropout,
            input_type=input_type,
            exact=exact,
        )
