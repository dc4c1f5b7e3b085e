r"""Functions of finite support on :math:`G = Z^d \rtimes S`: correlation, convolution, involution.

A function is an array [..., \|S\|, *window]: entry (s, x) is its value at (t, s), where t = x - c
counts from the middle c of the window, whose sides are odd and alike under S. Where boxes are not
stable, functions live on the stable window and are zero outside.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Inexact, Int
from torch import Tensor

from groupkit import SplitGroup
from groupkit.action import array_action, image_shape
from groupkit.errors import FeatureTypeError, WindowError
from groupkit.feature_type import FeatureType
from groupkit.integers import exact_matmul
from groupkit.stabilizer import Stabilizer
from groupkit_torch.domain import Domain
from groupkit_torch.functional.correlation import convolve
from groupkit_torch.functional.maps import act


def correlate(
    f: Inexact[Tensor, "batch in_channels order *space"],
    psi: Inexact[Tensor, "out_channels in_channels order *window"],
    group: SplitGroup,
) -> Inexact[Tensor, "batch out_channels order *sum"]:
    r"""Return the G-correlation on all of its support.

    .. math:: [f \star \psi](g) = \sum_{h \in G} \sum_k f_k(h)\, \psi_k(g^{-1} h)

    Parameters
    ----------
    f : Tensor
        [batch, C_in, \|S\|, *space].
    psi : Tensor
        [C_out, C_in, \|S\|, *window].
    group : SplitGroup
        G.

    Returns
    -------
    Tensor
        [batch, C_out, \|S\|, *space + window - 1].

    Raises
    ------
    FeatureTypeError
        If an array has another number of axes, or another stabilizer axis.
    WindowError
        If its sides are even, or unlike on axes that S mixes.

    Notes
    -----
    `GroupConv` is the same sum, where its output is asked for, with filters that have a weight
    for each point of a window.

    Examples
    --------
    >>> import groupkit as gk
    >>> f, psi = torch.randn(1, 1, 4, 5, 5), torch.randn(1, 1, 4, 3, 3)
    >>> one = correlate(f, psi, gk.p4)
    >>> one.shape
    torch.Size([1, 1, 4, 7, 7])
    >>> torch.allclose(one, involution(correlate(psi, f, gk.p4), gk.p4), atol=1e-5)
    True

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 11 and section 6.1.
    """
    _check(f, group, "f")
    _check(psi, group, "psi")
    if f.shape[1] != psi.shape[1]:
        raise FeatureTypeError(
            f"f has {f.shape[1]} channels and psi filters for {psi.shape[1]}; shapes are "
            f"{tuple(f.shape)} and {tuple(psi.shape)}: give one filter for each channel",
            witness=(f.shape[1], psi.shape[1]),
        )
    window = tuple(psi.shape[3:])
    copies = torch.tensor(_all_actions(group.stabilizer, window), device=psi.device)
    entries = F.pad(psi.flatten(2), (0, 1)).index_select(2, copies.flatten())
    bank = entries.unflatten(2, copies.shape)  # [out, in, s', s, *window]: L_s' of every filter
    bank = bank.transpose(1, 2).flatten(2, 3).flatten(0, 1)
    f = Domain.of(group.stabilizer).fill(f)
    return convolve(f, bank, padding=[k - 1 for k in window], size=group.order)


def convolution(
    f: Inexact[Tensor, "batch in_channels order *space"],
    psi: Inexact[Tensor, "out_channels in_channels order *window"],
    group: SplitGroup,
) -> Inexact[Tensor, "batch out_channels order *sum"]:
    r"""Return the convolution on G, the product of its group algebra, on all of its support.

    .. math:: (f * \psi)(g) = \sum_{h \in G} \sum_k f_k(h)\, \psi_k(h^{-1} g)

    It is the correlation with :math:`\psi^*`, so associative, and it commutes with the left
    action on f.

    Parameters
    ----------
    f, psi, group
        As in `correlate`.

    Returns
    -------
    Tensor
        [batch, C_out, \|S\|, *space + window - 1].

    Raises
    ------
    FeatureTypeError, WindowError
        As in `correlate`.

    Examples
    --------
    >>> import groupkit as gk
    >>> unit = torch.zeros(1, 1, 4, 3, 3)
    >>> unit[0, 0, 0, 1, 1] = 1  # at the identity of p4
    >>> psi = torch.randn(1, 1, 4, 3, 3)
    >>> torch.allclose(convolution(unit, psi, gk.p4)[..., 1:-1, 1:-1], psi)
    True

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.1 and
    appendix C, where the gradients of a correlation are such convolutions.
    """
    return correlate(f, involution(psi, group), group)


def involution(
    f: Inexact[Tensor, "*batch order_and_space"], group: SplitGroup
) -> Inexact[Tensor, "*batch order_and_space"]:
    r"""Return :math:`f^*(g) = f(g^{-1})`.

    .. math:: f^*(t, s) = f(-M(s)^{-1} t, s^{-1}), \qquad f^{**} = f, \qquad
              (f * \psi)^* = \psi^* * f^*, \qquad f \star \psi = (\psi \star f)^*

    Parameters
    ----------
    f : Tensor
        [..., \|S\|, *window].
    group : SplitGroup
        G.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    FeatureTypeError, WindowError
        As in `correlate`.

    Examples
    --------
    >>> import groupkit as gk
    >>> f = torch.zeros(4, 3, 3)
    >>> f[1, 0, 1] = 1  # at a quarter turn, one step up
    >>> involution(f, gk.p4).nonzero().tolist()  # undone by a turn back, one step left
    [[3, 1, 0]]

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.1.
    """
    _check(f, group, "f", leading=None)
    shape = tuple(f.shape[f.dim() - group.dimension :])
    return act(f, torch.tensor(_inverses(group.stabilizer, shape), device=f.device))


@lru_cache(maxsize=64)
def _all_actions(
    stabilizer: Stabilizer, window: tuple[int, ...]
) -> Int[np.ndarray, "order order *window"]:
    """Return where each entry of L_s f comes from, for all s."""
    regular = FeatureType.of(stabilizer, "regular")
    return np.stack([array_action(stabilizer, s, window, regular) for s in stabilizer])


@lru_cache(maxsize=64)
def _inverses(stabilizer: Stabilizer, window: tuple[int, ...]) -> Int[np.ndarray, "order *window"]:
    """Return where each entry of f* comes from; one past the last outside the stable window."""
    actions = _all_actions(stabilizer, window)
    size = int(np.prod(window))
    outside = actions[0, 0] == stabilizer.order * size
    centred = np.argwhere(np.ones(window, dtype=bool)) - (np.array(window) - 1) // 2
    index = np.empty((stabilizer.order, size), dtype=np.int64)
    for s in stabilizer:
        inverse = int(stabilizer.inverses[s])
        sources = -exact_matmul(centred, stabilizer.matrices[inverse].T)
        sources = np.where(outside.reshape(-1, 1), 0, sources) + (np.array(window) - 1) // 2
        index[s] = inverse * size + np.ravel_multi_index(tuple(sources.T.astype(np.int64)), window)
    index[:, outside.reshape(-1)] = stabilizer.order * size
    return index.reshape(stabilizer.order, *window)


def _check(f: Tensor, group: SplitGroup, name: str, leading: int | None = 2) -> None:
    dimension, order = group.dimension, group.order
    axes = f.dim() - dimension - 1
    if axes < 0 or (leading is not None and axes != leading) or f.shape[axes] != order:
        before = "..." if leading is None else "batch, channels"
        raise FeatureTypeError(
            f"a function on {group.name} is an array [{before}, {order}, {dimension} lattice "
            f"axes], but {name} has shape {tuple(f.shape)}; a planar one is first lifted, a "
            "single one gets axes of length 1",
            witness=tuple(f.shape),
        )
    window = tuple(f.shape[axes + 1 :])
    unlike = [s for s in group.stabilizer if image_shape(group.stabilizer, s, window) != window]
    if any(n % 2 == 0 for n in window) or unlike:
        raise WindowError(
            f"the window {'×'.join(map(str, window))} of {name} has no middle that {group.name} "
            "maps it onto itself about; pad with zeros to odd sides, equal on axes that S mixes",
            witness=window,
        )
