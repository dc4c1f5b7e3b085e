r"""What networks of the papers are made of: convolutions, shared or not, and steps by two."""

from __future__ import annotations

import math
from typing import Final

import torch
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import WindowError
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.functional import pointwise
from groupkit_torch.geometry import SettingError
from groupkit_torch.pooling.pooling import GroupAvgPool, GroupMaxPool

SHARES: Final = (None, "g", "gc", "depthwise")
DOWNSAMPLINGS: Final = ("pooled", "strided")


class ReLU(nn.ReLU):
    """`torch.nn.ReLU` by way of `groupkit_torch.functional.pointwise`, for compiled networks.

    Examples
    --------
    >>> import torch
    >>> ReLU()(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, x: Inexact[Tensor, "*map"]) -> Inexact[Tensor, "*map"]:
        """Return max(x, 0)."""
        return pointwise(x, torch.relu)


def convolution(
    group: SplitGroup,
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    bias: bool = True,
    *,
    share: str | None = None,
    exact: str = "warn",
) -> nn.Module:
    r"""Return a convolution between regular maps, :math:`\psi_{oi}(s, x)` factored or not.

    Parameters
    ----------
    group, in_channels, out_channels, kernel_size, stride, padding, bias, exact
        As in `GroupConv`.
    share : {None, "g", "gc", "depthwise"}
        None: `GroupConv`. "g" and "gc": `SeparableGroupConv`, one planar kernel for the group
        axis, or for channels as well. "depthwise": `GroupLinear` and then a convolution of each
        channel by itself, both with a bias; for p1, depthwise-separable as planar networks are.

    Returns
    -------
    Module
        Of "g" and "gc", planar kernels are drawn as torch draws those of a planar convolution,
        uniformly within :math:`1/\sqrt{C_{in} |W|}`, W being the window. The layer alone would draw
        larger ones, so that maps keep their size; the networks here have norms, and learn better
        from small ones.

    Raises
    ------
    SettingError
        If ``share`` is none of these.

    Examples
    --------
    >>> import groupkit as gk
    >>> for share in SHARES:
    ...     layer = convolution(gk.p4, 10, 10, 3, share=share)
    ...     print(share, sum(p.numel() for p in layer.parameters()))
    None 3610
    g 1310
    gc 500
    depthwise 780

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", sections 3.3 and 3.4.
    """
    check_share(share)
    window = (kernel_size, stride, padding)
    if share is None:
        return GroupConv(group, in_channels, out_channels, *window, bias=bias, exact=exact)
    if share == "depthwise":
        return nn.Sequential(
            GroupLinear(group, in_channels, out_channels, bias),
            GroupConv(
                group,
                out_channels,
                out_channels,
                *window,
                groups=out_channels,
                bias=bias,
                exact=exact,
            ),
        )
    layer = SeparableGroupConv(
        group, in_channels, out_channels, *window, bias=bias, share=share, exact=exact
    )
    bound = 1 / math.sqrt(in_channels * len(group.window(kernel_size)))
    nn.init.uniform_(layer.spatial_weight, -bound, bound)
    return layer


def check_share(share: str | None) -> None:
    """Refuse what is no way to share kernels.

    Raises
    ------
    SettingError
        If it is none of them.
    """
    if share not in SHARES:
        raise SettingError(
            f"share={share!r} is no way to share kernels; use None, 'g', 'gc' or 'depthwise'",
            witness=share,
        )


def exact_pool(group: SplitGroup, side: int, stride: int = 2) -> tuple[int, int]:
    """Return kernel size and padding of a pooling with a stride that keeps all of S at a side.

    With padding k - s, a kernel of k points at every s-th of n is exact when s divides n + k, as
    it does for one k from s to 2 s - 1. Where the group has no window of that size, as hexagonal
    ones have none of even sizes, it is the first odd k, whether that is exact or not.

    Examples
    --------
    >>> import groupkit as gk
    >>> exact_pool(gk.p4m, 24), exact_pool(gk.p4m, 25), exact_pool(gk.p6m, 25)
    ((2, 0), (3, 1), (3, 1))
    >>> exact_pool(gk.p4m, 30, 3), exact_pool(gk.p4m, 31, 3)
    ((3, 0), (5, 2))
    """
    size = stride + -side % stride
    if not has_window(group, size):
        size = stride + (stride + 1) % 2
    return size, size - stride


def has_window(group: SplitGroup, kernel_size: int) -> bool:
    """Return whether some stable window of the group fills a box of this size."""
    try:
        group.window(kernel_size)
    except WindowError:
        return False
    return True


def max_pool(
    group: SplitGroup, kernel_size: int, padding: int, kind: str, exact: str, stride: int = 2
) -> GroupMaxPool:
    """Return a maximum over windows at every second point, or other stride, of maps of a kind."""
    return GroupMaxPool(group, kernel_size, stride, padding, feature_type=kind, exact=exact)


def pool_sides(group: SplitGroup, pool_size: int | None) -> tuple[int, int]:
    """Return kernel size and padding of poolings by two: the given size, or the group's smallest.

    Raises
    ------
    SettingError
        If the size is neither 2 nor 3.

    Examples
    --------
    >>> import groupkit as gk
    >>> pool_sides(gk.p4m, None), pool_sides(gk.p6m, None), pool_sides(gk.p4m, 3)
    ((2, 0), (3, 1), (3, 1))
    """
    if pool_size not in (None, 2, 3):
        raise SettingError(
            f"pool_size={pool_size!r} is neither 2, for even sides, nor 3, for odd ones, nor None "
            "for the smaller one that the group has a window of",
            witness=pool_size,
        )
    size = pool_size or (2 if has_window(group, 2) else 3)
    return size, size - 2


def halving_convolution(
    group: SplitGroup,
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    downsampling: str,
    bias: bool = True,
    *,
    share: str | None = None,
    exact: str = "warn",
) -> nn.Module:
    """Return a convolution of odd size to half as many points a side.

    Parameters
    ----------
    group, in_channels, out_channels, kernel_size, bias, share, exact
        As in `convolution`.
    downsampling : {"pooled", "strided"}
        "strided": every second output is computed, as published; exact on odd sides. "pooled":
        means over two points a side first, and a convolution of stride 1 of them: as many
        parameters and products, exact on even sides. On lattices without a window of two points
        a side the means are over three, and both are exact on odd sides.

    Raises
    ------
    SettingError
        If there is no such downsampling.
    """
    check_downsampling(downsampling)
    sizes = (group, in_channels, out_channels, kernel_size)
    padding = kernel_size // 2
    if downsampling == "strided":
        return convolution(*sizes, 2, padding, bias, share=share, exact=exact)
    pool_size, pool_padding = pool_sides(group, None)
    return nn.Sequential(
        GroupAvgPool(group, pool_size, 2, pool_padding, exact=exact),
        convolution(*sizes, 1, padding, bias, share=share, exact=exact),
    )


def check_downsampling(downsampling: str) -> None:
    """Refuse what is no way to halve the sides of a map.

    Raises
    ------
    SettingError
        If it is none of them.
    """
    if downsampling not in DOWNSAMPLINGS:
        raise SettingError(
            f"downsampling={downsampling!r} is neither 'pooled', for even sides, nor 'strided', "
            "for odd ones",
            witness=downsampling,
        )
