r"""L_g on tensors: :math:`(L_g f)(x) = \rho(s) f(g^{-1} x)`, and S alike on G/H."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from groupkit import SplitGroup
from groupkit.action import array_action
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.stabilizer import Stabilizer
from groupkit_torch import functional
from groupkit_torch.domain import Domain, Row
from groupkit_torch.feature_maps import axis_size, check_map


def act(
    x: Shaped[Tensor, "batch channels *rest"],
    group: SplitGroup,
    element: int | Mapping[str, int],
    feature_type: FeatureType | TypeLike = "planar",
    *,
    torus: bool = False,
) -> Shaped[Tensor, "batch channels *moved"]:
    r"""Return a feature map transformed by an element s of S, about its array's centre.

    .. math:: (L_s f)(s' H, x) = f(s^{-1} s' H, M(s)^{-1} x), \qquad
              (L_s f)(x) = \rho(s) f(M(s)^{-1} x) \text{ for planar maps.}

    Parameters
    ----------
    x : Tensor
        [batch, channels, \|S/H\|, *space], or [batch, channels, *space] for a planar map.
    group : SplitGroup
        G.
    element : int or mapping of str to int
        s: its number, or its indices such as ``{"r": 1}``.
    feature_type : {"planar", "regular"}, subgroup or Field
        What the map is a function on, or how S acts on its channels.
    torus : bool
        Act about index 0 of the periodic array instead, as circular padding does.

    Returns
    -------
    Tensor
        Sides are exchanged as M exchanges axes. Where boxes are not stable, zero outside the
        stable window.

    Raises
    ------
    FeatureTypeError
        If the map is not of the declared type.
    ElementError
        If s is no element.
    WindowError
        If the array's centre is not allowed, or S does not preserve the torus.

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.arange(4.0).view(1, 1, 2, 2)
    >>> act(x, gk.p4, {"r": 1})
    tensor([[[[1., 3.],
              [0., 2.]]]])
    >>> wind = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)  # along the first lattice axis
    >>> act(wind, gk.p4, {"r": 1}, gk.p4.field("vector")).flatten()
    tensor([0., 1.])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", eq. 4.
    """
    stabilizer = group.stabilizer
    kind = FeatureType.of(stabilizer, feature_type)
    check_map(x, None, axis_size(kind), group.dimension)
    s = stabilizer.index_of(**element) if isinstance(element, Mapping) else element
    s = stabilizer.number(s)
    space = tuple(x.shape[x.dim() - group.dimension :])
    channels = None
    if kind.field is not None:
        if x.shape[1] % kind.field.size:
            raise FeatureTypeError(
                f"a map of shape {tuple(x.shape)} has {x.shape[1]} channels, which are no whole "
                f"number of {kind.field!r}",
                witness=tuple(x.shape),
            )
        channels = torch.tensor(kind.field.matrices[s], device=x.device)
        if not (x.is_floating_point() or x.is_complex()):
            x = x.to(torch.get_default_dtype())
    return functional.act(x, _index(stabilizer, s, space, kind, torus, x.device), channels)


def _index(
    stabilizer: Stabilizer,
    s: int,
    space: tuple[int, ...],
    kind: FeatureType,
    torus: bool,
    device: torch.device,
) -> Int[Tensor, "*map"]:
    if torch.compiler.is_compiling() and not torus:  # sides may be any: operations on integers
        inverse, cosets, rows = _integers(stabilizer, s, kind)
        index = traced_index(Domain(stabilizer, rows), inverse, cosets, space, device)
        return index if kind.has_axis else index[0]
    return _cached(stabilizer, s, space, kind, torus, device)


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def _integers(
    stabilizer: Stabilizer, s: int, kind: FeatureType
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...], tuple[Row, ...]]:
    """Return M(s)⁻¹ and the coset s⁻¹s'H of each s'H, as integers that a compiler can read."""
    inverse = int(stabilizer.inverses[s])
    matrix = tuple(tuple(row) for row in stabilizer.matrices[inverse].tolist())
    return matrix, tuple(kind.action[inverse].tolist()), Domain.of(stabilizer).rows


def traced_index(
    domain: Domain,
    inverse: tuple[tuple[int, ...], ...],
    cosets: tuple[int, ...],
    space: tuple[int, ...],
    device: torch.device,
) -> Int[Tensor, "cosets *map"]:
    """Return the index of `groupkit.action.array_action`, by operations of a graph.

    Parameters
    ----------
    domain : Domain
        Of S.
    inverse, cosets : tuple of int
        M(s)⁻¹, row by row, and the coset that each entry of the stabilizer axis is read from.
    space : tuple of int
        Sides of the array, numbers or symbols.
    device : torch.device
        Where the index lives.
    """
    axes = range(len(space))
    output = list(space)
    if domain.is_whole:  # M exchanges axes
        output = [next(space[i] for i in axes if inverse[i][j]) for j in axes]
    flat = torch.zeros([1] * len(axes), dtype=torch.int64, device=device)
    n_space = 1
    for row, side in zip(inverse, space, strict=True):
        twice = flat.new_zeros([1] * len(axes))
        for j in axes:  # twice the coordinates relative to the centre, which is a half
            shape = [-1 if i == j else 1 for i in axes]
            relative = 2 * torch.arange(output[j], device=device) - (output[j] - 1)
            twice = twice + row[j] * relative.view(shape)
        flat = flat * side + torch.div(twice + (side - 1), 2, rounding_mode="floor")
        n_space = n_space * side
    flat = flat.expand(output)
    index = torch.stack([coset * n_space + flat for coset in cosets])
    if domain.is_whole:
        return index
    return torch.where(domain.inside(tuple(space), device), index, len(cosets) * n_space)


@lru_cache(maxsize=32)  # an index is as large as a map
def _cached(
    stabilizer: Stabilizer,
    s: int,
    space: tuple[int, ...],
    kind: FeatureType,
    torus: bool,
    device: torch.device,
) -> Int[Tensor, "*map"]:
    with torch.inference_mode(False):  # shared with calls that train
        return torch.tensor(array_action(stabilizer, s, space, kind, torus), device=device)
