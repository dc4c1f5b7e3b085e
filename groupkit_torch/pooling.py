r"""Pooling over the lattice, by windows of the group.

.. math:: [P f](g) = \max_{k \in g U} f(k)

commutes with every :math:`L_h` of S; U is a window of lattice points, which S maps onto itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Inexact
from torch import Tensor

from groupkit import SplitGroup, Window
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map, check_real
from groupkit_torch.functional import fill_outside
from groupkit_torch.geometry import check_centre, per_axis, window_of
from groupkit_torch.guard import Guarded
from groupkit_torch.kernel import Kernel
from groupkit_torch.sampler import Sampler
from groupkit_torch.sliding_window import reduce_windows

_MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


class _WindowPool(Guarded):
    """What maximum and average share: a window, a stride, a feature type and a mask."""

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int] | None,
        padding: int | Sequence[int],
        dilation: int | Sequence[int],
        feature_type: FeatureType | TypeLike,
        exact: str,
    ) -> None:
        super().__init__()
        window = window_of(group, kernel_size)
        stabilizer, dimension = group.stabilizer, group.dimension
        self.group, self.window = group, window
        self.feature_type = FeatureType.of(stabilizer, feature_type)
        self.kernel_size = window.box
        self.stride = per_axis("stride", window.box if stride is None else stride, dimension, 1)
        self.padding = per_axis("padding", padding, dimension, least=0)
        self.dilation = per_axis("dilation", dilation, dimension, least=1)
        check_centre(window, self.dilation)
        for p, k in zip(self.padding, window.box, strict=True):
            if 2 * p > k:
                raise WindowError(
                    f"padding={self.padding} is more than half of the window {window.box}, so "
                    "windows of padding alone would be pooled; pad less",
                    witness=self.padding,
                )
        self._size = axis_size(self.feature_type)
        self._fills_box = len(window) == math.prod(window.box)
        corner = window.corner
        self._points = tuple(
            tuple(int(x) - low for x, low in zip(point, corner, strict=True))
            for point in window.points.tolist()
        )
        self.domain = Domain.of(stabilizer)
        kernel = Kernel.of_window(window, self.stride, self.dilation)
        resizable = not isinstance(kernel_size, Window)
        self._set_guard(Sampler(group, kernel, self.padding, resizable, 0.5), exact)

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        parts = [self.group.name, f"kernel_size={self.kernel_size}"]
        if not self._fills_box:
            parts.append(f"window of {len(self.window)} points")
        parts.append(f"stride={self.stride}")
        if any(self.padding):
            parts.append(f"padding={self.padding}")
        if any(step != 1 for step in self.dilation):
            parts.append(f"dilation={self.dilation}")
        return ", ".join([*parts, str(self.feature_type)])


class GroupMaxPool(_WindowPool):
    r"""Maximum over a window of the group, :math:`y(s, o) = \max_{w \in W} f(s, o + w)`.

    Parameters
    ----------
    group : SplitGroup
        G.
    kernel_size : int, tuple of int or Window
        The largest window of G in a box of this size (a hexagon for p6), or a window.
    stride : int or tuple of int, optional
        The sides of the window's box by default; for exactness see `GroupConv`.
    padding : int or tuple of int
        Points of -∞ on both sides of each axis; at most half the window.
    dilation : int or tuple of int
        As in `torch.nn.MaxPool2d`.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.

    Raises
    ------
    WindowError
        If there is no window, or it is not centred in its box.
    FeatureTypeError
        If a map is not of the declared type.
    DtypeError
        If a map is complex.

    Examples
    --------
    >>> import groupkit as gk
    >>> pool = GroupMaxPool(gk.p6, 3, stride=2, padding=1)
    >>> pool
    GroupMaxPool(p6, kernel_size=(3, 3), window of 7 points, stride=(2, 2), padding=(1, 1), regular)
    >>> pool(torch.rand(1, 10, 6, 25, 25)).shape
    torch.Size([1, 10, 6, 13, 13])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.3.
    """

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        super().__init__(group, kernel_size, stride, padding, dilation, feature_type, exact)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the maxima; zero where a window holds no point of the stable window."""
        check_map(x, None, self._size, len(self.stride))
        check_real(x, type(self).__name__, "have no order")
        self._guard(x)
        if self.domain.is_whole:
            return self._maximum(x)
        mask = self.domain.inside_of(x)
        y = self._maximum(fill_outside(x, mask, -math.inf))
        occupied = self._slide(torch.where(mask, 0.0, -math.inf)) == 0
        return fill_outside(y, occupied)

    def _maximum(self, x: Tensor) -> Tensor:
        if not self._fills_box:
            return self._slide(x)
        flat = x if self._size is None else x.flatten(1, 2)
        y = _MAXIMA[len(self.stride)](
            flat, self.kernel_size, self.stride, self.padding, self.dilation
        )
        return y if self._size is None else y.unflatten(1, x.shape[1:3])

    def _slide(self, x: Tensor) -> Tensor:
        return reduce_windows(
            x, self._points, self.stride, self.padding, self.dilation, torch.maximum, -math.inf
        )


class GroupAvgPool(_WindowPool):
    r"""Mean over a window of the group, :math:`y(s, o) = |W|^{-1} \sum_{w \in W} f(s, o + w)`.

    Parameters
    ----------
    group, kernel_size, stride, padding, feature_type, exact
        As in `GroupMaxPool`; the padding holds zeros.
    count_include_pad : bool, optional
        Whether the divisor counts points outside the map: of the padding and, on lattices
        whose boxes are not stable, of the array outside its stable window. By default as in
        `torch.nn.AvgPool2d` where boxes are stable (they count); elsewhere only the inside
        counts.

    Raises
    ------
    WindowError, FeatureTypeError
        As in `GroupMaxPool`.

    Examples
    --------
    >>> import groupkit as gk
    >>> GroupAvgPool(gk.p4, 2)(torch.ones(1, 1, 4, 6, 6)).shape
    torch.Size([1, 1, 4, 3, 3])
    """

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        count_include_pad: bool | None = None,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        super().__init__(group, kernel_size, stride, padding, 1, feature_type, exact)
        self.count_include_pad = (
            self.domain.is_whole if count_include_pad is None else count_include_pad
        )

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the means; zero where nothing is counted."""
        check_map(x, None, self._size, len(self.stride))
        self._guard(x)
        total = self._slide(self.domain.fill(x))
        if self.count_include_pad:
            return total / len(self._points)
        count = self._slide(self.domain.inside_of(x).to(x.real.dtype))
        return total / count.clamp(min=1)

    def _slide(self, x: Tensor) -> Tensor:
        return reduce_windows(
            x, self._points, self.stride, self.padding, self.dilation, torch.add, 0.0
        )
