r"""Antialiased subsampling: a low-pass filter of the group, then every s-th point.

.. math:: y(s, o) = \sum_x w(x)\, f(s, o + x) \Big/ \sum_{x:\, o + x\ \text{inside}} w(x)
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Inexact
from torch import Tensor

from groupkit import SplitGroup
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.tent import tent
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import HALF, axis_size, check_map, laid_out_as, widened
from groupkit_torch.functional import convolve
from groupkit_torch.geometry import check_group, per_axis
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampler import Sampler
from groupkit_torch.tables import Tabulated


class GroupBlurPool(Tabulated, Guarded):
    r"""Blur every map with a tent of the group, then keep every s-th point.

    Subsampling without a low-pass filter makes outputs jump when the input moves by one point;
    the tent, an S-invariant filter for any group (for stride 2 the binomial 1 2 1 along each
    axis, or its hexagonal sibling), is what may pass. Only points inside the map count: the
    weights are renormalised at borders and masks.

    Parameters
    ----------
    group : SplitGroup
        G.
    kernel_size : int or tuple of int, optional
        k, by default twice the stride less one. For odd k the tent has width (k + 1)/2 and
        points at integers; for even k width k/2 and points at halves: 1 3 3 1 for k = 4.
        On lattices whose boxes are not stable it may reach beyond this box.
    stride : int or tuple of int
        For exactness see `GroupConv`: on even sizes, an even k is exact.
    padding : int or tuple of int, optional
        Points around the array that do not count; by default (k - 1) // 2.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the maps are functions on.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.

    Raises
    ------
    WindowError
        If S mixes axes of unlike kernel sizes, or has no centre for an even one.
    SettingError
        If a number is none.

    Examples
    --------
    >>> import groupkit as gk
    >>> pool = GroupBlurPool(gk.p4, stride=2)
    >>> pool
    GroupBlurPool(p4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), regular)
    >>> pool(torch.ones(1, 1, 4, 9, 9)).shape
    torch.Size([1, 1, 4, 5, 5])

    References
    ----------
    Zhang (2019), "Making Convolutional Networks Shift-Invariant Again".
    """

    _table_names = ("weights",)
    weights: Tensor

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | None = None,
        stride: int | Sequence[int] = 2,
        padding: int | Sequence[int] | None = None,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        check_group(group)
        stabilizer, dimension = group.stabilizer, group.dimension
        self.group = group
        self.stride = per_axis("stride", stride, dimension, least=1)
        default = [2 * step - 1 for step in self.stride]
        asked = default if kernel_size is None else kernel_size
        size = per_axis("kernel_size", asked, dimension, least=1)
        self._tent = filters = tent(stabilizer, size)
        self.kernel_size = filters.box
        middle = [(k - 1) // 2 for k in filters.box]
        self.padding = per_axis(
            "padding", middle if padding is None else padding, dimension, least=0
        )
        self.feature_type = FeatureType.of(stabilizer, feature_type)
        self._size = axis_size(self.feature_type)
        self.domain = Domain.of(stabilizer)
        self.denominator = int(filters.weights.sum())
        self.reset_parameters()
        kernel = Kernel.of_tent(stabilizer, self.stride, size)
        self._set_guard(Sampler(group, kernel, self.padding), exact)

    def _make_tables(self, device: torch.device) -> None:
        # integers, which .to(dtype) leaves as they are
        self.weights = torch.tensor(self._tent.on_box(), dtype=torch.int64, device=device)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the means; zero where nothing is counted."""
        dimension = len(self.stride)
        check_map(x, None, self._size, dimension)
        self._guard(x)
        space = x.shape[-dimension:]
        maps = widened(self.domain.fill(x)).reshape(-1, 1, *space)
        total = self._slide(maps)
        if self.domain.is_whole and not any(self.padding):
            y = total / self.denominator
        else:
            inside = self.domain.inside_of(x).to(maps.real.dtype)
            count = self._slide(inside.view(1, 1, *space))
            y = total / count.clamp(min=1)
        y = y.view(*x.shape[:-dimension], *y.shape[-dimension:])
        return laid_out_as(x, y.to(x.dtype) if x.dtype in HALF else y, dimension)

    def _slide(self, maps: Tensor) -> Tensor:
        weights = self.weights.to(maps)[None, None]
        return convolve(maps, weights, None, self.stride, self.padding)

    def extra_repr(self) -> str:
        """Return the arguments, as torch's layers show them."""
        return (
            f"{self.group.name}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"padding={self.padding}, {self.feature_type}"
        )
