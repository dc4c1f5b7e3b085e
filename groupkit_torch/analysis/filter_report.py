r"""The variance of filters along the group axis, layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Inexact
from torch import Tensor, nn

from groupkit.errors import FeatureTypeError
from groupkit_torch.analysis.explained_variance import explained_variance
from groupkit_torch.convolutions.conv import GroupConv


@dataclass(frozen=True, eq=False)
class LayerVariance:
    r"""What principal components explain of the filters of one layer.

    Parameters
    ----------
    name : str
        Of the layer in its model.
    parts : Tensor
        [C_out, C_in / groups, components], for each pair of channels the parts of the variance
        that `explained_variance` finds; NaN for filters without variance.
    """

    name: str
    parts: Float[Tensor, "out_channels in_channels components"]

    @property
    def first(self) -> Float[Tensor, " filters"]:
        """The part of the first component, of all filters that vary."""
        found = self.parts[..., 0].flatten()
        return found[~found.isnan()]

    @property
    def mean(self) -> float:
        """The mean part of the first component; NaN if no filter varies."""
        return self.first.mean().item()

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Quartiles of the part of the first component; NaN if no filter varies."""
        if not len(self.first):
            return (math.nan,) * 3
        at = torch.tensor([0.25, 0.5, 0.75], dtype=self.first.dtype, device=self.first.device)
        low, middle, high = self.first.quantile(at).tolist()
        return low, middle, high


@dataclass(frozen=True)
class FilterReport:
    """What principal components explain of the filters of a model, layer by layer.

    Parameters
    ----------
    layers : tuple of LayerVariance
        In the model's order.
    """

    layers: tuple[LayerVariance, ...]

    def __str__(self) -> str:
        width = max(len("layer"), *(len(layer.name) for layer in self.layers))
        lines = [f"{'layer':<{width}}  filters   mean  quartiles of the first component's part"]
        for layer in self.layers:
            quartiles = " ".join(f"{part:.3f}" for part in layer.quartiles)
            count = layer.parts[..., 0].numel()
            lines.append(f"{layer.name:<{width}}  {count:>7}  {layer.mean:.3f}  {quartiles}")
        return "\n".join(lines)


def filter_variance(model: nn.Module) -> FilterReport:
    r"""Return how much of the filters' variance along the group axis one kernel explains.

    For each convolution of a model whose input has a group axis, and each pair of channels,
    the principal components of the kernels :math:`\psi(s, \cdot)`, one for each element of
    :math:`S/H_{in}`, as the first output element reads them.

    Parameters
    ----------
    model : Module
        Any model with layers of this package. For weights of other programs there is
        `explained_variance`.

    Returns
    -------
    FilterReport
        Printed, a table; `plot_filter_variance` draws it.

    Raises
    ------
    FeatureTypeError
        If no layer has filters with a group axis and two points or more.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch.models import P4CNN
    >>> report = filter_variance(P4CNN(gk.p4, 2, share="g"))
    >>> print(report)  # filters that are products
    layer        filters   mean  quartiles of the first component's part
    features.3         4  1.000  1.000 1.000 1.000
    features.7         4  1.000  1.000 1.000 1.000
    features.10        4  1.000  1.000 1.000 1.000
    features.13        4  1.000  1.000 1.000 1.000
    features.16        4  1.000  1.000 1.000 1.000
    features.19        4  1.000  1.000 1.000 1.000

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", section 3.2 and figure 2.
    """
    found = tuple(
        LayerVariance(name or type(layer).__name__, explained_variance(filters_of(layer)))
        for name, layer in model.named_modules()
        if isinstance(layer, GroupConv) and _varies(layer)
    )
    if not found:
        raise FeatureTypeError(
            f"{type(model).__name__} has no group convolution that reads a map with a group axis "
            "through two points or more; give weights of other programs to explained_variance",
            witness=model,
        )
    return FilterReport(found)


def filters_of(layer: GroupConv) -> Inexact[Tensor, "out_channels in_channels order points"]:
    r"""Return the filters of a layer, :math:`\psi_{oi}(s, x)` for s of :math:`S/H_{in}`, x of W.

    Examples
    --------
    >>> import groupkit as gk
    >>> filters_of(GroupConv(gk.p6m, 2, 3, 3)).shape
    torch.Size([3, 2, 12, 7])
    """
    size = layer.output_type.size
    rows = layer.expanded_weight().detach().unflatten(0, (-1, size))[:, 0]
    bank: Tensor = rows.unflatten(1, (-1, layer.input_type.size))
    return bank[..., torch.tensor(layer.filter_bank.window.mask, device=bank.device)]


def _varies(layer: GroupConv) -> bool:
    return layer.input_type.has_axis and len(layer.filter_bank.window) > 1
