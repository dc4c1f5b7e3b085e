"""Plain layers that follow one another, joined: channels and stabilizer axis stay one axis.

A plain convolution takes the two axes together and sets them apart again. What is between one and
the next treats each number, or each channel, for itself, so there they need not be apart: what is
left is the planar network, convolution after norm after convolution.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from torch import fx, nn

_POINTWISE: Final = {
    nn.Dropout, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.Identity,
    nn.LeakyReLU, nn.LogSigmoid, nn.Mish, nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Sigmoid,
    nn.Softplus, nn.Softsign, nn.Tanh,
}  # fmt: skip
_OF_ONE_AXIS_LESS: Final[dict[type[nn.Module], type[nn.Module]]] = {
    nn.BatchNorm2d: nn.BatchNorm1d,
    nn.BatchNorm3d: nn.BatchNorm2d,
}
TOGETHER: Final = "flatten"
APART: Final = "unflatten"
"""What `plain_layer` calls the parts of a plain layer that join the two axes and set them apart."""


class _Place(NamedTuple):
    """A module where it is called: the one that holds it, and its name there."""

    holder: nn.Module
    name: str
    module: nn.Module


def join_layers(model: nn.Module, *, is_chain: bool) -> nn.Module:
    """Return a copy of a plain model that sets axes apart only where something reads them so.

    Parameters
    ----------
    model : Module
        As `to_plain` makes it; in evaluation mode.
    is_chain : bool
        Whether the model's own `torch.nn.Sequential`, if it is one, and those inside it are called
        one module after the other, and only so. Graphs of `torch.fx` say what they call.
    """
    traced = [m for m in model.modules() if isinstance(m, fx.GraphModule) and not _calls(m)]
    model = copy.deepcopy(model, {id(layer): layer for layer in traced})  # copied, they lose names
    times = Counter(child for module in model.modules() for _, child in _children(module))
    shared = {module for module, count in times.items() if count > 1}
    chains = [[_Place(model, "", model)]] if is_chain else []
    for module in model.modules():
        if isinstance(module, fx.GraphModule):
            chains += _runs(module)
    emptied: set[nn.Module] = set()
    for chain in chains:
        emptied |= _join([part for place in chain for part in _parts(place, shared)])
    for module in list(model.modules()):
        for name, child in _children(module):
            if child in emptied and len(child._modules) == 1:
                (alone,) = child.children()
                setattr(module, name, alone)
    return model


def _runs(graph: fx.GraphModule) -> list[list[_Place]]:
    """Return the modules of a graph, in lists of which each takes what the one before makes."""
    called = _calls(graph)
    times = Counter(node.target for node in called)
    runs: dict[Any, list[_Place]] = {}
    for node in called:
        holder, _, name = str(node.target).rpartition(".")
        place = _Place(graph.get_submodule(holder), name, graph.get_submodule(str(node.target)))
        if times[node.target] > 1:
            place = _kept(place)
        before = node.args[0] if len(node.args) == 1 and not node.kwargs else None
        alone = isinstance(before, fx.Node) and len(before.users) == 1
        run = runs.get(before, []) if alone else []
        run.append(place)
        runs[node] = run
    return list({id(run): run for run in runs.values()}.values())


def _calls(graph: fx.GraphModule) -> list[fx.Node]:
    return [node for node in graph.graph.nodes if node.op == "call_module"]


def _parts(place: _Place, shared: set[nn.Module]) -> Iterator[_Place]:
    """Yield the modules inside nested Sequentials, in the order in which they are called."""
    module = place.module
    if module in shared:
        yield _kept(place)
    elif type(module) is nn.Sequential and not _is_watched(module):
        for name, child in _children(module):
            yield from _parts(_Place(module, name, child), shared)
    else:
        yield place


def _children(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the modules that one holds, each as often as it holds it."""
    return [(name, child) for name, child in module._modules.items() if child is not None]


def _kept(place: _Place) -> _Place:
    """Return a place whose module is called elsewhere as well, so that it stays as it is."""
    return place if type(place.module) in _POINTWISE else place._replace(module=_Shared())


class _Shared(nn.Module):
    """Stands for a module that is called elsewhere as well."""


def _join(chain: list[_Place]) -> set[nn.Module]:
    """Leave out each setting apart that is undone further on, and what undoes it.

    Return the modules that held what was left out.
    """
    emptied: set[nn.Module] = set()
    apart: _Place | None = None
    norms: list[_Place] = []
    for place in chain:
        module = place.module
        if _sets_apart(place):
            apart, norms = place, []
        elif apart is None:
            continue
        elif _sets_together(place):
            for norm in norms:
                kind = _OF_ONE_AXIS_LESS[type(norm.module)]
                wider = repeated_norm(norm.module, _size(apart.module), kind)
                setattr(norm.holder, norm.name, wider)
            for left_out in (apart, place):
                delattr(left_out.holder, left_out.name)
                emptied.add(left_out.holder)
            apart = None
        elif _is_watched(module):
            apart = None
        elif type(module) in _OF_ONE_AXIS_LESS and module.running_mean is not None:
            norms.append(place)
        elif type(module) not in _POINTWISE:
            apart = None
    return emptied


def _sets_apart(place: _Place) -> bool:
    module = place.module
    return (
        place.name == APART
        and type(place.holder) is nn.Sequential  # a graph would call what is gone
        and isinstance(module, nn.Unflatten)
        and module.dim == 1
        and len(module.unflattened_size) == 2
        and _size(module) > 0
    )


def _sets_together(place: _Place) -> bool:
    module = place.module
    axes = (module.start_dim, module.end_dim) if isinstance(module, nn.Flatten) else None
    return place.name == TOGETHER and type(place.holder) is nn.Sequential and axes == (1, 2)


def _size(apart: Any) -> int:
    return int(apart.unflattened_size[-1])


def repeated_norm(norm: Any, size: int, kind: type[nn.Module]) -> Any:
    """Return a batch norm in evaluation mode of as many channels as there are pairs (c, s).

    Parameters
    ----------
    norm : Module
        A batch norm of channels c, with running statistics.
    size : int
        How many s there are.
    kind : type
        Which of torch's batch norms is made.
    """
    made = kind(size * norm.num_features, norm.eps, norm.momentum, norm.affine)
    for name in ("weight", "bias", "running_mean", "running_var"):
        tensor = getattr(norm, name)
        if tensor is not None:
            wide = tensor.detach().repeat_interleave(size)
            setattr(made, name, nn.Parameter(wide) if name in ("weight", "bias") else wide)
    if norm.num_batches_tracked is not None:
        made.num_batches_tracked = norm.num_batches_tracked.clone()
    return made.eval()


def _is_watched(module: nn.Module) -> bool:
    """Return whether hooks see what the module is given or makes."""
    return bool(module._forward_hooks or module._forward_pre_hooks)
