r"""Arguments of a layer as one number per lattice axis, checked at construction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from groupkit import SplitGroup, Window
from groupkit.errors import FilterBankError, GroupkitError, WindowError
from groupkit.integers import integer

Sides: TypeAlias = tuple[int, ...]
PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: Final = ("zeros", "reflect", "replicate", "circular")


class SettingError(GroupkitError, ValueError):
    """An argument of a layer is not one that torch's layers take."""

    law = "the arguments of a layer are those that torch's layers take"


def check_group(group: object) -> SplitGroup:
    """Return the group of a layer.

    Raises
    ------
    SettingError
        If it is no declared group.
    """
    if not isinstance(group, SplitGroup):
        raise SettingError(
            f"a layer's group is a declared SplitGroup, not {group!r}; shipped ones are in "
            "groupkit.catalog",
            witness=group,
        )
    return group


def positive(name: str, value: object) -> int:
    """Return a positive integer.

    Raises
    ------
    SettingError
        If it is not one.
    """
    whole = integer(value)
    if whole is None or whole < 1:
        raise SettingError(f"{name}={value!r} is not a positive integer", witness=value)
    return whole


def per_axis(name: str, value: int | Sequence[int], dimension: int, least: int) -> Sides:
    """Return one integer per lattice axis.

    Raises
    ------
    SettingError
        If there is another number of them, or one is below ``least``.

    Examples
    --------
    >>> per_axis("stride", 2, dimension=3, least=1)
    (2, 2, 2)
    """
    one = integer(value)
    listed = value if isinstance(value, tuple | list) else (value,)
    sides = [integer(side) for side in listed] if one is None else [one] * dimension
    whole = tuple(side for side in sides if side is not None and side >= least)
    if len(whole) != dimension or len(sides) != dimension:
        raise SettingError(
            f"{name}={value!r} is neither an integer nor one for each of the {dimension} lattice "
            f"axes, each at least {least}",
            witness=value,
        )
    return whole


def window_of(group: SplitGroup, kernel_size: int | Sequence[int] | Window) -> Window:
    """Return the window that a layer slides: the group's of a size, or one of the group's.

    Raises
    ------
    SettingError
        If there is no declared group.
    WindowError
        If torch has no layer of the group's dimension, or no window of the size is stable.
    FilterBankError
        If the window belongs to another group.

    Examples
    --------
    >>> import groupkit as gk
    >>> window_of(gk.p4, gk.p6.window(3))
    Traceback (most recent call last):
    groupkit.errors.FilterBankError: Window(7 points of 3×3, centre (1, 1)) is not one of p4; make
    it with that group's window or window_of_points
    """
    check_group(group)
    if group.dimension > 3:
        raise WindowError(
            f"{group.name} acts on {group.dimension} dimensions; torch has layers for 1, 2 and 3",
            witness=group.dimension,
        )
    if not isinstance(kernel_size, Window):
        return group.window(kernel_size)
    if kernel_size.stabilizer != group.stabilizer:
        raise FilterBankError(
            f"{kernel_size!r} is not one of {group.name}; make it with that group's window or "
            "window_of_points",
            witness=kernel_size,
        )
    return kernel_size


def check_centre(window: Window, dilation: Sides) -> None:
    r"""Check that the centre of the window leads array centres to array centres.

    An output array's centre lies :math:`\delta = D(c - (k - 1)/2)` away from the point that the
    input array's centre is mapped to; S acts alike about both when :math:`M \delta = \delta`.

    Raises
    ------
    WindowError
        With the first matrix that moves the offset.

    Examples
    --------
    >>> import groupkit as gk
    >>> bar = gk.Window.from_points(gk.p2.stabilizer, [(0, 0), (0, 1)])
    >>> check_centre(bar, (1, 1))
    """
    twice = [
        2 * step * (centre - corner) - step * (side - 1)
        for step, centre, corner, side in zip(
            dilation, window.centre, window.corner, window.box, strict=True
        )
    ]
    if not any(twice):
        return
    for matrix in window.stabilizer.matrices.tolist():
        moved = [sum(a * x for a, x in zip(row, twice, strict=True)) for row in matrix]
        if moved != twice:
            centre = ", ".join(str(coordinate) for coordinate in window.centre)
            raise WindowError(
                f"the centre ({centre}) of {window!r} is not the middle of its box, and M = "
                f"{matrix} moves the difference: outputs would not turn about their array's "
                "centre; use a window centred in its box",
                witness=matrix,
            )


def resolve_padding(
    padding: int | Sequence[int] | str,
    window: Window,
    stride: Sides,
    dilation: Sides,
    padding_mode: str,
) -> Sides:
    """Return the padding of each axis, the same on both of its sides.

    Parameters
    ----------
    padding : int, sequence of int, "same" or "valid"
        As in `torch.nn.Conv2d`.
    window : Window
        The window of the layer.
    stride, dilation : tuple of int
        One number per lattice axis.
    padding_mode : str
        As in `torch.nn.Conv2d`.

    Raises
    ------
    WindowError
        If the padded array is not as symmetric as the array.
    SettingError
        If torch has no such padding.

    Examples
    --------
    >>> import groupkit as gk
    >>> resolve_padding("same", gk.p4.window(5), (1, 1), (2, 2), "zeros")
    (4, 4)
    """
    stabilizer, box = window.stabilizer, window.box
    reach = tuple(step * (side - 1) for step, side in zip(dilation, box, strict=True))
    if padding_mode not in PADDING_MODES:
        raise SettingError(
            f"padding_mode={padding_mode!r} is none of {', '.join(PADDING_MODES)}",
            witness=padding_mode,
        )
    if padding == "valid":
        sides: Sides = (0,) * len(box)
    elif padding == "same":
        sides = _same(reach, stride)
    elif isinstance(padding, str):
        raise SettingError(
            f'padding={padding!r} is neither a number nor "same" nor "valid"', witness=padding
        )
    else:
        sides = per_axis("padding", padding, len(box), least=0)
    if stabilizer.is_signed_permutation:
        return sides
    if padding_mode in ("reflect", "replicate"):
        raise WindowError(
            f"padding_mode={padding_mode!r} continues the array's box, which this group does not "
            'map onto itself; use "zeros", or "circular" with padding="same"',
            witness=padding_mode,
        )
    if padding_mode == "circular" and tuple(2 * side for side in sides) != reach:
        raise WindowError(
            f'padding_mode="circular" with padding={sides} does not keep the size of the map, so '
            'the output does not live on the torus that the group acts on; use padding="same"',
            witness=sides,
        )
    return sides


def _same(reach: Sides, stride: Sides) -> Sides:
    if any(step != 1 for step in stride):
        raise SettingError(
            f'padding="same" keeps the size of a map only with stride 1, not {stride}',
            witness=stride,
        )
    if any(side % 2 for side in reach):
        raise WindowError(
            f'padding="same" pads {reach} points in all, so one side more than the other, which '
            "breaks every symmetry that reverses the axis; use an odd kernel size, or numbers",
            witness=reach,
        )
    return tuple(side // 2 for side in reach)
