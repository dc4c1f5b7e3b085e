"""What is in a network: layers of ours, networks of ours as chains or graphs, Sequentials."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from torch import fx, nn


def is_ours(module: nn.Module) -> bool:
    """Return whether a module's class is of this package, or derived from one that is."""
    return any(kind.__module__.split(".")[0] == "groupkit_torch" for kind in type(module).__mro__)


def _is_network(module: nn.Module) -> bool:
    return any(kind.__module__.startswith("groupkit_torch.models") for kind in type(module).__mro__)


class ToLayers(fx.Tracer):
    """Follow a network of ours, and parts of it, down to the layers."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Return whether a module is called as it stands, not looked into."""
        if _is_network(m):
            return isinstance(m, nn.ReLU)
        return is_ours(m) or super().is_leaf_module(m, module_qualified_name)


def open_networks(model: nn.Module) -> nn.Module:
    """Return a model in which networks of ours are chains or graphs of their layers."""
    graphs: dict[nn.Module, nn.Module] = {}

    def visit(one: nn.Module) -> None:
        if not _is_network(one):
            for child in one.children():
                visit(child)
            return
        try:
            graph = ToLayers().trace(one)
        except Exception:  # noqa: BLE001  (what a class derived from ours does without values)
            return  # it is traced as layers are, with values
        chain = _as_chain(graph, one) if one is model else None
        if chain is not None:
            graphs[one] = chain
            return
        # where the graph is loaded, neither the tracer nor the annotations need exist
        graph._tracer_cls = fx.Tracer
        for node in graph.nodes:
            node.type = None
        graphs[one] = fx.GraphModule(one, graph)

    visit(model)
    return replaced(model, graphs)


def _as_chain(graph: fx.Graph, model: nn.Module) -> nn.Module | None:
    """Return the Sequential that calls the layers of a graph, under the names that they have.

    None where one does not follow the other, or their names are not in the order of the calls.
    """
    before, *called, after = graph.nodes
    for node in called:
        if node.op != "call_module" or node.args != (before,) or node.kwargs:
            return None
        before = node
    names = [str(node.target) for node in called]
    if after.args != (before,) or len(set(names)) < len(names):
        return None
    made = nn.Sequential()
    for name in names:
        *holders, last = name.split(".")
        place: nn.Module = made
        for holder in holders:
            if holder not in place._modules:
                place.add_module(holder, nn.Sequential())
            place = place.get_submodule(holder)
        place.add_module(last, model.get_submodule(name))
    return made.eval() if _called_in(made) == names else None


def _called_in(chain: nn.Module, prefix: str = "") -> list[str]:
    """Return the names of the layers in nested Sequentials, in the order of the calls."""
    if type(chain) is not nn.Sequential:
        return [prefix.removesuffix(".")]
    children = chain._modules.items()
    return [n for key, child in children if child for n in _called_in(child, f"{prefix}{key}.")]


def layers_of_ours(model: nn.Module) -> list[nn.Module]:
    """Return the outermost modules of ours, each once."""
    found: dict[nn.Module, None] = {}

    def visit(one: nn.Module) -> None:
        if is_ours(one):
            found[one] = None
        else:
            for child in one.children():
                visit(child)

    visit(model)
    return list(found)


def sequentials(model: nn.Module) -> Iterator[nn.Sequential]:
    """Yield the Sequentials whose modules are surely called one after the other, and only so."""
    if type(model) is nn.Sequential:
        yield model
        for child in model:
            yield from sequentials(child)


def replaced(model: nn.Module, replacements: dict[nn.Module, nn.Module]) -> nn.Module:
    """Return a copy of a model with modules replaced, those used twice by one."""
    memo: dict[int, Any] = {id(old): new for old, new in replacements.items()}
    return copy.deepcopy(model, memo)
