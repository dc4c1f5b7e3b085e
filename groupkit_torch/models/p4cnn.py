r"""Seven convolutions and one linear layer: the networks for rotated digits, for any group."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p1, p4
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.geometry import SettingError, check_group, positive
from groupkit_torch.models.blocks import ReLU, check_share, convolution, exact_pool, max_pool
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.coset_pool import CosetPool
from groupkit_torch.pooling.global_pool import GlobalPool

_Block = Callable[[int, int], list[nn.Module]]


class P4CNN(nn.Module):
    r"""Seven G-convolutions with batch norm and ReLU, a maximum over S, one linear layer.

    .. math:: x \mapsto b + A \max_s (f_7 \circ \ldots \circ f_3 \circ P \circ f_2 \circ f_1 x)(s)

    Kernels have three points a side, without padding; P is a maximum at every second point; the
    seventh kernel spans what is left, 4×4 of images of 28×28. Scores are invariant under S.

    Parameters
    ----------
    group : SplitGroup
        G; any, of one to three dimensions.
    width : int
        Channels of every layer.
    in_channels : int
        Channels of the image; of a field, all its channels.
    n_classes : int
        Scores.
    image_size : int
        Points on each side of the image, 21 or more with the default pooling.
    pool_size : int, optional
        Points a side of P, from ``pool_stride`` to one less than twice as many, with padding
        ``pool_size - pool_stride``. By default the one that keeps all of S at this image size, if
        the group has a window of that size.
    pool_stride : int
        P is at every second point, or every third, ...
    share : {None, "g", "gc", "depthwise"}
        How filters of the layers after the first are factored: see `SeparableGroupConv`.
    dropout : float
        Probability that a number becomes zero, after layers 1, 3, 4, 5 and 6 in training.
    input_type : {"planar", "regular"}, subgroup or Field
        What the image is a function on, or how S acts on its channels.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    Raises
    ------
    SettingError
        If an argument is not one.
    WindowError
        If the group has no window of the sizes that come up: on hexagonal lattices images have
        sides 21, 25, 29, ... with the default pooling.

    Notes
    -----
    Square images of every size from 21 on keep all of S with the default ``pool_size``; with
    others, those for which ``pool_stride`` divides ``image_size - 4 + pool_size`` do. Larger
    images than ``image_size`` are taken too: the maximum is then over positions as well.

    With width 10, p4 and 28×28 it has 24,810 parameters and makes 11.67 million
    multiply-adds, as published (2021).

    Examples
    --------
    >>> import groupkit as gk, torch
    >>> net = P4CNN(gk.p4, width=10)
    >>> net(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    >>> sum(p.numel() for p in net.parameters())
    24810

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 8.1; Lengyel &
    van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant Convolutions", section
    4.1, for the factored ones.
    """

    def __init__(
        self,
        group: SplitGroup = p4,
        width: int = 10,
        in_channels: int = 1,
        n_classes: int = 10,
        *,
        image_size: int = 28,
        pool_size: int | None = None,
        pool_stride: int = 2,
        share: str | None = None,
        dropout: float = 0.0,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        check_share(share)

        def block(number: int, kernel_size: int) -> list[nn.Module]:
            conv = (
                GroupConv(
                    group, in_channels, width, kernel_size, input_type=input_type, exact=exact
                )
                if number == 1
                else convolution(group, width, width, kernel_size, share=share, exact=exact)
            )
            return [conv, GroupBatchNorm(group, width), ReLU()]

        self.features = seven_layers(
            check_group(group),
            block,
            image_size,
            (pool_size, pool_stride),
            dropout,
            "regular",
            exact,
        )
        self.pool = GlobalPool(group, "max")
        self.linear = nn.Linear(width, n_classes)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.linear(self.pool(self.features(x)))
        return scores


class Z2CNN(P4CNN):
    """The planar network: `P4CNN` with the trivial group, wider, and with dropout.

    Parameters
    ----------
    width, in_channels, n_classes, image_size, pool_size, exact
        As in `P4CNN`.
    separable : bool
        Whether layers after the first are depthwise-separable, products of channels and then a
        convolution of each channel by itself.
    dropout : float
        0.3 in the program of Cohen & Welling, whose paper gives no number; in that of Lengyel &
        van Gemert there is none.

    Notes
    -----
    Width 20 has 25,210 parameters and makes 2.98 million multiply-adds, as published; the
    separable one of width 57 has 25,603.

    Examples
    --------
    >>> sum(p.numel() for p in Z2CNN().parameters())
    25210
    >>> sum(p.numel() for p in Z2CNN(57, separable=True).parameters())
    25603

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 8.1; Lengyel &
    van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant Convolutions", table 1:
    the separable one is c-Z2CNN.
    """

    def __init__(
        self,
        width: int = 20,
        in_channels: int = 1,
        n_classes: int = 10,
        *,
        image_size: int = 28,
        pool_size: int | None = None,
        separable: bool = False,
        dropout: float = 0.3,
        exact: str = "warn",
    ) -> None:
        super().__init__(
            p1,
            width,
            in_channels,
            n_classes,
            image_size=image_size,
            pool_size=pool_size,
            share="depthwise" if separable else None,
            dropout=dropout,
            exact=exact,
        )


class P4CNNRotationPooling(nn.Module):
    r"""`P4CNN` with a maximum over S after every layer: maps are planar between layers.

    .. math:: f_{l+1}(x) = \max_s \mathrm{ReLU}([f_l \star \psi](x, s))

    Filters are planar, as many as in `Z2CNN`; each is seen in all positions of S, and the layer
    forgets in which. It is the network by which the paper shows that invariance too early costs.

    Parameters
    ----------
    group, width, in_channels, n_classes, image_size, pool_size, input_type, exact
        As in `P4CNN`.
    dropout : float
        As in `Z2CNN`, of which the paper makes this network. The authors' program has it for this
        one as well, but turned off.

    Raises
    ------
    SettingError, WindowError
        As in `P4CNN`.

    Examples
    --------
    >>> import torch
    >>> net = P4CNNRotationPooling()
    >>> net(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    >>> sum(p.numel() for p in net.parameters())
    25210

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", sections 6.3 and 8.1.
    """

    def __init__(
        self,
        group: SplitGroup = p4,
        width: int = 20,
        in_channels: int = 1,
        n_classes: int = 10,
        *,
        image_size: int = 28,
        pool_size: int | None = None,
        dropout: float = 0.3,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()

        def block(number: int, kernel_size: int) -> list[nn.Module]:
            channels, kind = (in_channels, input_type) if number == 1 else (width, "planar")
            return [
                GroupConv(group, channels, width, kernel_size, input_type=kind, exact=exact),
                GroupBatchNorm(group, width),
                ReLU(),
                CosetPool(group, "max"),
            ]

        self.features = seven_layers(
            check_group(group), block, image_size, (pool_size, 2), dropout, "planar", exact
        )
        self.pool = GlobalPool(group, "max", input_type="planar")
        self.linear = nn.Linear(width, n_classes)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.linear(self.pool(self.features(x)))
        return scores


def seven_layers(
    group: SplitGroup,
    block: _Block,
    image_size: int,
    pool: tuple[int | None, int],
    dropout: float,
    kind: str,
    exact: str,
) -> nn.Sequential:
    """Return seven blocks, the seventh with a kernel that spans what is left of the image.

    ``pool`` is the size of the pooling after the second, None for the exact one, and its stride.

    Raises
    ------
    SettingError
        If the image is too small, or the pooling none.
    """
    size, padding, stride, last = _pooling(group, positive("image_size", image_size), *pool)
    if last < 1:
        least = next(n for n in count(image_size) if _pooling(group, n, *pool)[3] >= 1)
        raise SettingError(
            f"image_size={image_size} leaves no point for the last of seven layers; use {least}",
            witness=image_size,
        )
    layers: list[nn.Module] = []
    for number in range(1, 8):
        layers += block(number, 3 if number < 7 else last)
        if number == 2:
            layers.append(max_pool(group, size, padding, kind, exact, stride))
        elif number < 7 and dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def _pooling(
    group: SplitGroup, image_size: int, pool_size: int | None, pool_stride: int
) -> tuple[int, int, int, int]:
    """Return size, padding and stride of the pooling, and the side of the seventh kernel."""
    stride, side = positive("pool_stride", pool_stride), image_size - 4
    if pool_size is None:
        size, padding = exact_pool(group, side, stride)
    else:
        size = positive("pool_size", pool_size)
        padding = size - stride
    if not 0 <= padding < stride:
        raise SettingError(
            f"pool_size={size} is not from {stride} to {2 * stride - 1}, as "
            f"pool_stride={stride} asks; None takes the one that keeps all symmetries",
            witness=size,
        )
    return size, padding, stride, (side + 2 * padding - size) // stride + 1 - 8
