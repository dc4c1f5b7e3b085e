r"""How wide a network of a group is that costs what a planar one costs."""

from __future__ import annotations

from math import isqrt

from groupkit import SplitGroup
from groupkit_torch.geometry import check_group, positive


def equal_parameters(group: SplitGroup, width: int) -> int:
    r"""Return the width with as many parameters, :math:`w / \sqrt{|S|}` to the nearest integer.

    A layer from w to w channels has :math:`w^2 |S| |W|` weights: as many as a planar one when w is
    divided by the square root.

    Parameters
    ----------
    group : SplitGroup
        G.
    width : int
        Channels of the planar network.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    SettingError
        If there is no group, or the width is not positive.

    Examples
    --------
    The widths of the published p4m ResNet:

    >>> import groupkit as gk
    >>> [equal_parameters(gk.p4m, width) for width in (32, 64, 128)]
    [11, 23, 45]

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 8.2.
    """
    order = check_group(group).order
    twice = isqrt(4 * positive("width", width) ** 2 // order)  # 2w / √|S|, rounded down
    return max(1, (twice + 1) // 2)


def equal_compute(group: SplitGroup, width: int) -> int:
    r"""Return the width with as many multiply-adds, :math:`w / |S|` to the nearest integer.

    A layer from w to w channels makes :math:`w^2 |S|^2 |W|` multiply-adds at each point.

    Parameters
    ----------
    group, width
        As in `equal_parameters`.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    SettingError
        As in `equal_parameters`.

    Examples
    --------
    >>> import groupkit as gk
    >>> equal_compute(gk.p4m, 64)
    8
    """
    order = check_group(group).order
    return max(1, (2 * positive("width", width) + order) // (2 * order))
