"""A network as one of torch's own modules, for where groupkit is not installed."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from groupkit.errors import GroupkitError
from groupkit_torch.export.folding import Pair, fold_norms, neighbours, surely_fed
from groupkit_torch.export.joining import join_layers
from groupkit_torch.export.opening import (
    is_ours,
    layers_of_ours,
    open_networks,
    replaced,
    sequentials,
)
from groupkit_torch.export.plain_layers import (
    PlainError,
    an_input,
    call,
    equal,
    has_filters,
    inputs_to_try,
    plain_layer,
)
from groupkit_torch.freezing import set_pruned
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.sampling.guard import guards_silent


def to_plain(model: nn.Module, *inputs: Any, fold_batch_norm: bool = False) -> nn.Module:
    """Return the same network, in evaluation mode, of torch's modules and operations alone.

    Layers with filters become `torch.nn.Conv2d` and its siblings with the expanded banks, batch
    norms and maxima over boxes become torch's, all other layers graphs of torch's operations. In
    chains of `torch.nn.Sequential`, and in networks of ours, channels and stabilizer axis are one
    axis from convolution to convolution, with a batch norm of each pair (c, s), where nothing but
    norms and functions of single numbers is between them. Modules of your own stay
    as they are, with the layers inside them replaced; those of ``groupkit_torch.models`` become
    `torch.fx.GraphModule`, or `torch.nn.Sequential` where that is the whole model and one layer
    follows the other, with the layers under the names that they had. The result is a network
    like any other, may be trained further (and forgets its symmetry), pickled, and exported;
    neither groupkit nor groupkit_torch is needed to load or run it.

    Parameters
    ----------
    model : Module
        Any network; it is left as it is. Hooks on our layers are not taken over.
    *inputs
        Arguments of the model, on which outputs of the whole are compared; layers are compared,
        each by itself and at two sizes, as well. Without any, an input is tried that the model's
        first layer takes; only chains of `torch.nn.Sequential` need none.
    fold_batch_norm : bool
        Whether a batch norm that follows a convolution becomes part of its weights: all that a
        convolution feeds, and feeds alone, in chains of `torch.nn.Sequential` and in a forward
        that `torch.fx` can follow. In one that decides by values or sizes, where another way might
        call the two apart, norms stay.

    Returns
    -------
    Module
        A new one.

    Raises
    ------
    PlainError
        If a layer cannot be traced, an output differs, or there is no input to compare with.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> L = gt.layers(gk.p4)
    >>> net = nn.Sequential(L.LiftingConv(1, 2, 3), L.BatchNorm(2), nn.ReLU()).eval()
    >>> x = torch.randn(1, 1, 9, 9)
    >>> plain = to_plain(net, x, fold_batch_norm=True)
    >>> plain
    Sequential(
      (0): Sequential(
        (conv): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))
        (unflatten): Unflatten(dim=1, unflattened_size=(2, 4))
      )
      (1): Identity()
      (2): ReLU()
    )
    >>> torch.allclose(plain(x), net(x), atol=1e-6)
    True
    """
    for module in model.modules():
        set_pruned(module)  # a weight with a history cannot be copied
    whole = copy.deepcopy(model).eval()
    model = open_networks(whole)
    inputs = inputs or _invented(model)
    expected = _run(whole, inputs) if inputs else None  # with hooks, which graphs do not have
    examples, fed = _watch(model, inputs) if inputs else ({}, [])
    replacements = {layer: _checked(layer, examples.get(layer)) for layer in layers_of_ours(model)}
    if not replacements:
        raise PlainError(
            f"{type(model).__name__} has no layer of groupkit_torch, so there is nothing to do; "
            "a forward that calls functions of ours is made plain by torch.export alone",
            witness=model,
        )
    pairs: list[Pair] = []
    if fold_batch_norm:
        surely = surely_fed(model)
        pairs = [*neighbours(model), *(pair for pair in fed if pair in surely)]
    folded = fold_norms(replacements, pairs)
    is_chain = type(model) is nn.Sequential
    plain = join_layers(replaced(model, folded), is_chain=is_chain)
    if not inputs or _same(expected, _run(plain, inputs)):
        if inputs:
            _check_without_ours(plain, inputs)
        return plain
    right: list[Pair] = []  # some convolution feeds more than its batch norm
    for pair in dict.fromkeys(pairs):
        tried = replaced(model, fold_norms(replacements, [*right, pair]))
        if _same(expected, _run(tried, inputs)):
            right.append(pair)
    plain = join_layers(replaced(model, fold_norms(replacements, right)), is_chain=is_chain)
    if not _same(expected, _run(plain, inputs)):
        raise PlainError(
            f"the plain form of {type(whole).__name__} computes something else than the model, "
            "though each layer by itself does not; a forward that reads attributes of our layers "
            "finds those of torch's, so let it call them only; take hooks off networks of "
            "groupkit_torch.models",
            witness=whole,
        )
    _check_without_ours(plain, inputs)
    return plain


def _invented(model: nn.Module) -> tuple[Any, ...]:
    """Return an input that the model takes; none for a chain of layers, each compared by itself."""
    for layer in layers_of_ours(model):
        for x in inputs_to_try(layer):
            try:
                _run(model, (x,))
            except (GroupkitError, ArithmeticError, AssertionError, AttributeError, LookupError):
                continue
            except (NotImplementedError, RuntimeError, TypeError, ValueError):
                continue
            return (x,)
        break
    chained = {child for chain in sequentials(model) for child in chain.children()}
    if all(layer is model or layer in chained for layer in layers_of_ours(model)):
        return ()
    raise PlainError(
        f"there is no telling what {type(model).__name__} takes, so outputs cannot be compared; "
        "give an input, gt.to_plain(model, x)",
        witness=model,
    )


def _check_without_ours(plain: nn.Module, inputs: tuple[Any, ...]) -> None:
    """Check that no layer of ours is called: one in a list is no submodule, and was not found."""

    def refuse(module: nn.Module, _: Any) -> None:
        if is_ours(module):
            raise PlainError(
                f"{type(module).__name__} is called, but is no submodule of the model; keep layers "
                "in a torch.nn.ModuleList or ModuleDict, not in a list or dictionary",
                witness=module,
            )

    hook = nn.modules.module.register_module_forward_pre_hook(refuse)
    try:
        _run(plain, inputs)
    finally:
        hook.remove()


def _checked(layer: nn.Module, example: Tensor | None) -> nn.Module:
    """Return a layer's plain form, after comparing both at two sizes."""
    x = an_input(layer) if example is None else example
    plain = plain_layer(layer, x)
    wider = torch.cat([x, x, x])
    grown = [n + 2 if i >= wider.dim() - _dimension(layer) else n for i, n in enumerate(x.shape)]
    for tried in (x, wider, torch.randn(grown, dtype=x.dtype, device=x.device)):
        y = call(layer, tried)
        if y is None:  # no size for this layer
            continue
        z = call(plain, tried)
        if z is None or not equal(y, z):
            what = "refuses it" if z is None else "computes something else"
            raise PlainError(
                f"on a map of shape {tuple(tried.shape)}, {type(layer).__name__} gives an output, "
                f"and its plain form {what}; take hooks off the layer, or report it",
                witness=layer,
            )
    return plain


