"""Checks of incoming feature maps: a type is declared, so a wrong shape has a likely cause."""

from __future__ import annotations

from typing import Final

import torch
from jaxtyping import Shaped
from torch import Tensor

from groupkit.errors import FeatureTypeError, GroupkitError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.stabilizer import Stabilizer

HALF: Final = (torch.float16, torch.bfloat16)


class DtypeError(GroupkitError, TypeError):
    """A map holds numbers with which a layer cannot compute."""

    law = "a map holds numbers that its layer can compute with"


def axis_size(feature_type: FeatureType) -> int | None:
    """Return the length of the stabilizer axis, None where maps of this type have none.

    Examples
    --------
    >>> import groupkit as gk
    >>> axis_size(gk.p4.feature_type("regular")), axis_size(gk.p4.feature_type("planar"))
    (4, None)
    """
    return feature_type.size if feature_type.has_axis else None


def scalar_type(
    stabilizer: Stabilizer, declared: FeatureType | TypeLike, layer: str
) -> FeatureType:
    """Return the type of maps whose channels S leaves alone, as a layer needs them.

    Raises
    ------
    FeatureTypeError
        If it is a field: what a layer does to each channel for itself does not commute with a
        matrix that mixes them.

    Examples
    --------
    >>> import groupkit as gk
    >>> scalar_type(gk.p4.stabilizer, gk.p4.field("vector"), "GroupBatchNorm")
    Traceback (most recent call last):
    groupkit.errors.FeatureTypeError: GroupBatchNorm treats each channel for itself, which does
    not commute with S on Field('vector', 2 channels), which mixes them or turns their signs; use
    it on regular maps, before they are projected (GroupRMSNorm takes fields)
    """
    kind = FeatureType.of(stabilizer, declared)
    if kind.field is not None:
        raise FeatureTypeError(
            f"{layer} treats each channel for itself, which does not commute with S on "
            f"{kind.field!r}, which mixes them or turns their signs; use it on regular maps, "
            "before they are projected (GroupRMSNorm takes fields)",
            witness=kind.field,
        )
    return kind


def check_real(x: Shaped[Tensor, "*map"], layer: str, reason: str) -> None:
    """Check that a map does not hold complex numbers.

    Raises
    ------
    DtypeError
        If it does.

    Examples
    --------
    >>> import torch
    >>> check_real(torch.zeros(2, dtype=torch.complex64), "GroupMaxPool", "have no order")
    Traceback (most recent call last):
    groupkit_torch.feature_maps.DtypeError: GroupMaxPool does not take torch.complex64: complex
    numbers have no order; apply it to x.real, x.imag or x.abs()
    """
    if x.is_complex():
        raise DtypeError(
            f"{layer} does not take {x.dtype}: complex numbers {reason}; apply it to x.real, "
            "x.imag or x.abs()",
            witness=x.dtype,
        )


def widened(x: Shaped[Tensor, "*map"]) -> Shaped[Tensor, "*map"]:
    """Return a map in which sums are taken: of half precision, the map in float32.

    Examples
    --------
    >>> import torch
    >>> widened(torch.ones(2, dtype=torch.float16)).dtype, widened(torch.ones(2)).dtype
    (torch.float32, torch.float32)
    """
    return x.float() if x.dtype in HALF else x


def laid_out_as(
    x: Shaped[Tensor, "*map"], y: Shaped[Tensor, "*result"], dimension: int
) -> Shaped[Tensor, "*result"]:
    """Return what a layer made of a map, with its channels last in memory if the map's are.

    Parameters
    ----------
    x : Tensor
        The map, [batch, channels, ..., *space].
    y : Tensor
        The result, with or without a stabilizer axis.
    dimension : int
        How many lattice axes both have.

    Examples
    --------
    >>> import torch
    >>> x = torch.zeros(2, 9, 9, 3, 4).movedim((3, 4), (1, 2))  # channels last
    >>> laid_out_as(x, torch.zeros(2, 3, 5, 5), 2).stride()
    (75, 1, 15, 3)
    """
    if x.is_contiguous() or not channels_last(x, dimension).is_contiguous():
        return y
    last = tuple(range(1, y.dim() - dimension))
    return channels_last(y, dimension).contiguous().movedim(tuple(-k for k in last[::-1]), last)


def channels_last(
    x: Shaped[Tensor, "batch *channels_and_space"], dimension: int
) -> Shaped[Tensor, "batch *space_and_channels"]:
    """Return a map with its channels, and its stabilizer axis, behind the lattice axes.

    Examples
    --------
    >>> import torch
    >>> channels_last(torch.zeros(2, 3, 4, 9, 9), dimension=2).shape
    torch.Size([2, 9, 9, 3, 4])
    """
    axes = tuple(range(1, x.dim() - dimension))
    return x.movedim(axes, tuple(-k for k in axes[::-1]))


def check_map(
    x: Shaped[Tensor, "*map"], channels: int | None, size: int | None, dimension: int
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
    axes], got shape (2, 3, 9, 9): this is a planar map: lift it first with LiftingConv, or make
    the layer one of planar maps with its argument input_type or feature_type, "planar"
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
        elif channels is None and shape[1] == size:
            mistake = (
                "the batch axis is missing: add it with x.unsqueeze(0); or this is a planar map "
                f"of {size} channels: lift it first with LiftingConv"
            )
        else:
            mistake = (
                "this is a planar map: lift it first with LiftingConv, or make the layer one of "
                'planar maps with its argument input_type or feature_type, "planar"'
            )
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
