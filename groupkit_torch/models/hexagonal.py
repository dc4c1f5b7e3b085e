r"""A residual network for photographs, on the hexagonal lattice."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup, p6m
from groupkit_torch.images.resample import Resampling
from groupkit_torch.models.resnet import ResNet


class HexagonalResNet(nn.Module):
    r"""Images resampled to the group's lattice, and a `ResNet` there.

    Parameters
    ----------
    group : SplitGroup
        G; p6, p6m or any other of two dimensions, on whose lattice the images are sampled.
    widths : sequence of int
        Channels of each stage.
    depth : int
        Layers of the network, as in `ResNet`.
    in_channels, n_classes, share, dropout, exact
        As in `ResNet`.
    image_size : int
        Pixels on each side of the image.
    sides : int, optional
        Points on each side of the hexagonal array. With k stages all symmetries are kept on sides
        :math:`1 + 2^k m`: by default the first of these that holds the whole image.

    Raises
    ------
    SettingError, ResamplingError
        If an argument is not one.

    Notes
    -----
    The network is exactly invariant under the turns and mirror images of what is sampled;
    sampling itself is not, but where image and lattice share the symmetry.  ``net.resample`` and
    ``net.network`` are the two parts.

    Examples
    --------
    >>> import groupkit as gk, torch
    >>> net = HexagonalResNet(widths=(1, 2, 2), depth=8)
    >>> net(torch.rand(1, 3, 32, 32)).shape
    torch.Size([1, 10])
    >>> net.resample.array_shape
    (57, 57)

    References
    ----------
    Hoogeboom, Peters, Cohen & Welling (2018), "HexaConv": 26 layers, widths 5, 10 and 20 in the
    authors' program.
    """

    def __init__(
        self,
        group: SplitGroup = p6m,
        widths: Sequence[int] = (5, 10, 20),
        depth: int = 26,
        in_channels: int = 3,
        n_classes: int = 10,
        *,
        image_size: int = 32,
        sides: int | None = None,
        share: str | None = None,
        dropout: float = 0.0,
        exact: str = "warn",
    ) -> None:
        super().__init__()
        if sides is None:
            step = 2 ** len(widths)
            enough = max(Resampling(group, image_size).array_shape)
            sides = 1 - (1 - enough) // step * step
        self.resample = Resampling(group, image_size, sides=sides)
        self.network = ResNet(
            group,
            widths,
            depth,
            in_channels,
            n_classes,
            downsampling="strided",
            share=share,
            dropout=dropout,
            exact=exact,
        )

    def forward(
        self, x: Inexact[Tensor, "batch in_channels rows columns"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.network(self.resample(x))
        return scores