def _dimension(layer: nn.Module) -> int:
    group = getattr(layer, "group", None)
    return 0 if group is None else int(group.dimension)


def _watch(model: nn.Module, inputs: tuple[Any, ...]) -> tuple[dict[nn.Module, Tensor], list[Pair]]:
    """Return what every layer of ours is given, and which batch norms a convolution feeds."""
    given: dict[nn.Module, Tensor] = {}
    calls: dict[nn.Module, int] = {}
    makers: dict[int, nn.Module] = {}
    alive: list[Tensor] = []  # so that no other tensor takes the place of one
    fed: list[Pair] = []

    def before(module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        if named:
            raise PlainError(
                f"{type(module).__name__} is called with {', '.join(named)} by name, which torch's "
                "own modules call otherwise; give it by position",
                witness=module,
            )
        x = arguments[0]
        given.setdefault(module, x.detach())
        maker = makers.get(id(x))
        if maker is not None and isinstance(module, GroupBatchNorm):
            fed.append((maker, module))

    def after(module: nn.Module, _: Any, y: Any) -> None:
        calls[module] = calls.get(module, 0) + 1
        if has_filters(module) and isinstance(y, Tensor):
            makers[id(y)] = module
            alive.append(y)

    hooks = []
    for layer in layers_of_ours(model):
        hooks.append(layer.register_forward_pre_hook(before, with_kwargs=True))
        hooks.append(layer.register_forward_hook(after))
    try:
        _run(model, inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return given, [pair for pair in fed if all(calls[module] == 1 for module in pair)]


def _run(model: nn.Module, inputs: tuple[Any, ...]) -> Any:
    with torch.no_grad(), guards_silent():
        return model(*inputs)


def _same(ours: Any, plain: Any) -> bool:
    leaves = torch.utils._pytree.tree_leaves
    pairs = list(zip(leaves(ours), leaves(plain), strict=True))
    return all(equal(a, b) if isinstance(a, Tensor) else a == b for a, b in pairs)
