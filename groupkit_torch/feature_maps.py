"""Checks of incoming feature maps: a type is declared, so a wrong shape has a likely cause."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType


def axis_size(feature_type: FeatureType) -> int | None:
    """Return the length of the stabilizer axis, None where maps of this type have none.

    Examples
    --------
    >>> import groupkit as gk
    >>> axis_size(gk.p4.feature_type("regular")), axis_size(gk.p4.feature_type("planar"))
    (4, None)
    """
    return feature_type.size if feature_type.has_axis else None


def check_map(
    x: Float[Tensor, "*map"], channels: int | None, size: int | None, dimension: int
) -> None:
    """Check the shape of a feature map, [batch, channels, size, *space].

    Parameters
    ----------
    x : Tensor
        The map.
    channels : int or None
        How many channels it has; None for any number.
    size : int or None
        |S/H|, the length of its stabilizer axis; None for a planar map, which has no such axis.
    dimension : int
        How many lattice axes it has.

    Raises
    ------
    FeatureTypeError
        Naming what was expected, what came, and the likely mistake.

    Examples
    --------
    >>> import torch
    >>> check_map(torch.zeros(2, 3, 9, 9), channels=3, size=4, dimension=2)
    Traceback (most recent call last):
    groupkit.errors.FeatureTypeError: expected a feature map [batch, 3 channels, 4, 2 lattice
    axes], got shape (2, 3, 9, 9): this is a planar map: lift it first with LiftingConv
    """
    shape = x.shape
    expected_axes = dimension + (2 if size is None else 3)
    if (
        len(shape) == expected_axes
        and (channels is None or shape[1] == channels)
        and (size is None or shape[2] == size)
    ):
        return
    if len(shape) == expected_axes - 1:
        if size is None or (channels is not None and shape[1] != channels):
            mistake = "the batch axis is missing: add it with x.unsqueeze(0)"
        else:
            mistake = "this is a planar map: lift it first with LiftingConv"
    elif len(shape) == expected_axes + 1 and size is None:
        mistake = (
            "this map has a stabilizer axis: declare its type with input_type or feature_type, "
            "use GroupConv, or pool the axis with CosetPool"
        )
    elif len(shape) != expected_axes:
        mistake = f"it has {len(shape)} axes instead of {expected_axes}"
    elif size is not None and shape[2] != size:
        mistake = (
            f"its stabilizer axis has length {shape[2]} instead of {size}: it belongs to another "
            "group, or to another feature type than the declared one"
        )
    else:
        mistake = f"it has {shape[1]} channels instead of {channels}"
    raise FeatureTypeError(
        f"expected a feature map {_describe(channels, size, dimension)}, got shape "
        f"{tuple(shape)}: {mistake}",
        witness=tuple(shape),
    )


def _describe(channels: int | None, size: int | None, dimension: int) -> str:
    parts = ["batch", "channels" if channels is None else f"{channels} channels"]
    if size is not None:
        parts.append(str(size))
    parts.append(f"{dimension} lattice axes" if dimension > 1 else "1 lattice axis")
    return f"[{', '.join(parts)}]"
