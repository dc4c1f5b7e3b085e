"""Batch norms that become part of the plain convolution before them."""

from __future__ import annotations

import copy
import inspect
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from groupkit_torch.export.joining import repeated_norm
from groupkit_torch.export.opening import ToLayers, sequentials
from groupkit_torch.export.plain_layers import has_filters
from groupkit_torch.norms.batch_norm import GroupBatchNorm

Pair = tuple[nn.Module, nn.Module]
"""A layer with filters, and the batch norm that it feeds."""


def surely_fed(model: nn.Module) -> set[Pair]:
    """Return the batch norms that a convolution feeds, and feeds alone, whatever the input.

    `torch.fx` follows the forward with no values, and fails where it would decide by them.
    """
    parameters = inspect.signature(model.forward).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    found: list[set[Pair]] = []
    for given in ({}, defaults):  # a value that is left out may decide the way as well
        try:
            graph = ToLayers().trace(model, concrete_args=given)
        except Exception:  # noqa: BLE001  (whatever the user's forward does without values)
            return set()
        found.append(_fed_in(graph, model))
    return found[0] & found[1]


def _fed_in(graph: fx.Graph, model: nn.Module) -> set[Pair]:
    called = [node for node in graph.nodes if node.op == "call_module"]
    modules = {node: model.get_submodule(str(node.target)) for node in called}
    times = Counter(modules.values())
    pairs: set[Pair] = set()
    for node in called:
        norm, maker = modules[node], node.args[0] if node.args else None
        if not (isinstance(norm, GroupBatchNorm) and isinstance(maker, fx.Node)):
            continue
        layer = modules.get(maker, norm)
        alone = len(maker.users) == 1 and times[layer] == times[norm] == 1
        if alone and has_filters(layer):
            pairs.add((layer, norm))
    return pairs


def neighbours(model: nn.Module) -> list[Pair]:
    """Return the batch norms that come right after a convolution in a Sequential of the model."""
    times = Counter(child for module in model.modules() for child in module._modules.values())
    return [
        (layer, norm)
        for chain in sequentials(model)
        for layer, norm in pairwise(chain)
        if times[layer] == times[norm] == 1
        if has_filters(layer) and isinstance(norm, GroupBatchNorm)
    ]


def fold_norms(
    replacements: dict[nn.Module, nn.Module], pairs: Iterable[Pair]
) -> dict[nn.Module, nn.Module]:
    """Return the replacements with batch norms folded into the convolutions before them."""
    folded = dict(replacements)
    for layer, norm in dict.fromkeys(pairs):
        assert isinstance(norm, GroupBatchNorm)
        if norm.running_mean is None or isinstance(folded[norm], nn.Identity):
            continue
        repeated = repeated_norm(norm, norm._size or 1, nn.BatchNorm1d)
        sequence: Any = copy.deepcopy(folded[layer])
        sequence.conv = fuse_conv_bn_eval(sequence.conv, repeated)
        folded[layer], folded[norm] = sequence, nn.Identity()
    return folded
