r"""All-CNN-C, a network of nine convolutions and no pooling, for any group."""

from __future__ import annotations

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p4m
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.geometry import check_group, positive
from groupkit_torch.models.blocks import ReLU, convolution, halving_convolution
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.global_pool import GlobalPool


class AllCNNC(nn.Module):
    r"""Nine G-convolutions with batch norm and ReLU, the last one's mean over S and space.

    Widths are w, w, w, 2w, 2w, 2w, 2w, 2w and the number of classes; the third and the sixth
    layer halve the sides, the last two have kernels of one point. Scores are invariant under S.

    Parameters
    ----------
    group : SplitGroup
        G; any, of one to three dimensions. p1 gives the planar network.
    width : int
        w: 96 for p1, 48 for p4, 32 for p4m.
    in_channels : int
        Channels of the image; of a field, all its channels.
    n_classes : int
        Scores.
    downsampling : {"pooled", "strided"}
        As in `ResNet`: the published network is "strided", which on 32×32 is not exact.
    dropout : tuple of float
        Probabilities on the image, and after the third and the sixth layer.
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
    Parameters: 1.37 million for p1 and p4, 1.22 million for p4m, as published. The norms are those
    of the authors' program; without them the numbers round to the same.

    Examples
    --------
    >>> import torch
    >>> net = AllCNNC(width=4)
    >>> net(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])

    References
    ----------
    Springenberg, Dosovitskiy, Brox & Riedmiller (2015), "Striving for Simplicity: The All
    Convolutional Net"; Cohen & Welling (2016), "Group Equivariant Convolutional Networks",
    section 8.2.
    """

    def __init__(
        self,
        group: SplitGroup = p4m,
        width: int = 32,
        in_channels: int = 3,
        n_classes: int = 10,
        *,
        downsampling: str = "pooled",
        dropout: tuple[float, float, float] = (0.2, 0.5, 0.5),
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        check_group(group)
        widths = [positive("width", width)] * 3 + [2 * width] * 5 + [n_classes]
        layers: list[nn.Module] = [nn.Dropout(dropout[0])]
        channels = in_channels
        for number, out_channels in enumerate(widths, start=1):
            kernel_size = 3 if number < 8 else 1
            sizes = (group, channels, out_channels, kernel_size)
            if number == 1:
                layers.append(GroupConv(*sizes, padding=1, input_type=input_type))
            elif number in (3, 6):
                layers.append(halving_convolution(*sizes, downsampling, exact=exact))
            else:
                layers.append(convolution(*sizes, padding=kernel_size // 2))
            layers += [GroupBatchNorm(group, out_channels), ReLU()]
            if number in (3, 6):
                layers.append(nn.Dropout(dropout[number // 3]))
            channels = out_channels
        self.features = nn.Sequential(*layers)
        self.pool = GlobalPool(group, "mean")

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.pool(self.features(x))
        return scores
