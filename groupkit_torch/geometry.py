r"""Arguments of a layer as one number per lattice axis, checked at construction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from groupkit.errors import WindowError
from groupkit.window import Window

Sides: TypeAlias = tuple[int, ...]
PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: Final = ("zeros", "reflect", "replicate", "circular")


def per_axis(name: str, value: int | Sequence[int], dimension: int, least: int) -> Sides:
    """Return one integer per lattice axis.

    Raises
    ------
    ValueError
        If there is another number of them, or one is below ``least``.

    Examples
    --------
    >>> per_axis("stride", 2, dimension=3, least=1)
    (2, 2, 2)
    """
    sides = (value,) * dimension if isinstance(value, int) else tuple(value)
    whole = all(isinstance(side, int) for side in sides)
    if len(sides) != dimension or not whole or min(sides) < least:
        raise ValueError(
            f"{name}={value!r} is neither an integer nor one for each of the {dimension} lattice "
            f"axes, each at least {least}"
        )
    return sides


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
    ValueError
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
        raise ValueError(f"padding_mode={padding_mode!r} is none of {', '.join(PADDING_MODES)}")
    if padding == "valid":
        sides: Sides = (0,) * len(box)
    elif padding == "same":
        sides = _same(reach, stride)
    elif isinstance(padding, str):
        raise ValueError(f'padding={padding!r} is neither a number nor "same" nor "valid"')
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
        raise ValueError(f'padding="same" keeps the size of a map only with stride 1, not {stride}')
    if any(side % 2 for side in reach):
        raise WindowError(
            f'padding="same" pads {reach} points in all, so one side more than the other, which '
            "breaks every symmetry that reverses the axis; use an odd kernel size, or numbers",
            witness=reach,
        )
    return tuple(side // 2 for side in reach)
