"""Run a network of G as a network of a smaller group: the same outputs, less symmetry to keep."""

from __future__ import annotations

import copy
from dataclasses import replace

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from groupkit import FeatureType, SplitGroup
from groupkit.groups import embedding
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.restricting.restricted_filters import restrict_filters
from groupkit_torch.restricting.restriction import (
    RestrictionError,
    from_copies,
    restrict_type,
    to_copies,
)
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.sampling.sampler import Sampler
from groupkit_torch.tables import Tabulated


def restrict(model: nn.Module, group: SplitGroup) -> nn.Module:
    r"""Return a network of a smaller group with the outputs of a network of G.

    Each G-feature map becomes [S:H] maps of the smaller group, stored as channels (see
    `restrict_map`). Layers with filters become layers of the smaller group, their weights
    re-indexed from the expanded bank: as many more parameters as there are fewer symmetries, so
    that training may continue and forget what the smaller group does not ask for. Normalisation,
    pooling and dropout keep spanning all copies, in training too.

    Parameters
    ----------
    model : Module
        Any network of layers of one group G; it is left as it is. Layers of plain torch stay as
        they are: they have to treat all channels alike, or come after the last pooling.
    group : SplitGroup
        The smaller group: its matrices are some of G's.

    Returns
    -------
    Module
        A copy in which every layer of G is replaced. Inputs and outputs that are planar or
        invariant are as before; regular ones are restricted.

    Raises
    ------
    NotASubgroupError, DimensionError
        If the group is no subgroup.
    RestrictionError
        If the model has no layer of a group, or maps fall into orbits
        that are not of one kind.

    Examples
    --------
    >>> import torch, groupkit as gk, groupkit_torch as gt
    >>> L = gt.layers(gk.p4m)
    >>> net = nn.Sequential(
    ...     L.LiftingConv(1, 4, 3), L.BatchNorm(4), nn.ReLU(), L.GroupConv(4, 2, 3), L.CosetPool()
    ... )
    >>> smaller = restrict(net, gk.p4)
    >>> x = torch.randn(2, 1, 9, 9)
    >>> torch.allclose(smaller(x), net(x), atol=1e-5)
    True
    >>> smaller[3]
    GroupConv(p4, 8, 4, kernel_size=(3, 3), regular -> regular)
    """
    model = copy.deepcopy(model)
    if not any(_has_group(module) for module in model.modules()):
        raise RestrictionError(
            "the model has no layer of a group, so there is nothing to restrict", witness=model
        )
    replaced: dict[nn.Module, nn.Module] = {}
    return _replace(model, group, replaced)


class Spanning(Tabulated):
    """A layer of G between maps of a smaller group: it sees all copies as one map of G.

    Parameters
    ----------
    layer : Module
        The layer of G.
    group : SplitGroup
        The smaller group.
    """

    _table_names = ("inverse", "order")
    inverse: Tensor | None
    order: Tensor | None
    input_type: FeatureType
    output_type: FeatureType | None

    def __init__(self, layer: nn.Module, group: SplitGroup) -> None:
        super().__init__()
        self.layer, self.group = layer, group
        self._before = self._after = 1  # copies
        self.inverse = self.order = None
        self.reset_parameters()
        while isinstance(layer, Spanning):  # of a model that is restricted once more
            layer = layer.layer
        if isinstance(layer, Guarded):
            layer._set_guard(_restricted_sampler(layer._sampler, group), layer.exact)

    def _make_tables(self, device: torch.device) -> None:
        before, after = _types(self.layer)
        large = self.layer.group
        assert isinstance(large, SplitGroup)
        seen = restrict_type(before, large, self.group)
        self.input_type, self.output_type = seen.part, None
        if before.has_axis:
            self.inverse, self._before = seen.inverse.to(device), seen.copies
        if after is None:
            return
        seen = restrict_type(after, large, self.group)
        self.output_type = seen.part
        if after.has_axis:
            self.order, self._after = seen.order.to(device), seen.copies

    def forward(
        self, x: Shaped[Tensor, "batch channels *rest"]
    ) -> Shaped[Tensor, "batch more_channels *out"]:
        """Return what the layer of G makes of the map of G."""
        if self.inverse is not None:
            x = from_copies(x, self.inverse.to(x.device), self._before)
        y: Tensor = self.layer(x)
        return y if self.order is None else to_copies(y, self.order.to(x.device), self._after)

    def extra_repr(self) -> str:
        """Return the name of the smaller group."""
        return self.group.name


def _replace(
    module: nn.Module, group: SplitGroup, replaced: dict[nn.Module, nn.Module]
) -> nn.Module:
    if module in replaced:  # a layer that is used twice stays one layer
        return replaced[module]
    if isinstance(module, Filters):
        found: nn.Module = restrict_filters(module, group)
    elif _has_group(module) and not _is_made_of_layers(module):
        found = Spanning(module, group)
    else:
        for name, child in module._modules.items():  # named_children leaves out repeated ones
            if child is not None:
                module._modules[name] = _replace(child, group, replaced)
        found = module
    found.training = module.training
    replaced[module] = found
    return found


def _has_group(module: nn.Module) -> bool:
    return isinstance(getattr(module, "group", None), SplitGroup)


def _is_made_of_layers(module: nn.Module) -> bool:
    """Return whether it is a user's module that knows its group: its parts are restricted."""
    types = ("feature_type", "input_type")
    return any(True for _ in module.children()) and not any(hasattr(module, t) for t in types)


def _types(layer: nn.Module) -> tuple[FeatureType, FeatureType | None]:
    """Return the types of a layer's inputs and outputs; None for invariants."""
    kind = getattr(layer, "feature_type", None)
    before = getattr(layer, "input_type", kind)
    after = getattr(layer, "output_type", kind)
    if not isinstance(before, FeatureType):
        raise RestrictionError(
            f"{type(layer).__name__} does not say which maps it takes; restrict its parts",
            witness=layer,
        )
    return before, after if isinstance(after, FeatureType) else None


def _restricted_sampler(sampler: Sampler, group: SplitGroup) -> Sampler:
    numbers = embedding(group, sampler.group)
    kernel = sampler.kernel
    permutations = None if kernel.permutations is None else kernel.permutations[numbers]
    kernel = replace(kernel, stabilizer=group.stabilizer, permutations=permutations)
    return replace(sampler, group=group, kernel=kernel)
