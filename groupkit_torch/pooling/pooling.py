r"""Pooling over windows of the lattice, or over any finite domain of the group.

.. math:: [P f](g) = \max_{k \in g U} f(k)

commutes with every :math:`L_h`; U is a window of lattice points, which S maps onto itself, or any
finite subset of G.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Inexact
from torch import Tensor
from torch.compiler import is_compiling

from groupkit import SplitGroup, Window
from groupkit.elements import Elements
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.feature_maps import HALF, check_map, check_real, laid_out_as, widened
from groupkit_torch.functional import fill_outside
from groupkit_torch.pooling.sliding_window import max_windows
from groupkit_torch.pooling.window_pool import WindowPool

_MAXIMA = {1: torch.max_pool1d, 2: torch.max_pool2d, 3: torch.max_pool3d}
_MEANS = {1: F.avg_pool1d, 2: F.avg_pool2d}  # that in 3-D takes no halves, and no fixed order


class GroupMaxPool(WindowPool):
    r"""Maximum over a domain of the group, :math:`[P f](g) = \max_{k \in g U} f(k)`.

    U is a window W of the lattice, :math:`y(s, o) = \max_{w \in W} f(s, o + w)`, or any finite
    subset of G, :math:`y(s, o) = \max_{(t, r) \in U} f(s r, o + M(s) t)`.

    Parameters
    ----------
    group : SplitGroup
        G.
    kernel_size : int, tuple of int or Window, optional
        The largest window of G in a box of this size (a hexagon for p6), or a window.
    stride : int or tuple of int, optional
        The sides of the window's box by default; for exactness see `GroupConv`.
    padding : int or tuple of int
        Points of -∞ on both sides of each axis; at most half the window.
    dilation : int or tuple of int
        As in `torch.nn.MaxPool2d`.
    domain : Elements, optional
        U, an array of elements of G, instead of ``kernel_size``.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on. Maps on G/H need hUH = UH for every h of H; planar ones,
        translations that S permutes.
    exact : {"warn", "raise", "ignore"}
        What a call does that loses symmetry: warn once a size, refuse, or nothing.

    Raises
    ------
    WindowError
        If there is no window, or it is not centred in its box.
    PoolDomainError
        If there are no elements of G, or their cosets depend on how an output is represented.
    SettingError
        If both a window and a domain are given, or none.
    FeatureTypeError
        If a map is not of the declared type, or the type a field, whose values have no order.
    DtypeError
        If a map is complex.

    Notes
    -----
    The maximum of a window has its gradient where it is; of equal ones the first has it, as in
    `torch.nn.MaxPool2d`. Over windows that are no boxes compiled models share it among the equal
    ones, as domains do.

    Examples
    --------
    >>> import groupkit as gk
    >>> pool = GroupMaxPool(gk.p6, 3, stride=2, padding=1)
    >>> pool
    GroupMaxPool(p6, kernel_size=(3, 3), window of 7 points, stride=(2, 2), padding=(1, 1), regular)
    >>> pool(torch.rand(1, 10, 6, 25, 25)).shape
    torch.Size([1, 10, 6, 13, 13])

    The maximum of each point and of its neighbour in the filter's own direction:

    >>> domain = gk.p4.element(u=[0, 1])
    >>> pool = GroupMaxPool(gk.p4, domain=domain, stride=1, padding=1)
    >>> pool
    GroupMaxPool(p4, domain of 2 elements, stride=(1, 1), padding=(1, 1), regular)
    >>> x = torch.zeros(1, 1, 4, 3, 3)
    >>> x[..., 1, 1] = 1
    >>> pool(x)[0, 0, 1]  # the quarter turn looks to the right, where the identity looks down
    tensor([[0., 0., 0.],
            [1., 1., 0.],
            [0., 0., 0.]])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.3.
    """

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window | None = None,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        *,
        domain: Elements | None = None,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        what = group, kernel_size, stride, padding, dilation, domain, feature_type, exact
        super().__init__(*what, counts=False)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the maxima; zero where a window holds no point of the stable window."""
        check_real(x, type(self).__name__, "have no order")
        if is_compiling() or x.shape not in self._shapes_seen:
            check_map(x, None, self._size, len(self.stride))
            self._guard(x)
        whole, box = self.domain.is_whole, self.kernel_size
        if whole and self._fills_box:
            settings = box, self.stride, self.padding, self.dilation
            return self._by_torch(_MAXIMA[len(box)], x, *settings)
        y = self._maxima(self.domain.fill(x, -math.inf))
        if whole and not any(self.padding):
            return laid_out_as(x, y, len(self.stride))
        inside = torch.where(self._inside(x), 0.0, -math.inf)
        y = fill_outside(y, self._slide(inside, torch.maximum, -math.inf) == 0)
        return laid_out_as(x, y, len(self.stride))

    def _maxima(self, x: Tensor) -> Tensor:
        backward = torch.is_grad_enabled() and x.requires_grad
        if self._reads is None and backward and not is_compiling():
            return max_windows(x, self._points, self.stride, self.padding, self.dilation)
        return self._slide(x, torch.maximum, -math.inf)


class GroupAvgPool(WindowPool):
    r"""Mean over a domain of the group, :math:`[P f](g) = |U|^{-1} \sum_{k \in g U} f(k)`.

    Parameters
    ----------
    group, kernel_size, stride, padding, domain, feature_type, exact
        As in `GroupMaxPool`; the padding holds zeros. On G/H, hUH and UH have to agree as
        multisets of cosets.
    count_include_pad : bool, optional
        Whether the divisor counts points outside the map: of the padding and, on lattices
        whose boxes are not stable, of the array outside its stable window. By default as in
        `torch.nn.AvgPool2d` where boxes are stable (they count); elsewhere only the inside
        counts.

    Raises
    ------
    WindowError, PoolDomainError, SettingError, FeatureTypeError
        As in `GroupMaxPool`; fields of planar maps are welcome.

    Examples
    --------
    >>> import groupkit as gk
    >>> GroupAvgPool(gk.p4, 2)(torch.ones(1, 1, 4, 6, 6)).shape
    torch.Size([1, 1, 4, 3, 3])
    """

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window | None = None,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        count_include_pad: bool | None = None,
        *,
        domain: Elements | None = None,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        what = group, kernel_size, stride, padding, 1, domain, feature_type, exact
        super().__init__(*what, counts=True)
        self.count_include_pad = (
            self.domain.is_whole if count_include_pad is None else count_include_pad
        )

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the means; zero where nothing is counted."""
        check_map(x, None, self._size, len(self.stride))
        self._guard(x)
        box = self.kernel_size
        if self.domain.is_whole and self._fills_box and len(box) in _MEANS and _is_simple(x):
            taken = box, self.stride, self.padding, False, self.count_include_pad
            return self._by_torch(_MEANS[len(box)], x, *taken)
        total = self._slide(widened(self.domain.fill(x)), torch.add, 0.0)
        if self.count_include_pad:
            y = total / self._n_reads
        else:
            count = self._slide(self._inside(x).to(total.real.dtype), torch.add, 0.0)
            y = total / count.clamp(min=1)
        return laid_out_as(x, y.to(x.dtype) if x.dtype in HALF else y, len(self.stride))


def _is_simple(x: Tensor) -> bool:
    """Return whether torch's own pooling takes a map: real, and with channels."""
    return x.is_floating_point() and x.shape[1] > 0
