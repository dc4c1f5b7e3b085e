r"""A network for volumes, for any group of three dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import DimensionError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.geometry import SettingError, check_group
from groupkit_torch.models.blocks import ReLU, max_pool, pool_sides
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.global_pool import GlobalPool


class VolumeNet(nn.Module):
    r"""Pairs of convolutions with maxima over two points a side between, then means over G.

    Scores are invariant under S: the rotations of the cube (``gk.catalog["P432"]``, the group O),
    these and reflections (``"Pm-3m"``, Oh), the elements of either that keep the third axis
    (``"P422"`` and ``"P4/mmm"``, D4 and D4h), its rotations alone (``"P4"`` and ``"P4/m"``, C4 and
    C4h).

    Parameters
    ----------
    group : SplitGroup
        G, of three dimensions.
    widths : sequence of int
        Channels of each pair of convolutions.
    in_channels : int
        Channels of the volume; of a field, all its channels.
    n_classes : int
        Scores.
    pool_size : int, optional
        Points a side that maxima span, at every second point: 2 on even sides, or 3 with
        padding 1 on odd ones. By default 2 where the group has such a window.
    input_type : {"planar", "regular"}, subgroup or Field
        What the volume is a function on, or how S acts on its channels.
    exact : {"warn", "raise", "ignore"}
        As in `GroupConv`.

    Raises
    ------
    DimensionError
        If the group is none of three dimensions.
    SettingError
        If another argument is not one.

    Notes
    -----
    Axes that no element exchanges may have sides of their own: a scan of 72×72×12 voxels, thicker
    along its third axis, is one for P4/mmm. With k widths, all of S is kept on sides that are
    multiples of :math:`2^{k-1}`, and with ``pool_size=3`` on sides :math:`1 + 2^{k-1} m`.

    Examples
    --------
    >>> import groupkit as gk, torch
    >>> net = VolumeNet(gk.catalog["P4/mmm"], widths=(1, 2, 2))
    >>> net(torch.rand(1, 1, 16, 16, 4)).shape
    torch.Size([1, 2])

    References
    ----------
    Winkels & Cohen (2018), "3D G-CNNs for Pulmonary Nodule Detection".
    """

    def __init__(
        self,
        group: SplitGroup,
        widths: Sequence[int] = (4, 8, 16),
        in_channels: int = 1,
        n_classes: int = 2,
        *,
        pool_size: int | None = None,
        input_type: FeatureType | TypeLike = "planar",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        if check_group(group).dimension != 3:
            raise DimensionError(
                f"{group.name} acts on {group.dimension} dimensions, and volumes have 3; use a "
                "space group, such as catalog['P432']",
                witness=group.dimension,
            )
        if not widths:
            raise SettingError("widths is empty, but a network has at least one pair", widths)
        size, padding = pool_sides(group, pool_size)
        layers: list[nn.Module] = []
        channels = in_channels
        for number, width in enumerate(widths):
            kind = input_type if number == 0 else "regular"
            if number:
                layers.append(max_pool(group, size, padding, "regular", exact))
            layers += [
                GroupConv(group, channels, width, 3, padding=1, bias=False, input_type=kind),
                GroupBatchNorm(group, width),
                ReLU(),
                GroupConv(group, width, width, 3, padding=1, bias=False),
                GroupBatchNorm(group, width),
                ReLU(),
            ]
            channels = width
        self.features = nn.Sequential(*layers)
        self.pool = GlobalPool(group, "mean")
        self.linear = nn.Linear(channels, n_classes)

    def forward(
        self, x: Inexact[Tensor, "batch in_channels *space"]
    ) -> Inexact[Tensor, "batch n_classes"]:
        """Return the scores of each class."""
        scores: Tensor = self.linear(self.pool(self.features(x)))
        return scores
