r"""Dropout of whole G-feature maps."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Inexact
from torch import Tensor
from torch.nn.modules.dropout import _DropoutNd

from groupkit import SplitGroup
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.feature_maps import axis_size, check_map
from groupkit_torch.geometry import SettingError, check_group


class GroupDropout(_DropoutNd):
    r"""Set whole G-feature maps to zero, :math:`y_c = b_c f_c / (1 - p)`, in training.

    Each :math:`b_c` is 0 with probability p and 1 otherwise, drawn for each sample and channel:
    all entries of the stabilizer axis and all lattice points of a channel fall together, as all
    points of a channel do in `torch.nn.Dropout2d`. Drawn for each entry, they would not commute
    with S. All channels of a field fall together.

    Parameters
    ----------
    group : SplitGroup
        G.
    p, inplace
        As in `torch.nn.Dropout2d`.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the maps are functions on.

    Raises
    ------
    SettingError
        If p is no probability.
    FeatureTypeError
        If a map is not of the declared type, or holds no whole number of fields.

    Examples
    --------
    >>> import groupkit as gk
    >>> drop = GroupDropout(gk.p4, 0.5)
    >>> drop
    GroupDropout(p4, p=0.5, inplace=False, regular)
    >>> import torch
    >>> y = drop(torch.ones(2, 8, 4, 5, 5))
    >>> torch.equal(y.amin((2, 3, 4)), y.amax((2, 3, 4)))  # whole maps: all 0, or all 2
    True

    References
    ----------
    Tompson et al. (2015), "Efficient Object Localization Using Convolutional Networks", section
    3.2: dropout of whole feature maps.
    """

    def __init__(
        self,
        group: SplitGroup,
        p: float = 0.5,
        inplace: bool = False,
        *,
        feature_type: FeatureType | TypeLike = "regular",
    ) -> None:
        given: object = p
        if not (isinstance(given, int | float) and 0 <= given <= 1):
            raise SettingError(f"p={p!r} is no probability; use a number from 0 to 1", witness=p)
        super().__init__(p, inplace)
        self.group = check_group(group)
        self.feature_type = FeatureType.of(group.stabilizer, feature_type)
        self._size = axis_size(self.feature_type)
        field = self.feature_type.field
        self._width = 1 if field is None else field.size

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *rest"]:
        """Return the map, some channels of it zero in training."""
        check_map(x, None, self._size, self.group.dimension)
        batch, channels = x.shape[:2]
        if channels % self._width:
            raise SettingError(
                f"{channels} channels are no whole number of {self.feature_type.field!r}; use a "
                f"multiple of {self._width}",
                witness=channels,
            )
        if not self.training or self.p == 0:
            return x
        kept = F.dropout(x.new_ones(batch, channels // self._width, dtype=x.real.dtype), self.p)
        factor = kept.repeat_interleave(self._width, 1) if self._width > 1 else kept
        factor = factor.view(batch, channels, *[1] * (x.dim() - 2))
        return x.mul_(factor) if self.inplace else x * factor

    def extra_repr(self) -> str:
        """Return the group, torch's own arguments and the feature type."""
        return f"{self.group.name}, {super().extra_repr()}, {self.feature_type}"
