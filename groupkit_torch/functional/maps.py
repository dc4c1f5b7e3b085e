r"""Maps as tensors: moved by an index array, filled outside a mask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Inexact, Int, Shaped
from torch import Tensor
from torch.compiler import is_dynamo_compiling

from groupkit.errors import FeatureTypeError


def act(
    tensor: Shaped[Tensor, "*batch_and_map"],
    index: Int[Tensor, "*map"] | Int[np.ndarray, "*map"],
    channels: Inexact[Tensor, "n n"] | None = None,
) -> Shaped[Tensor, "*batch_and_new_map"]:
    r"""Transform a feature map, :math:`(L_g f)(x) = f(g^{-1} x)`, by an index array.

    Parameters
    ----------
    tensor : Tensor
        Any leading axes, then the axes that ``index`` permutes: [..., *space] or
        [..., |S/H|, *space].
    index : Tensor or numpy.ndarray
        From `groupkit.SplitGroup.action`: output entry -> flat input entry; one past the
        last entry is a zero.
    channels : Tensor, optional
        [n, n], :math:`\rho(s)` of a field: the axis before those of the map holds channels, in
        fields of n, which it mixes.

    Returns
    -------
    Tensor
        The leading axes, then those of ``index``.

    Raises
    ------
    FeatureTypeError
        If the last axes of the tensor hold another number of entries than the index.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit.action import array_action
    >>> f = torch.arange(6).reshape(2, 3)
    >>> quarter_turn = array_action(gk.p4.stabilizer, 1, (2, 3), gk.p4.feature_type("planar"))
    >>> torch.equal(act(f, quarter_turn), torch.rot90(f, 1))
    True
    """
    index = torch.tensor(index) if isinstance(index, np.ndarray) else index
    n_axes = index.dim()
    if tensor.dim() < n_axes or tensor.shape[tensor.dim() - n_axes :].numel() != index.numel():
        raise FeatureTypeError(
            f"an index of shape {tuple(index.shape)} does not act on a tensor of shape "
            f"{tuple(tensor.shape)}: the last {n_axes} axes hold another number of entries; "
            "make the index for the tensor's own shape and type",
            witness=(tuple(tensor.shape), tuple(index.shape)),
        )
    flat = F.pad(tensor.flatten(tensor.dim() - n_axes), (0, 1))
    positions = index.reshape(-1).to(tensor.device)
    moved = flat.index_select(-1, positions)
    if channels is not None:
        fields = moved.unflatten(-2, (-1, len(channels)))
        moved = (channels.to(fields) @ fields).view(moved.shape)
    return moved.view(*flat.shape[:-1], *index.shape)


def pointwise(x: Shaped[Tensor, "*map"], f: Callable[[Tensor], Tensor]) -> Shaped[Tensor, "*map"]:
    """Apply a function of numbers, such as ReLU, to each number of a map; ``f(x)``.

    In a compiled model f sees a map of five axes or more with the second and the third as one, as
    convolutions see channels and the stabilizer axis, and the compiler then keeps its result as the
    next convolution reads it: on a CPU, a training step of small layers takes a quarter less than
    with ``f(x)``. Elsewhere this is ``f(x)``.

    Parameters
    ----------
    x : Tensor
        [batch, channels, ..., *space].
    f : callable
        Returns a new tensor of the shape that it is given: each number by itself alone, none in
        place, and no parameters of the channels.

    Returns
    -------
    Tensor
        Of the shape of the map.

    Examples
    --------
    >>> pointwise(torch.tensor([-1.0, 2.0]), torch.relu)
    tensor([0., 2.])
    """
    if is_dynamo_compiling() and x.dim() > 4:
        return f(x.flatten(1, 2)).view(x.shape)
    return f(x)


def fill_outside(
    x: Inexact[Tensor, "*map"], mask: Bool[Tensor, "*space"], value: float = 0.0
) -> Inexact[Tensor, "*map"]:
    """Return a map with ``value`` wherever its lattice point is outside the mask.

    Parameters
    ----------
    x : Tensor
        [..., *space].
    mask : Tensor
        bool [*space], True inside.
    value : float
        What the outside becomes: 0 for a convolution, -∞ for a maximum.

    Returns
    -------
    Tensor
        Of the shape of x.

    Examples
    --------
    >>> fill_outside(torch.ones(3), torch.tensor([False, True, True]))
    tensor([0., 1., 1.])
    """
    return torch.where(mask, x, value)
